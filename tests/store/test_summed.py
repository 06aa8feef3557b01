"""The proof of the sums of usage: what they are not is said in words, day by day."""

from pathlib import Path

import pytest

from store import keys, summed, usage
from store.keys import AccountRef
from store.plans import Plans
from store.records import UsageRecord
from store.report import date_of
from store.scripts import Client
from store.summed import Proof
from store.tally import DIVIDED, Day
from store.usage import Usage
from tests.controls import MANAGER, REF, Bank
from tests.store.archiving import archive_in, fill, long_ago, move, recent
from tests.store.clock import Clock
from tests.store.recorded import DAY_MS, post, record
from tests.store.reversing import undo

PRICED = "rate 00ff00ff00 44 15000 60/60 0 120 pool office 60"
PLACE = DIVIDED.join(("calls", "Ruritania", "Sales"))
OTHER_PLACE = DIVIDED.join(("calls", "Elsewhere", "Sales"))


async def arrange(redis: Client) -> Bank:
    """A hundred dollars."""
    return await Bank.open(redis, balance=100)


@pytest.fixture
async def bank(redis: Client) -> Bank:
    """As `arrange` says."""
    return await arrange(redis)


async def noon(bank: Bank) -> int:
    """Yesterday at noon, ms since the epoch."""
    return (await Usage(bank.redis).now_ms() // DAY_MS - 1) * DAY_MS + DAY_MS // 2


async def calls(bank: Bank) -> list[UsageRecord]:
    """Ten calls of yesterday, two at each of five hours, to two places."""
    start = await noon(bank)
    return [
        record(
            *(number, 1),
            start_ms=start + number // 2 * 3_600_000,
            destination="Elsewhere" if number % 3 else "Ruritania",
            centre="Sales",
            duration_s=100,
            basis=PRICED if number else "unrated no-rate",
        )
        for number in range(10)
    ]


async def fill_up(bank: Bank) -> str:
    """Calls, usage without a record, reversals of both kinds, summed up; answers the key of yesterday's sums."""
    await post(bank, await calls(bank))
    for _ in range(3):
        await bank.spend(2)
    _, packed, plain, *_ = await bank.entries()
    await undo(bank, packed.id, "record-1")
    await undo(bank, plain.id)
    sums = Usage(bank.redis)
    await sums.catch_up(REF)
    place = await sums.place(REF)
    return keys.usage_day(REF, place.generation, await noon(bank) // DAY_MS)


async def differences(bank: Bank, ref: AccountRef = REF) -> list[str]:
    """All that is said, yesterday's date left out."""
    yesterday = f"usage on {date_of(await noon(bank) // DAY_MS)}: "
    return [each.replace(yesterday, "") async for each in Proof(bank.redis, ref).differences()]


async def test_true_sums_are_passed_in_silence(bank: Bank) -> None:
    """Whatever they are made of; also before anything was summed, and while entries wait to be."""
    assert await differences(bank) == []
    await fill_up(bank)
    assert await differences(bank) == []

    await bank.spend(7)

    assert await differences(bank) == []
    assert [each async for each in summed.differences(bank.redis, None, keys.partition_of(REF.tenant))] == []


@pytest.mark.parametrize(
    ("hour", "kept", "said"),
    [
        (
            "12",
            "3 2000000 220 120 1",
            "calls is summed up as 11 calls, 10000000 millionths, 1180 s, 600 s of pools, 1 with",
        ),
        ("13", "1 1 0 0 0", "calls is summed up as 9 calls, "),
    ],
)
async def test_wrong_sums_of_a_service_are_told(bank: Bank, hour: str, kept: str, said: str) -> None:
    """What is kept, and what it would have to be."""
    day_key = await fill_up(bank)
    await bank.redis.hset(day_key, f"calls{DIVIDED}{hour}", kept)

    [told] = await differences(bank)

    assert told.startswith(said)
    assert told.endswith("come to 10 calls, 9000000 millionths, 1180 s, 540 s of pools, 1 without a price")


async def test_wrong_hour_is_told(bank: Bank) -> None:
    """The day's sums are right, and its hours are not."""
    day_key = await fill_up(bank)
    for one, other in (("13", "14"), ("15", "16")):
        had = await bank.redis.hmget(day_key, f"calls{DIVIDED}{one}", f"calls{DIVIDED}{other}")
        await bank.redis.hset(
            day_key, mapping={f"calls{DIVIDED}{one}": "0 0 0 0 0", f"calls{DIVIDED}{other}": _sum(had)}
        )

    assert await differences(bank) == ["its hours are not those of its calls"]


def _sum(texts: list[str]) -> str:
    return " ".join(str(sum(map(int, each))) for each in zip(*(text.split(" ") for text in texts), strict=True))


async def test_wrong_place_is_told(bank: Bank) -> None:
    """The service's sums are right, and two destinations are not."""
    day_key = await fill_up(bank)
    one, other = await bank.redis.hmget(day_key, PLACE, OTHER_PLACE)
    await bank.redis.hset(day_key, mapping={PLACE: other, OTHER_PLACE: one})

    assert await differences(bank) == ["its destinations and cost centres are not those of its calls"]


async def test_wrong_cost_of_a_place_is_told(bank: Bank) -> None:
    """A millionth that is missing is found."""
    day_key = await fill_up(bank)
    one = (await bank.redis.hget(day_key, PLACE)).split(" ")
    await bank.redis.hset(day_key, PLACE, " ".join([one[0], str(int(one[1]) - 1), *one[2:]]))

    assert await differences(bank) == ["its destinations and cost centres are not those of its calls"]


async def test_day_that_is_gone_or_was_never_is_told(bank: Bank) -> None:
    """The first as nothing, the second as what should not be."""
    day_key = await fill_up(bank)
    await bank.redis.rename(day_key, f"{day_key.rpartition(':')[0]}:{await noon(bank) // DAY_MS - 1}")
    await bank.redis.hset(keys.usage(REF), "first", await noon(bank) // DAY_MS - 1)

    never, gone = await differences(bank)

    assert f"{date_of(await noon(bank) // DAY_MS - 1)}: calls is summed up as 10 calls" in never
    assert gone.startswith("calls is summed up as 0 calls, 0 millionths")


async def test_wrong_total_is_told(bank: Bank) -> None:
    """Against the entries, and against what the ledger counts."""
    await fill_up(bank)
    await bank.redis.hset(keys.usage(REF), "totals", "calls=1")

    entries, ledger = await differences(bank)

    assert entries == "usage of calls is summed up as 1 millionths, its entries come to 13000000"
    assert ledger == "usage of calls is summed up as 1 millionths, the ledger counts 13000000"


async def test_wrong_count_of_the_ledger_is_told(bank: Bank) -> None:
    """Sums and entries agree, and it does not."""
    await fill_up(bank)
    await bank.redis.hset(keys.account(REF), "total:usage:calls", 1)

    assert await differences(bank) == ["usage of calls is summed up as 13000000 millionths, the ledger counts 1"]


async def test_places_that_were_counted_together_are_compared_together(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day of too many destinations is right if all of them together are."""
    monkeypatch.setattr(usage, "MAX_GROUPS", 2)
    start = await noon(bank)
    await post(bank, [record(number, 1, start_ms=start, destination=f"Place {number}") for number in range(9)])
    sums = Usage(bank.redis)
    await sums.catch_up(REF)
    assert await differences(bank) == []

    day_key = keys.usage_day(REF, (await sums.place(REF)).generation, start // DAY_MS)
    await bank.redis.hset(day_key, usage.OTHER, "1 1 0 0 0")

    assert await differences(bank) == ["its destinations and cost centres together are not all of its calls"]


async def test_sums_that_grow_meanwhile_are_no_difference(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was summed up behind the place that was read first is taken, too; summed anew by another clock as well."""
    await fill_up(bank)
    days, grown = Usage.days, list[int]()

    async def growing(self: Usage, ref: AccountRef, first: int, last: int) -> dict[int, Day]:
        if len(grown) < 2:
            await bank.spend(1)
            if grown:
                await Plans(bank.redis, bank.roles).set_zone(MANAGER, REF.tenant, "Asia/Tokyo", operation_id="zone")
            grown.append(await Usage(bank.redis).catch_up(REF))
        return await days(self, ref, first, last)

    monkeypatch.setattr(Usage, "days", growing)

    assert await differences(bank) == []
    assert len(grown) == 2


async def test_entry_that_cannot_be_read_is_told(bank: Bank) -> None:
    """Nothing more can be said of the account's usage."""
    await fill_up(bank)
    journal = await bank.redis.xrange(keys.journal(REF))
    await bank.redis.delete(keys.journal(REF))
    for entry_id, fields in journal:
        await bank.redis.xadd(keys.journal(REF), {"entry": fields["entry"].replace("\t2 10 ", "\t9 10 ")}, id=entry_id)

    [told] = await differences(bank)

    assert told.startswith("its usage cannot be summed: entry ")


@pytest.mark.redis
async def test_archived_entries_are_summed(redis: Client, clock: Clock, tmp_path: Path) -> None:
    """From the archive where there is one; that entries are nowhere is told."""
    long_ago(clock)
    bank = await Bank.open(redis)
    await fill(bank, clock)
    archive = archive_in(tmp_path)
    await recent(bank, clock)
    assert await move(redis, archive)
    await Usage(redis, past=archive).catch_up(REF)

    assert [each async for each in Proof(redis, REF, archive).differences()] == []
    [told] = await differences(bank)
    assert "is neither in the journal nor archived" in told
    await redis.hset(keys.usage(REF), "totals", "calls=1")
    assert len([each async for each in Proof(redis, REF, archive).differences()]) == 2
