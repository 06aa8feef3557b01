"""What a test of charging asks of the stage: payments, the schedule's looks, and what was credited, in short."""

from bot.recharge import Charges
from store import keys
from store.outcomes import Done
from store.payments import Payment
from store.schedule import Schedule
from tests.bot.gateways import FaultyGateway
from tests.bot.stage import PARTITION, Stage, eventually
from tests.world import BOSS, REF, usd

HOUR_MS = 3_600_000


async def top_up(stage: Stage, method: str = "card", units: int = 50) -> str:
    """Ask for credit; answers the payment's id."""
    asked = await stage.payments.request_topup(
        BOSS, REF, usd(units), method, channel="", operation_id=stage.operation()
    )
    assert isinstance(asked, Done), asked
    return asked.result


async def payment(stage: Stage, payment_id: str) -> Payment:
    """The payment as it stands."""
    found = await stage.payments.get(REF, payment_id)
    assert found is not None
    return found


async def wake(stage: Stage) -> None:
    """Do once what the ticker does every second."""
    charges = Charges(stage.payments, stage.gateway)
    for due in await Schedule(stage.redis).due([PARTITION]):
        await charges.look(due)


async def until(stage: Stage, payment_id: str, state: str) -> Payment:
    """Wait until the payment is in this state, its time coming as often as it takes."""

    async def there() -> Payment | None:
        await wake(stage)
        found = await payment(stage, payment_id)
        return found if found.state == state else None

    found: Payment = await eventually(there)
    await stage.quiet("payments")
    return found


async def credits_of(stage: Stage) -> list[int]:
    """What was credited, in whole units; their sum is proven to be the balance."""
    entries = [entry async for entry in stage.ledger.entries(REF)]
    account = await stage.ledger.account(REF)
    assert account is not None
    assert sum(entry.amount.micros for entry in entries) == account.balance.micros
    return [entry.amount.micros // 1_000_000 for entry in entries if entry.amount.micros > 0]


async def waking(stage: Stage, gateway: FaultyGateway, times: int) -> bool:
    """Wake what is due; whether the provider was asked so often."""
    await wake(stage)
    return len(gateway.asked) >= times


async def slot(stage: Stage) -> str:
    """The open recharge, "" for none."""
    account = await stage.ledger.account(REF)
    assert account is not None
    return account.slot


async def told(stage: Stage, kind: str) -> int:
    """How many events of that kind there are."""
    return [record["type"] for _, record in await stage.redis.xrange(keys.outbox(PARTITION))].count(kind)


async def age(stage: Stage, payment_id: str, *, hours: int) -> None:
    """All of it happened so many hours earlier."""
    for name in ("created_ms", "first_asked_ms"):
        await stage.redis.hincrby(keys.payment(REF.tenant, payment_id), name, -hours * HOUR_MS)
