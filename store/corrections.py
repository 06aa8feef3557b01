"""Corrections: an entry is never changed; it is reversed by another one, or the balance is adjusted."""

from store import keys
from store.keys import AccountRef
from store.money import Money
from store.operations import Ids, checked_id, contents, decode_posting, harmless, mark, note, random_id
from store.outcomes import Posting
from store.payments import LIFETIME_MS
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts


class Corrections:
    """Reverses and adjusts; a caller who is a person has their role checked here.

    Both post on a frozen account and below zero, as usage does that has happened. What they give back is a lot of its
    own that expires as a purchase of today would. Operations are remembered as by `Ledger`.
    """

    def __init__(self, redis: Client, roles: Roles, *, ids: Ids = random_id) -> None:
        self._scripts = Scripts(redis)
        self._roles = roles
        self._ids = ids

    async def reverse_entry(
        self, actor: Actor | Operator, ref: AccountRef, entry_id: str, *, operation_id: str, memo: str = ""
    ) -> Posting:
        """Post the opposite of an entry of `ref`'s: usage, all its call records, a grant, an adjustment or an expiry.

        Each once for ever. Reversed call records stay known: they are not charged when they come again.

        The script itself reads from the journal what is reversed. An entry that was archived is therefore unknown:
        nothing that a caller could bring along proves it to the script. `adjust_balance` corrects one of those.

        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_ACCOUNT, UNKNOWN_ENTRY, NOT_REVERSIBLE (of another kind),
        ALREADY_REVERSED, ACCOUNT_CLOSED, BALANCE_LIMIT, OPERATION_CONFLICT.
        """
        memo = harmless(memo)
        written = note(actor.id, operation_id, entry_id, memo)
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        answer = await self._call(
            "reverse_entry",
            ref,
            operation_id,
            {"reversed": keys.reversals(ref)},
            entry_id=entry_id,
            contents=contents("reversal", entry_id, memo),
            note=written,
        )
        outcome, *rest = answer.split(" ")
        if outcome == "refused":
            return decode_posting(answer, 0, "")
        entry, after, change, currency = rest
        return decode_posting(f"{outcome} {entry} {after}", int(change), currency)

    async def adjust_balance(
        self, actor: Actor | Operator, ref: AccountRef, change: Money, *, operation_id: str, memo: str = ""
    ) -> Posting:
        """Add `change`, which may be negative, to the balance; the other side is the ledger account `adjustments`.

        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_ACCOUNT, CURRENCY_MISMATCH, AMOUNT_INVALID (zero), ACCOUNT_CLOSED,
        BALANCE_LIMIT, OPERATION_CONFLICT.
        """
        memo = harmless(memo)
        written = note(actor.id, operation_id, "", memo)
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        answer = await self._call(
            "adjust_balance",
            ref,
            operation_id,
            {},
            contents=contents("adjustment", str(change.micros), change.currency, memo),
            change_micros=change.micros,
            wanted=change.currency,
            note=written,
        )
        return decode_posting(answer, change.micros, change.currency)

    async def _call(
        self, script: str, ref: AccountRef, operation_id: str, more: dict[str, str], **args: str | int
    ) -> str:
        partition, payment_id = keys.partition_of(ref.tenant), self._ids()
        answer = await self._scripts.call(
            script,
            {
                "account": keys.account(ref),
                "journal": keys.journal(ref),
                "outbox": keys.outbox(partition),
                "due": keys.due(partition),
                "payment": keys.payment(ref.tenant, payment_id),
                **more,
            },
            tenant=ref.tenant,
            account_id=ref.account,
            mark=mark(checked_id(operation_id)),
            lifetime_ms=LIFETIME_MS,
            payment_id=payment_id,
            **args,
        )
        return str(answer)
