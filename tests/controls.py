"""Example objects, so that a test names only what it is about."""

import dataclasses
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from store import keys
from store.account import Account, AlertPolicy, Entry, RechargePolicy
from store.armed import expiries, thresholds
from store.keys import AccountRef
from store.ledger import Ledger
from store.lots import Lot
from store.money import Money
from store.outcomes import Posted, Posting
from store.payments import Payments
from store.policy import Limits, Policies
from store.replay import Replay
from store.reversals import Reversals
from store.roles import Actor, Roles
from store.scripts import Client

CURRENCY = "USD"
REF = AccountRef("T0TEST")
OWNER = Actor(REF.tenant, "U0OWNER", is_admin=True)
MANAGER = Actor(REF.tenant, "U0MANAGER")
MEMBER = Actor(REF.tenant, "U0MEMBER")
STRANGER = Actor(REF.tenant, "U0STRANGER", is_stranger=True)
CARD = "card_ok"


def usd(units: str | int) -> Money:
    """Dollars."""
    return Money.of(units, CURRENCY)


@dataclass
class Bank:
    """The services over one Redis, with an opened account and one manager, and short ways to drive them."""

    redis: Client
    ledger: Ledger
    roles: Roles
    policies: Policies
    payments: Payments
    numbers: Iterator[int]

    @classmethod
    async def open(cls, redis: Client, *, balance: str | int = 0, cooldown_s: int = 900, per_day: int = 3) -> "Bank":
        """A bank with the account opened and, if asked for, a first grant."""
        roles, limits = Roles(redis), Limits()
        bank = cls(
            redis=redis,
            ledger=Ledger(redis, cooldown_s=cooldown_s, per_day=per_day),
            roles=roles,
            policies=Policies(redis, roles, limits),
            payments=Payments(redis, roles, limits),
            numbers=itertools.count(1),
        )
        await bank.ledger.open_account(REF, CURRENCY)
        await roles.change_managers(OWNER, appoint=[MANAGER.user_id], dismiss=[], operation_id="appoint")
        if Money.of(balance, CURRENCY).micros:
            await bank.grant(balance)
        return bank

    def operation(self) -> str:
        """A fresh operation id."""
        return f"op-{next(self.numbers)}"

    async def spend(self, units: str | int, operation_id: str = "") -> Posting:
        """Charge usage."""
        return await self.ledger.charge_usage(
            REF, usd(units), operation_id=operation_id or self.operation(), actor="test", memo="a call"
        )

    async def grant(self, units: str | int) -> Posting:
        """Add credit."""
        return await self.ledger.add_credit(REF, usd(units), operation_id=self.operation(), actor="test")

    async def account(self, ref: AccountRef = REF) -> Account:
        """The account, which exists."""
        account = await self.ledger.account(ref)
        assert account is not None
        return account

    async def recharge(self, amount: int = 50, below: int = 20, cap: int = 200, **changes: object) -> None:
        """Switch auto-recharge on."""
        policy = RechargePolicy(on=True, amount=usd(amount), below=usd(below), cap=usd(cap), method=CARD)
        policy = dataclasses.replace(policy, **changes)  # type: ignore[arg-type]
        outcome = await self.policies.set_recharge(MANAGER, REF, policy, channel="C1", operation_id=self.operation())
        assert type(outcome).__name__ == "Done", outcome

    async def levels(self, *units: str | int) -> None:
        """Set the alert levels."""
        policy = AlertPolicy(tuple(map(usd, units)), "C1")
        await self.policies.set_alerts(MANAGER, REF, policy, operation_id=self.operation())

    async def events(self) -> list[dict[str, str]]:
        """Every event in the outbox, oldest first; settings, managers and services left out."""
        found = await self.redis.xrange(keys.outbox(keys.partition_of(REF.tenant)))
        quiet = {"settings_changed", "managers_changed", "services_halted", "services_resumed"}
        return [record for _, record in found if record["type"] not in quiet]

    async def event_types(self) -> list[str]:
        """The events' types, oldest first."""
        return [record["type"] for record in await self.events()]

    async def entries(self, ref: AccountRef = REF) -> list[Entry]:
        """The whole journal, oldest first."""
        return [entry async for entry in self.ledger.entries(ref)]

    async def prove(self, ref: AccountRef = REF) -> None:
        """Replayed, the journal comes to what the account, its lots, its holds and its totals say."""
        replay, kept = Replay(), await self.redis.hgetall(keys.reversals(ref))
        undone = Reversals(kept)
        wrong: list[str] = []
        for entry in await self.entries(ref):
            wrong += replay.take(entry)
            undone.take(entry)
        wrong += undone.compare(kept)
        record = await self.redis.hgetall(keys.account(ref))
        lots = await self.redis.hgetall(keys.lots(ref))
        wrong += replay.compare(record, lots, await self.redis.zrange(keys.queue(ref), 0, -1))
        wrong += replay.compare_holds(record, {each.id: each.amount.micros for each in await self.ledger.holds(ref)})
        told = [await self.redis.hgetall(each) for each in (keys.pooled(ref), keys.unpriced(ref))]
        wrong += replay.grounds.compare(*told)
        wrong += [*thresholds(record), *expiries(record, Lot.decode_all(record, lots))]
        assert wrong == []


def entry_id(posting: Posting) -> str:
    """The entry of a posting that was made."""
    assert isinstance(posting, Posted), posting
    return posting.entry
