"""What a worker, a provider and a manager do to payments, in short."""

from store import keys
from store.keys import AccountRef
from store.money import Money
from store.outcomes import Change, Done, Posting
from store.payments import Claimed, Failure, Payment
from store.scripts import Client
from tests.controls import CARD, MANAGER, REF, Bank, usd

HOUR_MS = 3_600_000
WATCH_MS = 600_000
DUE = keys.due(keys.partition_of(REF.tenant))


async def arrange(redis: Client) -> Bank:
    """10 dollars and an open recharge of 50."""
    bank = await Bank.open(redis, balance=100)
    await bank.recharge()
    await bank.spend(90)
    return bank


async def open_id(bank: Bank) -> str:
    """The open recharge's id."""
    return (await bank.account()).slot


async def payment(bank: Bank, payment_id: str) -> Payment:
    """The payment, which exists."""
    found = await bank.payments.get(REF, payment_id)
    assert found is not None
    return found


async def claim(bank: Bank, payment_id: str = "", attempt: int = 1) -> Claimed:
    """Claim a payment; the open recharge if none is named."""
    claimed = await bank.payments.claim(REF, payment_id or await open_id(bank), attempt)
    assert isinstance(claimed, Claimed), claimed
    return claimed


async def fail(bank: Bank, claimed: Claimed, failure: Failure, reason: str = "insufficient_funds") -> Change:
    """Report a failure."""
    return await bank.payments.fail(REF, claimed, failure, reason=reason)


async def settle(
    bank: Bank, payment_id: str, charge_ref: str = "ch_1", received: Money | None = None, ref: AccountRef = REF
) -> Posting:
    """Report the money."""
    received = received or usd(50)
    return await bank.payments.settle(ref, payment_id, charge_ref=charge_ref, received=received, memo="card 4242")


async def top_up(bank: Bank, units: int = 25, operation_id: str = "draft-1", method: str = CARD) -> str:
    """Ask for a top-up; answers the payment's id."""
    outcome = await bank.payments.request_topup(
        MANAGER, REF, usd(units), method, channel="C1", operation_id=operation_id
    )
    assert isinstance(outcome, Done), outcome
    return outcome.result


async def look(bank: Bank, payment_id: str = "") -> Change:
    """Look at a payment, the open recharge if none is named, after a change of settings or balance."""
    return await bank.payments.wake(REF, payment_id or await open_id(bank), cause="settings")


def member(payment_id: str, kind: str = "payment") -> str:
    """What stands for the payment on the schedule; `kind` "settings" after a change of them."""
    return f"{kind}:{REF.tenant}:{REF.account}:{payment_id}"


async def waiting(bank: Bank) -> dict[str, int]:
    """What is on the schedule of recharges and payments, with its times; lots and holds have tests of their own."""
    members = await bank.redis.zrange(DUE, 0, -1, withscores=True)
    return {member: int(score) for member, score in members if not member.startswith(("lot:", "hold:"))}
