"""Reversals of what was archived: read where it lies, proven, and as seldom as what the journal still has: once."""

from pathlib import Path

import pytest

from store import keys
from store.account import Entry
from store.archive import Archive
from store.keys import AccountRef
from store.manifest import ArchiveError, Manifest
from store.operations import contents, mark
from store.outcomes import Posted, Reason, Refused, Repeated
from store.scripts import Client, Scripts
from tests.controls import REF, Bank, entry_id, usd
from tests.store import archiving
from tests.store.archiving import JOURNAL, PARTITION, SECOND, move
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.pair import last
from tests.store.posting import dump
from tests.store.recorded import post, record
from tests.store.reversing import undo

LINES = [record(number, number) for number in (1, 2, 3)]
UNKNOWN = Refused(Reason.UNKNOWN_ENTRY)
ALREADY = Refused(Reason.ALREADY_REVERSED)


class Shelf:
    """An archive that has what it was given, without any proof."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = {each.id: each for each in entries}

    async def proven(self, ref: AccountRef, entry_id: str, digest: str) -> Entry | None:
        """The entry of that id."""
        assert (ref, digest) == (REF, "")
        return self.entries.get(entry_id)


async def arrange(redis: Client) -> Bank:
    """A grant of 100, a call of 30 and call records of 6 were archived, and a call of 1, which stays; then one of 2."""
    bank = await Bank.open(redis, balance=100)
    await bank.spend(30)
    await post(bank, LINES)
    stays = entry_id(await bank.spend(1))
    await bank.spend(2)
    shelf.entries = {each.id: each for each in await bank.entries()}
    await redis.xtrim(JOURNAL, minid=stays, approximate=False)
    await redis.hset(keys.account(REF), "archived", stays)
    return bank


shelf = Shelf([])
"""What the last arranged bank had, from the first entry to the last."""


bank = bank_on_clock(arrange)


def entries() -> list[Entry]:
    """What there was before anything was archived, oldest first."""
    return list(shelf.entries.values())


async def claim(bank: Bank, entry: str, told: str) -> str:
    """Tell the script what would be in the archive, and answer its first two words."""
    named = {"account": keys.account(REF), "journal": JOURNAL, "reversed": keys.reversals(REF)}
    named |= {"unpriced": keys.unpriced(REF), "pooled": keys.pooled(REF)}
    named |= {"outbox": keys.outbox(PARTITION), "due": keys.due(PARTITION), "payment": keys.payment(REF.tenant, "p")}
    operation = bank.operation()
    answer = await Scripts(bank.redis).call(
        "reverse_entry",
        named,
        tenant=REF.tenant,
        account_id=REF.account,
        entry_id=entry,
        told=told,
        mark=mark(operation),
        contents=contents(operation),
        lifetime_ms=86_400_000,
        payment_id="p",
        note="\t\t\t",
    )
    return " ".join(str(answer).split(" ")[:2])


async def test_archived_entry_is_reversed(bank: Bank) -> None:
    """Once, as if it were still in the journal."""
    call = entries()[1]

    outcome = await undo(bank, call.id, "", "chargeback", past=shelf)

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(61), usd(91))
    made = await last(bank)
    assert (made.debit, made.credit, made.moved, made.ref) == ("usage:calls", "wallet", usd(30), call.id)
    assert await undo(bank, call.id, past=shelf) == ALREADY
    assert isinstance(await undo(bank, call.id, "", "chargeback"), Repeated)


async def test_archived_record_is_reversed(bank: Bank) -> None:
    """And then the rest of its entry."""
    packed = entries()[2]

    assert isinstance(await undo(bank, packed.id, "record-2", "chargeback", past=shelf), Posted)
    assert await undo(bank, packed.id, "record-2", past=shelf) == ALREADY
    assert await undo(bank, packed.id, "record-9", past=shelf) == Refused(Reason.UNKNOWN_RECORD)
    assert isinstance(await undo(bank, packed.id, "record-2", "chargeback"), Repeated)
    assert isinstance(await undo(bank, packed.id, past=shelf), Posted)
    assert (await last(bank)).moved == usd(4)


async def test_without_the_archive_its_entries_are_unknown(bank: Bank) -> None:
    """As are those that it does not have."""
    before = await dump(bank.redis)

    assert await undo(bank, entries()[1].id) == UNKNOWN
    assert await undo(bank, entries()[2].id, "record-1") == UNKNOWN
    assert await undo(bank, entries()[1].id, past=Shelf([])) == UNKNOWN
    assert await undo(bank, "x", past=shelf) == UNKNOWN
    assert await dump(bank.redis) == before


async def test_what_was_reversed_stays_reversed_in_the_archive(redis: Client, clock: Clock) -> None:
    """The entry's name is enough to know it again."""
    clock.advance(days=1)
    bank = await Bank.open(redis, balance=100)
    call = entry_id(await bank.spend(30))
    [packed] = (await post(bank, LINES)).entries
    await undo(bank, call)
    await undo(bank, packed.entry, "record-1")
    stays = entry_id(await bank.spend(1))
    kept = Shelf(await bank.entries())
    await redis.xtrim(JOURNAL, minid=stays, approximate=False)
    await redis.hset(keys.account(REF), "archived", stays)

    assert await undo(bank, call, past=kept) == ALREADY
    assert await undo(bank, packed.entry, "record-1", past=kept) == ALREADY
    assert isinstance(await undo(bank, packed.entry, past=kept), Posted)
    assert (await last(bank)).moved == usd(5)


# -- what the script takes nobody's word for


async def test_only_what_was_archived_is_taken_from_the_archive(bank: Bank) -> None:
    """What the journal has lost otherwise is unknown, whoever says what it was."""
    lost, stays = entries()[-1], entries()[-2]
    await bank.redis.xdel(JOURNAL, lost.id)
    before = await dump(bank.redis)

    assert await undo(bank, lost.id, past=shelf) == UNKNOWN
    assert await claim(bank, lost.id, lost.line) == "refused unknown_entry"
    assert await claim(bank, f"{stays.at_ms + 1}-2", entries()[1].line) == "refused unknown_entry"
    assert await dump(bank.redis) == before


async def test_nothing_is_taken_from_the_archive_of_an_account_without_one(bank: Bank) -> None:
    """Nor for an account that is not there."""
    await bank.redis.hdel(keys.account(REF), "archived")
    call = entries()[1]

    assert await claim(bank, call.id, call.line) == "refused unknown_entry"
    assert await undo(bank, call.id, past=shelf) == UNKNOWN
    missing = AccountRef(REF.tenant, "missing")
    assert await undo(bank, call.id, ref=missing, past=shelf) == Refused(Reason.UNKNOWN_ACCOUNT)


async def test_journal_is_believed_and_nobody_else(bank: Bank) -> None:
    """Where it has the entry, what a caller tells of it is not looked at."""
    stays = entries()[-2]
    told = stays.line.replace("\t1000000\t", "\t9000000\t")
    assert told != stays.line

    assert (await claim(bank, stays.id, told)).startswith("posted")
    assert (await last(bank)).moved == usd(1)


async def test_entry_of_a_version_is_one_entry(bank: Bank) -> None:
    """Told with another time or another spelling it is not reversed once more."""
    call = entries()[1]
    await undo(bank, call.id, past=shelf)

    assert await claim(bank, f"{call.at_ms - 1}-2", call.line) == "refused already_reversed"
    for spelled in (f"0{call.id}", f"{call.at_ms}-02", f"{call.id} "):
        assert await claim(bank, spelled, call.line) == "refused unknown_entry"


@pytest.mark.parametrize(
    "told",
    ["", "nonsense", "records\twallet\tusage:calls\t00\t"]
    + [f"usage\twallet\tusage:calls\t{each}\t" for each in ("-1", "01", "0")],
)
async def test_what_is_no_entry_is_refused(bank: Bank, told: str) -> None:
    """The amount is a plain number above zero."""
    assert await claim(bank, entries()[1].id, told) == "refused unknown_entry"


# -- with the archive itself


@pytest.fixture
async def old(redis: Client, clock: Clock) -> Bank:
    """Two accounts with entries of four months ago, call records among them."""
    archiving.long_ago(clock)
    bank = await Bank.open(redis)
    await post(bank, LINES)
    clock.advance(days=1)
    await archiving.fill(bank, clock)
    return bank


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty one."""
    return archiving.archive_in(tmp_path)


async def test_entries_are_reversed_through_the_archive(old: Bank, archive: Archive, clock: Clock) -> None:
    """And journal and archive prove themselves afterwards, also when the reversals are archived as well."""
    whole = await old.entries()
    await move(old.redis, archive)
    clock.advance(days=1)

    assert isinstance(await undo(old, whole[0].id, "record-2", past=archive), Posted)
    assert isinstance(await undo(old, whole[2].id, past=archive), Posted)
    assert isinstance(await undo(old, whole[0].id, past=archive), Posted)
    assert [each.moved for each in (await old.entries())[-3:]] == [usd(2), usd(1), usd(4)]
    assert await archiving.prove(old, archive) == []
    await archiving.recent(old, clock)
    await move(old.redis, archive)
    assert await undo(old, whole[0].id, "record-1", past=archive) == ALREADY
    assert await archiving.prove(old, archive) == []


async def test_entry_that_is_not_in_the_archive_is_unknown(old: Bank, archive: Archive) -> None:
    """Another account's, or one of another time."""
    [first, *_] = await old.entries()
    other = (await old.entries(SECOND))[0]
    await move(old.redis, archive)

    for entry in (other.id, f"{first.at_ms + 1}-1", "1-1", "1-0", f"{first.at_ms}-999"):
        assert await undo(old, entry, past=archive) == UNKNOWN


async def test_file_that_was_changed_reverses_nothing(old: Bank, archive: Archive, tmp_path: Path) -> None:
    """Its digest is not the one that its manifest tells."""
    [first, *_, later, _] = await old.entries()
    await move(old.redis, archive)
    day = tmp_path / archive.manifest(PARTITION, archive.days(PARTITION)[0]).file
    day.write_bytes(day.read_bytes() + b"x")

    with pytest.raises(ArchiveError, match="not the file that its manifest tells of"):
        await undo(old, first.id, "record-1", past=archive)
    assert isinstance(await undo(old, later.id, past=archive), Posted)


async def test_manifest_that_was_changed_reverses_nothing(old: Bank, archive: Archive, tmp_path: Path) -> None:
    """The one after it names another; so does one that Redis does not remember, or that is gone."""
    [first, *_] = await old.entries()
    await move(old.redis, archive)
    days = archive.days(PARTITION)
    name = tmp_path / archive.manifest(PARTITION, days[0]).name
    was = name.read_bytes()
    name.write_bytes(was.replace(first.id.encode(), f"{first.at_ms - 1}-1".encode()))
    assert Manifest.decode(name.read_bytes()).encode() != was

    with pytest.raises(ArchiveError, match="does not follow on the manifest before it"):
        await undo(old, first.id, "record-1", past=archiving.archive_in(tmp_path))
    name.unlink()
    with pytest.raises(ArchiveError, match="follows on a manifest that is not there"):
        await undo(old, first.id, "record-1", past=archiving.archive_in(tmp_path))
    with pytest.raises(ArchiveError, match="what Redis remembers follows on a manifest that is not there"):
        await undo(old, first.id, past=archiving.archive_in(tmp_path / "elsewhere"))


async def test_day_that_redis_does_not_remember_yet_is_passed_over(old: Bank, archive: Archive, clock: Clock) -> None:
    """Its archiver has died before it trimmed; what was archived before is proven all the same."""
    [first, *_] = await old.entries()
    await move(old.redis, archive)
    remembered = await old.redis.hgetall(keys.archive(PARTITION))
    await old.spend(1)
    await archiving.recent(old, clock)
    await move(old.redis, archive)
    await old.redis.hset(keys.archive(PARTITION), mapping=remembered)

    assert isinstance(await undo(old, first.id, "record-1", past=archive), Posted)
