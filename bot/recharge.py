"""The reaction to money that is due: claim the payment, ask the provider, post the result.

Every step may happen again after a crash: the claim keeps the attempt, the provider knows the key, the credit is keyed
by the provider's id of the charge.
"""

import asyncio
from typing import Any

import structlog

from bot.payments.gateway import (
    Answer,
    Charge,
    Declined,
    Gateway,
    GatewayUnavailableError,
    GatewayUnknownError,
    NeedsAction,
    Succeeded,
)
from store.events import Event, PaymentDue
from store.keys import AccountRef
from store.outcomes import Reason, Refused
from store.payments import Claimed, Failure, Payments
from store.schedule import Due

PATIENCE_S = 30.0
"""How long a provider may take to answer before the outcome counts as unknown."""

log = structlog.get_logger(__name__)


class NotCreditedError(Exception):
    """The provider has the money, but the ledger refuses to credit it: it is tried again until a person sees to it."""


class Charges:
    """Handles `recharge_due` and `topup_due`, and what the schedule wakes."""

    def __init__(self, payments: Payments, gateway: Gateway, *, patience_s: float = PATIENCE_S) -> None:
        self._payments = payments
        self._gateway = gateway
        self._patience_s = patience_s

    async def react(self, event: Event, *, again: bool, more: bool) -> None:  # noqa: ARG002 the same step either way
        """Make or repeat the attempt that the event asks for."""
        if not isinstance(event, PaymentDue):
            return
        claimed = await self._payments.claim(event.ref, event.payment, int(event.attempt))
        if isinstance(claimed, Refused):
            log.info("payment_not_claimed", payment=event.payment, reason=claimed.reason)
            return
        await self._post(event.ref, claimed, await self._ask(event.ref, claimed))

    async def look(self, due: Due) -> None:
        """Look at what is due now: a waiting payment, or an account whose recharge had to wait."""
        if due.payment_id:
            await self._payments.wake(due.ref, due.payment_id, cause=due.cause)
        else:
            await self._payments.check_recharge(due.ref)

    async def _ask(self, ref: AccountRef, claimed: Claimed) -> Answer | tuple[Failure, str]:
        charge = Charge(claimed.key, ref, claimed.amount, claimed.method, claimed.attempt)
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._gateway.charge(charge)
        except (GatewayUnknownError, TimeoutError):
            return Failure.UNKNOWN, "no_answer"
        except GatewayUnavailableError:
            return Failure.UNAVAILABLE, "unavailable"

    async def _post(self, ref: AccountRef, claimed: Claimed, answer: Answer | tuple[Failure, str]) -> None:
        outcome: Any
        match answer:
            case Succeeded(charge_ref=charge_ref, received=received):
                outcome = await self._payments.settle(ref, claimed.payment_id, charge_ref=charge_ref, received=received)
                _insist(claimed, charge_ref, outcome)
            case Declined(code=code, dead=dead):
                failure = Failure.DEAD if dead else Failure.DECLINED
                outcome = await self._payments.fail(ref, claimed, failure, reason=code)
            case NeedsAction(code=code, url=url):
                outcome = await self._payments.fail(ref, claimed, Failure.NEEDS_ACTION, reason=code, url=url)
            case (Failure() as failure, str() as code):
                outcome = await self._payments.fail(ref, claimed, failure, reason=code)
        log.info("payment_step", payment=claimed.payment_id, answer=type(answer).__name__, outcome=repr(outcome))


def _insist(claimed: Claimed, charge_ref: str, outcome: Any) -> None:
    """Money that was received must not be forgotten because the ledger refused it."""
    if not isinstance(outcome, Refused):
        return
    log.error("charge_not_credited", payment=claimed.payment_id, charge_ref=charge_ref, reason=outcome.reason)
    # A conflict means that this charge was credited before, though with another amount: trying again changes nothing.
    if outcome.reason is not Reason.OPERATION_CONFLICT:
        raise NotCreditedError(f"{charge_ref}: {outcome.reason}")
