"""The ledger's operations. Each is one script, which decides; nothing is decided here."""

from collections.abc import AsyncIterator

from store import keys
from store.account import Account, Entry, Page
from store.keys import AccountRef
from store.money import Money
from store.operations import KEEP_MS, Ids, checked_id, decode_change, decode_posting, digest, harmless, random_id
from store.outcomes import Change, Posting
from store.scripts import Client, Scripts


class Ledger:
    """Accounts and their entries on Redis.

    Every change takes an operation id: 1 to 200 printable ASCII characters, unique within the tenant. Called again
    with the same id and contents within 90 days, the first outcome comes back as `Repeated`; with other contents it
    is refused as OPERATION_CONFLICT. A `RedisError` means that the outcome is
    unknown: ask again with the same id.
    """

    def __init__(self, redis: Client, *, ids: Ids = random_id, cooldown_s: int = 900, per_day: int = 3) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._ids = ids
        self._cooldown_ms = cooldown_s * 1000
        self._per_day = per_day

    async def open_account(self, ref: AccountRef, currency: str) -> Change:
        """Make the account, once, with a balance of zero. Refused: CURRENCY_MISMATCH if it has another currency."""
        answer = await self._scripts.call(
            "open_account",
            {"account": keys.account(ref), "tenants": keys.tenants(keys.partition_of(ref.tenant))},
            tenant=ref.tenant,
            currency=currency,
            cooldown_ms=self._cooldown_ms,
            per_day=self._per_day,
        )
        return decode_change(answer)

    async def account(self, ref: AccountRef) -> Account | None:
        """The account as it stands, or None."""
        record = await self._redis.hgetall(keys.account(ref))
        return Account.decode(record) if record else None

    async def charge_usage(
        self, ref: AccountRef, amount: Money, *, operation_id: str, actor: str, memo: str = ""
    ) -> Posting:
        """Debit recorded usage: the call has happened, so it posts even below zero.

        Refused: UNKNOWN_ACCOUNT, CURRENCY_MISMATCH, AMOUNT_INVALID (not above zero), BALANCE_LIMIT,
        OPERATION_CONFLICT.
        """
        payment_id, memo = self._ids(), harmless(memo)
        answer = await self._scripts.call(
            "charge_usage",
            {**self._posting_keys(ref, operation_id), "payment": keys.payment(ref.tenant, payment_id)},
            tenant=ref.tenant,
            account_id=ref.account,
            operation_id=operation_id,
            digest=digest("charge_usage", ref.account, str(amount.micros), amount.currency, memo),
            amount_micros=amount.micros,
            currency=amount.currency,
            actor=actor,
            memo=memo,
            keep_ms=KEEP_MS,
            payment_id=payment_id,
        )
        return decode_posting(answer, amount.currency)

    async def add_credit(
        self,
        ref: AccountRef,
        amount: Money,
        *,
        operation_id: str,
        actor: str,
        memo: str = "",
        kind: str = "grant",
    ) -> Posting:
        """Credit money that no payment of ours brought, such as a grant. Refused: as `charge_usage`."""
        memo = harmless(memo)
        answer = await self._scripts.call(
            "add_credit",
            self._posting_keys(ref, operation_id),
            tenant=ref.tenant,
            account_id=ref.account,
            operation_id=operation_id,
            digest=digest("add_credit", ref.account, str(amount.micros), amount.currency, kind, memo),
            amount_micros=amount.micros,
            currency=amount.currency,
            kind=kind,
            actor=actor,
            memo=memo,
            keep_ms=KEEP_MS,
        )
        return decode_posting(answer, amount.currency)

    async def history(self, ref: AccountRef, *, older_than: str = "", limit: int = 10) -> Page:
        """Entries, newest first; `older_than` is the cursor of an earlier page. An unknown account has none."""
        currency = await self._redis.hget(keys.account(ref), "currency")
        newest = f"({older_than}" if older_than else "+"
        found = await self._redis.xrevrange(keys.journal(ref), newest, "-", count=limit + 1)
        entries = tuple(Entry.decode(entry_id, record, currency or "") for entry_id, record in found)
        return Page(entries[:limit], entries[limit - 1].id if len(entries) > limit else "")

    async def entries(self, ref: AccountRef, *, batch: int = 1000) -> AsyncIterator[Entry]:
        """Every entry, oldest first, read `batch` at a time."""
        currency = await self._redis.hget(keys.account(ref), "currency")
        start = "-"
        while found := await self._redis.xrange(keys.journal(ref), start, "+", count=batch):
            for entry_id, record in found:
                yield Entry.decode(entry_id, record, currency or "")
            start = f"({found[-1][0]}"

    def _posting_keys(self, ref: AccountRef, operation_id: str) -> dict[str, str]:
        partition = keys.partition_of(ref.tenant)
        return {
            "account": keys.account(ref),
            "journal": keys.journal(ref),
            "operation": keys.operation(ref.tenant, checked_id(operation_id)),
            "outbox": keys.outbox(partition),
            "due": keys.due(partition),
        }
