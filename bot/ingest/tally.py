"""What has become of the records of an import: counted block by block, kept with its place, told at its end."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.ingest.blocks import Block
from bot.ingest.refusals import Refused
from store.charged import Charged
from store.rating import State

MOST_WORDS = 200
"""So many destinations, services, codes and reasons are counted by their names, what comes later together."""
OTHERS = "…"


@dataclass(slots=True)
class Tally:
    """Counts of an import, or of a part of it.

    Attributes:
        lines: how many were read.
        records: how many of them are call records.
        charged: of each service how many records were charged, and what they cost together, in millionths; where
            `amounts` has several currencies, of all of these.
        amounts: what all of them cost, in millionths, by currency: rules may have accounts of others pay.
        pooled: how many were paid with included minutes alone.
        pooled_s: of each pool the seconds that it took, also of records that were charged for the rest.
        free: how many cost nothing.
        repeated: how many were known before, and changed nothing.
        unrated: of each destination how many have no price yet.
        refused: of each reason how many lines were refused.
        unknown: of each code that the model does not have, as "call_type echo_in", how many records have it.
        seconds: how long it took.
    """

    lines: int = 0
    records: int = 0
    charged: dict[str, tuple[int, int]] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    pooled: int = 0
    pooled_s: dict[str, int] = field(default_factory=dict)
    free: int = 0
    repeated: int = 0
    unrated: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Tally":
        """What `as_json` said."""
        charged = {service: (count, micros) for service, (count, micros) in told.get("charged", {}).items()}
        return cls(**{**told, "charged": charged})

    @property
    def taken(self) -> int:
        """How many records the ledger took, or had taken before."""
        charged = sum(count for count, _ in self.charged.values())
        return charged + self.pooled + self.free + self.repeated + sum(self.unrated.values())

    def as_json(self) -> dict[str, Any]:
        """For programs, and for `of`."""
        return asdict(self)

    def add_block(self, block: Block, charged: Charged, refused: Iterable[Refused]) -> None:
        """A block that was charged; `refused` are all its lines that were refused, by the reader or by the ledger."""
        self.lines += block.end.line - block.begin.line
        self.records += len(block.records)
        self._add_charged(charged)
        _add(self.refused, ((each.reason, 1) for each in refused))
        _add(self.unknown, ((f"{column} {code}", count) for (column, code), count in block.unknown.items()))

    def add(self, other: "Tally") -> None:
        """Those of another file."""
        self.lines += other.lines
        self.records += other.records
        self.pooled += other.pooled
        self.free += other.free
        self.repeated += other.repeated
        self.seconds += other.seconds
        _add_sums(self.charged, other.charged)
        _add(self.amounts, other.amounts.items())
        _add(self.pooled_s, other.pooled_s.items())
        _add(self.unrated, other.unrated.items())
        _add(self.refused, other.refused.items())
        _add(self.unknown, other.unknown.items())

    def _add_charged(self, charged: Charged) -> None:
        self.pooled += charged.states[State.POOLED]
        self.free += charged.states[State.FREE]
        self.repeated += charged.repeated
        _add_sums(
            self.charged, {each: (count, charged.costs[each]) for each, count in charged.charged.items() if count}
        )
        _add(self.amounts, ((currency, micros) for currency, micros in charged.micros.items() if micros))
        _add(self.pooled_s, charged.pools.items())
        _add(self.unrated, charged.unrated.items())


def _add(counts: dict[str, int], more: Iterable[tuple[str, int]]) -> None:
    for word, count in more:
        place = _place(counts, word)
        counts[place] = counts.get(place, 0) + count


def _add_sums(sums: dict[str, tuple[int, int]], more: Mapping[str, tuple[int, int]]) -> None:
    for word, (count, micros) in more.items():
        place = _place(sums, word)
        had_count, had_micros = sums.get(place, (0, 0))
        sums[place] = had_count + count, had_micros + micros


def _place(known: Mapping[str, object], word: str) -> str:
    return word if word in known or len(known) < MOST_WORDS else OTHERS
