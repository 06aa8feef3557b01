"""When Slack is slow or Redis is slow or gone: acknowledged in time, answered, nothing half done, well again."""

import contextlib
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.playground.faults import Fault
from bot.playground.people import ALERTS, GENERAL, MANAGER, MEMBER, OWNER
from store.scripts import Client
from tests.handlers.driver import (
    LANGUAGE,
    appoint_both,
    count,
    keys_said,
    last_said,
    press,
    state,
    told_next,
    told_with_reference,
)
from tests.world import World, texts_in

ACKNOWLEDGED_MS = 3_000
COMMANDS = ["help", "balance", "history", "add 50", "recharge", "alerts", "managers"]


@contextlib.asynccontextmanager
async def _without_redis(world: World) -> AsyncIterator[None]:
    """Redis is gone: connections break, new ones are refused."""
    pool = world.redis.connection_pool
    kept = dict(pool.connection_kwargs)
    pool.connection_kwargs.update(path=f"{kept['path']}.gone", retry=Retry(NoBackoff(), 0))
    await pool.disconnect()
    pool.reset()
    try:
        yield
    finally:
        pool.connection_kwargs.clear()
        pool.connection_kwargs.update(kept)
        await pool.disconnect()
        pool.reset()


async def _pause(redis: Client, ms: int) -> None:
    """Redis answers nobody for a while."""
    await redis.execute_command("CLIENT", "PAUSE", ms, "ALL")


@pytest.mark.parametrize("text", COMMANDS)
async def test_a_slow_slack_delays_no_acknowledgement(world: World, text: str) -> None:
    """However slow users.info and the modals are, a command is acknowledged at once."""
    await world.answer(OWNER, "/credits help")
    world.playground.faults.inject("users.info", Fault("delay", seconds=0.3), times=3)
    world.playground.faults.inject("views.open", Fault("delay", seconds=0.3))
    world.playground.faults.inject("views.update", Fault("delay", seconds=0.3))

    delivery = await world.playground.command(MANAGER, GENERAL, f"/credits {text}")

    assert delivery.ok
    assert delivery.ack_ms is not None
    assert delivery.ack_ms < 250


async def test_a_hanging_lookup_does_not_hold_up_a_submission(world: World) -> None:
    """Slack does not say who chosen managers are, or who asks: the form is answered within 3 s and stays to be sent."""
    view = await world.modal(OWNER, "/credits managers", "managers")
    before = await state(world)
    world.playground.faults.inject("users.info", Fault("hang"), times=3)

    delivery = await world.submit(OWNER, view, users=[MANAGER, MEMBER])

    assert delivery.ok
    assert delivery.ack_ms is not None
    assert delivery.ack_ms < ACKNOWLEDGED_MS
    assert delivery.response_action == "update"
    assert await state(world) == before
    again = await world.view(OWNER, "managers")
    await told_with_reference(world, OWNER, "error-slow")
    world.playground.faults.clear()
    assert (await world.submit(OWNER, again, users=[MANAGER, MEMBER])).response_action == "clear"
    assert await world.services.roles.managers("T0PLAYGROUND") == {MANAGER, MEMBER}


async def test_a_hanging_channel_does_not_hold_up_a_submission(world: World) -> None:
    """Slack does not say whether the bot is in the channel: the settings are saved, within 3 s."""
    view = await world.modal(MANAGER, "/credits alerts", "alerts")
    world.playground.faults.inject("conversations.info", Fault("hang"))

    delivery = await world.submit(MANAGER, view, level_1="20", channel=ALERTS)

    assert delivery.response_action == "clear"
    assert (await world.account()).alerts.channel == ALERTS


async def test_a_slow_redis_does_not_hold_up_a_submission(world: World) -> None:
    """Redis is silent: a confirmation is answered within 3 s, stays in the modal, and pays once when sent again."""
    view = await world.modal(MANAGER, "/credits add 50", "add_confirm")
    await _pause(world.redis, 3_200)

    delivery = await world.submit(MANAGER, view)

    assert delivery.ok
    assert delivery.ack_ms is not None
    assert delivery.ack_ms < ACKNOWLEDGED_MS
    again = await world.view(MANAGER, "add_confirm")
    await world.redis.ping()
    assert (await world.submit(MANAGER, again)).response_action == "clear"
    assert len([key for key in await state(world) if ":payment:" in key]) == 1


async def test_a_slow_redis_does_not_hold_up_a_command(world: World) -> None:
    """Redis is silent: a command is acknowledged within 3 s, and answered when Redis is back."""
    await world.answer(MANAGER, "/credits help")
    before = count(world, MANAGER)
    await _pause(world.redis, 2_500)
    started = time.monotonic()

    await world.type(MANAGER, "/credits balance")

    assert time.monotonic() - started < ACKNOWLEDGED_MS / 1000
    await world.playground.wait_for(lambda: count(world, MANAGER) > before)
    assert "$0.00" in last_said(world, MANAGER)


@pytest.mark.parametrize("user", [MANAGER, MEMBER])
async def test_redis_gone_under_a_command(world: World, subtests: pytest.Subtests, user: str) -> None:
    """Without Redis a command is answered that the ledger cannot be reached; afterwards it works."""
    await appoint_both(world)
    await world.answer(user, "/credits help")
    before = await state(world)

    for text in ("balance", "history", "add 50", "add x", "recharge", "alerts"):
        with subtests.test(text=text):
            async with _without_redis(world):
                answer = await world.answer(user, f"/credits {text}")
            assert "error-ledger" in keys_said(answer["text"], LANGUAGE[user])

    assert await state(world) == before
    assert "0" in texts_in(await world.answer(user, "/credits balance"))


@pytest.mark.parametrize("text", ["add 50", "alerts", "recharge"])
async def test_redis_gone_under_a_submission(world: World, text: str) -> None:
    """Without Redis a form says so and stays; nothing is half done, and sent again it is done once."""
    await world.answer(MANAGER, "/credits help")
    callback = {"add 50": "add_confirm"}.get(text, text)
    entered = {
        "add 50": {},
        "alerts": {"level_1": "20", "channel": ALERTS},
        "recharge": {"switch": "on", "amount": "50", "below": "20", "cap": "200", "channel": ALERTS},
    }[text]
    view = await world.modal(MANAGER, f"/credits {text}", callback)
    before = await state(world)

    async with _without_redis(world):
        delivery = await world.submit(MANAGER, view, **entered)
        assert delivery.response_action == "update"
        await told_with_reference(world, MANAGER, "error-ledger")

    assert await state(world) == before
    again = await world.view(MANAGER, callback)
    assert (await world.submit(MANAGER, again, **entered)).response_action in {"clear", "update"}


async def test_redis_gone_under_a_button(world: World, subtests: pytest.Subtests) -> None:
    """Without Redis a button is answered that the ledger cannot be reached."""
    await world.answer(MANAGER, "/credits help")

    for action_id in ("open_add", "open_recharge", "open_alerts", "show_history", "resume_recharge"):
        with subtests.test(action_id=action_id):
            async with _without_redis(world):
                told = await told_next(world, MANAGER, press(world, MANAGER, action_id))
            assert "I cannot reach the ledger right now" in told
