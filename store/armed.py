"""What is told of an account against what is so: the state of its thresholds, and events against entries."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from store import keys
from store.account import Entry
from store.events import (
    BalanceExhausted,
    BalanceRecovered,
    Codec,
    Credited,
    CreditExpired,
    Event,
    ServicesHalted,
    ServicesResumed,
    UnknownEventError,
)
from store.keys import AccountRef
from store.lots import NEVER_MS, Lot
from store.money import MAX_MICROS
from store.outbox import REPLAY_OF
from store.scripts import Client

TOLD_OF = ("recharge", "topup", "expiry")
"""Kinds of entry of which each has its event, of the same atomic step."""
_BATCH = 2000
_SKEW_S = 5
"""How far the clocks of a cluster's servers may be apart, seconds."""


def thresholds(record: Mapping[str, str]) -> Iterator[str]:
    """What of an account's thresholds contradicts its balance and levels."""
    balance, low, exhausted = int(record["balance"]), record.get("low", ""), record.get("exhausted") == "1"
    levels = [int(each) for each in record.get("levels", "").split(",") if each]
    below = [each for each in levels if balance < each]
    if exhausted and balance > 0:
        yield f"the account is kept as used up, and has {balance} millionths"
    if not exhausted and balance <= 0 and record["version"] != "0":
        yield f"the account has {balance} millionths, and is not kept as used up"
    if low and (not below or int(low) != min(below)):
        yield f"the lowest level breached is kept as {low}, with {balance} millionths and the levels {levels}"
    yield from _halt(record, balance)
    # In every state but open each posting is looked at. A level that was set while the balance was below it is told by
    # the next debit, which `least` makes look at it.
    needed = _next_to_tell(record, levels) if record.get("state", "open") == "open" else MAX_MICROS
    least = int(record["least"])
    if least < needed:
        yield f"below {needed} millionths something is to be told or done, and only below {least} is it looked for"


def _halt(record: Mapping[str, str], balance: int) -> Iterator[str]:
    """Accounts of before it was kept have no such field until something is looked at."""
    halted = int(record.get("halted", 0))
    halts = record.get("state", "open") != "open" or balance <= -int(record.get("overdraft", 0))
    if halted > 0 and not halts:
        yield f"services are kept as stopped, and there are {balance} millionths, and the overdraft"
    if "halted" in record and halted <= 0 and halts and record["version"] != "0":
        yield f"services are kept as going on, with {balance} millionths, and the account {record.get('state', 'open')}"


def _next_to_tell(record: Mapping[str, str], levels: list[int]) -> int:
    """The highest balance below which a debit has something to tell or to open, as `least_by_rules` in lib/rules."""
    low = record.get("low", "")
    found = [each for each in levels if not low or each < int(low)]
    found.append(-MAX_MICROS if record.get("exhausted") == "1" else 1)
    if int(record.get("halted", 1)) <= 0:
        found.append(1 - int(record["overdraft"]))
    if record.get("recharge_on") == "1" and not record.get("recharge_paused") and not record.get("recharge_slot"):
        found.append(int(record["recharge_below"]))
    return max(found)


def expiries(record: Mapping[str, str], lots: Iterable[Lot]) -> Iterator[str]:
    """Whether the account's lots are looked at when their time is over."""
    first = min((each.expires_ms for each in lots), default=NEVER_MS)
    if int(record["till"]) > first:
        yield f"a lot ends at {first}, and the account is not looked at before {record['till']}"


@dataclass
class Told:
    """The events of a partition that the outbox still has, as far as entries answer for them.

    Entries made between `since_ms` and `until_ms` have their event here.
    """

    since_ms: int = 0
    until_ms: int = 0
    credited: dict[tuple[AccountRef, str], Credited] = field(default_factory=dict)
    expired: Counter[tuple[AccountRef, str, int, int]] = field(default_factory=Counter)
    exhausted: dict[AccountRef, bool] = field(default_factory=dict)
    halted: dict[AccountRef, bool] = field(default_factory=dict)

    @classmethod
    async def read(cls, redis: Client, partition: int) -> "Told":
        """Read the outbox of the partition to its end."""
        told, stream, start = cls(), keys.outbox(partition), "-"
        seconds, _ = await redis.time()
        newest = await redis.xrevrange(stream, "+", "-", count=1)
        if not newest:
            return told
        while found := await redis.xrange(stream, start, newest[0][0], count=_BATCH):
            for stream_id, record in found:
                if REPLAY_OF not in record:  # that one was told before
                    told.hear(f"{partition:02d}-{stream_id}", record)
            start = f"({found[-1][0]}"
        oldest = await redis.xrange(stream, "-", "+", count=1)  # after it all: some may have been dropped meanwhile
        told.since_ms = int((oldest or newest)[0][0].partition("-")[0])
        told.until_ms = max(int(newest[0][0].partition("-")[0]), (seconds - _SKEW_S) * 1000)
        return told

    def hear(self, event_id: str, record: Mapping[str, str]) -> None:
        """Keep of an event what entries answer for; one that cannot be read is the listener's business."""
        with contextlib.suppress(UnknownEventError, KeyError, ValueError):
            self._keep(Codec.decode(event_id, record))

    def _keep(self, event: Event) -> None:
        match event:
            case Credited():
                self.credited[event.ref, event.entry] = event
            case CreditExpired():
                self.expired[event.ref, f"expiry:{event.lot}", event.amount_micros, event.balance_micros] += 1
            case BalanceExhausted():
                self.exhausted[event.ref] = True
            case BalanceRecovered():
                self.exhausted[event.ref] = event.balance_micros <= 0
            case ServicesHalted() | ServicesResumed():
                self.halted[event.ref] = isinstance(event, ServicesHalted)

    def answer(self, ref: AccountRef, entry: Entry) -> Iterator[str]:
        """An entry of TOLD_OF: what of its event is not as it says, or missing. Nothing of any other."""
        if entry.kind not in TOLD_OF:
            return
        is_late = self.since_ms < entry.at_ms < self.until_ms
        if entry.kind == "expiry":
            event = (ref, entry.operation, entry.moved.micros, entry.after.micros)
            if self.expired[event]:
                self.expired[event] -= 1
            elif is_late:
                yield f"entry {entry.id} took what had expired, and no event tells it"
            return
        credited = self.credited.pop((ref, entry.id), None)
        if credited is None and is_late:
            yield f"entry {entry.id} is a {entry.kind}, and no event tells it"
        if credited is not None and (credited.amount, credited.balance) != (entry.moved, entry.after):
            yield (
                f"event {credited.id} tells of {credited.amount.plain()} and {credited.balance.plain()} after it,"
                f" entry {entry.id} of {entry.moved.plain()} and {entry.after.plain()}"
            )

    def rest(self, ref: AccountRef) -> Iterator[str]:
        """All entries of the account have answered: what no entry was there for."""
        for key in [each for each in self.credited if each[0] == ref]:
            yield f"event {self.credited.pop(key).id} tells of entry {key[1]}, which is not in the journal"
        for expired in [each for each, left in self.expired.items() if each[0] == ref and left]:
            yield f"an event tells that {expired[2]} millionths expired ({expired[1]}), which is not in the journal"

    def last(self, ref: AccountRef, record: Mapping[str, str], newest_ms: int) -> Iterator[str]:
        """What was last told of exhaustion and of services against what is kept, if that has not changed since."""
        told = self.exhausted.get(ref)
        if told is not None and newest_ms < self.until_ms and told != (record.get("exhausted") == "1"):
            yield f"people were last told that credit is {'used up' if told else 'there again'}, which it is not"
        told, halted = self.halted.get(ref), int(record.get("halted", 0))
        if told is not None and abs(halted) < self.until_ms and told != (halted > 0):
            yield f"people were last told that services {'stop' if told else 'go on'}, which they do not"
