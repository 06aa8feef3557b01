"""Payments: a recharge or a top-up from the wish to the credit.

One record each, persisted before the provider is called.

States: due -> charging -> succeeded | retrying | needs_action | unavailable | unknown | stuck | failed | cancelled.
What waits is woken as `waiting` says; of unavailable nothing was charged. A recharge that must not be charged any more
is cancelled. A provider that says nothing for 20 h leaves a payment stuck. A new attempt, which the provider may charge
anew, is made only after it has said that the last one is over: of what waits for its owner, or is stuck, it is asked
what has become of it, or to cancel it (`Step`).
"""

from collections.abc import Sequence

from store import keys, operations
from store.keys import AccountRef
from store.money import Money
from store.operations import KEEP_MS, Ids, checked_id, decode_change, decode_posting, digest, random_id
from store.outcomes import Change, Posting, Reason, Refused
from store.payment import Claimed, Failure, Payment, Step
from store.policy import Limits
from store.roles import Actor, Roles
from store.scripts import Client
from store.waiting import Waiting

__all__ = ["Claimed", "Failure", "Payment", "Payments", "Step"]

RETRY_OFFSETS_MS = (3_600_000, 3 * 3_600_000, 7 * 3_600_000)
"""When a declined recharge is tried again: 1, 3 and 7 h after its start; then auto-recharge is paused."""

KEEP_CHARGE_MS = 10 * 365 * 24 * 3600 * 1000
"""How long a credited charge is remembered: a reconciler may report an old one again, and it must not credit twice."""

LIFETIME_MS = 365 * 24 * 3600 * 1000
"""How long paid credit is good for, milliseconds, as in the model (product.md)."""

ASK_AGAIN_MS = 5_000
"""First wait before an unanswered charge is asked for again; doubles up to an hour."""


class Payments(Waiting):
    """Requests, claims and settles payments, and wakes those that wait. A `RedisError` means unknown: call again."""

    def __init__(
        self,
        redis: Client,
        roles: Roles,
        limits: Limits,
        *,
        ids: Ids = random_id,
        retry_offsets_ms: Sequence[int] = RETRY_OFFSETS_MS,
        ask_again_ms: int = ASK_AGAIN_MS,
    ) -> None:
        super().__init__(redis, roles)
        self._redis = redis
        self._limits = limits
        self._ids = ids
        self._retry_offsets = ",".join(map(str, retry_offsets_ms))
        self._ask_again_ms = ask_again_ms

    async def get(self, ref: AccountRef, payment_id: str) -> Payment | None:
        """The payment as it stands, or None."""
        record = await self._redis.hgetall(keys.payment(ref.tenant, payment_id))
        return Payment.decode(record) if record else None

    async def open_topups(self, ref: AccountRef) -> tuple[Payment, ...]:
        """The top-ups that are neither credited nor over, the oldest first."""
        found = await self._redis.zrange(keys.topups(ref), 0, -1)
        payments = [await self.get(ref, payment_id) for payment_id in found]
        return tuple(each for each in payments if each)

    async def request_topup(
        self, actor: Actor, ref: AccountRef, amount: Money, method: str, *, channel: str, operation_id: str
    ) -> Change:
        """Record that a person adds credit; a worker charges it and tells the person in `channel`.

        The answer's `result` is the payment's id.
        Refused: STRANGER, NOT_A_MANAGER, BELOW_MINIMUM, ABOVE_MAXIMUM, NO_METHOD, METHOD_DEAD, CURRENCY_MISMATCH,
        UNKNOWN_ACCOUNT, OPERATION_CONFLICT.
        """
        refused = await self._roles.refuse_manage(actor, ref) or self._limits.refuse(amount)
        if refused or not method:
            return refused or Refused(Reason.NO_METHOD)
        payment_id = self._ids()
        answer = await self._scripts.call(
            "request_topup",
            {
                **self._keys(ref, payment_id, "account", "outbox", "due", "payment", "topups"),
                "operation": keys.operation(ref.tenant, checked_id(operation_id)),
            },
            **self._who(ref),
            operation_id=operation_id,
            digest=digest("request_topup", ref.account, str(amount.micros), amount.currency, method),
            amount_micros=amount.micros,
            currency=amount.currency,
            method=method,
            actor=actor.id,
            channel=channel,
            keep_ms=KEEP_MS,
            payment_id=payment_id,
        )
        return decode_change(answer)

    async def claim(self, ref: AccountRef, payment_id: str, attempt: int) -> Claimed | Refused:
        """Take a payment over for its attempt number `attempt`, before the provider is called.

        Refused: UNKNOWN_PAYMENT, NOT_PENDING (settled, another attempt's turn, or asked about during 20 h without
        an answer: then stuck, and told), RECHARGE_OFF, NOT_NEEDED (the balance is at or above the trigger) or
        ABOVE_CAP (then cancelled, and told), METHOD_DEAD (a top-up's; then failed, and told).
        """
        answer = await self._scripts.call(
            "claim_payment",
            self._keys(ref, payment_id, "account", "payment", "outbox", "due", "topups"),
            **self._who(ref),
            payment_id=payment_id,
            wanted_attempt=attempt,
        )
        if answer[0] == "refused":
            return Refused(Reason(answer[1]))
        _, fence, number, kind, micros, currency, method, requested_by, step, charge_ref = answer
        return Claimed(
            payment_id=payment_id,
            fence=int(fence),
            attempt=int(number),
            kind=kind,
            amount=Money(int(micros), currency),
            method=method,
            requested_by=requested_by,
            step=Step(step),
            charge_ref=charge_ref,
        )

    async def settle(
        self, ref: AccountRef, payment_id: str, *, charge_ref: str, received: Money, memo: str = ""
    ) -> Posting:
        """Credit what the provider received: the one way in, keyed by the provider's id of the charge.

        Refused: UNKNOWN_ACCOUNT, UNKNOWN_PAYMENT, CURRENCY_MISMATCH, AMOUNT_INVALID, BALANCE_LIMIT,
        OPERATION_CONFLICT (the same charge reported with another amount).
        """
        charge, next_id = operations.charge_id(charge_ref, payment_id), self._ids()
        answer = await self._scripts.call(
            "settle_payment",
            {
                **self._keys(ref, payment_id, "account", "outbox", "due", "payment", "topups"),
                "journal": keys.journal(ref),
                "operation": keys.charge(ref.tenant, charge),
                "next_payment": keys.payment(ref.tenant, next_id),
            },
            **self._who(ref),
            operation_id=f"charge:{charge}",
            digest=digest("settle", ref.account, payment_id, str(received.micros), received.currency),
            amount_micros=received.micros,
            wanted=received.currency,
            counter="funding:card",
            lifetime_ms=LIFETIME_MS,
            memo=operations.harmless(memo),
            keep_ms=KEEP_CHARGE_MS,
            payment_id=payment_id,
            next_payment_id=next_id,
            charge_ref=operations.harmless(charge_ref),
        )
        return decode_posting(answer, received.micros, received.currency)

    async def fail(
        self,
        ref: AccountRef,
        claimed: Claimed,
        failure: Failure,
        *,
        reason: str,
        url: str = "",
        charge_ref: str = "",
    ) -> Change:
        """Record that the provider did not take the money; the answer's `result` is the payment's new state.

        `charge_ref` is the provider's id of a charge that waits for its owner, or was made but cannot be credited.
        Refused: UNKNOWN_PAYMENT, FENCED (a later worker has it), NOT_PENDING.
        """
        answer = await self._scripts.call(
            "fail_payment",
            self._keys(ref, claimed.payment_id, "account", "payment", "outbox", "due", "topups"),
            **self._who(ref),
            payment_id=claimed.payment_id,
            fence=claimed.fence,
            result=failure.value,
            reason=operations.harmless(reason),
            url=operations.harmless(url),
            charge_ref=operations.harmless(charge_ref),
            retry_offsets_ms=self._retry_offsets,
            ask_again_ms=self._ask_again_ms,
        )
        return decode_change(answer)

    async def resume(self, actor: Actor, ref: AccountRef) -> Change:
        """End the pause of auto-recharge; recharges at once if the balance is below the trigger.

        Refused: STRANGER, NOT_A_MANAGER, RECHARGE_OFF, METHOD_DEAD, UNKNOWN_ACCOUNT.
        """
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        payment_id = self._ids()
        key, once = self._once(ref, "resume")
        answer = await self._scripts.call(
            "resume_recharge",
            self._keys(ref, payment_id, "account", "outbox", "due", "payment") | {"operation": key},
            **self._who(ref),
            **once,
            payment_id=payment_id,
            actor=actor.id,
        )
        return decode_change(answer)

    async def check_recharge(self, ref: AccountRef) -> str:
        """The schedule's: open a recharge if one is due now; answers the open recharge's id or ""."""
        payment_id = self._ids()
        answer = await self._scripts.call(
            "check_recharge",
            self._keys(ref, payment_id, "account", "outbox", "due", "payment"),
            **self._who(ref),
            payment_id=payment_id,
        )
        return str(answer[1])
