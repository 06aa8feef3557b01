"""Charges, credits and a view of everything in Redis, in short."""

from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Posting
from store.scripts import Client
from tests.controls import CURRENCY, REF, Bank
from tests.everywhere import every_key

OTHER = AccountRef("T0OTHER")
MICRO = Money(1, CURRENCY)
LIMIT = Money(MAX_MICROS, CURRENCY)


async def arrange(redis: Client) -> Bank:
    """An account with 100 dollars."""
    return await Bank.open(redis, balance=100)


async def charge(bank: Bank, amount: Money, operation_id: str = "", memo: str = "", ref: AccountRef = REF) -> Posting:
    """Charge usage as "test"."""
    operation_id = operation_id or bank.operation()
    return await bank.ledger.charge_usage(ref, amount, operation_id=operation_id, actor="test", memo=memo)


async def credit(bank: Bank, amount: Money, operation_id: str = "", memo: str = "", ref: AccountRef = REF) -> Posting:
    """Add credit as "test"."""
    operation_id = operation_id or bank.operation()
    return await bank.ledger.add_credit(ref, amount, operation_id=operation_id, actor="test", memo=memo)


async def dump(redis: Client) -> dict[str, object]:
    """Everything in Redis, to show that nothing changed."""
    found: dict[str, object] = {}
    for key in await every_key(redis):
        kind = await redis.type(key)
        read = {"hash": redis.hgetall, "set": redis.smembers, "string": redis.get, "stream": redis.xrange}.get(kind)
        found[key] = await read(key) if read else await redis.zrange(key, 0, -1, withscores=True)
    return found
