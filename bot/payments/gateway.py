"""What a payment provider must be able to do, in words that every provider shares."""

from dataclasses import dataclass
from typing import Protocol

from handlers.services import PaymentMethod
from store.keys import AccountRef
from store.money import Money


@dataclass(frozen=True, slots=True)
class Charge:
    """One asking for money. `key` is the idempotency key: the same for every asking of one attempt."""

    key: str
    ref: AccountRef
    amount: Money
    method: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The provider has the money: its own id of the charge, and what it received."""

    charge_ref: str
    received: Money


@dataclass(frozen=True, slots=True)
class Declined:
    """No money moved. `dead` means that this method must never be tried again."""

    code: str
    dead: bool = False


@dataclass(frozen=True, slots=True)
class NeedsAction:
    """No money moved yet: the card's owner has to confirm, at `url` if there is one."""

    code: str
    url: str = ""


Answer = Succeeded | Declined | NeedsAction


class GatewayUnknownError(Exception):
    """No answer: the money may have moved. Ask again with the same key."""


class GatewayUnavailableError(Exception):
    """The provider did not take the request: no money moved, and the key is as unused as before. This is no decline."""


class Gateway(Protocol):
    """A payment provider."""

    @property
    def sandbox(self) -> bool:
        """Whether no real money moves."""

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:
        """What this account may pay with, the preferred one first; none if nothing is set up."""

    async def charge(self, charge: Charge) -> Answer:
        """Ask for the money; the same key never moves it twice.

        Raises:
            GatewayUnknownError: the outcome is not known.
            GatewayUnavailableError: the provider is out of order.
        """


class NoGateway:
    """No provider is connected: there is nothing to pay with, and nothing is ever charged."""

    sandbox = False

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:  # noqa: ARG002 the protocol's
        """None."""
        return ()

    async def charge(self, charge: Charge) -> Answer:  # noqa: ARG002 the protocol's
        """Refuse to take the request."""
        raise GatewayUnavailableError("no payment provider is connected")
