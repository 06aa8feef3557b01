"""What a payment provider must be able to do, in words that every provider shares."""

from dataclasses import dataclass
from typing import Protocol

from handlers.services import PaymentMethod
from store.keys import AccountRef
from store.money import Money


@dataclass(frozen=True, slots=True)
class Charge:
    """One attempt to move money. `key` is the idempotency key: the same for every asking of one attempt.

    `charge_ref` is the provider's own id of the charge, "" as long as it has told none.
    """

    key: str
    ref: AccountRef
    amount: Money
    method: str
    charge_ref: str = ""


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The provider has the money: its own id of the charge, and what it received."""

    charge_ref: str
    received: Money


@dataclass(frozen=True, slots=True)
class Declined:
    """No money moved, and with this key none will. `dead` means that this method must never be tried again."""

    code: str
    dead: bool = False


@dataclass(frozen=True, slots=True)
class NeedsAction:
    """No money moved yet, but it may at any moment: the card's owner has to confirm, at `url` if there is one."""

    code: str
    url: str = ""
    charge_ref: str = ""


@dataclass(frozen=True, slots=True)
class NotCharged:
    """No money moved: the provider has no such charge, or it is cancelled.

    As the answer to `Gateway.cancel` it means that with this key none ever will.
    """


Answer = Succeeded | Declined | NeedsAction


class GatewayUnknownError(Exception):
    """No answer, or none that is certain: the money may have moved. Ask the same again."""


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

    async def find(self, charge: Charge) -> Answer | NotCharged:
        """What has become of a charge, however old, in the provider's own list; this never moves money.

        The charge is found by `charge_ref`, or without one by its key, which the provider keeps with the charge. A
        list that may not show it yet is no proof that there is none: that is GatewayUnknownError.

        Raises:
            GatewayUnknownError: the outcome is not known.
            GatewayUnavailableError: the provider is out of order.
        """

    async def cancel(self, charge: Charge) -> Answer | NotCharged:
        """See to it that a charge never moves money: NotCharged once that is seen, Succeeded if it was too late.

        That holds for a key that it has not been asked for yet as well: one that comes later moves nothing.
        NeedsAction means that it could not be cancelled yet; it is asked again later.

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
        raise _not_connected()

    async def find(self, charge: Charge) -> Answer | NotCharged:  # noqa: ARG002 the protocol's
        """Refuse to take the request: the provider that was connected once may have charged it."""
        raise _not_connected()

    async def cancel(self, charge: Charge) -> Answer | NotCharged:  # noqa: ARG002 the protocol's
        """Refuse to take the request."""
        raise _not_connected()


def _not_connected() -> GatewayUnavailableError:
    return GatewayUnavailableError("no payment provider is connected")
