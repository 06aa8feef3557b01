"""Where a pressed button is answered."""

from typing import Any

import pytest

from bot.playground.people import ALERTS, APP_USER, BOT, MANAGER, MEMBER
from handlers import ids
from handlers.locales import Texts
from handlers.views import kit, news
from store.account import AlertPolicy
from store.payment import Failure
from tests.handlers.driver import appoint_both, press, told_next
from tests.handlers.test_payments import waiting
from tests.world import BOSS, REF, World, filled


def post(world: World, *, thread_ts: str | None = None, broadcast: bool = False) -> dict[str, Any]:
    """A message of the bot's with buttons, in the alert channel."""
    row = kit.actions(
        "row", kit.button("Resume", ids.RESUME_RECHARGE), kit.button("Add credit", ids.OPEN_ADD, style="primary")
    )
    message = news.message("Paused", Texts(), sandbox=False, action=row)
    return world.playground.workspace.post(
        ALERTS,
        APP_USER,
        message["text"],
        bot_id=BOT,
        blocks=message["blocks"],
        thread_ts=thread_ts,
        broadcast=broadcast,
    ).to_page()


PLACES = {"in the channel": (False, False), "a broadcast line": (True, True), "a plain reply": (True, False)}


@pytest.mark.parametrize("place", PLACES)
async def test_a_press_is_answered_where_it_was_made(world: World, place: str) -> None:
    """A reply that the channel shows is answered in the channel; in the thread only what stands there alone."""
    in_thread, broadcast = PLACES[place]
    parent = post(world)["ts"]
    await world.recharge_on()
    message = post(world, thread_ts=parent, broadcast=broadcast) if in_thread else post(world)

    await world.press(MANAGER, message, ids.RESUME_RECHARGE)
    answer = await world.playground.wait_for(lambda: whispered(world))
    assert answer

    assert answer["text"] == "This has already been dealt with: auto-recharge is not paused any more."
    assert answer.get("thread_ts") == (parent if in_thread and not broadcast else None)


async def test_what_is_confirmed_in_a_modal_is_answered_in_the_thread_as_well(world: World) -> None:
    """The thread is remembered while the form is filled in."""
    parent = post(world)["ts"]
    await world.press(MANAGER, post(world, thread_ts=parent), ids.OPEN_ADD)
    view = await world.view(MANAGER, ids.ADD_AMOUNT)
    await world.playground.submit(MANAGER, view.id, filled(view, {ids.AMOUNT: "50"}))
    confirm = await world.view(MANAGER, ids.ADD_CONFIRM)
    await world.submit(MANAGER, confirm, **{ids.METHOD: "sandbox_ok"})
    answer = await world.playground.wait_for(lambda: whispered(world))
    assert answer

    assert answer["text"].startswith("Charging $50.00")
    assert answer["thread_ts"] == parent


@pytest.mark.parametrize(
    ("user", "with_channel", "without"),
    [
        (MANAGER, f"I say in <#{ALERTS}> how it went.", "I tell the credit managers directly how it went."),
        (MEMBER, f"steht in <#{ALERTS}>.", "erfahren die Guthabenverwalter direkt."),
    ],
)
async def test_who_tries_again_hears_where_it_is_told(world: World, user: str, with_channel: str, without: str) -> None:
    """In the alert channel by its name, or, where none is chosen, to the credit managers."""
    await appoint_both(world)
    payment = await waiting(world, Failure.DECLINED)

    told = await told_next(world, user, press(world, user, ids.RETRY_PAYMENT, value=f"{payment.id}:1"))
    assert told.splitlines()[0].endswith(with_channel)

    claimed = await world.services.payments.claim(REF, payment.id, 2)
    await world.services.payments.fail(REF, claimed, Failure.DECLINED, reason="insufficient_funds")  # type: ignore[arg-type]
    policy = AlertPolicy((), "")
    await world.services.policies.set_alerts(BOSS, REF, policy, operation_id=world.operation())
    told = await told_next(world, user, press(world, user, ids.RETRY_PAYMENT, value=f"{payment.id}:2"))
    assert told.splitlines()[0].endswith(without)


def whispered(world: World) -> dict[str, Any] | None:
    """The newest message that only the manager sees, in a thread or not."""
    shown = world.playground.messages(ALERTS, MANAGER)
    every = [each for message in shown for each in (message, *message.get("replies", []))]
    return next((each for each in reversed(every) if each.get("ephemeral")), None)
