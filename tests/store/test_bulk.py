"""Entries taken by the thousand: the same is said and the same comes out as one by one."""

import random
from collections.abc import Iterator

import pytest

from store import bulk
from store.bulk import Segment
from store.columns import Raw, decode, parse
from store.lots import Lot
from store.replay import Replay
from tests.store.journals import FIELDS, journal, tampered

SEEDS = range(40)


def one_by_one(raw: list[Raw], replay: Replay) -> Iterator[str]:
    """What `Replay` says of each, in words."""
    for each in raw:
        try:
            entry = decode(each, "USD")
        except ValueError as error:
            yield f"an entry after version {replay.version} cannot be read: {error}"
            continue
        yield from replay.take(entry)


def at_once(journals: list[list[Raw]], replays: list[Replay]) -> list[list[str]]:
    """What is said of several accounts' entries taken together."""
    raw = [each for some in journals for each in some]
    segments, start = [], 0
    for some, replay in zip(journals, replays, strict=True):
        segments.append(Segment(replay, start, start + len(some)))
        start += len(some)
    said: dict[int, list[str]] = {id(replay): [] for replay in replays}
    for replay, text in bulk.take(parse(raw), segments, lambda row: decode(raw[row], "USD")):
        said[id(replay)].append(text)
    return list(said.values())


def outcome(replay: Replay) -> tuple[object, ...]:
    """All that a replay has come to."""
    totals = {name: micros for name, micros in replay.totals.items() if micros}
    return replay.balance, replay.version, replay.last, totals, replay.lots, replay.holds


@pytest.mark.parametrize("number", SEEDS)
def test_true_journals_come_to_the_same(number: int) -> None:
    """Journals of several accounts, in batches cut anywhere: nothing is said, and every number is the same."""
    seed = random.Random(number)  # noqa: S311 no secret
    journals = [journal(seed, seed.randint(2, 400)) for _ in range(seed.randint(1, 5))]
    slow, fast = [Replay() for _ in journals], [Replay() for _ in journals]

    for some, replay in zip(journals, slow, strict=True):
        assert list(one_by_one(some, replay)) == []
    cuts = [seed.randint(1, len(some) - 1) for some in journals]
    for part in (slice(None, 1), slice(1, None)):
        parts = [[some[:cut], some[cut:]] for some, cut in zip(journals, cuts, strict=True)]
        assert at_once([each[part][0] for each in parts], fast) == [[] for _ in journals]

    assert [outcome(each) for each in fast] == [outcome(each) for each in slow]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("number", SEEDS)
def test_a_tampered_field_is_found_and_said_alike(number: int, field: str) -> None:
    """One field of one entry changed: found, by what is said or by what comes out, in the same words as one by one."""
    seed = random.Random(number)  # noqa: S311 no secret
    journals = [journal(seed, 120) for _ in range(3)]
    true = [Replay() for _ in journals]
    at_once(journals, true)
    row = seed.randrange(120)
    journals[1][row] = tampered(seed, journals[1][row], field)
    slow, fast = [Replay() for _ in journals], [Replay() for _ in journals]

    said = [list(one_by_one(some, replay)) for some, replay in zip(journals, slow, strict=True)]

    assert at_once(journals, fast) == said
    assert [outcome(each) for each in fast] == [outcome(each) for each in slow]
    assert said[1] or outcome(fast[1]) != outcome(true[1])
    assert (said[0], said[2]) == ([], [])


@pytest.mark.parametrize("missing", [0, 5, 18])
def test_a_missing_entry_is_found(missing: int) -> None:
    """An entry that was taken out leaves a gap in the versions."""
    raw = journal(random.Random(1), 20)  # noqa: S311 no secret
    del raw[missing]

    [said] = at_once([raw], [Replay()])

    assert said[0].endswith(f"has version {missing + 2}, not {missing + 1}")


def test_sums_beyond_64_bits_are_not_trusted_to_columns() -> None:
    """Amounts whose sum does not fit are taken one by one, exactly."""
    most = 2**53 - 1
    raw = [(b"1-1", f"grant\tpromotional\twallet\t{most}\t{most}\t1/0/900000000000000\ta\to\t\t".encode())]
    for version in range(2, 2050):
        sign, after = ("usage\twallet\tusage:a", 0) if version % 2 == 0 else ("grant\tpromotional\twallet", most)
        lots = str(version - 1) if version % 2 == 0 else f"{version}/0/900000000000000"
        raw.append((f"1-{version}".encode(), f"{sign}\t{most}\t{after}\t{lots}\ta\to\t\t".encode()))
    replay = Replay()

    assert at_once([raw], [replay]) == [[]]
    assert replay.totals["usage:a"] == 1024 * most
    assert replay.lots == {"2049": Lot("2049", most, True, 900_000_000_000_000)}
