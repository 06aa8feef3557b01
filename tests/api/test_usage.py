"""Usage over HTTP: each record once, each with its own outcome; rates."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.api.ports import CallOutcome, Outcome, RateFound
from store import keys
from store.call import CallRecord
from store.cards import Cards
from store.centres import CentreRules, Match, Rule
from store.keys import AccountRef
from store.plans import Plans
from store.pools import Pool
from tests.api.conftest import Opening
from tests.api.site import HERE, Site, done, problem, usd
from tests.controls import MANAGER, REF
from tests.controls import usd as dollars
from tests.store.rating import card

RECORD: dict[str, Any] = {
    "id": "r-1",
    "service": "calling",
    "start": "2026-11-04T09:15:02.1184213Z",
    "duration_s": 247,
    "number": "+447700900123",
    "charge": usd("0.70"),
}


class Fake:
    """Answers with each outcome in turn, and remembers what it was given."""

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []
        self.asked: list[tuple[object, ...]] = []

    async def charge(
        self, ref: AccountRef, calls: Sequence[CallRecord], *, actor: str, moves: bool
    ) -> Sequence[CallOutcome]:
        """One of each."""
        self.calls += calls
        self.asked.append((ref, actor, moves))
        return [
            CallOutcome(outcome, dollars(1) if outcome is Outcome.CHARGED else None, _why(outcome))
            for _, outcome in zip(calls, list(Outcome) * len(calls), strict=False)
        ]

    async def rate(self, tenant: str, service: str, currency: str, number: str) -> RateFound | None:
        """Only for the United Kingdom."""
        self.asked.append((tenant, service, currency, number))
        if not number.lstrip("+").startswith("44"):
            return None
        return RateFound("447", "UK, mobile", "GB", dollars("0.32"), dollars(0), 60, 1, 1_767_225_600_000, sample=True)


def _why(outcome: Outcome) -> str:
    return "no_prefix" if outcome in {Outcome.UNRATED, Outcome.REFUSED} else ""


async def test_record_with_its_own_charge(site: Site) -> None:
    """One record is charged what it says that it cost, and told with its outcome."""
    told = done(await site.post(f"{HERE}/usage", RECORD, key=None))

    assert told == {
        "counts": {"charged": 1},
        "records": [{"id": "r-1", "outcome": "charged", "charged": usd("0.700000"), "reason": None}],
    }
    assert (await site.bank.account()).balance == dollars("99.30")
    assert (await site.bank.entries())[-1].actor.startswith("api:")


async def test_record_reported_again_is_repeated(site: Site) -> None:
    """Its id is known: nothing is charged again; with another charge it is refused as a conflict."""
    done(await site.post(f"{HERE}/usage", RECORD))

    again = done(await site.post(f"{HERE}/usage", {"records": [RECORD, {**RECORD, "charge": usd("0.80")}]}))

    assert [(each["outcome"], each["reason"]) for each in again["records"]] == [
        ("repeated", None),
        ("refused", "operation_conflict"),
    ]
    assert again["counts"] == {"repeated": 1, "refused": 1}
    assert (await site.bank.account()).balance == dollars("99.30")


@pytest.mark.parametrize("only", ["", REF.account])
async def test_token_of_one_account_charges_no_other(site: Site, only: str) -> None:
    """Who names the user of a call names who pays for it by the rules; a token's own account holds all the same."""
    other = AccountRef(REF.tenant, "support")
    await site.bank.ledger.open_account(other, "EUR")
    rules = CentreRules(site.bank.redis, site.bank.roles)
    await rules.load(MANAGER, REF.tenant, (Rule(Match.USER, "anna", "Support", other.account),))
    for currency in ("USD", "EUR"):
        await Cards(site.bank.redis, site.bank.roles).load(MANAGER, REF.tenant, card(currency=currency))
    bare = {name: value for name, value in RECORD.items() if name != "charge"}
    secret = await site.token(account=only)

    told = done(await site.post(f"{HERE}/usage", {**bare, "user": "anna"}, secret=secret))

    charged = {"amount": "1.600000", "currency": "USD" if only else "EUR"}
    assert [each["charged"] for each in told["records"]] == [charged]
    paid = [(await site.bank.ledger.account(each)) for each in (REF, other)]
    assert [each.balance.micros for each in paid if each] == ([98_400_000, 0] if only else [100_000_000, -1_600_000])


async def test_guid_is_the_same_call_however_it_is_spelled(site: Site) -> None:
    """Reports have GUIDs in lower case, some telephony platforms in upper case: charged once."""
    guid = "5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11"
    done(await site.post(f"{HERE}/usage", {**RECORD, "id": guid}))

    told = done(await site.post(f"{HERE}/usage", {"records": [{**RECORD, "id": guid.upper()}, RECORD]}))

    assert [(each["id"], each["outcome"]) for each in told["records"]] == [
        (guid.upper(), "repeated"),
        ("r-1", "charged"),
    ]
    assert (await site.bank.account()).balance == dollars("98.60")


async def test_ten_thousand_records(site: Site) -> None:
    """The most that is taken at once: every one charged, told in order."""
    records = [{**RECORD, "id": f"r-{number}", "charge": usd("0.001")} for number in range(10_000)]

    told = done(await site.post(f"{HERE}/usage", {"records": records}))

    assert told["counts"] == {"charged": 10_000}
    assert [each["id"] for each in told["records"]] == [each["id"] for each in records]
    assert (await site.bank.account()).balance == dollars(90)
    problem(await site.post(f"{HERE}/usage", {"records": [*records, RECORD]}), 422, "invalid")


async def test_record_of_one_service_more_than_there_may_be(site: Site) -> None:
    """It is refused by itself, with the reason."""
    await site.bank.redis.hset(keys.account(REF), mapping={f"total:usage:s{each}": 0 for each in range(50)})
    records = [RECORD, {**RECORD, "id": "r-2", "service": "x"}]

    told = done(await site.post(f"{HERE}/usage", {"records": records}))

    assert [(each["outcome"], each["reason"]) for each in told["records"]] == [
        ("charged", None),
        ("refused", "services_too_many"),
    ]


async def test_usage_goes_below_zero(site: Site) -> None:
    """The call has happened: it is charged."""
    done(await site.post(f"{HERE}/usage", {**RECORD, "charge": usd("150")}))

    assert (await site.bank.account()).balance == dollars(-50)


async def test_call_without_a_price_is_kept(site: Site) -> None:
    """It is not charged by guess, and says what is missing; one that cost nothing is free."""
    bare = {name: value for name, value in RECORD.items() if name != "charge"}

    told = done(await site.post(f"{HERE}/usage", {"records": [bare, {**RECORD, "id": "r-2", "charge": usd("0")}]}))

    assert [(each["outcome"], each["reason"]) for each in told["records"]] == [("unrated", "no-card"), ("free", None)]
    assert (await site.bank.account()).balance == dollars(100)


async def test_call_is_charged_by_the_tariff(site: Site) -> None:
    """By the card of the workspace, after what is included; the same price is told for the number."""
    bare = {name: value for name, value in RECORD.items() if name != "charge"}
    cards, plans = Cards(site.bank.redis, site.bank.roles), Plans(site.bank.redis, site.bank.roles)
    await cards.load(MANAGER, REF.tenant, card())
    await plans.set_pools(MANAGER, REF, [Pool("uk", ("calling",), 60, 4)], operation_id="pools")

    told = done(await site.post(f"{HERE}/usage", {"records": [{**bare, "id": f"r-{each}"} for each in (1, 2, 3)]}))

    assert [(each["outcome"], each["charged"]) for each in told["records"]] == [
        ("charged", usd("0.320000")),
        ("charged", usd("1.600000")),
        ("charged", usd("1.600000")),
    ]
    assert (await site.bank.account()).balance == dollars("96.48")
    rate = done(await site.get("/v1/rates", params={"number": "+447700900123", "service": "calling"}))
    assert (rate["prefix"], rate["per_minute"]) == ("447", usd("0.320000"))


async def test_charger_gets_the_call_and_its_outcomes_are_told(opening: Opening) -> None:
    """What was sent reaches the charging, nothing lost; each outcome has its word."""
    fake = Fake()
    bare = {**RECORD, "user": "anna.beispiel@contoso.example", "department": "Sales", "destination": "London"}
    async with opening(charger=fake) as site:
        records = [{**bare, "id": f"r-{number}"} for number in range(len(Outcome))]

        told = done(await site.post(f"{HERE}/usage", {"records": records}))

        assert [each["outcome"] for each in told["records"]] == [each.value for each in Outcome]
        assert [each["charged"] for each in told["records"]] == [usd("1.000000")] + [None] * 5
        assert [bool(each["reason"]) for each in told["records"]] == [False, False, False, True, False, True]
    at = datetime(2026, 11, 4, 9, 15, 2, 118_421, UTC)
    assert fake.calls[0] == CallRecord(
        "r-0",
        "calling",
        int(at.timestamp() * 1000),
        247,
        number="+447700900123",
        user="anna.beispiel@contoso.example",
        department="Sales",
        destination="London",
        capability="MCOPSTNPP",
        own_micros=700_000,
        currency="USD",
    )
    assert fake.asked[0][0] == REF


@pytest.mark.parametrize(
    ("start", "start_ms"),
    [
        ("2026-11-04T09:15:02Z", 1_793_783_702_000),
        ("2026-11-04T10:15:02+01:00", 1_793_783_702_000),
        ("2026-11-04t09:15:02.9999999z", 1_793_783_702_999),
        ("2000-01-01T00:00:00Z", 946_684_800_000),
    ],
)
async def test_times_that_are_taken(opening: Opening, start: str, start_ms: int) -> None:
    """Any offset, any number of decimals, of which no more than thousandths count."""
    fake = Fake()
    async with opening(charger=fake) as site:
        done(await site.post(f"{HERE}/usage", {**RECORD, "start": start}))

    assert fake.calls[0].start_ms == start_ms


async def test_time_that_no_call_has(site: Site) -> None:
    """A start in another century is that record's own matter; the others are charged."""
    records = [{**RECORD, "id": "r-0", "start": "1970-01-01T00:00:00Z"}, RECORD]

    told = done(await site.post(f"{HERE}/usage", {"records": records}))

    assert [(each["outcome"], each["reason"]) for each in told["records"]] == [
        ("refused", "start_invalid"),
        ("charged", None),
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"start": 1_793_783_702}, "#/records/0/start"),
    ({"start": "2026-11-04 09:15:02Z"}, "#/records/0/start"),
    ({"start": "2026-11-04T09:15:02"}, "#/records/0/start"),
    ({"start": "2026-02-30T09:15:02Z"}, "#/records/0/start"),
    ({"id": "a b"}, "#/records/0/id"),
    ({"id": ""}, "#/records/0/id"),
    ({"duration_s": -1}, "#/records/0/duration_s"),
    ({"duration_s": 1.5}, "#/records/0/duration_s"),
    ({"service": "Calling"}, "#/records/0/service"),
    ({"charge": 0.7}, "#/records/0/charge"),
    ({"chrage": None}, "#/records/0/chrage"),
]


async def test_what_is_wrong_is_said_where(site: Site, subtests: pytest.Subtests) -> None:
    """422 names the record and the place; nothing at all is charged."""
    for changes, pointer in WRONG:
        with subtests.test(changes=changes):
            body = {"records": [{**RECORD, **changes}, {**RECORD, "id": "r-2"}]}
            told = problem(await site.post(f"{HERE}/usage", body), 422, "invalid")
            assert [each["pointer"] for each in told["errors"]] == [pointer]
            assert "error" not in told["errors"][0]["detail"]  # what is wrong, not what the library calls it
    assert (await site.bank.account()).balance == dollars(100)


MANY = {f"x{each}": 1 for each in range(100)}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"records": [RECORD, *[{**RECORD, "id": ""}] * 9_000]}, ["#/records/1/id"]),
        ({"records": [{**RECORD, **MANY}] * 2}, ["#/records/0"]),
        ({"records": [{**RECORD, "charge": MANY}]}, ["#/records/0/charge"]),
        ({**RECORD, **MANY}, ["#"]),
        ({"records": [RECORD], **MANY}, ["#"]),
    ],
)
async def test_mistakes_without_number_are_not_all_told(site: Site, body: dict[str, Any], pointers: list[str]) -> None:
    """Half a million of them in one body kept everybody else waiting for a quarter of a minute."""
    told = problem(await site.post(f"{HERE}/usage", body), 422, "invalid")

    assert [each["pointer"] for each in told["errors"]] == pointers
    assert (await site.bank.account()).balance == dollars(100)


async def test_rate(opening: Opening) -> None:
    """What a call to a number costs, in the currency of the account."""
    fake = Fake()
    async with opening(rates=fake) as site:
        told = done(await site.get("/v1/rates", params={"number": "+447700900123", "service": "calling"}))

    assert fake.asked == [(REF.tenant, "calling", "USD", "+447700900123")]
    assert told == {
        "number": "+447700900123",
        "service": "calling",
        "prefix": "447",
        "name": "UK, mobile",
        "country": "GB",
        "per_minute": usd("0.320000"),
        "connection_fee": usd("0.000000"),
        "first_s": 60,
        "next_s": 1,
        "valid_from": "2026-01-01T00:00:00.000Z",
        "sample": True,
    }


async def test_number_without_a_rate(site: Site) -> None:
    """404 unrated, never a guess; a number that is none is 422."""
    problem(await site.get("/v1/rates", params={"number": "4915123", "service": "calling"}), 404, "unrated")
    problem(await site.get("/v1/rates", params={"number": "+49 151", "service": "calling"}), 422, "invalid")
    problem(await site.get("/v1/rates?service=calling"), 422, "invalid")
