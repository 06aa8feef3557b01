"""Keys: every one is in the table, of its type, with its life time, in its partition."""

import inspect
import re
from collections import Counter
from dataclasses import dataclass

import pytest

from store import keys
from store.cards import Cards
from store.centres import CentreRules, Match, Rule
from store.corrections import Corrections
from store.dead import DeadLetters
from store.deliveries import Tried
from store.drafts import Drafts
from store.feeds import Feed
from store.imports import Imports, Reached
from store.keys import AccountRef
from store.leases import Leases
from store.orders import File, Orders, Step
from store.outbox import GROUPS, Outbox
from store.payments import Claimed, Failure
from store.plans import Plans
from store.records import UsageRecord
from store.scripts import Client
from store.seen import Seen
from store.tokens import Scope, Tokens
from store.unrated import Unrated
from store.unusual import Finding, Watch, What
from store.usage import Usage
from tests.controls import CARD, CURRENCY, MANAGER, REF, Bank, usd
from tests.everywhere import every_key
from tests.store.charging import pooled, post_told, unrated
from tests.store.pair import SECOND, move
from tests.store.pier import Pier
from tests.store.rating import card

KEPT = {"for ever", "trimmed", "archived"}
OPEN_HOLD = keys.hold(REF, "open")
"""A hold's life time begins when it is resolved: money set aside is never forgotten."""
SAMPLES = {
    "partition": 7,
    "group": "alerts",
    "digest": "00ff",
    "tenant": REF.tenant,
    "operation_id": "op:1|{x}",
    "charge_ref": "ch_1",
    "draft_id": "d1",
    "order_id": "o1",
    "payment_id": "p1",
    "hold_id": "h1",
    "card_id": "00ff00ff00",
    "webhook_id": "w1",
    "ref": REF,
    "epoch": 229,
    "number": 3,
    "generation": 1,
    "day": 20400,
    "level": 1,
    "event_id": "07-1-0",
    "key": "p1:1",
    "name": "graph-00ff",
    "file": "00ff00ff",
}


@dataclass(frozen=True)
class Row:
    """A line of the table in `store.keys`."""

    pattern: re.Pattern[str]
    type: str
    life: str


def table() -> list[Row]:
    """The table in the module's docstring."""
    assert keys.__doc__
    rows = re.findall(r"^\| (cr:\S+) +\| (\w+) +\| ([\w ]+?) +\|", keys.__doc__, re.MULTILINE)
    return [Row(_pattern(shape), kind, life) for shape, kind, life in rows]


def _pattern(shape: str) -> re.Pattern[str]:
    named = re.escape(shape).replace("pNN", r"p\d\d")
    return re.compile(re.sub(r"<(tenant|account)>", r"[\\w.-]+", re.sub(r"<(?!tenant|account)\w+>", r".+", named)))


def rows_of(key: str) -> list[Row]:
    """The rows that a key belongs to: one, if all is well."""
    return [row for row in table() if row.pattern.fullmatch(key)]


FUNCTIONS = {
    name: function
    for name, function in inspect.getmembers(keys, inspect.isfunction)
    if not name.startswith("_") and name not in {"partition_of", "ref_of"} and function.__module__ == keys.__name__
}


def sample(name: str) -> str:
    """A key from the function `name`."""
    function = FUNCTIONS[name]
    return str(function(*(SAMPLES[each] for each in inspect.signature(function).parameters if each in SAMPLES)))


def test_whose_record_a_key_is() -> None:
    """Every account's own key leads back to it; no other key does, not even one that no account has."""
    for ref in (REF, AccountRef("T.a-b_1", "x" * 64)):
        assert keys.ref_of(keys.account(ref)) == ref
        assert keys.ref_of(keys.journal(ref)) is None
    elsewhere = keys.account(REF).replace(f"p{keys.partition_of(REF.tenant):02d}", "p00")
    assert [keys.ref_of(each) for each in (elsewhere, f"{keys.account(REF)}\n", keys.managers("T0TEST"))] == [None] * 3


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_makes_a_key_of_one_row(name: str) -> None:
    """Each function's keys belong to exactly one row of the table."""
    assert len(rows_of(sample(name))) == 1


def test_each_row_has_its_function() -> None:
    """The table has as many rows as there are functions, each made by another."""
    made = Counter(rows_of(sample(name))[0] for name in FUNCTIONS)

    assert made == Counter(table())


@pytest.mark.parametrize(
    "name",
    [
        *("managers", "operation", "charge", "draft", "payment", "account", "journal", "topups", "hold", "holds"),
        *("notice", "cards", "card", "plans", "token", "tokens", "feed", "feed_reader", "reached"),
        *("webhooks", "webhook", "deliveries", "delivering", "delivered", "undelivered"),
        *("usage", "usage_day", "centres", "unusual", "unrated", "order", "importer"),
    ],
)
def test_tenants_keys_lie_in_its_partition(name: str) -> None:
    """Everything of a tenant carries its partition's tag and the tenant's name."""
    tag = f"cr:{{p{keys.partition_of(REF.tenant):02d}}}:t:{REF.tenant}:"

    assert sample(name).startswith(tag)


def test_partition_is_stable() -> None:
    """A tenant's partition never changes: it is where its money is."""
    assert [keys.partition_of(name) for name in ("T0TEST", "T0OTHER", "E0ORG", "")] == [32, 58, 29, 0]


def test_tenants_spread_over_the_partitions() -> None:
    """Every partition gets its share of many tenants."""
    counts = Counter(keys.partition_of(f"T{number:08X}") for number in range(64 * 100))

    assert len(counts) == keys.PARTITIONS
    assert max(counts.values()) < 200


@pytest.mark.parametrize(("one", "other"), [("a", "a:journal"), ("a", "a:incident")])
def test_account_cannot_be_named_like_anothers_journal(one: str, other: str) -> None:
    """Names that would make two accounts share a key are refused."""
    assert keys.account(AccountRef("T0TEST", one))
    with pytest.raises(ValueError, match="not a name"):
        AccountRef("T0TEST", other)


async def live(redis: Client) -> None:
    """Make every kind of key that the store makes."""
    bank = await Bank.open(redis, balance=100)
    await bank.levels(50)
    await bank.recharge()
    await bank.spend(90)
    await bank.ledger.post_records(REF, [UsageRecord("record-1", usd(1), 0)], actor="test")
    await post_told(bank, [pooled(2, 60), unrated(3)], [(0, 60)], unpriced=[1])
    claimed = await bank.payments.claim(REF, (await bank.account()).slot, 1)
    assert isinstance(claimed, Claimed)
    await bank.payments.fail(REF, claimed, Failure.DECLINED, reason="insufficient_funds")
    await bank.payments.settle(REF, claimed.payment_id, charge_ref="ch_1", received=usd(50))
    await bank.payments.request_topup(MANAGER, REF, usd(25), CARD, channel="C1", operation_id="top")
    await Corrections(redis, bank.roles).reverse_entry(
        MANAGER, REF, (await bank.entries())[1].id, operation_id="reverse"
    )
    await bank.ledger.open_account(SECOND, CURRENCY)
    await move(bank, 1)
    for hold_id in ("open", "over"):
        await bank.ledger.place_hold(REF, hold_id, usd(1), ttl_ms=60_000, operation_id=hold_id, actor="test")
    await bank.ledger.release_hold(REF, "over", operation_id="release", actor="test")
    await Cards(redis, bank.roles).load(MANAGER, REF.tenant, card())
    await Plans(redis, bank.roles).set_zone(MANAGER, REF.tenant, "Europe/Berlin", operation_id="zone")
    await push(redis, bank)
    await Usage(redis).catch_up(REF)
    await Imports(redis).reach(REF, "00ff", Reached(0, 1, 2))
    await Watch(redis).tell(REF, CURRENCY, [Finding(What.DESTINATION, "calling", "Ruritania", 0)])
    await Unrated(redis).tell(REF, {"calling": Counter(Ruritania=1)}, 1)
    await CentreRules(redis, bank.roles).load(MANAGER, REF.tenant, (Rule(Match.SERVICE, "calling", "Sales"),))
    await Drafts(redis).put(MANAGER, {})
    orders = Orders(redis, bank.roles)
    await orders.give(MANAGER, REF, "o1", [File("F1", "a.csv")], Step.LOOK, locale="en-US", channel="C1")
    await orders.hands(REF.tenant, "o1", "w").take()
    await Tokens(redis, bank.roles).make(MANAGER, REF.tenant, name="PBX", scopes=[Scope.ACCOUNT_READ], operation_id="t")
    feed = Feed(redis, REF, "graph-00ff", "w")
    await feed.take()
    await feed.advance(through_ms=1)
    await Seen(redis).first("v0=aa")
    partition = keys.partition_of(REF.tenant)
    outbox, worker = Outbox(redis, redis), Leases(redis, "alerts", "w", partitions=[partition])
    for group in GROUPS:
        await outbox.ensure_group(group, [partition])
    [delivery] = await outbox.read("alerts", "w", [partition], block_ms=1, count=1)
    await outbox.give_up("alerts", delivery, "test")
    [delivery] = await outbox.read("alerts", "w", [partition], block_ms=1, count=1)
    await outbox.give_up("alerts", delivery, "test")
    letters = DeadLetters(redis)
    await letters.drop((await letters.find())[0])
    mover = Leases(redis, "archive", "w", partitions=[partition])
    await mover.renew()
    await mover.write(partition, keys.archive(partition), {"day": "2024-02-29"})
    await worker.renew()
    await worker.write(partition, keys.incident(REF), {"ts": "1"})
    await worker.write(partition, keys.notice(REF.tenant, "e"), {"ts": "1"}, ttl_ms=30 * 86_400_000)


async def push(redis: Client, bank: Bank) -> None:
    """One delivery that arrives, one that waits, one that is given up."""
    pier = Pier(redis, bank.roles)
    webhook = await pier.add()
    for number, why in enumerate(("", "timeout", "gone")):
        await pier.queue(webhook, number)
        claimed = await pier.claim(webhook)
        assert claimed is not None
        await pier.deliveries.settle(claimed, Tried(why))


async def test_every_key_is_of_the_table(redis: Client) -> None:
    """What the store leaves in Redis is in the table, of that type, and has a life time unless kept by declaration."""
    await live(redis)

    found = await every_key(redis)
    assert len({rows_of(key)[0] for key in found}) >= len(table()) - 1  # all but the sandbox's
    for key in found:
        [row] = rows_of(key)
        assert await redis.type(key) == row.type, key
        kept = row.life in KEPT or key == OPEN_HOLD
        assert (await redis.ttl(key) == -1) == kept, key


async def test_scripts_keys_lie_in_one_slot(redis: Client) -> None:
    """Every key of a tenant, its outbox and its schedule share a hash tag, so that a cluster can run the scripts."""
    await live(redis)

    of_all = re.compile(r":(workers|seen)\b")
    tags = {key.split("}")[0] for key in await every_key(redis) if not of_all.search(key)}
    assert tags == {f"cr:{{p{keys.partition_of(REF.tenant):02d}"}
