"""An account to measure on, and postings as commands."""

import asyncio
from collections.abc import Iterator

from redis.asyncio import Redis

from store import keys, operations, scripts
from store.account import AlertPolicy, RechargePolicy
from store.keys import AccountRef
from store.ledger import Ledger
from store.money import Money
from store.policy import Limits, Policies
from store.roles import Actor, Roles
from store.scripts import Script
from tests.benchmarks.server import Server
from tests.benchmarks.wire import command

REF = AccountRef("T0BENCH")
RICH = 9_000_000_000_000
"""Credit that no benchmark uses up, millionths."""
AMOUNT = 12_345
MEMO = "+44 7700 900123 3 min"
DESCRIBED = "one account with levels and auto-recharge armed, operation ids of 21 characters, memo of 21"


def script(server: Server, name: str) -> Script:
    """A verb that the server knows."""
    found = scripts.load(name)
    server.redis.script_load(found.source)
    return found


def prepare(server: Server, ref: AccountRef = REF, credit: int = RICH) -> None:
    """Open the account, with credit, alert levels and auto-recharge, as a real one has them."""
    asyncio.run(_prepare(server.url, ref, credit))


async def _prepare(url: str, ref: AccountRef, credit: int) -> None:
    redis = Redis.from_url(url, decode_responses=True)
    roles, limits = Roles(redis), Limits()
    policies, ledger = Policies(redis, roles, limits), Ledger(redis)
    owner, manager = Actor(ref.tenant, "U0OWNER", is_admin=True), Actor(ref.tenant, "U0MANAGER")
    await ledger.open_account(ref, "USD")
    await roles.change_managers(owner, appoint=["U0MANAGER"], dismiss=[], operation_id="appoint")
    levels = AlertPolicy((Money.of(100, "USD"), Money.of(20, "USD")), "C1")
    await ledger.add_credit(
        ref, Money(credit, "USD"), operation_id="credit", actor="bench"
    )  # first: armed is a recharge that is not due
    await policies.set_alerts(manager, ref, levels, operation_id="levels")
    recharge = RechargePolicy(True, Money.of(50, "USD"), Money.of(20, "USD"), Money.of(200, "USD"), "card_1")
    await policies.set_recharge(manager, ref, recharge, channel="C1", operation_id="recharge")
    await redis.aclose()


async def hold_and_capture(url: str, count: int) -> None:
    """So many calls in progress, one after the other: set aside, then captured whole."""
    redis = Redis.from_url(url, decode_responses=True)
    ledger, price = Ledger(redis), Money(AMOUNT, "USD")
    for number in range(count):
        hold = f"call-{number:08x}"
        await ledger.place_hold(REF, hold, price, ttl_ms=600_000, operation_id=f"p-{hold}", actor="api:token")
        await ledger.capture_hold(REF, hold, price, operation_id=f"c-{hold}", actor="api:token", memo=MEMO)
    await redis.aclose()


def posting_keys(ref: AccountRef) -> list[str]:
    """What a posting touches: account journal outbox due payment."""
    partition = keys.partition_of(ref.tenant)
    return [
        keys.account(ref),
        keys.journal(ref),
        keys.outbox(partition),
        keys.due(partition),
        keys.payment(ref.tenant, "next"),
    ]


def postings(server: Server, count: int, *, begin: int = 0, ref: AccountRef = REF, size: int = 1) -> Iterator[bytes]:
    """So many postings of usage, each with an operation id of its own, `size` a call."""
    found = script(server, "post_usage")
    head: list[str | int] = ["EVALSHA", found.sha, len(found.keys), *posting_keys(ref), "USD", "0"]
    for first in range(begin, begin + count, size):
        each = (posting(f"call-{number:016x}") for number in range(first, first + size))
        yield command(*head, *(part for parts in each for part in parts))


def posting(operation_id: str) -> tuple[str, ...]:
    """The arguments of one posting."""
    contents = operations.contents("usage", str(AMOUNT), "USD", "calls", MEMO)
    note = operations.note("api:token", operation_id, "", MEMO)
    return (operations.mark(operation_id), contents, str(AMOUNT), "calls", note)
