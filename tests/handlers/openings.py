"""Opening each modal, and submitting it with something wrong."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.playground.people import ALERTS
from bot.playground.server import View
from tests.handlers.driver import LANGUAGE, Json, deliver, keys_said, said, submission
from tests.world import World


async def wrong(world: World, user: str, view: View, key: str, **changes: Any) -> None:
    """This submission is answered in the person's language with the text of `key`."""
    status, acknowledged = await deliver(world, submission(world, user, view, **changes))

    assert status == 200
    assert key in set().union(*(keys_said(text, LANGUAGE[user]) for text in said(acknowledged))), acknowledged


def state_of(view: View, **blocks: Any) -> Json:
    """The state of the view with these blocks replaced."""
    return {"values": {**view.values, **blocks}}


def typed_in(block_id: str, value: str) -> Json:
    """A text input in which this stands."""
    return {block_id: {"type": "plain_text_input", "value": value}}


async def errors_of(world: World, user: str, view: View, **entered: str) -> dict[str, str]:
    """What is said under the inputs when this is submitted."""
    delivery = await world.submit(user, view, **entered)
    assert delivery.errors, delivery
    return delivery.errors


Opening = Callable[[World, str], Awaitable[View]]


async def open_amount(world: World, user: str) -> View:
    """The amount, from the button."""
    message = await world.answer(user, "/credits balance")
    await world.press(user, message, "open_add")
    return await world.view(user, "add_amount")


async def open_confirmation(world: World, user: str) -> View:
    """The confirmation of a top-up."""
    return await world.modal(user, "/credits add 50", "add_confirm")


async def open_recharge(world: World, user: str) -> View:
    """Auto-recharge."""
    return await world.modal(user, "/credits recharge", "recharge")


async def open_recharge_confirmation(world: World, user: str) -> View:
    """The confirmation that saving charges now."""
    view = await open_recharge(world, user)
    entered = {"switch": "on", "amount": "50", "below": "20", "cap": "200", "channel": ALERTS}
    assert (await world.submit(user, view, **entered)).response_action == "update"
    return await world.view(user, "recharge_confirm")


async def open_alerts(world: World, user: str) -> View:
    """The warnings."""
    return await world.modal(user, "/credits alerts", "alerts")


async def open_token(world: World, user: str) -> View:
    """A new API token, from the button."""
    message = await world.answer(user, "/credits tokens")
    await world.press(user, message, "new_token")
    return await world.view(user, "token")


async def open_import(world: World, user: str) -> View:
    """Files of call records."""
    return await world.modal(user, "/credits import", "import")


async def open_managers(world: World, user: str) -> View:
    """The managers."""
    return await world.modal(user, "/credits managers", "managers")
