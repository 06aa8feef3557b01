"""Forms that nobody could have sent with Slack: correctly signed, but forged. Nothing is guessed, nothing changes."""

from typing import Any

import pytest

from bot.playground.people import ALERTS, APP_USER, FINANCE, MANAGER, MEMBER, OWNER
from tests.handlers.driver import appoint_both, deliver, state, submission
from tests.handlers.openings import (
    Opening,
    open_alerts,
    open_amount,
    open_confirmation,
    open_import,
    open_managers,
    open_recharge,
    open_recharge_confirmation,
    open_token,
    state_of,
    typed_in,
    wrong,
)
from tests.world import World

TEXT_SHAPES: list[Any] = [
    None,
    {},
    [],
    "50",
    7,
    {"amount": None},
    {"amount": "50"},
    {"amount": []},
    {"amount": {"type": "plain_text_input", "value": 50}},
    {"amount": {"type": "plain_text_input", "value": {}}},
    {"amount": {"type": "plain_text_input", "value": ["50"]}},
    {"amount": {"type": "plain_text_input", "value": True}},
]
CHOICE_SHAPES: list[Any] = [
    None,
    {},
    {"x": None},
    {"x": {}},
    {"x": {"selected_option": "on"}},
    {"x": {"selected_option": {}}},
    {"x": {"selected_option": {"value": 1}}},
    {"x": {"selected_option": {"value": ["on"]}}},
    {"x": {"selected_options": [{"value": "on"}]}},
]
CHANNEL_SHAPES: list[Any] = [
    None,
    {"x": {}},
    {"x": {"selected_conversation": 7}},
    {"x": {"selected_conversation": ["C0ALERTS1"]}},
    {"x": {"selected_conversation": "<!channel>"}},
    {"x": {"selected_conversation": "C0 ALERTS1"}},
]
PEOPLE_SHAPES: list[Any] = [
    None,
    {},
    [],
    {"users": None},
    {"users": {}},
    {"users": {"selected_users": "U0MEMBER1"}},
    {"users": {"selected_users": 7}},
    {"users": {"selected_users": {"U0MEMBER1": 1}}},
    {"users": {"selected_users": [7]}},
    {"users": {"selected_users": [None]}},
    {"users": {"selected_users": [["U0MEMBER1"]]}},
    {"users": {"selected_users": [""]}},
    {"users": {"selected_users": ["U0MEMBER1,U0OWNER01"]}},
    {"users": {"selected_users": ["<!channel>"]}},
    {"users": {"selected_users": ["U0MEMBER1\n"]}},
    {"users": {"selected_users": ["*"]}},
    {"users": {"selected_users": ["٣"]}},
    {"users": {"selected_user": "U0MEMBER1"}},
    {"users": {"selected_conversations": ["U0MEMBER1"]}},
    {"users": "U0MEMBER1"},
]
FILE_SHAPES: list[Any] = [
    *(None, {}, [], "F0000000001"),
    {"files": None},
    {"files": {}},
    {"files": {"files": None}},
    {"files": {"files": []}},
    {"files": {"files": "F0000000001"}},
    {"files": {"files": {"id": "F0000000001"}}},
    {"files": {"files": ["F0000000001"]}},
    {"files": {"files": [{}]}},
    {"files": {"files": [{"id": 7}]}},
    {"files": {"files": [{"id": ""}]}},
    {"files": {"files": [{"id": "../x"}]}},
    {"files": {"files": [{"id": "F1&token=x"}]}},
    {"files": {"files": [None]}},
    {"files": {"value": "F0000000001"}},
]
STATES: list[Any] = [None, {}, [], "x", 7, {"values": None}, {"values": []}, {"values": {}}, {"values": "x"}]
METADATA: list[Any] = ["", None, 7, {}, [], "x", "0" * 32, "x" * 3000, "*", "{p07}", "../x", "<!channel>", "\x00"]


@pytest.mark.parametrize(
    ("opening", "block_id", "shapes"),
    [
        (open_amount, "amount", TEXT_SHAPES),
        (open_confirmation, "method", CHOICE_SHAPES),
        (open_recharge, "amount", TEXT_SHAPES),
        (open_recharge, "switch", CHOICE_SHAPES),
        (open_recharge, "method", CHOICE_SHAPES),
        (open_recharge, "channel", CHANNEL_SHAPES),
        (open_alerts, "level_2", TEXT_SHAPES),
        (open_alerts, "channel", CHANNEL_SHAPES),
        (open_managers, "users", PEOPLE_SHAPES),
        (open_import, "files", FILE_SHAPES),
    ],
)
async def test_forged_inputs(
    world: World, subtests: pytest.Subtests, opening: Opening, block_id: str, shapes: list[Any]
) -> None:
    """A form whose inputs are missing or of another type is not guessed at: it says to open it again."""
    user = OWNER if opening is open_managers else MANAGER
    view = await opening(world, user)
    before = await state(world)

    for shape in shapes:
        with subtests.test(shape=repr(shape)):
            await wrong(world, user, view, "form-unreadable", state=state_of(view, **{block_id: shape}))
    for forged in STATES:
        with subtests.test(state=repr(forged)):
            await wrong(world, user, view, "form-unreadable", state=forged)

    assert await state(world) == before


@pytest.mark.parametrize(
    "opening",
    [
        *(open_amount, open_confirmation, open_recharge, open_recharge_confirmation),
        *(open_alerts, open_token, open_managers, open_import),
    ],
    ids=lambda each: each.__name__,
)
async def test_forged_drafts(world: World, subtests: pytest.Subtests, opening: Opening) -> None:
    """A form with a draft that was never made says that it has expired."""
    user = OWNER if opening is open_managers else MANAGER
    view = await opening(world, user)
    before = await state(world)

    for metadata in METADATA:
        with subtests.test(metadata=repr(metadata)[:40]):
            await wrong(world, user, view, "refused-draft_gone", private_metadata=metadata)

    assert await state(world) == before


@pytest.mark.parametrize("opening", [open_confirmation, open_recharge_confirmation], ids=lambda each: each.__name__)
async def test_a_draft_of_something_else(world: World, opening: Opening) -> None:
    """A confirmation with the draft of another modal confirms nothing."""
    other = (await open_alerts(world, MANAGER)).body["private_metadata"]
    view = await opening(world, MANAGER)
    before = await state(world)

    await wrong(world, MANAGER, view, "refused-draft_gone", private_metadata=other)

    assert await state(world) == before


@pytest.mark.parametrize(
    "opening", [open_amount, open_confirmation, open_recharge, open_recharge_confirmation, open_alerts, open_import]
)
async def test_a_draft_of_somebody_else(world: World, opening: Opening) -> None:
    """Another manager cannot submit what was drafted for this one."""
    await appoint_both(world)
    view = await opening(world, MANAGER)
    before = await state(world)

    await wrong(world, MEMBER, view, "refused-draft_gone")

    assert await state(world) == before


@pytest.mark.parametrize(
    ("opening", "given", "key"),
    [
        (open_recharge, "sandbox_gone", "method-gone"),
        (open_recharge, "", "method-gone"),
        (open_confirmation, "sandbox_gone", "method-gone"),
        (open_confirmation, "", "method-gone"),
    ],
)
async def test_a_method_that_is_not_on_offer(world: World, opening: Opening, given: str, key: str) -> None:
    """A payment method that is not offered (any more) is refused; no other card is charged instead."""
    view = await opening(world, MANAGER)
    before = await state(world)
    figures = {name: typed_in(name, text) for name, text in (("amount", "50"), ("below", "20"), ("cap", "200"))}
    rest = {"switch": {"x": {"selected_option": {"value": "on"}}}, "channel": {"x": {"selected_conversation": ALERTS}}}
    blocks = {**figures, **rest} if opening is open_recharge else {}

    await wrong(
        world, MANAGER, view, key, state=state_of(view, **blocks, method={"x": {"selected_option": {"value": given}}})
    )

    assert await state(world) == before


@pytest.mark.parametrize("switch", ["", "maybe", "ON", "1", "on "])
async def test_a_switch_that_is_neither_on_nor_off(world: World, switch: str) -> None:
    """Auto-recharge is not switched off by a form that says neither on nor off."""
    await world.recharge_on()
    view = await open_recharge(world, MANAGER)
    before = await state(world)

    shape = {"switch": {"selected_option": {"value": switch}}}
    await wrong(world, MANAGER, view, "form-unreadable", state=state_of(view, switch=shape))

    assert await state(world) == before


@pytest.mark.parametrize("channel", ["C0NOWHERE", FINANCE])
async def test_a_channel_that_the_bot_cannot_see(world: World, channel: str) -> None:
    """A channel that is unknown, or private without the bot, is answered with how to invite it."""
    view = await open_alerts(world, MANAGER)
    before = await state(world)
    blocks = {"level_1": typed_in("level_1", "20"), "channel": {"channel": {"selected_conversation": channel}}}

    await wrong(world, MANAGER, view, "channel-not-member", state=state_of(view, **blocks))

    assert await state(world) == before


@pytest.mark.parametrize("user", [APP_USER, "U0STRANGE", "USLACKBOT"])
async def test_managers_that_are_not_people_here(world: World, user: str) -> None:
    """Bots and people of elsewhere do not become managers; the answer names them."""
    view = await open_managers(world, OWNER)
    before = await state(world)
    chosen = {"users": {"users": {"type": "multi_users_select", "selected_users": [MANAGER, user]}}}

    _, acknowledged = await deliver(world, submission(world, OWNER, view, state=state_of(view, **chosen)))

    name = world.playground.workspace.users[user].real_name
    assert acknowledged["errors"]["users"].endswith(f"not {name}.")
    assert await state(world) == before


async def test_a_manager_whom_slack_does_not_know(world: World) -> None:
    """An id that Slack does not know does not become a manager."""
    view = await open_managers(world, OWNER)
    before = await state(world)
    chosen = {"users": {"users": {"type": "multi_users_select", "selected_users": [MANAGER, "U0NOBODY0"]}}}

    with world.playground.oracle.expect("user_not_found"):
        _, acknowledged = await deliver(world, submission(world, OWNER, view, state=state_of(view, **chosen)))

    assert acknowledged["errors"]["users"].endswith("not U0NOBODY0.")
    assert await state(world) == before
