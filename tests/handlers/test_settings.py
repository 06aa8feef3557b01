"""The three forms of settings: auto-recharge, warnings, managers; what is saved, told, asked back."""

import dataclasses

import pytest

from bot.playground.people import ALERTS, APP_USER, FINANCE, GENERAL, MANAGER, MEMBER, OWNER, TELEPHONY
from bot.playground.server import View
from store import keys
from tests.handlers.driver import appoint_both, deliver, state, submission
from tests.world import BOSS, REF, World, texts_in, usd

FIGURES = {"switch": "on", "amount": "50", "below": "20", "cap": "200", "channel": ALERTS}


async def _recharge(world: World, user: str = MANAGER) -> View:
    return await world.modal(user, "/credits recharge", "recharge")


async def _told(world: World, text: str, user: str = MANAGER, channel: str = GENERAL) -> None:
    await world.playground.wait_for(lambda: text in texts_in(world.told(user, channel)), 10)


async def _credit(world: World, units: int) -> None:
    await world.services.ledger.add_credit(REF, usd(units), operation_id=world.operation(), actor="test")


async def test_switched_on_and_off(world: World) -> None:
    """Switched on, the form shows what was saved; switched off, the figures stay for the next time."""
    await _credit(world, 100)

    assert (await world.submit(MANAGER, await _recharge(world), **FIGURES)).response_action == "clear"
    await _told(world, "Saved: auto-recharge adds $50.00 when the balance falls below $20.00, at most $200.00 a month.")
    saved = (await world.account()).recharge
    assert (saved.on, saved.amount, saved.below, saved.cap) == (True, usd(50), usd(20), usd(200))
    again = await _recharge(world)
    initial = [block["element"].get("initial_value") for block in again.blocks[1:4]]
    assert initial == ["50", "20", "200"]
    assert (await world.submit(MANAGER, again, switch="off")).response_action == "clear"
    await _told(world, "Saved: auto-recharge is off.")
    assert (await world.account()).recharge.amount == usd(50)


async def test_set_up_for_the_first_time_it_is_on(world: World) -> None:
    """The form is opened to switch it on, so that it stands on; the cursor is there, not in an amount below it."""
    switch = (await _recharge(world)).blocks[0]["element"]

    assert switch["initial_option"]["value"] == "on"
    assert switch["focus_on_load"] is True


async def test_figures_typed_while_it_is_off_are_kept_and_said_to_wait(world: World) -> None:
    """Nobody believes that it is on now; switched off again without a change, it still says that it is off."""
    await _credit(world, 10)
    off = {**FIGURES, "switch": "off"}

    assert (await world.submit(MANAGER, await _recharge(world), **off)).response_action == "clear"
    await _told(world, "Saved: auto-recharge is off.\nThe figures are kept; nothing is charged until you switch it on.")
    assert (await world.account()).recharge.amount == usd(50)
    again = await _recharge(world)
    assert again.blocks[0]["element"]["initial_option"]["value"] == "off"
    await world.submit(MANAGER, again, **off)
    await _told(world, "Nothing was changed.\nAuto-recharge is off.")


async def test_saving_what_is_there(world: World) -> None:
    """Saving without a change changes nothing and says so."""
    await _credit(world, 100)
    await world.submit(MANAGER, await _recharge(world), **FIGURES)
    before = await world.account()

    await world.submit(MANAGER, await _recharge(world), **FIGURES)

    await _told(world, "Nothing was changed.")
    assert await world.account() == before


async def test_saving_below_the_trigger(living: World) -> None:
    """Already below the trigger, saving says what it charges now, and after the confirmation does."""
    await _credit(living, 10)

    delivery = await living.submit(MANAGER, await _recharge(living), **FIGURES)

    assert delivery.response_action == "update"
    confirm = await living.view(MANAGER, "recharge_confirm")
    assert "The balance is $10.00, below $20.00. Saving this charges *$50.00*" in texts_in(confirm.body)
    assert not (await living.account()).recharge.on
    assert (await living.submit(MANAGER, confirm)).response_action == "clear"
    await _told(living, f"$50.00 is being charged now; the confirmation comes in <#{ALERTS}>.")
    await _told(living, "*$50.00 recharged.* The balance is $60.00.", channel=ALERTS)
    assert (await living.account()).balance == usd(60)


async def test_the_confirmation_twice(world: World) -> None:
    """Confirmed twice, auto-recharge is saved once and one recharge is open."""
    await world.submit(MANAGER, await _recharge(world), **FIGURES)
    confirm = await world.view(MANAGER, "recharge_confirm")
    await world.submit(MANAGER, confirm)
    before = await state(world)

    status, _ = await deliver(world, submission(world, MANAGER, confirm))

    assert status == 200
    assert await state(world) == before


async def test_saving_what_is_there_below_the_trigger(world: World) -> None:
    """Below the trigger with nothing changed, the form does not promise a charge that will not come."""
    await world.services.ledger.add_credit(REF, usd(100), operation_id="g", actor="test")
    await world.submit(MANAGER, await _recharge(world), **FIGURES)
    await world.redis.hset(keys.account(REF), "recharge_paused", "lost_card")
    await world.spend(90)

    delivery = await world.submit(MANAGER, await _recharge(world), **FIGURES)

    assert delivery.response_action == "clear"
    await _told(world, "Nothing was changed.")


async def test_two_forms_at_once(world: World) -> None:
    """Two managers with the form open: each change is saved, the later one stands."""
    await appoint_both(world)
    await _credit(world, 100)
    first, second = await _recharge(world), await _recharge(world, MEMBER)

    await world.submit(MANAGER, first, **FIGURES)
    await world.submit(MEMBER, second, **{**FIGURES, "amount": "60"})

    assert (await world.account()).recharge.amount == usd(60)


async def test_the_form_twice(world: World) -> None:
    """Opened again, the form replaces the first, which can no longer be submitted; the second saves."""
    await _credit(world, 100)
    await _recharge(world)

    assert (await world.submit(MANAGER, await _recharge(world), **FIGURES)).ok
    assert (await world.account()).recharge.on


@pytest.mark.parametrize("text", ["recharge", "alerts"])
async def test_a_public_channel_is_joined(world: World, text: str) -> None:
    """A public channel that the bot is not in is joined."""
    await _credit(world, 100)
    view = await world.modal(MANAGER, f"/credits {text}", text)
    entered = {**FIGURES, "channel": TELEPHONY} if text == "recharge" else {"level_1": "20", "channel": TELEPHONY}

    assert (await world.submit(MANAGER, view, **entered)).response_action == "clear"
    assert APP_USER in world.playground.workspace.channels[TELEPHONY].members


@pytest.mark.parametrize("text", ["recharge", "alerts"])
async def test_a_private_channel_needs_an_invitation(world: World, text: str) -> None:
    """A private channel without the bot is asked back with how to invite it; invited, it is saved."""
    await _credit(world, 100)
    view = await world.modal(MANAGER, f"/credits {text}", text)
    entered = {**FIGURES, "channel": FINANCE} if text == "recharge" else {"level_1": "20", "channel": FINANCE}

    refused = await world.submit(MANAGER, view, **entered)
    await world.playground.command(MANAGER, FINANCE, "/invite @Credits")
    taken = await world.submit(MANAGER, view, **entered)

    assert refused.errors == {"channel": "I am not in that channel. Invite me there with /invite, then save again."}
    assert taken.response_action == "clear"


async def test_warnings(living: World) -> None:
    """Levels are saved highest first, each once; the channel hears who changed what; empty means none."""
    view = await living.modal(MANAGER, "/credits alerts", "alerts")

    await living.submit(MANAGER, view, level_1="5", level_2="$20.00", level_3="5,00", channel=ALERTS)

    await _told(living, "Saved: warnings at $20.00, $5.00 in")
    assert [level.micros for level in (await living.account()).alerts.levels] == [20_000_000, 5_000_000]
    await _told(living, f"<@{MANAGER}> changed the warnings", channel=ALERTS)
    none = await living.modal(MANAGER, "/credits alerts", "alerts")
    await living.submit(MANAGER, none, level_1="", level_2="", level_3="")
    await _told(living, "Saved: no warnings.")


async def test_the_change_is_told_with_old_and_new(living: World) -> None:
    """What another person changed stands in the channel: who, which field, old → new."""
    await _credit(living, 100)
    await living.submit(MANAGER, await _recharge(living), **FIGURES)

    await _told(living, f"<@{MANAGER}> changed auto-recharge.", channel=ALERTS)
    await _told(living, "Recharge amount: none → $50.00", channel=ALERTS)


async def test_managers(living: World) -> None:
    """The owner appoints and dismisses; the channel hears of it; the appointed may at once."""
    await living.services.policies.set_alerts(
        BOSS, REF, (await living.account()).alerts.__class__((usd(20),), ALERTS), operation_id="w"
    )
    view = await living.modal(OWNER, "/credits managers", "managers")

    await living.submit(OWNER, view, users=[MEMBER])

    assert await living.services.roles.managers(REF.tenant) == {MEMBER}
    await _told(living, f"Appointed: <@{MEMBER}>", channel=ALERTS)
    await _told(living, f"Dismissed: <@{MANAGER}>", channel=ALERTS)
    assert await living.modal(MEMBER, "/credits warnungen", "alerts")


async def test_two_administrators_at_once(world: World) -> None:
    """The difference is applied: what another appointed meanwhile stays."""
    view = await world.modal(OWNER, "/credits managers", "managers")
    await appoint_both(world)

    await world.submit(OWNER, view, users=[MANAGER, OWNER])

    assert await world.services.roles.managers(REF.tenant) == {MANAGER, MEMBER, OWNER}


async def test_an_administrator_who_is_none_any_more(world: World) -> None:
    """Who lost the administration while the form was open appoints nobody."""
    view = await world.modal(OWNER, "/credits managers", "managers")
    users = world.playground.workspace.users
    users[OWNER] = dataclasses.replace(users[OWNER], role="member")
    before = await state(world)

    await world.submit(OWNER, view, users=[OWNER])

    assert "Only owners and administrators" in texts_in((await world.view(OWNER, "notice")).body)
    assert await state(world) == before
