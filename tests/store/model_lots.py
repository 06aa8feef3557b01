"""A third of the model: entries, and the lots that pay for them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

YEAR = timedelta(days=365)
EVER = datetime.max.replace(tzinfo=UTC)
REMEMBERED = timedelta(days=90)
WARNINGS = [timedelta(days=days) for days in (30, 7, 1)]


@dataclass
class Lot:
    """What is left of a purchase or a grant."""

    id: int
    left: int
    granted: bool
    expires: datetime
    look: datetime

    @property
    def rank(self) -> tuple[bool, datetime, int]:
        """Its place in the order of use."""
        return (not self.granted, self.expires, self.id)


@dataclass
class LotsModel(ABC):
    """The wallet: `entries` are operation, amount, balance after, and who paid; in whole dollars.

    `balance` is what is available, `held` what is set aside beside it; the lots lie in both.
    """

    now: datetime
    balance: int = 0
    held: int = 0
    entries: list[tuple[str, int, int]] = field(default_factory=list)
    payers: list[dict[str, int]] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    scheduled: dict[str, datetime] = field(default_factory=dict)

    def look_at_lot(self, lot_id: int) -> str:
        """The schedule's look, whenever it comes."""
        lot = next((each for each in self.lots if each.id == lot_id and each.left), None)
        if lot is None:
            return "gone"
        if lot.expires > self.now:
            if lot.look > self.now:
                return "early"
            lot.look = self._next_look(lot.expires)
            days = -((self.now - lot.expires) // timedelta(days=1))
            if days > 30:
                return "early"
            self.told.append("credit_expiring")
            return "warned"
        self.begin()
        lot.look = self._next_look(lot.expires)
        return "held" if lot.left else "expired"

    def begin(self) -> None:
        """What time has changed before a posting: all that has expired leaves, as far as no hold needs it."""
        for lot in sorted(self.lots, key=lambda each: each.rank):
            if lot.left and lot.expires <= self.now:
                self._expire(lot)

    def take(self, operation: str, amount: int) -> None:
        """A debit, and which lots pay for it."""
        self.enter(operation, -amount, self.pay(amount))

    def pay(self, amount: int) -> dict[str, int]:
        """Which lots pay how much; "-" what none can pay."""
        rest, payers = amount, dict[str, int]()
        while rest and (lot := self._first()):
            if lot.expires <= self.now:
                self._expire(lot)
                if not lot.left:
                    continue
            part = min(lot.left, rest)
            lot.left, rest = lot.left - part, rest - part
            payers[str(lot.id)] = part
        return payers | ({"-": rest} if rest else {})

    def put(self, operation: str, amount: int, *, granted: bool, lasts: timedelta | None) -> None:
        """A credit: it pays what nothing has paid yet, and the rest is a lot."""
        unpaid = min(amount, max(0, -self.balance - self.held))
        lot_id = len(self.entries) + 1
        if amount > unpaid:
            expires = self.now + lasts if lasts else EVER
            self.lots.append(Lot(lot_id, amount - unpaid, granted, expires, self._next_look(expires)))
        payers = {"-": unpaid} if unpaid else {}
        self.enter(operation, amount, payers | ({str(lot_id): amount - unpaid} if amount > unpaid else {}))

    def enter(self, operation: str, amount: int, payers: dict[str, int]) -> None:
        """One entry."""
        self.balance += amount
        self.entries.append((operation, amount, self.balance))
        self.payers.append(payers)

    @abstractmethod
    def fall(self) -> None:
        """Tell the thresholds that the balance went below."""

    def _next_look(self, expires: datetime) -> datetime:
        """When the schedule looks at a lot again: to warn of its end, at its end, and while holds keep it."""
        end = expires if expires > self.now else self.now + timedelta(minutes=1)
        return min((expires - ahead for ahead in WARNINGS if expires - ahead > self.now), default=end)

    def _first(self) -> Lot | None:
        return min((each for each in self.lots if each.left), key=lambda each: each.rank, default=None)

    def _expire(self, lot: Lot) -> None:
        amount = min(lot.left, max(self.balance, 0))
        if amount:
            lot.left -= amount
            self.enter(f"expiry:{lot.id}", -amount, {str(lot.id): amount})
            self.told.append("credit_expired")
            self.fall()
            self.scheduled["check"] = self.now
