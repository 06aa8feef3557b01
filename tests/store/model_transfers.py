"""What may move between two accounts, and be put right: a plain model in whole dollars, without alerts."""

from dataclasses import dataclass, field

from tests.store.model_lots import EVER, YEAR, Lot, LotsModel

REVERSIBLE = {"usage", "grant", "adjust", "expiry"}


@dataclass
class Side(LotsModel):
    """One account. Operations are named after what they do: "usage-1", "expiry:7"."""

    state: str = "open"
    overdraft: int = 0
    reversed: set[int] = field(default_factory=set)

    def charge(self, operation: str, amount: int, *, authorised: bool) -> str:
        """Usage, recorded or authorised."""
        refused = self._refuse_usage(amount, authorised=authorised)
        if not refused:
            self.begin()
            refused = self._refuse_usage(amount, authorised=authorised)
        if not refused:
            self.take(operation, amount)
        return refused or "posted"

    def grant(self, operation: str, amount: int, days: int) -> str:
        """Credit for so many days, 0 for ever."""
        if self.state == "closed":
            return "account_closed"
        self.begin()
        self.put(operation, amount, granted=True, lasts=YEAR / 365 * days if days else None)
        return "posted"

    def correct(self, operation: str, change: int) -> str:
        """Up or down."""
        if self.state == "closed":
            return "account_closed"
        self.begin()
        if change > 0:
            self.put(operation, change, granted=False, lasts=YEAR)
        else:
            self.take(operation, -change)
        return "posted"

    def reverse(self, operation: str, index: int) -> str:
        """The opposite of an entry."""
        name, amount, _ = self.entries[index]
        if name.replace(":", "-").partition("-")[0] not in REVERSIBLE:
            return "not_reversible"
        if index in self.reversed:
            return "already_reversed"
        answer = self.correct(operation, -amount)
        if answer == "posted":
            self.reversed.add(index)
        return answer

    def put_state(self, state: str) -> str:
        """Open, frozen or closed."""
        if state == "closed" and self.balance:
            return "not_empty"
        changed, self.state = state != self.state, state
        return "changed" if changed else "unchanged"

    def fall(self) -> None:
        """Nobody is told anything here."""

    def offer(self, amount: int) -> list[tuple[Lot, int]]:
        """Which lots make up `amount`; none where that is not available."""
        expired = sum(each.left for each in self.lots if each.expires <= self.now)
        available = self.balance - min(expired, max(self.balance, 0))
        parts: list[tuple[Lot, int]] = []
        for lot in sorted((each for each in self.lots if each.left), key=lambda each: each.rank):
            rest = amount - sum(part for _, part in parts)
            if rest and lot.expires > self.now:
                parts.append((lot, min(lot.left, rest)))
        return parts if available >= amount == sum(part for _, part in parts) else []

    def _refuse_usage(self, amount: int, *, authorised: bool) -> str:
        if self.state == "closed":
            return "account_closed"
        if authorised and self.state == "frozen":
            return "account_frozen"
        return "insufficient_credit" if authorised and self.balance - amount < -self.overdraft else ""


def transfer(giver: Side, taker: Side, operation: str, amount: int) -> str:
    """Move credit with its expiry."""
    for side in (giver, taker):
        if side.state != "open":
            return f"account_{side.state}"
    parts = giver.offer(amount)
    if not parts:
        return "insufficient_credit"
    giver.begin()
    for lot, part in parts:
        lot.left -= part
    giver.enter(operation, -amount, {str(lot.id): part for lot, part in parts})
    taker.begin()
    for lot, part in parts:
        lasts = None if lot.expires == EVER else lot.expires - taker.now
        taker.put(operation, part, granted=lot.granted, lasts=lasts)
    return "posted"
