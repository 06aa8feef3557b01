"""Twenty and more bad inputs typed into each modal: each is answered under its input, and nothing changes."""

import pytest

from bot.playground.people import ALERTS, APP_USER, FINANCE, MANAGER, MEMBER, TELEPHONY
from tests.handlers.driver import LANGUAGE, appoint_both, keys_said, state
from tests.handlers.openings import (
    errors_of,
    open_alerts,
    open_amount,
    open_recharge,
    state_of,
    typed_in,
    wrong,
)
from tests.handlers.typed import NO_AMOUNTS
from tests.world import World

ON = {"switch": "on", "channel": ALERTS}
EMPTY = {"   ": "amount-missing", "\u00a0": "amount-missing"}
LIMITS = {"4.99": "refused-below_minimum", "5000.01": "refused-above_maximum"}


async def test_amounts_typed_into_the_modal(world: World, subtests: pytest.Subtests) -> None:
    """An amount that cannot be added is answered under the input, in both languages."""
    await appoint_both(world)
    before = await state(world)

    for user in (MANAGER, MEMBER):
        view = await open_amount(world, user)
        for typed, key in {
            **NO_AMOUNTS,
            **LIMITS,
            "x" * 10_000: "amount-not_a_number",
            "   ": "amount-missing",
        }.items():
            with subtests.test(typed=ascii(typed[:40]), user=user):
                await wrong(world, user, view, key, state=state_of(view, amount=typed_in("amount", typed)))

    assert await state(world) == before


async def test_figures_of_the_recharge(world: World, subtests: pytest.Subtests) -> None:
    """Each figure of auto-recharge that is no amount is answered under its own input, in both languages."""
    await appoint_both(world)
    before = await state(world)

    for user in (MANAGER, MEMBER):
        view = await open_recharge(world, user)
        for typed, key in {**NO_AMOUNTS, **EMPTY}.items():
            with subtests.test(typed=ascii(typed[:40]), user=user):
                errors = await errors_of(world, user, view, **ON, **dict.fromkeys(("amount", "below", "cap"), typed))
                assert errors.keys() == {"amount", "below", "cap"}
                assert all(key in keys_said(text, LANGUAGE[user]) for text in errors.values())

    assert await state(world) == before


@pytest.mark.parametrize(
    ("amount", "cap", "field", "key"),
    [
        ("4.99", "200", "amount", "refused-below_minimum"),
        ("5000.01", "9000", "amount", "refused-above_maximum"),
        ("50", "49.99", "cap", "refused-cap_below_amount"),
    ],
)
async def test_figures_that_do_not_go_together(world: World, amount: str, cap: str, field: str, key: str) -> None:
    """Amounts outside the limits, and a cap below the amount, are answered under the input to be changed."""
    await appoint_both(world)
    before = await state(world)

    for user in (MANAGER, MEMBER):
        view = await open_recharge(world, user)
        errors = await errors_of(world, user, view, **ON, amount=amount, below="20", cap=cap)
        assert errors.keys() == {field}
        assert key in keys_said(errors[field], LANGUAGE[user])

    assert await state(world) == before


WRONG_TOGETHER = [
    ({"amount": "abc", "below": "0", "cap": "200"}, {"amount": "amount-not_a_number", "below": "amount-not_positive"}),
    ({"amount": "4.99", "below": "abc", "cap": "1"}, {
        "amount": "refused-below_minimum", "below": "amount-not_a_number", "cap": "refused-cap_below_amount"}),
    ({"amount": "5000.01", "below": "1e3", "cap": "9000"}, {
        "amount": "refused-above_maximum", "below": "amount-not_a_number"}),
    ({"amount": "50", "below": "20 EUR", "cap": "49"}, {
        "below": "amount-other_currency", "cap": "refused-cap_below_amount"}),
]  # fmt: skip


@pytest.mark.parametrize(("entered", "expected"), WRONG_TOGETHER)
@pytest.mark.parametrize("channel", [ALERTS, FINANCE])
async def test_everything_wrong_is_said_at_once(
    world: World, entered: dict[str, str], expected: dict[str, str], channel: str
) -> None:
    """One input that cannot be read hides no other that may not be saved, nor a channel without the bot."""
    view = await open_recharge(world, MANAGER)
    before = await state(world)

    errors = await errors_of(world, MANAGER, view, **{**ON, "channel": channel}, **entered)

    wanted = {**expected, **({"channel": "channel-not-member"} if channel == FINANCE else {})}
    assert errors.keys() == wanted.keys()
    assert all(key in keys_said(errors[name], "en") for name, key in wanted.items())
    assert await state(world) == before


async def test_a_public_channel_is_not_joined_while_something_is_wrong(world: World) -> None:
    """What cannot be saved yet leaves no trace in a channel."""
    view = await open_recharge(world, MANAGER)

    await errors_of(world, MANAGER, view, switch="on", channel=TELEPHONY, amount="abc", below="20", cap="200")

    assert APP_USER not in world.playground.workspace.channels[TELEPHONY].members


async def test_a_level_that_cannot_be_read_does_not_hide_the_missing_channel(world: World) -> None:
    """Both are said at once."""
    view = await open_alerts(world, MANAGER)

    errors = await errors_of(world, MANAGER, view, level_1="abc")

    assert errors.keys() == {"level_1", "channel"}


async def test_levels_of_the_warnings(world: World, subtests: pytest.Subtests) -> None:
    """Each level that is no amount is answered under its own input, in both languages."""
    await appoint_both(world)
    before = await state(world)

    for user in (MANAGER, MEMBER):
        view = await open_alerts(world, user)
        for typed, key in NO_AMOUNTS.items():
            with subtests.test(typed=ascii(typed[:40]), user=user):
                errors = await errors_of(world, user, view, channel=ALERTS, level_1=typed, level_2="20", level_3=typed)
                assert errors.keys() == {"level_1", "level_3"}
                assert all(key in keys_said(text, LANGUAGE[user]) for text in errors.values())

    assert await state(world) == before


@pytest.mark.parametrize("user", [MANAGER, MEMBER])
async def test_a_missing_channel(world: World, user: str) -> None:
    """Switching on or warning without a channel asks for one, in the person's language."""
    await appoint_both(world)
    before = await state(world)

    recharge = await open_recharge(world, user)
    texts = {name: typed_in(name, "50") for name in ("amount", "below", "cap")}
    on = {"switch": {"selected_option": {"value": "on"}}}
    await wrong(world, user, recharge, "channel-missing", state=state_of(recharge, **texts, switch=on))
    alerts = await open_alerts(world, user)
    errors = await errors_of(world, user, alerts, level_1="20")
    assert keys_said(errors["channel"], LANGUAGE[user]) == {"channel-missing"}

    assert await state(world) == before
