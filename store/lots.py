"""Lots: the credit of one purchase or grant, with its expiry, and what an entry says of them."""

from collections.abc import Mapping
from dataclasses import dataclass

NEVER_MS = 900_000_000_000_000
"""The expiry of a lot that does not expire, ms since the epoch."""
PAID_FROM = 10**15
"""Lots wait for their use by their expiry; paid ones this much later, behind all granted ones."""
UNPAID = "-"
"""In an entry's lots: usage that no lot could pay, or the credit that paid for such usage afterwards."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of a lot, millionths. `granted` is credit that was not paid for; it is used first."""

    id: str
    left: int
    granted: bool
    expires_ms: int

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Its place in the order of use: granted first, then first to expire, then first to come."""
        return (not self.granted, self.expires_ms, int(self.id))

    @classmethod
    def decode(cls, lot_id: str, text: str) -> "Lot":
        """The lot from what is kept of it: left, 0 for granted or 1 for paid, expiry."""
        left, rank, expires = text.split(" ")
        return cls(lot_id, int(left), rank == "0", int(expires))

    @classmethod
    def decode_all(cls, account: Mapping[str, str], record: Mapping[str, str]) -> list["Lot"]:
        """The lots of which something is left, in order of use, from the account's hash and that of its lots."""
        lots = [cls.decode(lot_id, text) for lot_id, text in record.items()]
        current = account.get("lot", "")
        found = [cls(each.id, _left(account, each, current), each.granted, each.expires_ms) for each in lots]
        return sorted((each for each in found if each.left), key=lambda each: each.rank)


@dataclass(frozen=True, slots=True)
class Part:
    """A lot's part in an entry: `lot` is "-" for what none could pay. A credit's part tells its class and expiry."""

    lot: str
    micros: int
    granted: bool = False
    expires_ms: int = 0


def parts(text: str, moved: int) -> tuple[Part, ...]:
    """What an entry that moved `moved` millionths says of its lots: "17", or "17=500 -=200", "17/1/1830000000000"."""
    return tuple(_part(each, moved) for each in text.split())


def _part(text: str, moved: int) -> Part:
    named, _, micros = text.partition("=")
    lot, *more = named.split("/")
    amount = int(micros) if micros else moved
    return Part(lot, amount, more[0] == "0", int(more[1])) if more else Part(lot, amount)


def _left(account: Mapping[str, str], lot: Lot, current: str) -> int:
    return int(account["balance"]) - int(account["bottom"]) if lot.id == current else lot.left
