"""The reaction to money that is due: claim the payment, ask the provider, post the result.

The claim says what to ask: for the money, what has become of it, or to cancel it. All of it may happen again after a
crash: the claim keeps attempt and step, the provider knows the key, the credit is keyed by the provider's id of the
charge.
"""

import asyncio

import structlog
from redis.exceptions import RedisError

from bot.payments.gateway import (
    Answer,
    Charge,
    Declined,
    Gateway,
    GatewayUnavailableError,
    GatewayUnknownError,
    NeedsAction,
    NotCharged,
    Succeeded,
)
from store.events import Event, PaymentDue
from store.keys import AccountRef
from store.outcomes import Change, Posting, Refused
from store.payments import Claimed, Failure, Payments, Step
from store.schedule import Due

PATIENCE_S = 30.0
"""How long a provider may take to answer before the outcome counts as unknown."""

log = structlog.get_logger(__name__)

Answered = Answer | NotCharged | tuple[Failure, str]


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

    async def _ask(self, ref: AccountRef, claimed: Claimed) -> Answered:
        charge = Charge(claimed.key, ref, claimed.amount, claimed.method, claimed.charge_ref)
        try:
            async with asyncio.timeout(self._patience_s):
                match claimed.step:
                    case Step.CHARGE:
                        return await self._gateway.charge(charge)
                    case Step.FIND:
                        return await self._gateway.find(charge)
                    case Step.CANCEL:
                        return await self._gateway.cancel(charge)
        except (GatewayUnknownError, OSError):  # a timeout is one as well
            return Failure.UNKNOWN, "no_answer"
        except GatewayUnavailableError:
            return Failure.UNAVAILABLE, "unavailable"
        except RedisError:
            raise  # asked again, the same, once Redis is back
        except Exception:  # whatever else a provider's client raises: a person has to look, and others must not wait
            log.exception("gateway_failed", payment=claimed.payment_id)
            return Failure.STUCK, "gateway_error"

    async def _post(self, ref: AccountRef, claimed: Claimed, answer: Answered) -> None:
        outcome: Change | Posting
        match answer:
            case Succeeded(charge_ref=charge_ref, received=received):
                outcome = await self._payments.settle(ref, claimed.payment_id, charge_ref=charge_ref, received=received)
                if isinstance(outcome, Refused):
                    outcome = await self._park(ref, claimed, charge_ref, outcome)
            case Declined(code=code, dead=dead):
                failure = Failure.DEAD if dead else Failure.DECLINED
                outcome = await self._payments.fail(ref, claimed, failure, reason=code)
            case NeedsAction(code=code, url=url, charge_ref=charge_ref):
                outcome = await self._payments.fail(
                    ref, claimed, Failure.NEEDS_ACTION, reason=code, url=url, charge_ref=charge_ref
                )
            case NotCharged():
                outcome = await self._payments.fail(ref, claimed, Failure.NOT_CHARGED, reason="not_charged")
            case (Failure() as failure, str() as code):
                outcome = await self._payments.fail(ref, claimed, failure, reason=code)
        log.info(
            "payment_step",
            payment=claimed.payment_id,
            step=claimed.step,
            answer=type(answer).__name__,
            outcome=repr(outcome),
        )

    async def _park(self, ref: AccountRef, claimed: Claimed, charge_ref: str, refused: Refused) -> Change:
        """Money that the ledger refused must not be forgotten, nor keep other payments waiting."""
        log.error("charge_not_credited", payment=claimed.payment_id, charge_ref=charge_ref, reason=refused.reason)
        failure = Failure.NOT_CREDITED
        return await self._payments.fail(ref, claimed, failure, reason=failure.value, charge_ref=charge_ref)
