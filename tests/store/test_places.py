"""Where accounts have their last archived entries: found from the newest manifest, which does not list them all."""

import hashlib
import json
import random
from pathlib import Path

import pytest

from store import keys
from store.archive import Archive
from store.folder import Folder
from store.keys import AccountRef
from store.manifest import Manifest, Part, Place, named_as
from store.replay import Replay
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store import archiving
from tests.store.archiving import PARTITION, SECOND, Failing, everything, move, prove, through
from tests.store.clock import Clock
from tests.store.test_filed import manifests

REFS = [AccountRef(REF.tenant, f"a{number}") for number in range(300)]


def day_of(number: int) -> str:
    """Days in order."""
    return f"{2000 + number // 336}-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d}"


def write(archive: Archive, number: int, refs: list[AccountRef], known: dict[AccountRef, Place]) -> Manifest:
    """The next manifest, of these accounts; where they are becomes `known`."""
    head, day = archive.head(PARTITION), day_of(number)
    next_number, listed, beyond = archive.following(head)
    parts = {
        named_as(ref): Part(f"{number}-1", f"{number}-1", known[ref].day if ref in known else "", "", Replay().carry())
        for ref in refs
    }
    made = Manifest(
        partition=PARTITION,
        day=day,
        file=f"p{PARTITION:02d}/{day}.{0:012d}.parquet",
        entries=len(refs),
        sha256="0" * 64,
        entries_sha256="0" * 64,
        before=head.digest if head else "",
        sums={},
        accounts=parts,
        elsewhere={named: place for named, place in listed.items() if named not in parts},
        number=next_number,
        beyond=beyond,
    )
    archive.folder.put_new(made.name, made.encode())
    known.update(dict.fromkeys(refs, Place(day, f"{number}-1")))
    return made


def as_schema_1(folder: Path) -> str:
    """The manifests become those of the first schema, chained anew; answers the last one's digest."""
    known: dict[str, str] = {}
    digest = ""
    for path in manifests(folder):
        told = json.loads(path.read_bytes())
        known = {**known, **dict.fromkeys(told["accounts"], told["day"])}
        del told["number"], told["beyond"]
        elsewhere = {named: day for named, day in known.items() if named not in told["accounts"]}
        told |= {"schema": 1, "before": digest, "elsewhere": elsewhere}
        path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return digest


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("first", [0, 5])
def test_each_account_is_found_from_each_manifest(tmp_path: Path, number: int, first: int) -> None:
    """Whoever had entries on whatever days, and if the first manifests are of schema 1; none that had none is found."""
    seed = random.Random(number)  # noqa: S311 no secret
    archive = archiving.archive_in(tmp_path)
    known: dict[AccountRef, Place] = {}
    for at in range(70):
        write(archive, at, sorted(seed.sample(REFS[:40], seed.choice([1, 1, 2, 9])), key=named_as), known)
        if at + 1 == first:
            as_schema_1(tmp_path)
            archive = archiving.archive_in(tmp_path)

        assert archive.places(archive.head(PARTITION), REFS) == known


def test_a_search_takes_as_many_steps_as_the_number_has_bits(tmp_path: Path) -> None:
    """However many days there are, few manifests are read for an account that was not in use for long."""
    archive = archiving.archive_in(tmp_path)
    known: dict[AccountRef, Place] = {}
    for at in range(127):
        write(archive, at, [REFS[at]], known)
    counted = Failing(Folder(str(tmp_path)), lambda name, _: name == "read")

    found = Archive(counted)  # type: ignore[arg-type]
    places = found.places(found.head(PARTITION), REFS[:1])

    assert places == {REFS[0]: Place(day_of(0), "0-1")}
    assert counted.calls == 7


def test_manifests_together_list_few_of_many_accounts(tmp_path: Path) -> None:
    """Not days times accounts: of one account a day, half of the bits of the days' number for each day."""
    archive = archiving.archive_in(tmp_path)
    known: dict[AccountRef, Place] = {}

    listed = [len(write(archive, at, [ref], known).elsewhere) for at, ref in enumerate(REFS[:256])]

    assert sum(listed) == 256 * 8 // 2
    assert listed[0::2] == [0] * 128
    assert listed[-1] == 255


def test_memory_for_manifests_is_bounded_by_their_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many days were looked at, so many bytes stay at most, or the one that was read last."""
    archive = archiving.archive_in(tmp_path)
    known: dict[AccountRef, Place] = {}
    for at in range(20):
        write(archive, at, REFS[:10], known)
    archive = archiving.archive_in(tmp_path)
    sizes = [path.stat().st_size for path in manifests(tmp_path)]

    for bound, left in ((sum(sizes[-3:]), 3), (sum(sizes[-3:]) - 1, 2), (1, 1)):
        monkeypatch.setattr("store.archive._REMEMBERED", bound)
        for at in range(20):
            archive.manifest(PARTITION, day_of(at))
        assert len(archive._manifests) == left


async def test_an_archive_of_the_first_schema_is_read_and_continued(
    redis: Client, clock: Clock, tmp_path: Path
) -> None:
    """Its manifests stay as they are; new ones follow, and history, proof and the journals go on over both."""
    archiving.long_ago(clock)
    bank = await Bank.open(redis)
    await archiving.fill(bank, clock)
    before = {ref: await everything(bank.ledger, ref) for ref in (REF, SECOND)}
    await move(redis, archiving.archive_in(tmp_path))
    await redis.hset(keys.archive(PARTITION), "digest", as_schema_1(tmp_path))
    old = [path.read_bytes() for path in manifests(tmp_path)]
    assert await prove(bank, archiving.archive_in(tmp_path)) == []
    for ref in (REF, REF, SECOND, REF, REF, SECOND):
        clock.advance(days=1)
        await archiving.credit(bank, ref)
        before[ref].append((await bank.entries(ref))[-1])

    assert await move(redis, archiving.archive_in(tmp_path)) == 6

    archive = archiving.archive_in(tmp_path)
    assert [path.read_bytes() for path in manifests(tmp_path)[:3]] == old
    assert [archive.manifest(PARTITION, day).number for day in archive.days(PARTITION)] == [0, 0, *range(7)]
    assert [await everything(through(bank, archive), ref) for ref in before] == list(before.values())
    assert await prove(bank, archive) == []
