"""Days that one process tells: what it says of them is believed as long as nobody else has told of them."""

import pytest

from store import keys
from store.keys import AccountRef
from store.lines import Lines
from store.packing import neighbours, pack
from store.recording import call_of
from store.records import UsageRecord
from store.scripts import Client, Scripts
from tests.controls import CURRENCY, REF, Bank
from tests.store.clock import Clock
from tests.store.posting import arrange as arrange_posting
from tests.store.recorded import DAY_MS, record

DAY = record(0).start_ms // DAY_MS
PAYS = AccountRef(REF.tenant, "second")
NEXT = record(2, start_ms=record(2).start_ms + DAY_MS)


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars, and another one."""
    bank = await arrange_posting(redis)
    await bank.ledger.open_account(PAYS, CURRENCY)
    return bank


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """As `arrange` says."""
    assert clock.ms
    return await arrange(redis)


async def tell(bank: Bank, by: str, told: dict[int, str], *records: UsageRecord) -> str:
    """Post records in a call of that name; `told` is what the caller says of the days. The answer's first word."""
    lines = Lines.of_records(records)
    named, args = call_of(REF, lines, pack(lines, told=told), actor="ingest", payment_id=by)
    return str(await Scripts(bank.redis).call("post_records", named, **args)).split(" ")[0]


async def tell_both(bank: Bank, by: str, told: dict[int, str], home_told: dict[int, str], *numbers: int) -> str:
    """Post records that another account pays by a rule; `home_told` is what is said of the days of the one named."""
    lines = Lines.of_records([record(each) for each in numbers])
    packed, said = pack(lines, told=told), neighbours([DAY], home_told)
    named, args = call_of(PAYS, lines, packed, actor="ingest", payment_id=by, home=REF, home_told=said)
    return str(await Scripts(bank.redis).call("post_records", named, **args)).split(" ")[0]


async def noted(bank: Bank, day: int = DAY, ref: AccountRef = REF) -> str | None:
    """Who told a day last, and how many records are known there."""
    found: str | None = await bank.redis.get(keys.day(ref, day))
    return found


async def test_who_told_a_day_from_its_beginning_is_believed(bank: Bank) -> None:
    """So nothing is looked up for it: not even what is there."""
    assert await tell(bank, "a", {}, record(1)) == "posted"
    assert await tell(bank, "b", {DAY: "a"}, record(2)) == "posted"

    answer = await tell(bank, "c", {DAY: "b"}, record(1))

    assert answer == "posted"
    assert await noted(bank) == "c 3 0 0 0 0 0"


@pytest.mark.parametrize("told", [{}, {DAY: "a"}, {DAY: "x"}, {DAY: "!"}])
async def test_who_does_not_know_who_told_last_is_not_believed(bank: Bank, told: dict[int, str]) -> None:
    """The records are looked up."""
    await tell(bank, "a", {}, record(1))
    await tell(bank, "b", {DAY: "a"}, record(2))

    answer = await tell(bank, "c", told, record(1))

    assert answer == "known"
    assert await noted(bank) == "b 2 0 0 0 0 0"


@pytest.mark.parametrize("told", [{DAY: "a"}, {DAY: "b"}, {}])
async def test_day_that_two_have_told_is_looked_up_ever_after(bank: Bank, told: dict[int, str]) -> None:
    """Neither knows what is there."""
    await tell(bank, "a", {}, record(1))
    await tell(bank, "b", {}, record(2))

    answers = [await tell(bank, "c", told, record(3)), await tell(bank, "d", {DAY: "c"}, record(3))]

    assert answers == ["posted", "known"]
    assert await noted(bank) == "! 3 0 0 0 0 0"


@pytest.mark.parametrize("other", [-1, 1])
async def test_neighbours_are_told_of_as_well(bank: Bank, other: int) -> None:
    """A record is looked for on the days beside its own, unless the caller knows these, too."""
    beside = record(1, start_ms=record(1).start_ms + other * DAY_MS)
    await tell(bank, "a", {}, record(2))
    await tell(bank, "b", {}, beside)

    answers = [await tell(bank, "c", told, record(1)) for told in ({DAY: "a"}, {DAY: "a", DAY + other: "b"})]

    assert answers == ["known", "posted"]


async def test_page_of_two_days_tells_both(bank: Bank) -> None:
    """Each goes on by itself."""
    await tell(bank, "a", {}, record(1))
    await tell(bank, "b", {DAY: "a"}, record(3), NEXT)

    assert (await noted(bank), await noted(bank, DAY + 1)) == ("b 2 0 0 0 0 0", "b 1 0 0 0 0 0")


async def test_day_that_is_refused_is_not_told(bank: Bank) -> None:
    """Who posted nothing is not noted, and what was said of the day stays right."""
    await tell(bank, "a", {}, record(1))
    lines = Lines.of_records([record(2)])
    named, args = call_of(REF, lines, pack(lines, told={DAY: "a"}), actor="ingest", payment_id="b")

    answer = await Scripts(bank.redis).call("post_records", named, **{**args, "wanted": "JPY"})

    assert answer == "refused currency_mismatch"
    assert await noted(bank) == "a 1 0 0 0 0 0"


async def test_account_that_pays_and_the_one_named_are_told_of_each(bank: Bank) -> None:
    """Of each the days are believed by what is said of its own."""
    await tell(bank, "a", {}, record(1))
    assert await tell_both(bank, "b", {}, {DAY: "a"}, 2) == "posted"

    answer = await tell_both(bank, "c", {DAY: "b"}, {DAY: "b"}, 2)

    assert answer == "posted"
    assert (await noted(bank), await noted(bank, ref=PAYS)) == ("c 3 0 0 0 0 0", "c 2 0 0 0 0 0")


@pytest.mark.parametrize(
    ("told", "home_told", "number"),
    [({DAY: "b"}, {}, 1), ({DAY: "b"}, {DAY: "x"}, 1), ({}, {DAY: "b"}, 2), ({DAY: "a"}, {DAY: "b"}, 2)],
)
async def test_who_knows_one_account_is_not_believed_of_the_other(
    bank: Bank, told: dict[int, str], home_told: dict[int, str], number: int
) -> None:
    """What the other one knows is found."""
    await tell(bank, "a", {}, record(1))
    await tell_both(bank, "b", {}, {DAY: "a"}, 2)

    answer = await tell_both(bank, "c", told, home_told, number)

    assert answer == "known"


async def test_day_of_the_account_named_is_looked_up_ever_after(bank: Bank) -> None:
    """Who told it knew the other account's alone."""
    await tell(bank, "a", {}, record(1))
    await tell_both(bank, "b", {}, {}, 2)

    assert (await noted(bank), await noted(bank, ref=PAYS)) == ("! 2 0 0 0 0 0", "b 1 0 0 0 0 0")


async def test_account_named_is_told_of_day_by_day(bank: Bank) -> None:
    """Each day has its own."""
    lines = Lines.of_records([record(1), NEXT])
    said = neighbours([DAY, DAY + 1], {DAY: "a"})
    await tell(bank, "a", {}, record(3))
    named, args = call_of(PAYS, lines, pack(lines), actor="ingest", payment_id="b", home=REF, home_told=said)

    await Scripts(bank.redis).call("post_records", named, **args)

    assert (await noted(bank), await noted(bank, DAY + 1)) == ("b 2 0 0 0 0 0", "b 1 0 0 0 0 0")
