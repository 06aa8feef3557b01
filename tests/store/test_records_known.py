"""What an account knows of call records: which it has posted, and whether one tells the same."""

import dataclasses
from itertools import chain

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from store import keys
from store.lines import Lines
from store.marks import MARK
from store.outcomes import Reason
from store.packing import marks_of
from store.recording import MAX_LINES, Recorded
from store.records import UsageRecord
from store.scripts import Scripts
from tests.controls import REF, Bank, usd
from tests.everywhere import every_key
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.posting import arrange, dump
from tests.store.recorded import DAY_MS, post, posted, record, summary

CONFLICT = Reason.OPERATION_CONFLICT
START_DAY = record(1).start_ms // DAY_MS


bank = bank_on_clock(arrange)


async def marks_in(bank: Bank, key: str) -> list[str]:
    """The marks of a set."""
    text = await bank.redis.get(key)
    return [text[at : at + MARK] for at in range(0, len(text), MARK)]


async def test_repeats_are_left_out_one_by_one(bank: Bank) -> None:
    """Where pages overlap, the new ones make the entry."""
    await post(bank, [record(number) for number in range(1, 5)])

    outcome = await post(bank, [record(number) for number in (7, 3, 5, 2, 6)])

    assert summary(outcome) == (3, ["record-3", "record-2"], [])
    assert [each.id for each in await posted(bank)] == [f"record-{n}" for n in (1, 2, 3, 4, 7, 5, 6)]
    assert (await bank.account()).balance == usd(93)
    await bank.prove()


async def test_many_that_are_new_are_told_from_those_that_are_known(bank: Bank) -> None:
    """As one by one."""
    await post(bank, [record(number, "0.01") for number in range(0, 120, 2)])

    outcome = await post(bank, [record(number, "0.01") for number in range(120)])

    assert summary(outcome) == (60, [f"record-{number}" for number in range(0, 120, 2)], [])
    await bank.prove()


async def test_page_of_repeats_changes_nothing(bank: Bank) -> None:
    """And makes no entry."""
    lines = [record(number) for number in range(600)]
    await post(bank, lines)
    before = await dump(bank.redis)

    outcome = await post(bank, lines)

    assert outcome == Recorded((), 0, tuple(lines), ())
    assert await dump(bank.redis) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": usd(2)},
        {"service": "texts"},
        {"destination": "+447946000002"},
        {"start_ms": record(1).start_ms + 1},
        {"start_ms": record(1).start_ms + DAY_MS},
        {"start_ms": record(1).start_ms - DAY_MS},
    ],
)
@pytest.mark.parametrize("together", [False, True])
async def test_known_id_with_other_contents_is_refused(bank: Bank, changes: dict[str, object], together: bool) -> None:
    """Another amount, service, destination or start, by a day at most; the first stays, the others are posted."""
    other = dataclasses.replace(record(1), **changes)  # type: ignore[arg-type]
    if not together:
        await post(bank, [record(1)])

    outcome = await post(bank, [*([record(1)] if together else []), record(2), other, record(3)])

    assert summary(outcome) == (2 + together, [], [("record-1", CONFLICT)])
    assert sorted(each.id for each in await posted(bank)) == ["record-1", "record-2", "record-3"]
    assert (await bank.account()).balance == usd(97)
    await bank.prove()


async def test_record_that_starts_days_later_is_another(bank: Bank) -> None:
    """A record is known by its id among those that start within a day of it: ids of GUIDs never come to that."""
    later = dataclasses.replace(record(1), start_ms=record(1).start_ms + 2 * DAY_MS)

    outcome = await post(bank, [record(1)]), await post(bank, [later])

    assert [each.posted for each in outcome] == [1, 1]


async def test_memo_is_not_compared(bank: Bank) -> None:
    """How a price was explained may change; the record is the same."""
    await post(bank, [record(1)])

    outcome = await post(bank, [record(1, memo="said otherwise")])

    assert summary(outcome) == (0, ["record-1"], [])


async def test_doubles_in_one_page_are_posted_once(bank: Bank) -> None:
    """The first counts; what comes again is a repeat, or refused if it tells something else."""
    one = record(1)
    lines = [one, record(2), one, record(2, 7), record(3), record(1), record(2, 7)]

    outcome = await post(bank, lines)

    assert summary(outcome) == (3, ["record-1", "record-1"], [("record-2", CONFLICT), ("record-2", CONFLICT)])
    assert (await bank.account()).balance == usd(97)
    await bank.prove()


@pytest.mark.parametrize("days", [1, 45, 89.9])
async def test_record_is_remembered_for_ninety_days(bank: Bank, clock: Clock, days: float) -> None:
    """Whenever its call was."""
    lines = [record(1), record(2, start_ms=clock.ms), record(3, start_ms=clock.ms - 100 * DAY_MS)]
    await post(bank, lines)
    clock.advance(days=days)

    assert (await post(bank, lines)).repeated == tuple(lines)


async def test_what_is_remembered_is_dropped_after_ninety_one_days(bank: Bank, clock: Clock) -> None:
    """By Redis itself; a later record of the same day keeps its set for as long."""
    await post(bank, [record(1), record(2, start_ms=record(2).start_ms - 40 * DAY_MS)])
    clock.advance(days=30)
    await post(bank, [record(3)])

    found = [each for each in await every_key(bank.redis) if ":known:" in each or ":days:" in each]
    assert sorted([await bank.redis.pexpiretime(key) - clock.ms for key in found]) == [
        61 * DAY_MS, 61 * DAY_MS, 91 * DAY_MS, 91 * DAY_MS
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 180, 500])
async def test_day_of_any_size_is_remembered_whole(bank: Bank, size: int) -> None:
    """Through all levels of its sets."""
    await bank.grant(1000)
    count = 2100 if size > 1 else 200
    lines = [UsageRecord(f"record-{number}", usd("0.01"), record(0).start_ms) for number in range(count)]

    first = [await post(bank, lines[at : at + size]) for at in range(0, len(lines), size)]
    again = await post(bank, lines)

    assert sum(each.posted for each in first) == len(lines)
    assert again.repeated == tuple(lines)
    await bank.prove()


async def test_day_of_any_size_begins_with_one_set(bank: Bank) -> None:
    """And goes on with more when that is full."""
    lines = [record(number, "0.01", start_ms=record(0).start_ms) for number in range(513)]
    found = []

    for page in (lines[:256], lines[256:512], lines[512:]):
        await post(bank, page)
        found.append(sorted(each.partition(":known:")[2] for each in await every_key(bank.redis) if ":known:" in each))

    assert found[:2] == [["20400:0:0"]] * 2
    assert [each[:8] for each in found[2]] == ["20400:0:", "20400:1:"]


async def test_sets_hold_the_names_of_their_numbers(bank: Bank) -> None:
    """Each the records whose names begin as its number says, so that the next page finds them there."""
    await bank.redis.set(keys.day(REF, 20400), "somebody 512 0 0 0 0 0")
    lines = [record(number, "0.01", start_ms=record(0).start_ms) for number in range(MAX_LINES)]

    await post(bank, lines)

    known = {key.partition(":known:")[2]: key for key in await every_key(bank.redis) if ":known:" in key}
    found = {key: {ord(each[10]) - ord("0") >> 3 for each in await marks_in(bank, known[key])} for key in known}
    assert found == {f"20400:1:{number}": {number} for number in range(8)}


async def test_sets_hold_the_names_of_their_numbers_on_every_level(bank: Bank) -> None:
    """A page that goes on with more sets is looked for in all that were before."""
    await bank.grant(1000)
    lines = [record(number, "0.01", start_ms=record(0).start_ms) for number in range(6000)]
    await post(bank, lines)

    assert len([each for each in await every_key(bank.redis) if ":known:20400:2:" in each]) > 8
    assert (await post(bank, lines)).repeated == tuple(lines)


async def test_mark_begins_where_another_ends(bank: Bank) -> None:
    """A name whose characters come across two marks is not there; it may be there further on."""
    lines = [record(number) for number in range(1, 4)]
    await post(bank, lines[:2])
    [key] = [each for each in await every_key(bank.redis) if ":known:" in each]
    mark = marks_of(Lines.of_records([lines[2]]).batch).marks
    name, known = mark[:11], await bank.redis.get(key)
    across = f"00000{name}".ljust(2 * MARK, "0")

    for behind, repeated in (("", 0), (mark, 1)):
        await bank.redis.set(key, across + known + behind)
        answer = await Scripts(bank.redis).call(
            "find_records",
            {"account": keys.account(REF), "home": keys.account(REF)},
            starts=f"{START_DAY} 1 - - -",
            all_marks=mark,
        )
        assert answer == "=" * repeated


async def test_name_on_the_edge_of_sets_belongs_to_the_later(bank: Bank) -> None:
    """A name is the first of its set's when it is the least that the set can hold."""
    await bank.redis.set(keys.day(REF, 20400), "somebody 512 0 0 0 0 0")
    edge = 3 << 61
    names = [edge - 1, edge]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.lines.names_of", lambda ids, _: pa.array(names[-len(ids) :], pa.uint64()))

        await post(bank, [record(1), record(2)])

        assert {key[-3:] for key in await every_key(bank.redis) if ":known:" in key} == {"1:2", "1:3"}
        assert (await post(bank, [record(2)])).repeated == (record(2),)


async def test_sets_are_short(bank: Bank) -> None:
    """None is long to be searched, and they hold nothing but the marks."""
    await bank.grant(1000)
    lines = [UsageRecord(f"record-{number}", usd("0.01"), record(0).start_ms) for number in range(9000)]

    await post(bank, lines)

    found = [await marks_in(bank, each) for each in await every_key(bank.redis) if ":known:" in each]
    assert max(map(len, found)) <= 2 * 512
    assert len({*chain(*found)}) == sum(map(len, found)) == len(lines)
    assert len(found) <= 1 + 8 + 64


async def test_batch_of_many_days_is_posted(bank: Bank) -> None:
    """Whatever the days: far apart, before 1970, in any order."""
    lines = [record(number, "0.1", start_ms=(250 - number) * 3 * DAY_MS) for number in range(MAX_LINES)]

    first, again = await post(bank, lines), await post(bank, lines)

    assert (first.posted, len(again.repeated)) == (MAX_LINES, MAX_LINES)
    await bank.prove()


async def test_known_records_are_found(bank: Bank) -> None:
    """Whether they tell the same or not, and without changing anything."""
    await post(bank, [record(1), record(2)])
    before = await dump(bank.redis)
    asked = [record(3), record(1), record(2, 7)]
    marks = marks_of(Lines.of_records(asked).batch)

    answer = await Scripts(bank.redis).call(
        "find_records",
        {"account": keys.account(REF), "home": keys.account(REF)},
        starts=marks.starts,
        all_marks=marks.marks,
    )

    states = dict(zip(marks.order.tolist(), answer, strict=True))
    assert [states[row] for row in range(3)] == [".", "=", "!"]
    assert await dump(bank.redis) == before
