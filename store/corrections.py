"""Corrections: an entry is never changed; it is reversed by another one, or the balance is adjusted."""

import re
from collections.abc import Mapping
from typing import Protocol

from store import keys
from store.account import Entry
from store.keys import AccountRef
from store.money import Money
from store.operations import Ids, checked_id, contents, decode_posting, harmless, mark, note, random_id
from store.outcomes import Posting, Reason, Refused
from store.payments import LIFETIME_MS
from store.records import UsageRecord, minutes_in, minutes_of, records_of
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts

_ENTRY = re.compile(r"[1-9][0-9]{0,14}-[1-9][0-9]{0,14}")
"""An entry has one name: Redis itself would find it by others."""


class Proofs(Protocol):
    """Where entries are that the journal does not keep any more: `store.archive.Archive`."""

    async def proven(self, ref: AccountRef, entry_id: str, digest: str) -> Entry | None:
        """The entry, or None, from a file that the manifest with this digest, or one before it, tells of."""


class Corrections:
    """Reverses and adjusts; a caller who is a person has their role checked here.

    All post on a frozen account and below zero, as usage does that has happened. What they give back is a lot of its
    own that expires as a purchase of today would. Operations are remembered as by `Ledger`.

    The scripts themselves read from the journal what is reversed. They cannot read the archive: an entry that is there
    is read here, from a file whose digests lead to the one that Redis keeps of its last archived day. The script takes
    it if the account says that an entry of its version was archived. It trusts this code for the contents, and no
    further than it may be trusted anyway: who can run this can run `adjust_balance`, and no entry is reversed twice.
    """

    def __init__(self, redis: Client, roles: Roles, *, ids: Ids = random_id, past: Proofs | None = None) -> None:
        """`past`: where the entries are that were archived; without it they are unknown."""
        self._redis = redis
        self._scripts = Scripts(redis)
        self._roles = roles
        self._ids = ids
        self._past = past

    async def reverse_entry(
        self, actor: Actor | Operator, ref: AccountRef, entry_id: str, *, operation_id: str, memo: str = ""
    ) -> Posting:
        """Post the opposite of an entry of `ref`'s: usage, all its call records, a grant, an adjustment or an expiry.

        Each once for ever. Of call records some of which were reversed by themselves, the rest is reversed. Reversed
        call records stay known: they are not charged when they come again, nor later where they had no price. Pools get
        back what they gave, in the month that gave it, and the entry says so in `minutes`; calls that were charged
        because a pool was used up stay charged.

        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_ACCOUNT, UNKNOWN_ENTRY, NOT_REVERSIBLE (of another kind),
        ALREADY_REVERSED, ACCOUNT_CLOSED, BALANCE_LIMIT, OPERATION_CONFLICT.

        Raises:
            ArchiveError: the entry was archived, and the archive cannot be read or is not the one that was written.
        """
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        outcome = await self._reverse("reverse_entry", actor, ref, (entry_id,), operation_id, memo, told="")
        if outcome == Refused(Reason.UNKNOWN_ENTRY) and (entry := await self._archived(ref, entry_id)):
            return await self._reverse("reverse_entry", actor, ref, (entry_id,), operation_id, memo, told=entry.line)
        return outcome

    async def reverse_record(
        self,
        actor: Actor | Operator,
        ref: AccountRef,
        entry_id: str,
        record_id: str,
        *,
        operation_id: str,
        memo: str = "",
    ) -> Posting:
        """Give back what one call record of an entry of `ref`'s was charged, and its included minutes, once for ever.

        The new entry's ref is `<entry>#<record>`. The record stays known: it is not charged when it comes again. None
        is reversed once its entry is, nor twice, and together they give back no more than the entry took.

        Refused: as `reverse_entry` (NOT_REVERSIBLE: it cost nothing, and no minutes), and UNKNOWN_RECORD: the entry has
        no such line.

        Raises:
            ArchiveError: as `reverse_entry`.
            ValueError: the entry's lines cannot be unpacked.
        """
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        entry = await self._journaled(ref, entry_id) or await self._archived(ref, entry_id)
        lines = records_of(entry) if entry else ()
        amounts = {each.id: each.amount.micros for each in lines}
        return await self._reverse(
            "reverse_record",
            actor,
            ref,
            (entry_id, record_id),
            operation_id,
            memo,
            told=entry.line if entry else "",
            record=harmless(record_id),
            amount_micros=amounts.get(record_id, ""),
            minutes=minutes_of(entry, lines, record_id) if entry else "",
        )

    async def records(self, ref: AccountRef, entry_id: str) -> tuple[tuple[UsageRecord, str], ...] | None:
        """The lines of an entry, archived or not, each with the id of the entry that reversed it, or "".

        None where there is no such entry; no lines where it is not of call records.

        Raises:
            ArchiveError, ValueError: as `reverse_record`.
        """
        entry = await self._journaled(ref, entry_id) or await self._archived(ref, entry_id)
        if entry is None:
            return None
        lines = records_of(entry)
        asked = [str(entry.version), *(f"{entry.version}#{each.id}" for each in lines)]
        whole, *single = await self._redis.hmget(keys.reversals(ref), asked)
        by = [(each or whole or "").partition(" ")[0] for each in single]
        return tuple(zip(lines, by, strict=True))

    async def returned(self, ref: AccountRef, entry_id: str) -> Mapping[tuple[str, str], int]:
        """The seconds that pools got back by this entry, by pool and month; nothing where it reverses no call.

        Raises:
            ArchiveError: as `reverse_record`.
        """
        entry = await self._journaled(ref, entry_id) or await self._archived(ref, entry_id)
        return minutes_in(entry.minutes) if entry else {}

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

    async def _reverse(
        self,
        script: str,
        actor: Actor | Operator,
        ref: AccountRef,
        named: tuple[str, ...],
        operation_id: str,
        memo: str,
        **args: str | int,
    ) -> Posting:
        """`named`: the entry, and the record where it is one that is reversed."""
        what, named = "record" if len(named) > 1 else "entry", tuple(map(harmless, named))
        more = {"unpriced": keys.unpriced(ref)} if what == "entry" else {}
        answer = await self._call(
            script,
            ref,
            operation_id,
            {"reversed": keys.reversals(ref), "pooled": keys.pooled(ref), **more},
            entry_id=named[0],
            contents=contents(f"reversal of {what}", *named, harmless(memo)),
            note=note(actor.id, operation_id, "#".join(named).replace("\t", " "), memo),
            **args,
        )
        outcome, *rest = answer.split(" ")
        if outcome == "refused":
            return decode_posting(answer, 0, "")
        entry, after, change, currency = rest
        return decode_posting(f"{outcome} {entry} {after}", int(change), currency)

    async def _journaled(self, ref: AccountRef, entry_id: str) -> Entry | None:
        if not _ENTRY.fullmatch(entry_id):
            return None
        found = await self._redis.xrange(keys.journal(ref), entry_id, entry_id)
        currency = await self._redis.hget(keys.account(ref), "currency")
        return Entry.decode(entry_id, found[0][1], currency or "") if found else None

    async def _archived(self, ref: AccountRef, entry_id: str) -> Entry | None:
        """The entry if the archive has it; what came after the last archived one is not looked for."""
        if self._past is None or not _ENTRY.fullmatch(entry_id):
            return None
        last = await self._redis.hget(keys.account(ref), "archived") or "0-0"
        if int(entry_id.partition("-")[2]) > int(last.partition("-")[2]):
            return None
        digest = await self._redis.hget(keys.archive(keys.partition_of(ref.tenant)), "digest")
        return await self._past.proven(ref, entry_id, digest or "")

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
