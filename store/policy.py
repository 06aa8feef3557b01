"""An account's policies: auto-recharge, alerts, overdraft, state, services.

A change tells who, old and new, in the same step.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from store import keys
from store.account import AlertPolicy, RechargePolicy, State
from store.batch import check_service
from store.keys import AccountRef
from store.money import MAX_MICROS, MICROS, Money
from store.operations import KEEP_MS, Ids, checked_id, decode_change, digest, harmless, random_id
from store.outcomes import Change, Reason, Refused
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts

MAX_LEVELS = 3
LONGEST_REASON = 200
"""So much is kept of what a person writes about a stop, in characters."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The least and the most that one payment may add, in millionths of the account's currency unit."""

    minimum_micros: int = 5 * MICROS
    maximum_micros: int = 5_000 * MICROS

    def minimum(self, currency: str) -> Money:
        """The least that one payment may add."""
        return Money(self.minimum_micros, currency)

    def maximum(self, currency: str) -> Money:
        """The most that one payment may add."""
        return Money(self.maximum_micros, currency)

    def refuse(self, amount: Money) -> Refused | None:
        """None if one payment may add `amount`."""
        if amount < self.minimum(amount.currency):
            return Refused(Reason.BELOW_MINIMUM)
        if self.maximum(amount.currency) < amount:
            return Refused(Reason.ABOVE_MAXIMUM)
        return None


class Policies:
    """Reads nothing, changes policies; a caller who is a person has their role checked here."""

    def __init__(self, redis: Client, roles: Roles, limits: Limits, *, ids: Ids = random_id) -> None:
        self._scripts = Scripts(redis)
        self._roles = roles
        self._limits = limits
        self._ids = ids

    async def set_recharge(
        self,
        actor: Actor,
        ref: AccountRef,
        policy: RechargePolicy,
        *,
        channel: str,
        operation_id: str,
        locale: str = "",
    ) -> Change:
        """Save auto-recharge and the alert channel; if the balance is already below the trigger, recharge now.

        `locale` is the language that the channel is told things in from now on.
        Switching off keeps the figures that are not given, for the next time.
        Refused: STRANGER, NOT_A_MANAGER, CURRENCY_MISMATCH, BELOW_MINIMUM, ABOVE_MAXIMUM, AMOUNT_INVALID (the
        trigger or the cap), CAP_BELOW_AMOUNT, NO_METHOD, METHOD_DEAD, UNKNOWN_ACCOUNT, OPERATION_CONFLICT.
        """
        refused = await self._roles.refuse_manage(actor, ref)
        amounts = [money for money in (policy.amount, policy.below, policy.cap) if money is not None]
        currency, mixed = _one_currency(amounts)
        refused = refused or mixed or (self.refuse_recharge(policy) if policy.on else None)
        if refused:
            return refused
        fields = {"recharge_on": "1" if policy.on else "0", "channel": channel, **_spoken(locale)}
        if policy.method:
            fields["method"] = policy.method
        for field, money in (("amount", policy.amount), ("below", policy.below), ("cap", policy.cap)):
            if money is not None:
                fields[f"recharge_{field}"] = str(money.micros)
        return await self._set(actor.id, ref, "recharge", fields, operation_id, currency=currency)

    async def set_alerts(
        self, actor: Actor, ref: AccountRef, policy: AlertPolicy, *, operation_id: str, locale: str = ""
    ) -> Change:
        """Save the alert levels (at most 3, each above zero) and the channel.

        Refused: STRANGER, NOT_A_MANAGER, CURRENCY_MISMATCH, LEVELS_TOO_MANY, AMOUNT_INVALID, UNKNOWN_ACCOUNT,
        OPERATION_CONFLICT.
        """
        currency, mixed = _one_currency(policy.levels)
        refused = await self._roles.refuse_manage(actor, ref) or mixed
        if refused:
            return refused
        micros = sorted({level.micros for level in policy.levels}, reverse=True)
        if len(micros) > MAX_LEVELS:
            return Refused(Reason.LEVELS_TOO_MANY)
        if any(not 0 < each <= MAX_MICROS for each in micros):
            return Refused(Reason.AMOUNT_INVALID)
        fields = {"levels": ",".join(map(str, micros)), "channel": policy.channel, **_spoken(locale)}
        return await self._set(actor.id, ref, "alerts", fields, operation_id, currency=currency)

    async def set_method(self, actor: Actor, ref: AccountRef, method: str, *, operation_id: str) -> Change:
        """Choose the payment method.

        Refused: STRANGER, NOT_A_MANAGER, NO_METHOD, METHOD_DEAD (with auto-recharge on), UNKNOWN_ACCOUNT,
        OPERATION_CONFLICT.
        """
        refused = await self._roles.refuse_manage(actor, ref)
        if refused or not method:
            return refused or Refused(Reason.NO_METHOD)
        return await self._set(actor.id, ref, "method", {"method": method}, operation_id)

    async def set_overdraft(
        self, actor: Actor | Operator, ref: AccountRef, limit: Money, *, operation_id: str
    ) -> Change:
        """How far below zero authorised usage may go, 0 for not at all. Recorded usage always posts.

        Refused: STRANGER, NOT_A_MANAGER, CURRENCY_MISMATCH, AMOUNT_INVALID (below zero), UNKNOWN_ACCOUNT,
        OPERATION_CONFLICT.
        """
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        if not 0 <= limit.micros <= MAX_MICROS:
            return Refused(Reason.AMOUNT_INVALID)
        fields = {"overdraft": str(limit.micros)}
        return await self._set(actor.id, ref, "overdraft", fields, operation_id, currency=limit.currency)

    async def set_state(self, actor: Actor | Operator, ref: AccountRef, state: State, *, operation_id: str) -> Change:
        """Freeze, close, or open the account again. An open recharge that is not being charged yet ends with it.

        Refused: STRANGER, NOT_A_MANAGER, NOT_EMPTY (to close with a balance or holds), UNKNOWN_ACCOUNT,
        OPERATION_CONFLICT.
        """
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        return await self._set(actor.id, ref, "state", {"state": state.value}, operation_id)

    async def set_service_state(
        self,
        actor: Actor | Operator,
        ref: AccountRef,
        service: str,
        *,
        open: bool,  # noqa: A002 it says what it is
        operation_id: str,
        reason: str = "",
    ) -> Change:
        """Stop a service of the account, or let it go on: while it is stopped no new calls are authorised for it.

        Usage that has happened posts as before, and so does what a hold has set aside. `reason` is told with it, on one
        line and cut at 200 characters. The answer's `result` is "changed" or "unchanged". ValueError: not a service.
        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_ACCOUNT, OPERATION_CONFLICT.
        """
        check_service(service)
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        reason, wanted = " ".join(harmless(reason).split())[:LONGEST_REASON], "1" if open else "0"
        answer = await self._scripts.call(
            "set_service_state",
            {
                "account": keys.account(ref),
                "operation": keys.operation(ref.tenant, checked_id(operation_id)),
                "outbox": keys.outbox(keys.partition_of(ref.tenant)),
            },
            tenant=ref.tenant,
            account_id=ref.account,
            operation_id=operation_id,
            digest=digest("set_service_state", ref.account, service, wanted, reason),
            keep_ms=KEEP_MS,
            service=service,
            open=wanted,
            actor=actor.id,
            reason=reason,
        )
        return decode_change(answer)

    async def pause_recharge(self, ref: AccountRef, reason: str) -> Change:
        """Stop auto-recharge until a person resumes it; told with `reason`, a word of the catalogues.

        The answer's `result` is "paused", or "unchanged" where it is off or paused already. Refused: UNKNOWN_ACCOUNT.
        """
        partition = keys.partition_of(ref.tenant)
        answer = await self._scripts.call(
            "pause_recharge",
            {"account": keys.account(ref), "outbox": keys.outbox(partition), "due": keys.due(partition)},
            tenant=ref.tenant,
            account_id=ref.account,
            reason=reason,
        )
        return decode_change(answer)

    def refuse_recharge(self, policy: RechargePolicy) -> Refused | None:
        """None if these figures may be saved switched on; the reason as `set_recharge` gives it."""
        if policy.amount is None or policy.below is None or policy.cap is None:
            return Refused(Reason.AMOUNT_INVALID)
        if not 0 < policy.below.micros <= MAX_MICROS or policy.cap.micros > MAX_MICROS:
            return Refused(Reason.AMOUNT_INVALID)
        if policy.cap < policy.amount:
            return Refused(Reason.CAP_BELOW_AMOUNT)
        if not policy.method:
            return Refused(Reason.NO_METHOD)
        return self._limits.refuse(policy.amount)

    async def _set(
        self, actor: str, ref: AccountRef, topic: str, fields: dict[str, str], operation_id: str, *, currency: str = ""
    ) -> Change:
        partition, payment_id = keys.partition_of(ref.tenant), self._ids()
        flat = [each for pair in fields.items() for each in pair]
        answer = await self._scripts.call(
            "set_policy",
            {
                "account": keys.account(ref),
                "operation": keys.operation(ref.tenant, checked_id(operation_id)),
                "outbox": keys.outbox(partition),
                "due": keys.due(partition),
                "payment": keys.payment(ref.tenant, payment_id),
            },
            tenant=ref.tenant,
            account_id=ref.account,
            operation_id=operation_id,
            digest=digest("set_policy", ref.account, topic, currency, *flat),
            topic=topic,
            actor=actor,
            keep_ms=KEEP_MS,
            payment_id=payment_id,
            currency=currency,
            field_value=flat,
        )
        return decode_change(answer)


def _one_currency(amounts: Iterable[Money]) -> tuple[str, Refused | None]:
    """The currency of all `amounts`, "" where there are none; refused where they have several."""
    found = {money.currency for money in amounts}
    if len(found) > 1:
        return "", Refused(Reason.CURRENCY_MISMATCH)
    return (found.pop() if found else ""), None


def _spoken(locale: str) -> dict[str, str]:
    return {"locale": locale} if locale else {}
