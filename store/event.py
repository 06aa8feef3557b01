"""What events have in common; `store.events` has them all."""

from dataclasses import dataclass

from store.keys import AccountRef
from store.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries. `id` is unique for ever: partition and place in its stream."""

    id: str
    ref: AccountRef
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceEvent(Event):
    """An event that tells the balance after it."""

    balance_micros: int
    currency: str

    @property
    def balance(self) -> Money:
        """The balance after the event."""
        return Money(self.balance_micros, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyEvent(Event):
    """An event about an amount that is paid with a method."""

    payment: str
    amount_micros: int
    currency: str
    method: str

    @property
    def amount(self) -> Money:
        """The payment's amount."""
        return Money(self.amount_micros, self.currency)
