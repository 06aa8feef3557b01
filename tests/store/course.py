"""A long life of two accounts, from a seed, so that it can be lived again in another way."""

import itertools
from dataclasses import dataclass, field
from random import Random

from store import keys
from store.account import State
from store.batch import UsagePosting
from store.corrections import Corrections
from store.keys import AccountRef
from store.money import Money
from store.records import UsageRecord
from store.roles import Operator
from store.transfers import Transfers
from tests.controls import CURRENCY, MANAGER, REF, Bank, usd
from tests.store import pair
from tests.store.clock import Clock
from tests.store.holding import HOUR_MS
from tests.store.pair import REFS, SECOND
from tests.store.posting import dump
from tests.store.recorded import DAY_MS

STEPS, LOOK_EVERY = 150, 10
ACCOUNTS = [*map(keys.account, REFS)]
OUTBOX = keys.outbox(keys.partition_of(REF.tenant))
MOVES = {
    "charge": 9,
    "charge_many": 4,
    "place_hold": 6,
    "extend_hold": 2,
    "capture_hold": 2,
    "release_hold": 1,
    "add_credit": 4,
    "transfer": 1,
    "correct": 2,
    "record": 1,
    "save": 2,
    "set_service": 1,
    "look": 2,
}
"""What happens, and how often."""
SERVICES = ("calls", "calls", "texts")
GAPS_S = (0, 0, 0, 0.001, 1, 60, 3_600, 20_000, 90_000, -30)


@dataclass
class Course:
    """A life of two accounts, from a seed: whatever the store makes of it is in `seen`."""

    bank: Bank
    clock: Clock
    random: Random
    seen: list[object] = field(default_factory=list)
    number: int = 0
    cut: set[str] = field(default_factory=set)
    """The operations, as they are remembered, that took the short cut."""

    async def run(self) -> None:
        """All of it, everything in Redis looked at now and then, and proven in the end."""
        ids = (f"id-{number}" for number in itertools.count())
        for service in (self.bank.ledger, self.bank.policies):
            service._ids = lambda: next(ids)
        for self.number in range(STEPS):
            [move] = self.random.choices([*MOVES], weights=[*MOVES.values()])
            outcome = await getattr(self, move)()
            self.seen.append((move, self.clock.ms, outcome))
            self.wait()
            if self.number % LOOK_EVERY == 0:
                self.seen.append(await self.everything())
        self.seen.append(await self.everything())
        await pair.prove(self.bank)

    def wait(self) -> None:
        """Time goes by, most often little; now and then a clock goes back, and once in a while two months pass."""
        self.clock.advance(seconds=self.random.choice(GAPS_S) if self.random.random() < 0.99 else 60 * 86_400)

    def ref(self) -> AccountRef:
        """The first account, most often."""
        return self.random.choice([REF, REF, REF, SECOND])

    def amount(self) -> Money:
        """From a millionth to 200 dollars."""
        return Money(self.random.choice([1, 5, 7, 10, 33, 50, 100]) * self.random.choice([1, 10**5, 10**6]), CURRENCY)

    def operation(self) -> str:
        """A new operation, or one of the last again."""
        return f"operation-{max(self.number - self.random.choice([0, 0, 0, 0, 1, 2, 5]), 0)}"

    def hold(self) -> str:
        """One of a few calls at a time."""
        return f"call-{self.number // 25}-{self.random.randrange(6)}"

    async def charge(self) -> object:
        """A call is charged, or asks whether it may be."""
        return await self.bank.ledger.charge_usage(
            self.ref(),
            self.amount(),
            operation_id=self.operation(),
            actor="test",
            service=self.random.choice(SERVICES),
            authorised=self.random.random() < 0.3,
        )

    async def charge_many(self) -> object:
        """Many calls, some of which stand there twice."""
        ref, operation, many = self.ref(), self.operation(), self.random.randrange(1, 24)
        return await self.bank.ledger.post_batch(
            [
                UsagePosting(
                    ref,
                    Money(self.random.randrange(4_000_000), CURRENCY),
                    f"{operation}-{self.random.randrange(number + 1)}",
                    "test",
                    service=self.random.choice(SERVICES),
                )
                for number in range(many)
            ]
        )

    async def place_hold(self) -> object:
        """A call begins."""
        return await self.bank.ledger.place_hold(
            self.ref(),
            self.hold(),
            self.amount(),
            ttl_ms=self.random.choice([1_000, HOUR_MS, 24 * HOUR_MS]),
            operation_id=self.operation(),
            actor="test",
            service=self.random.choice(SERVICES),
        )

    async def extend_hold(self) -> object:
        """A call goes on."""
        amount = self.random.choice([self.amount(), usd(0)])
        return await self.bank.ledger.extend_hold(
            self.ref(), self.hold(), amount, ttl_ms=HOUR_MS, operation_id=self.operation(), actor="test"
        )

    async def capture_hold(self) -> object:
        """A call is over."""
        return await self.bank.ledger.capture_hold(
            self.ref(),
            self.hold(),
            self.amount(),
            operation_id=self.operation(),
            actor="test",
            service=self.random.choice(["", "", "texts"]),
            authorised=self.random.random() < 0.5,
        )

    async def release_hold(self) -> object:
        """A call did not come about, or is forgotten."""
        ref, hold = self.ref(), self.hold()
        if self.random.random() < 0.5:
            return await self.bank.ledger.expire_hold(ref, hold)
        return await self.bank.ledger.release_hold(ref, hold, operation_id=self.operation(), actor="test")

    async def add_credit(self) -> object:
        """Credit is given, for ever or for some days."""
        days = self.random.choice([0, 1, 2, 10, 100])
        amount = self.random.choice([self.amount(), usd(self.random.randint(100, 400))])
        return await self.bank.ledger.add_credit(
            self.ref(), amount, operation_id=self.operation(), actor="test", days=days
        )

    async def transfer(self) -> object:
        """Credit moves from one account to the other."""
        ref, to = self.random.sample(REFS, 2)
        return await Transfers(self.bank.redis, self.bank.roles).transfer_credit(
            MANAGER, ref, to.account, self.amount(), operation_id=self.operation()
        )

    async def correct(self) -> object:
        """The balance is corrected, or an entry reversed."""
        corrections, ref = Corrections(self.bank.redis, self.bank.roles, ids=self.bank.ledger._ids), self.ref()
        entries, operation = await self.bank.entries(ref), self.operation()
        if entries and self.random.random() < 0.5:
            entry = self.random.choice(entries).id
            return await corrections.reverse_entry(Operator("test"), ref, entry, operation_id=operation)
        change = self.random.choice([self.amount(), -self.amount()])
        return await corrections.adjust_balance(MANAGER, ref, change, operation_id=operation)

    async def record(self) -> object:
        """Call records come, some of which have come before."""
        first, days = self.number, [self.random.randrange(3) for _ in range(self.random.randrange(1, 12))]
        records = [
            UsageRecord(f"record-{first + self.random.randrange(30)}", self.amount(), self.clock.ms - day * DAY_MS)
            for day in days
        ]
        return await self.bank.ledger.post_records(self.ref(), records, actor="test")

    async def save(self) -> object:
        """A manager changes a setting of the first account."""
        policies, operation = self.bank.policies, self.bank.operation()
        match self.random.randrange(4):
            case 0:
                await self.bank.levels(*sorted(self.random.sample(range(1, 200), 3), reverse=True))
                return None
            case 1:
                await self.bank.recharge(below=self.random.randrange(5, 100), cap=200 + self.number)
                return None
            case 2:
                limit = usd(self.random.choice([0, 50]))
                return await policies.set_overdraft(MANAGER, REF, limit, operation_id=operation)
        state = self.random.choice([State.OPEN, State.OPEN, State.FROZEN])
        return await policies.set_state(MANAGER, REF, state, operation_id=operation)

    async def set_service(self) -> object:
        """A manager stops a service, or lets it go on."""
        open_ = self.random.random() < 0.6
        return await self.bank.policies.set_service_state(
            MANAGER, self.ref(), self.random.choice(SERVICES), open=open_, operation_id=self.bank.operation()
        )

    async def look(self) -> object:
        """The schedule looks at every lot."""
        return [
            await self.bank.ledger.look_at_lot(ref, lot)
            for ref in REFS
            for lot in sorted(await self.bank.redis.hkeys(keys.lots(ref)))
        ]

    async def everything(self) -> dict[str, object]:
        """All that is in Redis, but for the events' own ids and what the short cut saves itself.

        That is a total of zero, when the rules are looked at again, and with an operation the balance after it.
        """
        found = await dump(self.bank.redis)
        found[OUTBOX] = [record for _, record in await self.bank.redis.xrange(OUTBOX)]
        for key, stored in found.items():
            if key in ACCOUNTS and isinstance(stored, dict):
                totals = {name for name, value in stored.items() if name.startswith("total:") and value == "0"}
                found[key] = {name: value for name, value in stored.items() if name not in {"least", *totals}}
            elif ":op:" in key and isinstance(stored, dict):
                self.cut |= {mark for mark, outcome in stored.items() if outcome and " " not in outcome}
                found[key] = {mark: without_balance(outcome) for mark, outcome in stored.items()}
        return found


def without_balance(outcome: str) -> str:
    """What is remembered of an operation, but for the balance after it if that is all there is behind the entry."""
    return outcome.partition(" ")[0] if outcome.count(" ") == 1 else outcome
