"""The ledger's operations. Each is one script, which decides; nothing is decided here."""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Protocol

from store import keys
from store.account import Account, Entry, Page
from store.batch import Batches, UsagePosting, posting_keys, prepare
from store.grouping import Grouping
from store.holds import Holds
from store.keys import AccountRef
from store.lots import NEVER_MS, PAID_FROM, Lot
from store.money import Money
from store.operations import Ids, checked_id, contents, decode_change, decode_posting, harmless, mark, note, random_id
from store.outcomes import Change, Posting
from store.recording import Recorded, Recorder
from store.records import UsageRecord
from store.schema import FORM
from store.scripts import Client, Scripts

if TYPE_CHECKING:
    from store.lines import Lines

DAY_MS = 86_400_000
LONGEST_DAYS = 36_500
"""A century: beyond it one says that credit does not expire."""
_LOOKS = (40, 160, 800)
"""So many entries are read at a time in search of those that change the balance."""


class Past(Protocol):
    """Where entries are that the journal does not keep any more: `store.archive.Archive`."""

    async def before(self, ref: AccountRef, version: int, limit: int) -> list[Entry]:
        """The newest `limit` entries whose versions are below `version`, newest first."""

    def since(self, ref: AccountRef, start: int, stop: int, *, batch: int) -> AsyncIterator[Entry]:
        """All entries with versions from `start` to before `stop`, oldest first."""


class Ledger(Holds):
    """Accounts and their entries on Redis.

    Every change takes an operation id: 1 to 200 printable ASCII characters, unique within the account. Called again
    with the same id and contents within 90 days, the first outcome comes back as `Repeated`; with other contents it is
    refused as OPERATION_CONFLICT. A `RedisError` means that the outcome is unknown: ask again with the same id.

    Charges of an account that are made at the same time share a script call; without `grouped` each has its own.
    """

    def __init__(
        self,
        redis: Client,
        *,
        ids: Ids = random_id,
        cooldown_s: int = 900,
        per_day: int = 3,
        grouped: bool = True,
        past: Past | None = None,
    ) -> None:
        """`past`: where the entries are that were archived; without it only those in Redis are read."""
        self._redis = redis
        self._past = past
        self._scripts = Scripts(redis)
        self._ids = ids
        self._cooldown_ms = cooldown_s * 1000
        self._per_day = per_day
        self._batches = Batches(redis, self._new_id)
        self._recorder = Recorder(redis, self._new_id)
        self._grouping = Grouping(self._batches.call) if grouped else None

    async def open_account(self, ref: AccountRef, currency: str) -> Change:
        """Make the account, once, with a balance of zero. Refused: CURRENCY_MISMATCH if it has another currency."""
        partition = keys.partition_of(ref.tenant)
        answer = await self._scripts.call(
            "open_account",
            {
                "account": keys.account(ref),
                "tenants": keys.tenants(partition),
                "accounts": keys.accounts(partition),
                "form": keys.form(partition),
            },
            tenant=ref.tenant,
            account_id=ref.account,
            currency=currency,
            cooldown_ms=self._cooldown_ms,
            per_day=self._per_day,
            our_form=FORM,
        )
        return decode_change(answer)

    async def account(self, ref: AccountRef) -> Account | None:
        """The account as it stands, or None."""
        record = await self._redis.hgetall(keys.account(ref))
        return Account.decode(record) if record else None

    async def charge_usage(
        self,
        ref: AccountRef,
        amount: Money,
        *,
        operation_id: str,
        actor: str,
        memo: str = "",
        service: str = "calls",
        authorised: bool = False,
    ) -> Posting:
        """Debit usage. Recorded usage has happened and posts even below zero; `authorised` only what is available.

        Refused: UNKNOWN_ACCOUNT, CURRENCY_MISMATCH, AMOUNT_INVALID (not above zero), BALANCE_LIMIT, ACCOUNT_CLOSED,
        OPERATION_CONFLICT; authorised usage also INSUFFICIENT_CREDIT, ACCOUNT_FROZEN, SERVICE_STOPPED.
        """
        posting = UsagePosting(ref, amount, operation_id, actor, memo, service, authorised)
        if self._grouping is None:
            [outcome] = await self._batches.post([posting])
            return outcome
        return await self._grouping.post(prepare(posting))

    async def post_batch(self, postings: Sequence[UsagePosting]) -> tuple[Posting, ...]:
        """Debit up to 200 usages of any accounts, each as `charge_usage` would; the outcomes are in the order given.

        The postings of an account are made in their order in one step, or in several where its currencies or
        `authorised` change between them; those of different accounts at the same time. ValueError where there are more
        than 200 or one cannot be written: then none was posted. After a `RedisError` any of them may have been posted;
        post the same again to know.
        """
        return await self._batches.post(postings)

    async def post_records(
        self, ref: AccountRef, records: Sequence[UsageRecord], *, actor: str
    ) -> Recorded[UsageRecord]:
        """Debit call records that have happened, even below zero, each once: many in one entry.

        Makes one entry for each service, and one more for every 500 records; their lines are told by `records_of`. A
        record is known by its id, among those that start on its UTC day or the days beside it, for 90 days at least:
        a repeat is left out, and one with another amount, service, start or destination is refused as
        OPERATION_CONFLICT. With a start further away the same id is another record, and is charged. Thresholds are
        crossed as if the records came one by one. Refused are also: AMOUNT_INVALID (below zero, or zero without a
        `basis`), UNKNOWN_ACCOUNT, CURRENCY_MISMATCH, BALANCE_LIMIT (for all of an entry together), ACCOUNT_CLOSED.

        Raises:
            ValueError: an id, a service or a start cannot be written; nothing was posted.
            redis.exceptions.RedisError: the outcome is unknown, of all or of some; post the same again.
        """
        return await self._recorder.post_records(ref, records, actor=actor)

    async def post_lines(self, ref: AccountRef, lines: "Lines", *, actor: str) -> Recorded[int]:
        """As `post_records`, for records of one service that come as columns, by the thousand: no object for each.

        `repeated` and `refused` tell them by their places in the columns, from 0. After a `RedisError` the outcome is
        unknown, of all or of some; post the same again. Making 10,000 lines keeps the event loop for some milliseconds.
        """
        return await self._recorder.post_lines(ref, lines, actor=actor)

    async def add_credit(
        self,
        ref: AccountRef,
        amount: Money,
        *,
        operation_id: str,
        actor: str,
        memo: str = "",
        kind: str = "grant",
        days: int = 0,
    ) -> Posting:
        """Credit money that no payment of ours brought, such as a grant.

        It expires after `days`, 1 to 36,500, or never with 0; ValueError for any other. Refused: as `charge_usage` for
        recorded usage.
        """
        if not 0 <= days <= LONGEST_DAYS:
            msg = f"credit expires after 1 to {LONGEST_DAYS} days, or never with 0, not after {days}"
            raise ValueError(msg)
        memo = harmless(memo)
        answer = await self._scripts.call(
            "add_credit",
            posting_keys(ref),
            tenant=ref.tenant,
            account_id=ref.account,
            mark=mark(checked_id(operation_id)),
            contents=contents("credit", str(amount.micros), amount.currency, kind, memo, str(days)),
            amount_micros=amount.micros,
            wanted=amount.currency,
            kind=kind,
            counter="promotional",
            rank_class=0,
            lifetime_ms=days * DAY_MS,
            note=note(actor, operation_id, "", memo),
        )
        return decode_posting(answer, amount.micros, amount.currency)

    async def look_at_lot(self, ref: AccountRef, lot: str) -> str:
        """The schedule's: warn of a lot's end ahead of it, and at its end take what is left out of the wallet.

        Answers warned, expired, early, gone, or held: what holds set aside stays until they are resolved.
        """
        answer = await self._scripts.call(
            "expire_lot",
            posting_keys(ref),
            tenant=ref.tenant,
            account_id=ref.account,
            id=lot,
            payments=keys.payment(ref.tenant, ""),
            payment_id=self._ids(),
        )
        return str(answer)

    async def next_to_expire(self, ref: AccountRef) -> Lot | None:
        """The lot whose credit expires first, as it stands, or None where none expires."""
        names = ("lot", "balance", "bottom", "class", "expires")
        current, *found = await self._redis.hmget(keys.account(ref), names)
        if current is None:
            return None
        balance, bottom, rank, expires = map(int, found)
        lots = [Lot(current, balance - bottom, rank == 0, expires)] if current else []
        waiting = await self._redis.zrange(keys.queue(ref), 0, 0)
        waiting += await self._redis.zrangebyscore(keys.queue(ref), PAID_FROM, "+inf", start=0, num=1)
        ids = [str(int(each)) for each in waiting]
        kept = await self._redis.hmget(keys.lots(ref), ids) if ids else []
        lots += [Lot.decode(each, text) for each, text in zip(ids, kept, strict=True) if text]
        expiring = [each for each in lots if each.left and each.expires_ms < NEVER_MS]
        return min(expiring, key=lambda each: each.expires_ms, default=None)

    async def history(self, ref: AccountRef, *, older_than: str = "", limit: int = 10) -> Page:
        """Entries, newest first; `older_than` is the cursor of an earlier page. An unknown account has none.

        What the journal has lost and the archive has is told from there.

        Raises:
            store.manifest.ArchiveError: the archive cannot be read.
        """
        currency, version = await self._redis.hmget(keys.account(ref), ("currency", "version"))
        newest = f"({older_than}" if older_than else "+"
        found = await self._redis.xrevrange(keys.journal(ref), newest, "-", count=limit + 1)
        entries = [Entry.decode(entry_id, record, currency or "") for entry_id, record in found]
        missing = limit + 1 - len(entries)
        oldest = entries[-1].version if entries else int(older_than.partition("-")[2] or int(version or 0) + 1)
        if self._past and missing > 0 and oldest > 1:
            entries += await self._past.before(ref, oldest, missing)
        return Page(tuple(entries[:limit]), entries[limit - 1].id if len(entries) > limit else "")

    async def changes(self, ref: AccountRef, *, older_than: str = "", limit: int = 10) -> Page:
        """As `history`, without what is set aside for calls and no longer: of that a call has two entries or more.

        A page is full unless it is the last, or more than 1,000 entries would have to be looked at for it: then it may
        be empty, too, and its cursor leads on. `limit` is below 40.
        """
        seen: list[Entry] = []
        for size in _LOOKS:
            page = await self.history(ref, older_than=older_than, limit=size)
            seen += page.entries
            older_than = page.older
            kept = [each for each in seen if not each.stays]
            if len(kept) > limit:
                older_than = kept[limit - 1].id
                seen = seen[: seen.index(kept[limit - 1])]
                break
            if not older_than:
                break
        return Page(tuple(kept[:limit]), older_than, fewer=any(each.stays for each in seen))

    async def entries(self, ref: AccountRef, *, batch: int = 1000) -> AsyncIterator[Entry]:
        """Every entry, oldest first, read `batch` at a time; what the journal has lost, the archive tells if it has it.

        Raises:
            store.manifest.ArchiveError: the archive cannot be read.
        """
        currency, last = await self._redis.hmget(keys.account(ref), ("currency", "version"))
        start, version = "-", 1
        while found := await self._redis.xrange(keys.journal(ref), start, "+", count=batch):
            first = int(found[0][0].partition("-")[2])
            if self._past and first > version:  # archived, perhaps only since the last look
                async for entry in self._past.since(ref, version, first, batch=batch):
                    yield entry
            for entry_id, record in found:
                yield Entry.decode(entry_id, record, currency or "")
            start, version = f"({found[-1][0]}", int(found[-1][0].partition("-")[2]) + 1
        if self._past and version <= int(last or 0):  # the journal was lost
            async for entry in self._past.since(ref, version, int(last) + 1, batch=batch):
                yield entry

    def _new_id(self) -> str:
        return self._ids()
