"""Accounts over HTTP: what is left, whether services are paid for, every change by pages."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from store import keys
from store.account import State
from store.records import UsageRecord
from tests.api.site import HERE, Site, done, problem, usd
from tests.controls import MANAGER, REF, Bank
from tests.controls import usd as dollars

TOO_MANY = "services_too_many"


async def test_account_as_it_stands(site: Site) -> None:
    """Balance, available, set aside, in exact decimals; every service is open."""
    await site.bank.spend("0.000001")
    done(await site.hold("call-1", "10"), 201)

    told = done(await site.get(HERE))

    open_ones = {name for name, each in told.pop("services").items() if each["open"]}
    assert open_ones == {"calls", "toll-free", "conference", "calling", "inbound", "direct-routing"}
    assert told == {
        "account": "default",
        "currency": "USD",
        "state": "open",
        "balance": usd("99.999999"),
        "available": usd("89.999999"),
        "held": usd("10.000000"),
        "overdraft": usd("0.000000"),
    }


async def _spent(bank: Bank) -> None:
    await bank.spend(100)


async def _overdrawn(bank: Bank) -> None:
    await bank.spend(130)
    await bank.policies.set_overdraft(MANAGER, REF, dollars(30), operation_id="overdraft")


async def _held(bank: Bank) -> None:
    await bank.ledger.place_hold(REF, "h", dollars(100), ttl_ms=60_000, operation_id="h", actor="test")


async def _frozen(bank: Bank) -> None:
    await bank.policies.set_state(MANAGER, REF, State.FROZEN, operation_id="state")


async def _closed(bank: Bank) -> None:
    await bank.spend(100)
    await bank.policies.set_state(MANAGER, REF, State.CLOSED, operation_id="state")


@pytest.mark.parametrize(
    ("arrange", "charged", "free"),
    [
        (_spent, "exhausted", None),
        (_overdrawn, "exhausted", None),
        (_held, "exhausted", None),
        (_frozen, "frozen", "frozen"),
        (_closed, "closed", "closed"),
    ],
)
async def test_services_stop(
    site: Site, arrange: Callable[[Bank], Awaitable[None]], charged: str, free: str | None
) -> None:
    """Without credit, overdraft included, what is charged stops and says why; what is free goes on."""
    await arrange(site.bank)

    told = done(await site.get(HERE))["services"]

    for name in ("toll-free", "conference", "calling"):
        assert (told[name]["open"], told[name]["reason"]) == (False, charged)
    for name in ("inbound", "direct-routing"):
        assert (told[name]["open"], told[name]["reason"]) == (free is None, free)


async def test_service_that_was_stopped(site: Site) -> None:
    """A manager stops one: it says so, holds for it are refused as 409, and others go on."""
    await site.bank.policies.set_service_state(MANAGER, REF, "calling", open=False, operation_id="stop")

    told = done(await site.get(HERE))["services"]

    assert (told["calling"]["open"], told["calling"]["reason"]) == (False, "stopped")
    assert told["calling"]["since"]
    assert told["conference"]["open"]
    problem(await site.hold("call-1", "1"), 409, "service_stopped")


async def test_account_with_as_many_services_as_there_may_be(site: Site) -> None:
    """A hold for another one is refused, in plain words; the others go on."""
    await site.bank.redis.hset(keys.account(REF), mapping={f"total:usage:s{each}": 0 for each in range(50)})

    told = problem(await site.post(f"{HERE}/holds", {"amount": usd("1"), "ttl_s": 60, "service": "x"}), 409, TOO_MANY)

    assert "fifty services" in told["detail"]
    assert (await site.hold("call-1", "1")).status_code == 201


async def test_balance_below_zero(site: Site) -> None:
    """What is owed has a minus sign, also below one."""
    await site.bank.spend("100.25")

    assert done(await site.get(HERE))["balance"] == usd("-0.250000")


@pytest.mark.parametrize("path", ["/v1/accounts/nowhere", "/v1/accounts/nowhere/entries"])
async def test_account_that_is_not_there(site: Site, path: str) -> None:
    """404 names what is missing; a name that can be none is 422."""
    problem(await site.get(path), 404, "unknown_account")
    problem(await site.get(path.replace("nowhere", "no%20where")), 422, "invalid")


async def test_account_of_another_token(site: Site) -> None:
    """A token for one account reads no other, whether that is there or not."""
    bound = await site.token(account="default")

    done(await site.get(HERE, bound))
    problem(await site.get("/v1/accounts/nowhere", bound), 403, "account_forbidden")
    problem(await site.get("/v1/accounts/nowhere/entries", bound), 403, "account_forbidden")


async def test_entries_page_by_page(site: Site) -> None:
    """Newest first; following `next` tells every entry once, and the last page has none."""
    for number in range(6):
        await site.bank.spend(f"0.0{number + 1}")
    found: list[dict[str, Any]] = []
    cursor: str | None = ""

    while cursor is not None:
        page = done(await site.get(f"{HERE}/entries", params={"limit": 3, **({"cursor": cursor} if cursor else {})}))
        found, cursor = found + page["entries"], page["next"]
        assert len(page["entries"]) <= 3

    own = await site.bank.entries()
    assert [each["id"] for each in found] == [each.id for each in reversed(own)]
    assert [each["amount"]["amount"] for each in found[:2]] == ["-0.060000", "-0.050000"]
    assert found[-1]["amount"] == usd("100.000000")
    assert found[0]["available"] == usd("99.790000")


async def test_entry_tells_who_did_what(site: Site) -> None:
    """Actor, operation, what it is about, and the memo as it was sent."""
    done(await site.hold("call-1"), 201)
    body = {"amount": usd("4"), "memo": "Call to +44 7700 900123\tä\n<b>"}
    done(await site.post("/v1/holds/call-1/capture", body, key="k-9"))

    newest = done(await site.get(f"{HERE}/entries"))["entries"][0]

    token_id = newest["actor"].removeprefix("api:")
    assert newest["operation"] == f"api:{token_id}:k-9"
    assert (newest["ref"], newest["debit"], newest["credit"]) == ("call-1", "wallet", "usage:calling")
    assert (newest["memo"], newest["records"]) == (body["memo"], None)
    assert newest["at"].endswith("Z")


async def test_entry_of_call_records_says_how_many(site: Site) -> None:
    """The pack itself is not told: it can be large."""
    records = [UsageRecord(f"r-{number}", dollars(1), 1_790_000_000_000) for number in range(3)]
    await site.bank.ledger.post_records(REF, records, actor="test")

    newest = done(await site.get(f"{HERE}/entries"))["entries"][0]

    assert (newest["kind"], newest["records"], newest["memo"]) == ("records", 3, "")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=0-0", "cursor=1-1%0A"])
async def test_page_that_cannot_be(site: Site, query: str) -> None:
    """422 names the parameter."""
    told = problem(await site.get(f"{HERE}/entries?{query}"), 422, "invalid")

    assert told["errors"][0]["parameter"] == query.partition("=")[0]


async def test_page_before_the_first_entry_is_empty(site: Site) -> None:
    """A cursor older than everything."""
    assert done(await site.get(f"{HERE}/entries?cursor=1-0")) == {"entries": [], "next": None}
