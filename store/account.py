"""An account as it stands: balance, policies, the state of its thresholds and of its recharge slot."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from store.money import Money


@dataclass(frozen=True, slots=True)
class RechargePolicy:
    """Auto-recharge: add `amount` when the balance falls below `below`, strictly, up to `cap` a calendar month.

    The month is UTC; what is reserved by an open recharge counts against the cap. `method` is a payment method's
    id as the gateway lists it.
    """

    on: bool
    amount: Money | None = None
    below: Money | None = None
    cap: Money | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """Levels whose downward crossing is told, highest first, the channel id it is told in, and the language.

    "" stands for no channel, and for no language chosen yet.
    """

    levels: tuple[Money, ...] = ()
    channel: str = ""
    locale: str = ""


class State(StrEnum):
    """What an account takes part in."""

    OPEN = "open"
    FROZEN = "frozen"
    """Nothing new is authorised or recharged; usage that has happened and credit still post."""
    CLOSED = "closed"
    """No usage and no credit any more, but what a provider has taken already."""


class WaitReason(StrEnum):
    """What keeps a due recharge from opening."""

    COOL_DOWN = "cool_down"
    MONTHLY_CAP = "monthly_cap"
    DAILY_LIMIT = "daily_limit"


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a recharge that is due does not open now, and until when: Redis' time, ms since the epoch."""

    reason: WaitReason
    until_ms: int

    @classmethod
    def decode(cls, text: str) -> "Wait | None":
        """The wait from its field `reason:until_ms`, None from an empty one."""
        reason, _, until_ms = text.partition(":")
        return cls(WaitReason(reason), int(until_ms)) if text else None


@dataclass(frozen=True, slots=True)
class Stop:
    """A service that the person or operator `by` stopped, when (Redis' time, ms) and why, in their words."""

    service: str
    at_ms: int
    by: str
    reason: str

    @classmethod
    def decode(cls, service: str, text: str) -> "Stop":
        """The stop from its field `at_ms by reason`, which tabs divide."""
        at_ms, by, reason = text.split("\t", 2)
        return cls(service, int(at_ms), by, reason)


@dataclass(frozen=True, slots=True)
class Account:
    """A snapshot. `low` is the lowest level now breached; `slot` the open recharge's id; `paused` why.

    `available` is what nothing is set aside from, `held` what holds set aside; the balance is both.
    `wait` is there only while a recharge is due and does not open: auto-recharge is on and not paused, none is open,
    the account is, and the balance is below the trigger. `overdraft_micros` is how far authorised usage may go below
    zero, millionths. `halted_ms` is since when no service takes new calls, or, below zero, since when they do again;
    0 if they always did. `stops` are the services that people stopped, by name; `used` names those that cost something.
    """

    currency: str
    available: Money
    held: Money
    version: int
    recharge: RechargePolicy
    alerts: AlertPolicy
    low: Money | None
    exhausted: bool
    slot: str
    paused: str
    dead_methods: frozenset[str]
    wait: Wait | None = None
    state: State = State.OPEN
    overdraft_micros: int = 0
    halted_ms: int = 0
    stops: tuple[Stop, ...] = ()
    used: frozenset[str] = frozenset()

    @property
    def overdraft(self) -> Money:
        """How far authorised usage may go below zero; recorded usage goes on from there."""
        return Money(self.overdraft_micros, self.currency)

    @property
    def halts(self) -> bool:
        """Whether no service takes new calls: the account is not open, or nothing is available, overdraft included."""
        return self.state is not State.OPEN or self.available.micros <= -self.overdraft_micros

    @property
    def balance(self) -> Money:
        """All credit of the account, what holds set aside included."""
        return Money(self.available.micros + self.held.micros, self.currency)

    @classmethod
    def decode(cls, record: Mapping[str, str]) -> "Account":
        """The account from its Redis hash."""
        currency = record["currency"]

        def money(field: str) -> Money | None:
            return Money(int(record[field]), currency) if record.get(field) else None

        levels = tuple(Money(int(each), currency) for each in record.get("levels", "").split(",") if each)
        balance = Money(int(record["balance"]), currency)
        slot, paused = record.get("recharge_slot", ""), record.get("recharge_paused", "")
        recharge = RechargePolicy(
            on=record.get("recharge_on") == "1",
            amount=money("recharge_amount"),
            below=money("recharge_below"),
            cap=money("recharge_cap"),
            method=record.get("method", ""),
        )
        state = State(record.get("state", State.OPEN))
        due = recharge.on and not paused and not slot and recharge.below is not None and balance < recharge.below
        return cls(
            currency=currency,
            available=balance,
            held=Money(int(record["held"]), currency),
            version=int(record["version"]),
            recharge=recharge,
            alerts=AlertPolicy(levels, record.get("channel", ""), record.get("locale", "")),
            low=money("low"),
            exhausted=record.get("exhausted") == "1",
            slot=slot,
            paused=paused,
            dead_methods=frozenset(record.get("dead_methods", "").split()),
            wait=Wait.decode(record.get("recharge_wait", "")) if due and state is State.OPEN else None,
            state=state,
            overdraft_micros=int(record.get("overdraft", 0)),
            halted_ms=int(record.get("halted", 0)),
            stops=tuple(Stop.decode(*each) for each in _fields(record, "stopped:")),
            used=frozenset(service for service, micros in _fields(record, "total:usage:") if micros != "0"),
        )


def _fields(record: Mapping[str, str], prefix: str) -> list[tuple[str, str]]:
    """The fields whose names begin so, by the rest of their names."""
    return sorted((name.removeprefix(prefix), text) for name, text in record.items() if name.startswith(prefix))


WALLET = "wallet"
"""The ledger account that is an account's available credit."""
HOLDS = "holds"
"""The ledger account of what holds have set aside."""
REVERSAL = "reversal"
"""The kind of an entry that reverses another."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: `moved` was debited from one ledger account and credited to another.

    `amount` is what that did to the wallet, signed; `before` and `after` are the wallet's. `lots` tells which lots
    paid, or came of it: "17", or "17=500 18=300" with millionths, "-" standing for what no lot could pay. `at_ms` is
    Redis' own time, ms since the epoch; the second half of `id` is `version`, the account's count of entries. What a
    reversal gave back to pools is in `minutes`, as `<pool>:<month>:<seconds>` divided by commas, "" for nothing.
    """

    id: str
    kind: str
    debit: str
    credit: str
    moved: Money
    after: Money
    version: int
    lots: str
    actor: str
    operation: str
    ref: str
    memo: str
    minutes: str = ""

    @property
    def amount(self) -> Money:
        """What the entry did to the wallet."""
        sign = (self.credit == WALLET) - (self.debit == WALLET)
        return Money(sign * self.moved.micros, self.moved.currency)

    @property
    def stays(self) -> bool:
        """Whether the balance is the same after it: credit was set aside for a call, or is no longer."""
        return {self.debit, self.credit} == {WALLET, HOLDS}

    @property
    def before(self) -> Money:
        """The wallet before the entry."""
        return Money(self.after.micros - self.amount.micros, self.after.currency)

    @property
    def at_ms(self) -> int:
        """When it was made."""
        return int(self.id.partition("-")[0])

    @property
    def line(self) -> str:
        """All but the id, as the stream has it."""
        numbers = str(self.moved.micros), str(self.after.micros)
        ref = f"{self.ref} {self.minutes}" if self.minutes else self.ref
        texts = self.lots, self.actor, self.operation, ref, self.memo
        return "\t".join((self.kind, self.debit, self.credit, *numbers, *texts))

    @classmethod
    def decode(cls, entry_id: str, record: Mapping[str, str], currency: str) -> "Entry":
        """The entry from its stream record: one line of ten parts divided by tabs, the memo last.

        Behind the ref of a reversal, and a space, are the minutes that it gave back, if any.
        """
        kind, debit, credit, moved, after, lots, actor, operation, ref, memo = record["entry"].split("\t", 9)
        ref, _, minutes = ref.partition(" ") if kind == REVERSAL else (ref, "", "")
        return cls(
            id=entry_id,
            kind=kind,
            debit=debit,
            credit=credit,
            moved=Money(int(moved), currency),
            after=Money(int(after), currency),
            version=int(entry_id.partition("-")[2]),
            lots=lots,
            actor=actor,
            operation=operation,
            ref=ref,
            memo=memo,
            minutes=minutes,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and the cursor of the next older page ("" on the last).

    `fewer` says that entries were left out which belong between these.
    """

    entries: tuple[Entry, ...]
    older: str
    fewer: bool = False
