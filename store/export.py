"""Entries for other programs: tables for spreadsheets and databases. Bookkeepers' journals are in `store/books.py`.

Each format takes entries, account by account, oldest first, and answers the text that is to be written.
"""

import csv
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from store import keys
from store.account import Entry
from store.keys import AccountRef
from store.ledger import Ledger
from store.manifest import ArchiveError
from store.money import Money
from store.scripts import Client
from store.standing import accounts, unlisted

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would calculate."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of one tenant, of accounts of that name, from and to before a time in ms; "" and None for all."""

    tenant: str = ""
    account: str = ""
    from_ms: int | None = None
    to_ms: int | None = None

    def is_before(self, entry: Entry) -> bool:
        """Too old."""
        return self.from_ms is not None and entry.at_ms < self.from_ms

    def is_after(self, entry: Entry) -> bool:
        """Too young."""
        return self.to_ms is not None and entry.at_ms >= self.to_ms


class Format(Protocol):
    """Texts around and of the entries."""

    def begin(self) -> str:
        """What comes first."""

    def earlier(self, ref: AccountRef, entry: Entry) -> None:
        """An entry that is too old to be written; a balance may begin with it."""

    def entry(self, ref: AccountRef, entry: Entry) -> str:
        """One entry."""

    def end(self) -> str:
        """What comes last."""


async def export(redis: Client, ledger: Ledger, wanted: Wanted, made: Format) -> AsyncIterator[str]:
    """The whole text in pieces, one for each entry that is read, through journal and archive; some are empty.

    Raises:
        ArchiveError: an entry, or an account, is missing.
    """
    async for ref, _ in unlisted(redis, wanted.tenant, wanted.account):
        raise ArchiveError(f"{ref.tenant}/{ref.account} is there and not listed. `credits verify` says more")
    yield made.begin()
    for partition in [keys.partition_of(wanted.tenant)] if wanted.tenant else range(keys.PARTITIONS):
        for ref in await accounts(redis, partition, wanted.tenant, wanted.account):
            async with aclosing(_entries(ledger, ref)) as found:
                async for entry in found:
                    if wanted.is_after(entry):
                        break
                    if wanted.is_before(entry):
                        made.earlier(ref, entry)
                        yield ""
                    else:
                        yield made.entry(ref, entry)
    yield made.end()


async def _entries(ledger: Ledger, ref: AccountRef) -> AsyncGenerator[Entry, None]:
    account, version = await ledger.account(ref), 1
    async for entry in ledger.entries(ref):
        if entry.version != version:
            raise _missing(ref, version)
        version += 1
        yield entry
    if account and version <= account.version:  # the journal was lost, or its end
        raise _missing(ref, version)


def _missing(ref: AccountRef, version: int) -> ArchiveError:
    return ArchiveError(
        f"{ref.tenant}/{ref.account}: entry {version} is not to be found. If it is archived, say where with"
        " CREDITS_ARCHIVE_URL"
    )


class _Table:
    """A format that writes each entry by itself."""

    def begin(self) -> str:
        return ""

    def earlier(self, ref: AccountRef, entry: Entry) -> None:
        """Not needed."""

    def end(self) -> str:
        return ""


class Csv(_Table):
    """RFC 4180, with a heading. Amounts are plain decimals; what people typed cannot be taken for a formula."""

    COLUMNS = (
        "tenant", "account", "time", "id", "version", "kind", "debit", "credit", "currency", "amount", "moved",
        "before", "after", "lots", "actor", "operation", "ref", "memo",
    )  # fmt: skip

    def begin(self) -> str:
        """The heading."""
        return _row(self.COLUMNS)

    def entry(self, ref: AccountRef, entry: Entry) -> str:
        """A row: `amount` is what it did to the wallet, signed; `moved` what went from `debit` to `credit`."""
        named = (ref.tenant, ref.account, _time(entry), entry.id, str(entry.version))
        sides = (entry.kind, entry.debit, entry.credit, entry.moved.currency)
        amounts = (decimal(each) for each in (entry.amount, entry.moved, entry.before, entry.after))
        texts = (entry.lots, entry.actor, entry.operation, entry.ref, entry.memo)
        return _row((*map(harmless, (*named, *sides)), *amounts, *map(harmless, texts)))


class JsonLines(_Table):
    """An object a line; amounts are integers, millionths of the currency unit."""

    def entry(self, ref: AccountRef, entry: Entry) -> str:
        """One line."""
        return json.dumps({"time": _time(entry), **row(ref, entry)}, ensure_ascii=False) + "\n"


def row(ref: AccountRef, entry: Entry) -> dict[str, Any]:
    """All of an entry, in the columns of the archive, and its currency."""
    return {
        "tenant": ref.tenant,
        "account": ref.account,
        "ms": entry.at_ms,
        "version": entry.version,
        "kind": entry.kind,
        "debit": entry.debit,
        "credit": entry.credit,
        "currency": entry.moved.currency,
        "micros": entry.moved.micros,
        "after": entry.after.micros,
        "lots": entry.lots,
        "actor": entry.actor,
        "operation": entry.operation,
        "ref": entry.ref,
        "memo": entry.memo,
    }


def harmless(text: str) -> str:
    """A cell that no spreadsheet calculates."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def decimal(money: Money) -> str:
    """All six decimals, so that nothing is rounded: "-0.015000"."""
    units, micros = divmod(abs(money.micros), 1_000_000)
    return f"{'-' if money.micros < 0 else ''}{units}.{micros:06d}"


def _row(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _time(entry: Entry) -> str:
    return datetime.fromtimestamp(entry.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
