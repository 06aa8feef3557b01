"""An account that recharges itself, and what happens to its recharges, in short."""

from store import keys
from store.outcomes import Done, Posted
from store.payments import Claimed, Failure
from store.scripts import Client
from tests.controls import REF, Bank


async def arrange(redis: Client) -> Bank:
    """100 dollars; recharge 50 below 20, 200 a month, three a day, a quarter of an hour apart."""
    bank = await Bank.open(redis, balance=100)
    await bank.recharge()
    return bank


async def claim(bank: Bank, attempt: int = 1) -> Claimed:
    """Claim the open recharge."""
    claimed = await bank.payments.claim(REF, (await bank.account()).slot, attempt)
    assert isinstance(claimed, Claimed), claimed
    return claimed


async def complete(bank: Bank) -> None:
    """Claim the open recharge and let it succeed."""
    claimed = await claim(bank)
    outcome = await bank.payments.settle(
        REF, claimed.payment_id, charge_ref=f"ch_{claimed.payment_id}", received=claimed.amount
    )
    assert isinstance(outcome, Posted), outcome


async def decline(bank: Bank, failure: Failure = Failure.DEAD) -> None:
    """Claim the open recharge and let it fail for good."""
    assert await bank.payments.fail(REF, await claim(bank), failure, reason="lost_card") == Done("failed")


async def used(bank: Bank, month: str = "2127-05") -> str | None:
    """Millionths that are counted against a month's cap, by default that of the clock's start; None before any."""
    found: str | None = await bank.redis.hget(keys.account(REF), f"recharge_used:{month}")
    return found
