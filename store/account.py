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
class Account:
    """A snapshot. `low` is the lowest level now breached; `slot` the open recharge's id; `paused` why.

    `wait` is there only while a recharge is due and does not open: auto-recharge is on and not paused, none is open,
    and the balance is below the trigger.
    """

    currency: str
    balance: Money
    version: int
    recharge: RechargePolicy
    alerts: AlertPolicy
    low: Money | None
    exhausted: bool
    slot: str
    paused: str
    dead_methods: frozenset[str]
    wait: Wait | None = None

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
        due = recharge.on and not paused and not slot and recharge.below is not None and balance < recharge.below
        return cls(
            currency=currency,
            balance=balance,
            version=int(record["version"]),
            recharge=recharge,
            alerts=AlertPolicy(levels, record.get("channel", ""), record.get("locale", "")),
            low=money("low"),
            exhausted=record.get("exhausted") == "1",
            slot=slot,
            paused=paused,
            dead_methods=frozenset(record.get("dead_methods", "").split()),
            wait=Wait.decode(record.get("recharge_wait", "")) if due else None,
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. `amount` is signed; `at_ms` is Redis' own time, ms since the epoch."""

    id: str
    kind: str
    amount: Money
    before: Money
    after: Money
    version: int
    actor: str
    memo: str
    operation: str
    at_ms: int

    @classmethod
    def decode(cls, entry_id: str, record: Mapping[str, str], currency: str) -> "Entry":
        """The entry from its stream record."""
        return cls(
            id=entry_id,
            kind=record["kind"],
            amount=Money(int(record["amount"]), currency),
            before=Money(int(record["before"]), currency),
            after=Money(int(record["after"]), currency),
            version=int(record["version"]),
            actor=record["actor"],
            memo=record["memo"],
            operation=record["operation"],
            at_ms=int(record["at_ms"]),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first, and the cursor of the next older page ("" on the last)."""

    entries: tuple[Entry, ...]
    older: str
