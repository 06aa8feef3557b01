"""When Slack refuses, breaks off or is late: people are told, in the way that is left, and can ask again."""

import asyncio

import pytest

from bot.playground.faults import Fault
from bot.playground.people import MANAGER, MEMBER, OWNER, direct_message
from tests.handlers.driver import (
    count,
    keys_said,
    last_said,
    state,
    told_with_reference,
)
from tests.world import World

BROKEN = [Fault("http_500"), Fault("rate_limited"), Fault("error"), Fault("drop_before"), Fault("drop_after")]


@pytest.mark.parametrize("text", ["add 50", "recharge", "alerts", "managers"])
async def test_slack_does_not_open_the_modal(world: World, subtests: pytest.Subtests, text: str) -> None:
    """Where Slack fails to open a modal, the person is told, with a reference, and can ask again."""
    user = OWNER if text == "managers" else MANAGER
    await world.answer(user, "/credits help")
    before = await state(world)

    for fault in BROKEN:
        with subtests.test(fault=fault.kind):
            world.playground.faults.inject("views.open", fault)
            answer = await world.answer(user, f"/credits {text}")
            assert "error-slack" in keys_said(answer["text"], "en")

    assert await state(world) == before
    await world.modal(user, f"/credits {text}", {"add 50": "add_confirm"}.get(text, text))


async def test_slack_does_not_fill_the_modal(world: World, subtests: pytest.Subtests) -> None:
    """Where Slack fails to fill the opened modal, the person is told where the command was typed."""
    await world.answer(MANAGER, "/credits help")

    for fault in BROKEN:
        with subtests.test(fault=fault.kind):
            world.playground.faults.inject("views.update", fault)
            answer = await world.answer(MANAGER, "/credits alerts")
            assert "error-slack" in keys_said(answer["text"], "en")


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.kind)
async def test_slack_does_not_say_who_asks(world: World, fault: Fault) -> None:
    """Where users.info fails, people are still answered, in English, and the next time in their own language."""
    world.playground.faults.inject("users.info", fault, times=3)

    answer = await world.answer(MEMBER, "/credits balance")

    assert "Balance" in answer["text"]
    world.playground.faults.clear()
    assert "Guthaben" in (await world.answer(MEMBER, "/credits balance"))["text"]


async def test_slack_does_not_say_whether_one_administers(world: World, subtests: pytest.Subtests) -> None:
    """Where users.info fails, nobody is told that they may not appoint: Slack did not say."""
    await world.answer(OWNER, "/credits help")

    for fault in BROKEN:
        with subtests.test(fault=fault.kind):
            world.playground.faults.inject("users.info", fault, times=3)
            answer = await world.answer(OWNER, "/credits managers")
            assert "error-slack" in keys_said(answer["text"], "en")
            world.playground.faults.clear()


@pytest.mark.parametrize("fault", [each for each in BROKEN if each.kind != "error"], ids=lambda fault: fault.kind)
async def test_an_answer_that_does_not_get_through(world: World, fault: Fault) -> None:
    """Where the response URL fails, the answer comes as a direct message."""
    world.playground.faults.inject("response_url", fault)

    await world.type(MANAGER, "/credits balance")

    direct = direct_message(MANAGER)
    await world.playground.wait_for(lambda: "Balance" in last_said(world, MANAGER, direct))


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: fault.kind)
async def test_the_home_tab_cannot_be_drawn(world: World, fault: Fault) -> None:
    """Where Slack does not take the Home tab, the person hears of it, and the next opening draws it."""
    await world.answer(MANAGER, "/credits help")
    world.playground.faults.inject("views.publish", fault)

    await world.playground.open_home(MANAGER)
    await told_with_reference(world, MANAGER, "error-slack")
    await world.playground.open_home(MANAGER)

    await world.playground.wait_for(lambda: world.playground.home(MANAGER))


async def test_nothing_gets_through(world: World) -> None:
    """Where no answer gets through at all, the bot goes on: the next request is answered."""
    await world.answer(MANAGER, "/credits help")
    world.playground.faults.inject("response_url", Fault("http_500"), times=2)
    world.playground.faults.inject("chat.postMessage", Fault("http_500"), times=2)

    await world.type(MANAGER, "/credits balance")
    async with asyncio.timeout(5):
        while any(world.playground.faults._queues.values()):  # noqa: ASYNC110 nothing tells of a taken fault
            await asyncio.sleep(0.01)

    assert "Balance" in (await world.answer(MANAGER, "/credits balance"))["text"]


async def test_a_trigger_that_has_passed(world: World) -> None:
    """A modal that Slack would open too late is answered with what to do."""
    await world.answer(MANAGER, "/credits help")
    world.playground.faults.inject("views.open", Fault("error", error="expired_trigger_id"))

    await world.type(MANAGER, "/credits alerts")

    await told_with_reference(world, MANAGER, "error-slow")


async def test_a_modal_closed_while_it_loads(world: World) -> None:
    """A modal that was closed before it was filled is left alone."""
    await world.answer(MANAGER, "/credits help")
    world.playground.faults.inject("views.update", Fault("delay", seconds=0.3))
    await world.type(MANAGER, "/credits alerts")
    view = await world.view(MANAGER, "loading")
    before = count(world, MANAGER)

    await world.playground.close(MANAGER, view.id)
    await world.playground.wait_for(
        lambda: [each.error for each in world.playground.calls if each.method == "views.update"]
    )
    await asyncio.sleep(0)

    assert count(world, MANAGER) == before
    assert world.playground.open_view(MANAGER) is None
