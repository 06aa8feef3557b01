"""Holds: credit set aside for a call in progress. Each verb is one script, which decides; nothing is decided here."""

import re
from dataclasses import dataclass

from store import keys
from store.batch import check_service, posting_keys
from store.keys import AccountRef
from store.money import Money
from store.operations import Ids, checked_id, contents, harmless, mark, note
from store.outcomes import Held, Holding, Reason, Refused, Resolution, Resolved
from store.scripts import Client, Scripts
from store.services import LISTED

SHORTEST_MS = 1_000
LONGEST_MS = 24 * 3_600_000
"""The least and the most that a hold is placed or extended for at once."""

SERVICE = "calls"
"""What a hold is for where nothing is said."""

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Hold:
    """An open hold: what is set aside, since when and until when, Redis' time in ms."""

    id: str
    amount: Money
    placed_ms: int
    expires_ms: int
    service: str = SERVICE


class Holds:
    """The ledger's verbs for holds; what is set aside is available for nothing else.

    A hold's id is the caller's own, such as a telephone exchange's call id: 1 to 64 of `A-Z a-z 0-9 _ . -`. It resolves
    once: captured, released, or expired when the schedule finds its time over; until then it is open. It is remembered
    for 180 days after that, and its id is in use as long.

    Every verb takes an operation id, as every change of the `Ledger` does, and may be refused as UNKNOWN_ACCOUNT,
    CURRENCY_MISMATCH, AMOUNT_INVALID, OPERATION_CONFLICT. ValueError: not a hold's id, a time to live, or a service.
    """

    _redis: Client
    _scripts: Scripts
    _ids: Ids

    async def place_hold(
        self,
        ref: AccountRef,
        hold_id: str,
        amount: Money,
        *,
        ttl_ms: int,
        operation_id: str,
        actor: str,
        memo: str = "",
        service: str = SERVICE,
    ) -> Holding:
        """Set `amount`, above zero, aside for `ttl_ms`, 1 second to 24 hours, for a call of `service`.

        Refused: HOLD_EXISTS (the id is in use), INSUFFICIENT_CREDIT (what is available, with the overdraft, does not
        cover it), SERVICE_STOPPED, SERVICES_TOO_MANY (the account has fifty, and this is a new one), ACCOUNT_FROZEN,
        ACCOUNT_CLOSED, BALANCE_LIMIT.
        """
        check_service(service)
        more = (amount, ttl_ms, operation_id, actor, memo)
        return await self._set_aside("place_hold", ref, hold_id, *more, service=service)

    async def extend_hold(
        self,
        ref: AccountRef,
        hold_id: str,
        amount: Money,
        *,
        ttl_ms: int,
        operation_id: str,
        actor: str,
        memo: str = "",
    ) -> Holding:
        """Set `amount`, zero or above, aside as well, and keep the hold for `ttl_ms` from now, or as long as before.

        Refused: UNKNOWN_HOLD, HOLD_RESOLVED, and as `place_hold`, for its own service; the hold is then as it was. An
        extension by nothing but time makes no entry, and is remembered with the hold until its next one.
        """
        return await self._set_aside("extend_hold", ref, hold_id, amount, ttl_ms, operation_id, actor, memo)

    async def capture_hold(
        self,
        ref: AccountRef,
        hold_id: str,
        amount: Money,
        *,
        operation_id: str,
        actor: str,
        memo: str = "",
        service: str = "",
        authorised: bool = False,
    ) -> Resolution:
        """Give the hold back and debit `amount` of usage, whatever was set aside; zero is `release_hold`.

        It is usage of the hold's service unless told otherwise. Recorded usage has happened: it posts even below zero,
        and even if the hold has expired. `authorised` usage is covered by what was set aside, and beyond that by what
        is available: else INSUFFICIENT_CREDIT, ACCOUNT_FROZEN, SERVICE_STOPPED. Refused too: UNKNOWN_HOLD,
        HOLD_RESOLVED (captured or released before), SERVICES_TOO_MANY (`service` is a new one), ACCOUNT_CLOSED,
        BALANCE_LIMIT.
        """
        if not amount.micros:
            return await self.release_hold(ref, hold_id, operation_id=operation_id, actor=actor, memo=memo)
        if service:
            check_service(service)
        memo, payment_id = harmless(memo), self._ids()
        answer = await self._scripts.call(
            "capture_hold",
            {**_keys(ref, hold_id), "payment": keys.payment(ref.tenant, payment_id)},
            tenant=ref.tenant,
            account_id=ref.account,
            mark=mark(checked_id(operation_id)),
            contents=contents("capture", hold_id, str(amount.micros), amount.currency, service, memo),
            amount_micros=amount.micros,
            wanted=amount.currency,
            hold_id=hold_id,
            told_service=service,
            listed=int(service in LISTED),
            authorised=int(authorised),
            payment_id=payment_id,
            note=note(actor, operation_id, hold_id, memo),
        )
        return _decode_resolution(answer)

    async def release_hold(
        self, ref: AccountRef, hold_id: str, *, operation_id: str, actor: str, memo: str = ""
    ) -> Resolution:
        """Give back what was set aside. Refused: UNKNOWN_HOLD, HOLD_RESOLVED."""
        memo = harmless(memo)
        answer = await self._scripts.call(
            "release_hold",
            _keys(ref, hold_id),
            tenant=ref.tenant,
            account_id=ref.account,
            mark=mark(checked_id(operation_id)),
            contents=contents("release", hold_id, memo),
            hold_id=hold_id,
            note=note(actor, operation_id, hold_id, memo),
        )
        return _decode_resolution(answer)

    async def expire_hold(self, ref: AccountRef, hold_id: str) -> str:
        """The schedule's look: give back what was set aside, if its time is over. Answers expired, early or gone."""
        answer = await self._scripts.call(
            "expire_hold", _keys(ref, hold_id), tenant=ref.tenant, account_id=ref.account, hold_id=hold_id
        )
        return str(answer)

    async def holds(self, ref: AccountRef, *, limit: int = 1000) -> list[Hold]:
        """The open holds, the first to expire first, at most `limit`. An unknown account has none."""
        currency = await self._redis.hget(keys.account(ref), "currency")
        found = await self._redis.zrange(keys.holds(ref), 0, limit - 1)
        async with self._redis.pipeline(transaction=False) as pipeline:
            for hold_id in found:
                pipeline.hmget(keys.hold(ref, hold_id), *_FIELDS)
            records = await pipeline.execute()
        return [
            Hold(hold_id, Money(int(amount), currency), int(placed_ms), int(expires_ms), service or SERVICE)
            for hold_id, (state, amount, placed_ms, expires_ms, service) in zip(found, records, strict=True)
            if state == "held"  # one may have been resolved between the two reads
        ]

    async def _set_aside(
        self,
        verb: str,
        ref: AccountRef,
        hold_id: str,
        amount: Money,
        ttl_ms: int,
        operation_id: str,
        actor: str,
        memo: str,
        **more: str,
    ) -> Holding:
        if not SHORTEST_MS <= ttl_ms <= LONGEST_MS:
            msg = f"a hold lives for {SHORTEST_MS} to {LONGEST_MS} ms at once, not {ttl_ms}"
            raise ValueError(msg)
        memo, payment_id = harmless(memo), self._ids()
        listed = {"listed": int(service in LISTED)} if (service := more.get("service")) else {}
        answer = await self._scripts.call(
            verb,
            {**_keys(ref, hold_id), "payment": keys.payment(ref.tenant, payment_id)},
            tenant=ref.tenant,
            account_id=ref.account,
            mark=mark(checked_id(operation_id)),
            contents=contents(verb, hold_id, str(amount.micros), amount.currency, str(ttl_ms), memo, *more.values()),
            amount_micros=amount.micros,
            wanted=amount.currency,
            hold_id=hold_id,
            **more,
            **listed,
            ttl_ms=ttl_ms,
            payment_id=payment_id,
            note=note(actor, operation_id, hold_id, memo),
        )
        return _decode_holding(answer, amount.currency)


_FIELDS = ("state", "amount", "placed_ms", "expires_ms", "service")


def _keys(ref: AccountRef, hold_id: str) -> dict[str, str]:
    if not _ID.fullmatch(hold_id):
        msg = f"a hold's id is 1 to 64 of A-Z a-z 0-9 _ . -, not {hold_id!r}"
        raise ValueError(msg)
    return {**posting_keys(ref), "hold": keys.hold(ref, hold_id), "holds": keys.holds(ref)}


def _decode_holding(answer: str, currency: str) -> Holding:
    outcome, first, *more = answer.split(" ")
    if outcome == "refused":
        return Refused(Reason(first))
    after, expires_ms = more
    return Held("" if first == "-" else first, Money(int(after), currency), int(expires_ms), outcome == "repeated")


def _decode_resolution(answer: str) -> Resolution:
    outcome, first, *more = answer.split(" ")
    if outcome == "refused":
        return Refused(Reason(first))
    after, released, currency = more
    return Resolved(first, Money(int(released), currency), Money(int(after), currency), outcome == "repeated")
