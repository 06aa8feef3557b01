"""The main job, end to end: settings in a modal, calls, the alert, the recharge and its confirmation."""

from tests.world import *

async def test_story(living: World) -> None:
    """x."""
    from store.money import Money
    await living.services.ledger.add_credit(REF, usd(25), operation_id="w", actor="t")
    await living.warn_at(20, 5)
    print(texts_in(await living.answer(MANAGER, "/credits balance")))
    view = await living.modal(MANAGER, "/credits recharge", "recharge")
    d = await living.submit(MANAGER, view, switch="on", amount="50", below="20", cap="200", channel=ALERTS)
    print(d)
    assert d.ok
    await living.playground.wait_for(lambda: any("Saved" in texts_in(m) for m in living.told(channel=GENERAL)))
    for _ in range(10):
        await living.spend("1.7")
    await living.playground.wait_for(lambda: any("recharged" in texts_in(m) for m in living.told()), 10)
    import asyncio
    await living.playground.wait_for(lambda: any("Balance recovered" in texts_in(m) for m in living.told()), 10)
    for m in living.told(): print("---", m.get("thread_ts"), m.get("broadcast"), texts_in({k:v for k,v in m.items() if k!="replies"})); [print("   >>>", texts_in(r)) for r in m.get("replies",[])]
