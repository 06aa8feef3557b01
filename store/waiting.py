"""Payments that wait: woken by the schedule, by a change of settings or balance, or by a person.

The schedule wakes retrying, unavailable, unknown and, now and then, needs_action; a person needs_action and stuck.
"""

from typing import Any

from store import keys
from store.keys import AccountRef
from store.operations import KEEP_MS, decode_change, digest, random_id
from store.outcomes import Change
from store.roles import Actor, Roles
from store.scripts import Client, Scripts


class Waiting:
    """Wakes payments and gives them up. A `RedisError` means unknown: call again."""

    def __init__(self, redis: Client, roles: Roles) -> None:
        self._scripts = Scripts(redis)
        self._roles = roles

    async def wake(self, ref: AccountRef, payment_id: str, *, cause: str = "schedule") -> Change:
        """Hand a waiting payment to the workers again, for the schedule ("schedule") or after a change ("settings").

        That change is one of settings, or a credit that has lifted the balance to the trigger.
        Refused: UNKNOWN_PAYMENT, NOT_PENDING (also after a change that lets a recharge wait as it does).
        """
        return await self._wake(ref, payment_id, cause=cause)

    async def retry(self, actor: Actor, ref: AccountRef, payment_id: str, attempt: int) -> Change:
        """A person's: go on now, provided that `attempt` is still the last one.

        What was declined is charged again, if the balance still needs it; of what waited for its owner, or is stuck,
        the provider is asked what has become of it, however old it is. The answer's `result` is the state it was in.
        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_PAYMENT, NOT_PENDING (another attempt was made meanwhile, or a worker
        has it).
        """
        refused = await self._roles.refuse_manage(actor, ref)
        return refused or await self._wake(ref, payment_id, cause="person", attempt=str(attempt), actor=actor.id)

    async def cancel(self, actor: Actor, ref: AccountRef, payment_id: str, attempt: int) -> Change:
        """A person's: the provider has not charged this stuck payment; it is given up, and a recharge may open again.

        The answer's `result` is its state: "unknown" while the provider is asked to cancel it, so that nothing moves
        later; "cancelled" at once if it could not be reached for that before, during 20 h.
        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_PAYMENT, NOT_PENDING (not stuck, or another attempt is), CHARGED.
        """
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        key, once = self._once(ref, "cancel", payment_id, str(attempt))
        answer = await self._scripts.call(
            "cancel_payment",
            self._keys(ref, payment_id, "account", "payment", "outbox", "due", "topups") | {"operation": key},
            **self._who(ref),
            **once,
            payment_id=payment_id,
            attempt=attempt,
            actor=actor.id,
        )
        return decode_change(answer)

    async def _wake(
        self, ref: AccountRef, payment_id: str, *, cause: str, attempt: str = "", actor: str = ""
    ) -> Change:
        key, once = self._once(ref, "wake", payment_id, attempt)
        answer = await self._scripts.call(
            "wake_payment",
            self._keys(ref, payment_id, "account", "payment", "outbox", "due") | {"operation": key},
            **self._who(ref),
            **once,
            payment_id=payment_id,
            cause=cause,
            attempt=attempt,
            actor=actor,
        )
        return decode_change(answer)

    def _once(self, ref: AccountRef, *contents: str) -> tuple[str, dict[str, Any]]:
        """A call's own operation, by which the client's repeat after a lost reply is told from another call."""
        operation_id = random_id()
        given = {"operation_id": operation_id, "digest": digest(*contents, ref.account), "keep_ms": KEEP_MS}
        return keys.operation(ref.tenant, operation_id), given

    def _who(self, ref: AccountRef) -> dict[str, Any]:
        return {"tenant": ref.tenant, "account_id": ref.account}

    def _keys(self, ref: AccountRef, payment_id: str, *wanted: str) -> dict[str, str]:
        partition = keys.partition_of(ref.tenant)
        every = {
            "account": keys.account(ref),
            "outbox": keys.outbox(partition),
            "due": keys.due(partition),
            "payment": keys.payment(ref.tenant, payment_id),
            "topups": keys.topups(ref),
        }
        return {name: every[name] for name in wanted}
