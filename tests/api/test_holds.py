"""Holds over HTTP: a call is authorised, extended, captured or released; each refusal says what to do."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from store.account import State
from store.keys import AccountRef
from tests.api.site import HERE, Site, done, problem, usd
from tests.controls import MANAGER, REF
from tests.controls import usd as dollars


async def available(site: Site) -> str:
    """What is available, as the API says."""
    told: str = done(await site.get(HERE))["available"]["amount"]
    return told


async def test_placed(site: Site) -> None:
    """What is set aside is available for nothing else; the answer says until when."""
    told = done(await site.hold("call-1", "12.34"), 201)

    assert told.pop("expires_at").endswith("Z")
    assert told.pop("entry")
    assert told == {
        "id": "call-1",
        "account": "default",
        "state": "held",
        "available": usd("87.660000"),
        "repeated": False,
    }
    [hold] = await site.bank.ledger.holds(REF)
    assert (hold.id, hold.amount.micros) == ("call-1", 12_340_000)
    assert 59_000 <= hold.expires_ms - hold.placed_ms <= 60_000


async def test_placed_without_an_id(site: Site) -> None:
    """Without an id of the caller's one is made of the key, the same when it is sent again."""
    body = {"amount": usd("1"), "ttl_s": 60}

    first, again = [done(await site.post(f"{HERE}/holds", body, key="k-1"), 201) for _ in range(2)]
    other = done(await site.post(f"{HERE}/holds", body, key="k-2"), 201)

    assert again == {**first, "repeated": True}
    assert len({first["id"], other["id"]}) == 2
    assert len(await site.bank.ledger.holds(REF)) == 2


async def test_sent_again_changes_nothing(site: Site) -> None:
    """Ten times the same request at once set aside once; each is answered as the first."""
    answers = await asyncio.gather(*(site.hold(key="k-1") for _ in range(10)))

    told = [done(each, 201) for each in answers]
    assert sorted(each["repeated"] for each in told) == [False] + [True] * 9
    assert len({str({**each, "repeated": 0}) for each in told}) == 1
    assert await available(site) == "90.000000"


async def test_quoted_key_is_the_same_key(site: Site) -> None:
    """The draft writes the key in quotes; with and without it is one key."""
    done(await site.hold(key="k-1"), 201)

    assert done(await site.hold(key='"k-1"'), 201)["repeated"] is True


async def test_key_for_another_request_is_refused(site: Site) -> None:
    """A used key with another body, or for another verb, is 422 and does nothing."""
    done(await site.hold(key="k-1"), 201)

    problem(await site.hold("call-2", key="k-1"), 422, "idempotency_key_reused")
    problem(await site.post("/v1/holds/call-1/release", key="k-1"), 422, "idempotency_key_reused")
    assert await available(site) == "90.000000"


async def test_tokens_keys_are_apart(site: Site) -> None:
    """The same key from another token is another request."""
    done(await site.hold("call-1", key="k-1"), 201)

    told = done(await site.hold("call-2", key="k-1", secret=await site.token()), 201)

    assert told["repeated"] is False


async def test_without_a_key_nothing_is_done(site: Site) -> None:
    """What changes money wants a key: 400."""
    problem(await site.hold(key=None), 400, "idempotency_key_missing")
    problem(await site.post("/v1/holds/call-1/release", key=None), 400, "idempotency_key_missing")
    told = problem(await site.hold(key="two words"), 422, "invalid")
    assert told["errors"][0]["parameter"] == "Idempotency-Key"
    assert await site.bank.ledger.holds(REF) == []


async def test_insufficient_credit_says_what_is_missing(site: Site) -> None:
    """402 with what there is and how much more was wanted; nothing is set aside."""
    done(await site.hold("call-1", "99.50"), 201)

    told = problem(await site.hold("call-2", "0.75"), 402, "insufficient_credit")

    assert (told["available"], told["missing"]) == (usd("0.500000"), usd("0.250000"))
    assert len(await site.bank.ledger.holds(REF)) == 1


async def test_overdraft_counts_as_available(site: Site) -> None:
    """What may be overdrawn is there to be set aside."""
    overdraft = (await site.bank.account()).balance
    await site.bank.policies.set_overdraft(MANAGER, REF, overdraft, operation_id="overdraft")

    done(await site.hold("call-1", "150"), 201)
    told = problem(await site.hold("call-2", "51"), 402, "insufficient_credit")

    assert (told["available"], told["missing"]) == (usd("50.000000"), usd("1.000000"))


async def test_extended(site: Site) -> None:
    """More is set aside, and it lasts longer."""
    first = done(await site.hold("call-1", "1"), 201)

    told = done(await site.post("/v1/holds/call-1/extend", {"amount": usd("0.5"), "ttl_s": 3600}))

    assert told["available"] == usd("98.500000")
    assert told["expires_at"] > first["expires_at"]


async def test_extended_by_time_alone(site: Site) -> None:
    """Without an amount only time is added: no entry is made."""
    done(await site.hold("call-1", "1"), 201)

    told = done(await site.post("/v1/holds/call-1/extend", {"ttl_s": 3600}))

    assert (told["entry"], told["available"]) == (None, usd("99.000000"))


async def test_not_extended_without_credit(site: Site) -> None:
    """402, and the hold is as it was."""
    done(await site.hold("call-1", "99"), 201)

    told = problem(
        await site.post("/v1/holds/call-1/extend", {"amount": usd("2"), "ttl_s": 60}), 402, "insufficient_credit"
    )

    assert told["missing"] == usd("1.000000")
    assert [each.amount.micros for each in await site.bank.ledger.holds(REF)] == [99_000_000]


@pytest.mark.parametrize(("cost", "left"), [("4", "96.000000"), ("12.345678", "87.654322"), ("150", "-50.000000")])
async def test_captured(site: Site, cost: str, left: str) -> None:
    """What the call cost is charged, less or more than was set aside; the rest is given back."""
    done(await site.hold(), 201)

    told = done(await site.post("/v1/holds/call-1/capture", {"amount": usd(cost), "service": "toll-free"}))

    assert (told["state"], told["given_back"], told["available"]) == ("captured", usd("10.000000"), usd(left))
    assert (await site.bank.entries())[-1].credit == "usage:toll-free"
    assert (await site.bank.entries())[-1].actor.startswith("api:")


async def test_captured_at_zero_is_released(site: Site) -> None:
    """A call that cost nothing gives everything back."""
    done(await site.hold(), 201)

    told = done(await site.post("/v1/holds/call-1/capture", {"amount": usd("0")}))

    assert (told["state"], told["available"]) == ("released", usd("100.000000"))


async def test_captured_again_is_the_first_outcome(site: Site) -> None:
    """The lost answer of a capture is had again; a capture under another key is 409."""
    done(await site.hold(), 201)
    first = done(await site.post("/v1/holds/call-1/capture", {"amount": usd("4")}, key="c"))

    again = done(await site.post("/v1/holds/call-1/capture", {"amount": usd("4")}, key="c"))

    assert again == {**first, "repeated": True}
    problem(await site.post("/v1/holds/call-1/capture", {"amount": usd("4")}), 409, "hold_resolved")
    assert await available(site) == "96.000000"


async def test_released(site: Site) -> None:
    """Everything is given back; a body is not needed."""
    done(await site.hold("call-1"), 201)
    done(await site.hold("call-2"), 201)

    told = done(await site.post("/v1/holds/call-1/release"))
    other = done(await site.post("/v1/holds/call-2/release", {"memo": "Nobody answered"}))

    assert (told["state"], told["given_back"], other["available"]) == ("released", usd("10.000000"), usd("100.000000"))
    assert (await site.bank.entries())[-1].memo == "Nobody answered"


async def test_conflicts(site: Site) -> None:
    """An id in use, a hold that is not there, one that is over, another currency, a frozen and a closed account."""
    done(await site.hold("call-1"), 201)
    problem(await site.hold("call-1"), 409, "hold_exists")
    problem(await site.post("/v1/holds/call-9/release"), 404, "unknown_hold")
    body = {"id": "call-3", "amount": {"amount": "1", "currency": "EUR"}, "ttl_s": 60}
    problem(await site.post(f"{HERE}/holds", body), 409, "currency_mismatch")
    problem(await site.post("/v1/accounts/nowhere/holds", {**body, "amount": usd("1")}), 404, "unknown_account")
    problem(await site.post("/v1/holds/call-1/extend?account=nowhere", {"ttl_s": 60}), 404, "unknown_account")
    done(await site.post("/v1/holds/call-1/release"))
    problem(await site.post("/v1/holds/call-1/extend", {"ttl_s": 60}), 409, "hold_resolved")


@pytest.mark.parametrize("state", [State.FROZEN, State.CLOSED])
async def test_account_that_takes_part_in_nothing(site: Site, state: State) -> None:
    """Nothing is set aside in an account that is frozen or closed: 409 says which."""
    await site.bank.spend(100)
    await site.bank.policies.set_state(MANAGER, REF, state, operation_id="state")

    problem(await site.hold(), 409, f"account_{state}")


async def test_account_of_a_hold(site: Site) -> None:
    """The token's account, or the one that ?account= names, or default: holds of two accounts may have one id."""
    second = AccountRef(REF.tenant, "second")
    await site.bank.ledger.open_account(second, "USD")
    await site.bank.ledger.add_credit(second, dollars(5), operation_id="grant", actor="test")
    bound = await site.token(account="second")
    done(await site.post("/v1/accounts/second/holds", {"id": "call-1", "amount": usd("1"), "ttl_s": 60}), 201)
    done(await site.hold("call-1"), 201)

    assert done(await site.post("/v1/holds/call-1/extend", {"ttl_s": 90}))["account"] == "default"
    assert done(await site.post("/v1/holds/call-1/extend", {"ttl_s": 90}, secret=bound))["account"] == "second"
    assert done(await site.post("/v1/holds/call-1/release?account=second"))["account"] == "second"
    problem(await site.post("/v1/holds/call-1/release?account=default", secret=bound), 403, "account_forbidden")
    problem(await site.hold("call-2", secret=bound), 403, "account_forbidden")
    assert len(await site.bank.ledger.holds(REF)) == 1


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"amount": {"amount": 1.5, "currency": "USD"}}, "#/amount/amount"),
    ({"amount": usd("0")}, "#/amount/amount"),
    ({"amount": usd("0.0000000")}, "#/amount/amount"),
    ({"amount": usd("-1")}, "#/amount/amount"),
    ({"amount": usd("1,5")}, "#/amount/amount"),
    ({"amount": usd("1.1234567")}, "#/amount/amount"),
    ({"amount": usd("1e3")}, "#/amount/amount"),
    ({"amount": usd("1000000000")}, "#/amount/amount"),
    ({"amount": {"amount": "1", "currency": "usd"}}, "#/amount/currency"),
    ({"ttl_s": "60"}, "#/ttl_s"),
    ({"ttl_s": 60.5}, "#/ttl_s"),
    ({"ttl_s": 0}, "#/ttl_s"),
    ({"ttl_s": 86_401}, "#/ttl_s"),
    ({"id": "a b"}, "#/id"),
    ({"memo": "x" * 501}, "#/memo"),
    ({"amout": usd("1")}, "#/amout"),
]


async def test_what_is_wrong_is_said_where(site: Site, subtests: pytest.Subtests) -> None:
    """422 names the place in the body; nothing is converted, nothing unknown passed over, nothing done."""
    for changes, pointer in WRONG:
        with subtests.test(changes=changes):
            body = {"id": "call-1", "amount": usd("1"), "ttl_s": 60, **changes}
            told = problem(await site.post(f"{HERE}/holds", body), 422, "invalid")
            assert [each["pointer"] for each in told["errors"]] == [pointer]
    assert await site.bank.ledger.holds(REF) == []


@pytest.mark.parametrize("amount", ["0.000001", "0.10", "999999999.999999", "1.5", "10"])
async def test_amounts_that_are_taken(site: Site, amount: str) -> None:
    """From a millionth to just below a billion, exactly."""
    outcome = await site.hold(amount=amount)

    if outcome.status_code == 201:
        [hold] = await site.bank.ledger.holds(REF)
        assert hold.amount.units == Decimal(amount)
    else:
        assert problem(outcome, 402, "insufficient_credit")["missing"] == usd("999999899.999999")
