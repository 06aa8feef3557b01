"""Entries as bookkeepers' programs read them: journals for beancount and for hledger.

They are the books of who owns the credit: wallet and holds are assets, usage and what expired are expenses, what was
given away is income, what payments brought is owed to the rail that brought it. What an entry credits rises, what it
debits falls, so that each has two legs of one amount. The last lines assert every balance, the wallet's by what its
last entry says.
"""

import hashlib
import re
from abc import ABC, abstractmethod
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from store.account import HOLDS, WALLET, Entry
from store.export import decimal
from store.keys import AccountRef
from store.money import Money

_ROOTS = {
    WALLET: "Assets:Credits:{whose}:Wallet",
    HOLDS: "Assets:Credits:{whose}:Holds",
    "usage": "Expenses:Usage:{whose}",
    "expired": "Expenses:Expired:{whose}",
    "promotional": "Income:Promotional:{whose}",
    "funding": "Liabilities:Funding:{whose}",
    "disputes": "Liabilities:Disputes:{whose}",
    "adjustments": "Equity:Adjustments:{whose}",
    "transfer": "Equity:Transfers:{whose}",
}
_UPPER, _LOWER = re.compile(r"[A-Z0-9][A-Z0-9-]*"), re.compile(r"[a-z]{2}[a-z0-9-]*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\x85]+")
_OPENING = "Balances brought forward"


def component(text: str) -> str:
    """A part of an account's name as both programs take it; different texts stay different.

    "T0TEST" stays, "default" becomes "Default"; any other keeps its letters and digits, with a digest of the whole.
    """
    if _UPPER.fullmatch(text):
        return text
    if _LOWER.fullmatch(text):
        return text[0].upper() + text[1:]
    readable = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
    return f"X{readable}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def named(ref: AccountRef, ledger_account: str) -> str:
    """The bookkeeper's name of a ledger account: "Expenses:Usage:T0TEST:Default:Calls"."""
    kind, _, more = ledger_account.partition(":")
    root = _ROOTS.get(kind, f"Equity:{component(kind)}:{{whose}}")
    name = root.format(whose=f"{component(ref.tenant)}:{component(ref.account)}")
    return f"{name}:{component(more)}" if more else name


class _Books(ABC):
    """What both journals have in common: balances, and the accounts that were opened."""

    def __init__(self) -> None:
        self._balances: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._opened: set[str] = set()
        self._brought: dict[AccountRef, defaultdict[tuple[str, str], int]] = {}
        self._wallets: dict[tuple[str, str], int] = {}
        self._last = date(1970, 1, 1)

    def begin(self) -> str:
        """What comes first."""
        return ""

    def earlier(self, ref: AccountRef, entry: Entry) -> None:
        """Brought forward, in one transaction before the account's first."""
        self._count(self._brought.setdefault(ref, defaultdict(int)), ref, entry)

    def entry(self, ref: AccountRef, entry: Entry) -> str:
        """A transaction of two legs."""
        day = _day(entry)
        self._last = max(self._last, day)
        text = ""
        if ref in self._brought:
            legs = [
                (name, Money(micros, currency)) for (name, currency), micros in self._brought.pop(ref).items() if micros
            ]
            text = self._transaction(day, _OPENING, "", {}, legs) if legs else ""
        self._count(defaultdict(int), ref, entry)
        said = {"id": entry.id, "actor": entry.actor, "operation": entry.operation, "ref": entry.ref}
        debit, credit = named(ref, entry.debit), named(ref, entry.credit)
        less = Money(-entry.moved.micros, entry.moved.currency)
        return text + self._transaction(day, entry.kind, entry.memo, said, [(debit, less), (credit, entry.moved)])

    def _count(self, brought: defaultdict[tuple[str, str], int], ref: AccountRef, entry: Entry) -> None:
        currency = entry.moved.currency
        for ledger_account, micros in ((entry.debit, -entry.moved.micros), (entry.credit, entry.moved.micros)):
            at = named(ref, ledger_account), currency
            brought[at] += micros
            self._balances[at] += micros
        self._wallets[named(ref, WALLET), currency] = entry.after.micros

    def _final(self) -> dict[tuple[str, str], int]:
        """What is asserted of each account that was written."""
        found = {**self._balances, **self._wallets}
        return {at: found[at] for at in sorted(found) if at[0] in self._opened}

    @abstractmethod
    def _transaction(self, day: date, kind: str, memo: str, said: dict[str, str], legs: list[tuple[str, Money]]) -> str:
        """One transaction, as the program reads it."""


class Beancount(_Books):
    """For `bean-check` and its kin, version 2 or 3."""

    def begin(self) -> str:
        """The title."""
        return 'option "title" "Communications credits"\n'

    def end(self) -> str:
        """The balances on the day after the last entry, exact to the millionth."""
        day = self._last + timedelta(days=1)
        lines = [f"{day} balance {name}  {decimal(Money(micros, currency))} ~ 0 {currency}\n"
                 for (name, currency), micros in self._final().items()]  # fmt: skip
        return "\n" + "".join(lines)

    def _transaction(self, day: date, kind: str, memo: str, said: dict[str, str], legs: list[tuple[str, Money]]) -> str:
        new = [name for name, _ in legs if name not in self._opened]
        self._opened.update(new)
        lines = [*(f"{day} open {name}" for name in dict.fromkeys(new)), f"{day} * {_quoted(kind)} {_quoted(memo)}"]
        lines += [f"  {key}: {_quoted(text)}" for key, text in said.items() if text]
        lines += [f"  {name}  {decimal(money)} {money.currency}" for name, money in legs]
        return "\n" + "\n".join(lines) + "\n"


class Hledger(_Books):
    """For `hledger check` and its kin."""

    def end(self) -> str:
        """The balances, exactly, in one transaction that moves nothing."""
        lines = [f"    {name}  0 {currency} = {decimal(Money(micros, currency))} {currency}\n"
                 for (name, currency), micros in self._final().items()]  # fmt: skip
        return f"\n{self._last} * Balances\n" + "".join(lines) if lines else ""

    def _transaction(self, day: date, kind: str, memo: str, said: dict[str, str], legs: list[tuple[str, Money]]) -> str:
        self._opened.update(name for name, _ in legs)
        what = f"{kind} | {_plain(memo)}" if memo else kind
        lines = [f"{day} * {what}", *(f"    ; {key}: {_plain(text)}" for key, text in said.items() if text)]
        lines += [f"    {name}  {decimal(money)} {money.currency}" for name, money in legs]
        return "\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = _CONTROLS.sub(" ", text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(text: str) -> str:
    """Without what ends a line, begins a comment or divides tags."""
    return _CONTROLS.sub(" ", text).replace(";", ",").strip()


def _day(entry: Entry) -> date:
    return datetime.fromtimestamp(entry.at_ms / 1000, UTC).date()
