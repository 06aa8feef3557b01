"""Modals and the Home tab: triggers, the stack, hashes, closing."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import MEMBER, OWNER
from bot.playground.server import Nonsense, Playground
from tests.playground.controls import (
    Hands,
    StandInBot,
    actions,
    button,
    entered,
    home,
    modal,
    opened,
    plain,
    refused,
    rules,
    section,
    text_input,
    trigger,
)


async def test_a_trigger_opens_a_modal_for_its_person(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """The view is before that person only, with ids, a hash and its first values."""
    view = modal(text_input(initial_value="50"), private_metadata="d-1", callback_id="add")

    answer = await client.views_open(trigger_id=await trigger(playground, bot), view=view)

    told = answer["view"]
    assert playground.open_view(OWNER) is not None
    assert playground.open_view(MEMBER) is None
    assert (told["private_metadata"], told["callback_id"]) == ("d-1", "add")
    assert told["root_view_id"] == told["id"]
    assert told["state"]["values"]["amount"]["value"]["value"] == "50"
    assert told["hash"]


async def test_a_trigger_lives_three_seconds(
    playground: Playground, bot: StandInBot, client: AsyncWebClient, hands: Hands
) -> None:
    """At 3 s it still works, after that it is refused and noted."""
    in_time, too_late = await trigger(playground, bot), await trigger(playground, bot)

    hands.move(3.0)
    assert (await client.views_open(trigger_id=in_time, view=modal()))["ok"]
    hands.move(0.1)
    assert await refused(client.views_open(trigger_id=too_late, view=modal())) == "expired_trigger_id"
    assert rules(playground) == ["expired_trigger_id"]


async def test_a_trigger_works_once(playground: Playground, bot: StandInBot, client: AsyncWebClient) -> None:
    """The second use is refused and noted, and so is one that was never issued."""
    once = await trigger(playground, bot)
    await client.views_open(trigger_id=once, view=modal())

    assert await refused(client.views_open(trigger_id=once, view=modal())) == "exchanged_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.abc", view=modal())) == "invalid_trigger_id"
    assert rules(playground) == ["exchanged_trigger_id", "invalid_trigger_id"]


async def test_a_view_that_breaks_a_rule_opens_nothing(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Refused and noted, by every method that takes a view."""
    first = await opened(playground, bot, client, modal())
    bad, huge = modal(title=plain("x" * 25)), modal(*[section("x" * 2600)] * 100)
    fresh = await trigger(playground, bot)

    assert await refused(client.views_open(trigger_id=fresh, view=bad)) == "invalid_arguments"
    assert await refused(client.views_push(trigger_id=fresh, view=bad)) == "invalid_arguments"
    assert await refused(client.views_update(view_id=first.id, view=bad)) == "invalid_arguments"
    assert await refused(client.views_publish(user_id=OWNER, view=modal())) == "invalid_arguments"
    assert await refused(client.views_open(trigger_id=fresh, view=huge)) == "view_too_large"
    assert playground.open_view(OWNER) == first
    assert rules(playground)[:3] == ["too_long"] * 3
    assert rules(playground)[-1] == "view_too_large"


async def test_three_views_are_stacked_and_no_fourth(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Each knows the one beneath; the fourth is refused and noted."""
    first = await opened(playground, bot, client, modal())
    second = (await client.views_push(trigger_id=await trigger(playground, bot), view=modal()))["view"]
    await client.views_push(trigger_id=await trigger(playground, bot), view=modal())

    call = client.views_push(trigger_id=await trigger(playground, bot), view=modal())

    assert await refused(call) == "push_limit_reached"
    assert (second["previous_view_id"], second["root_view_id"]) == (first.id, first.id)
    assert rules(playground) == ["push_limit_reached"]


async def test_a_push_without_a_modal_is_refused(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """There is nothing to stack upon; the person may have closed it."""
    call = client.views_push(trigger_id=await trigger(playground, bot), view=modal())

    assert await refused(call) == "not_found"
    assert playground.violations == []


async def test_an_update_replaces_the_view_and_keeps_what_was_entered(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """New blocks and a new hash; inputs that stay keep their values."""
    first = await opened(playground, bot, client, modal(text_input(), actions(button("more"), block_id="row")))
    place = {"type": "view", "view_id": first.id}
    await playground.action(OWNER, place, {"action_id": "more"}, entered("amount", "75"))

    answer = await client.views_update(view_id=first.id, hash=first.hash, view=modal(text_input(), text_input("memo")))

    values = answer["view"]["state"]["values"]
    assert answer["view"]["hash"] != first.hash
    assert (values["amount"]["value"]["value"], values["memo"]["value"]["value"]) == ("75", None)


async def test_a_stale_hash_is_refused_but_no_violation(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """A race is what hashes are for."""
    first = await opened(playground, bot, client, modal())
    await client.views_update(view_id=first.id, hash=first.hash, view=modal(section("newer")))

    call = client.views_update(view_id=first.id, hash=first.hash, view=modal(section("older")))

    assert await refused(call) == "hash_conflict"
    assert playground.violations == []


async def test_a_view_is_found_by_its_external_id(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """An id of the bot's own names the view, and one view only."""
    await opened(playground, bot, client, modal(external_id="draft-1"))

    await client.views_update(external_id="draft-1", view=modal(section("done"), external_id="draft-1"))
    same, other = modal(external_id="draft-1"), modal(external_id="draft-2")
    opened_twice = client.views_open(trigger_id=await trigger(playground, bot, MEMBER), view=same)
    pushed_twice = client.views_push(trigger_id=await trigger(playground, bot), view=same)
    second = await opened(playground, bot, client, other, MEMBER)
    renamed = client.views_update(view_id=second.id, view=same)

    assert await refused(opened_twice) == "duplicate_external_id"
    assert await refused(pushed_twice) == "duplicate_external_id"
    assert await refused(renamed) == "duplicate_external_id"
    assert rules(playground) == ["duplicate_external_id"] * 3


async def test_updating_a_closed_view_is_a_race_an_invented_one_is_not(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Both are not found; only the view that never was is noted."""
    first = await opened(playground, bot, client, modal())
    await playground.close(OWNER, first.id)

    assert await refused(client.views_update(view_id=first.id, view=modal())) == "not_found"
    assert playground.violations == []
    assert await refused(client.views_update(view_id="V0NEVER", view=modal())) == "not_found"
    assert rules(playground) == ["not_found"]


async def test_a_closed_view_is_told_where_wanted(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """notify_on_close decides whether the bot hears of it."""
    quiet = await opened(playground, bot, client, modal())
    await playground.close(OWNER, quiet.id)
    assert "view_closed" not in [request.kind for request in bot.received]

    loud = await opened(playground, bot, client, modal(notify_on_close=True))
    await playground.close(OWNER, loud.id)

    assert bot.last("view_closed").payload["view"]["id"] == loud.id
    assert bot.last("view_closed").payload["is_cleared"] is False


async def test_clear_on_close_closes_all(playground: Playground, bot: StandInBot, client: AsyncWebClient) -> None:
    """A view that says so takes the whole stack with it."""
    await opened(playground, bot, client, modal())
    await client.views_push(trigger_id=await trigger(playground, bot), view=modal(clear_on_close=True))
    front = playground.open_view(OWNER)
    assert front is not None

    await playground.close(OWNER, front.id)

    assert playground.open_view(OWNER) is None


async def test_an_action_in_a_modal_tells_the_view_and_can_push(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """block_actions in a modal carries the view, its state and a trigger."""
    first = await opened(playground, bot, client, modal(text_input(), actions(button("more"), block_id="row")))
    place = {"type": "view", "view_id": first.id}

    await playground.action(OWNER, place, {"action_id": "more"}, entered("amount", "75"))

    payload = bot.last("block_actions").payload
    assert payload["container"] == {"type": "view", "view_id": first.id}
    assert payload["view"]["state"]["values"]["amount"]["value"]["value"] == "75"
    assert "response_url" not in payload
    assert (await client.views_push(trigger_id=payload["trigger_id"], view=modal()))["ok"]


async def test_a_view_of_somebody_else_cannot_be_used(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """A person reaches their own modal only, and only while it is open."""
    first = await opened(playground, bot, client, modal(actions(button("more"))))
    place = {"type": "view", "view_id": first.id}

    with pytest.raises(Nonsense, match="no such view"):
        await playground.action(MEMBER, place, {"action_id": "more"})
    await playground.close(OWNER, first.id)
    with pytest.raises(Nonsense, match="no such view"):
        await playground.action(OWNER, place, {"action_id": "more"})


async def test_a_home_tab_is_published_for_one_person(playground: Playground, client: AsyncWebClient) -> None:
    """The tab keeps its id, its hash changes, a stale hash is refused."""
    first = (await client.views_publish(user_id=OWNER, view=home(section("12.00"))))["view"]
    second = (await client.views_publish(user_id=OWNER, view=home(section("11.00")), hash=first["hash"]))["view"]
    stale = client.views_publish(user_id=OWNER, view=home(section("12.00")), hash=first["hash"])

    assert await refused(stale) == "hash_conflict"
    assert (second["id"], second["type"]) == (first["id"], "home")
    shown = playground.home(OWNER)
    assert shown is not None
    assert shown.blocks[0]["text"]["text"] == "11.00"
    assert playground.home(MEMBER) is None
    assert playground.violations == []


async def test_a_home_tab_needs_its_person(playground: Playground, client: AsyncWebClient) -> None:
    """A tab for somebody who does not exist is refused and noted; so is an update that names no view."""
    assert await refused(client.views_publish(user_id="U0NOBODY", view=home())) == "invalid_arguments"
    assert await refused(client.api_call("views.update", json={"view": modal()})) == "invalid_arguments"
    assert rules(playground) == ["invalid_arguments", "missing_argument"]


async def test_a_home_tab_is_not_updated_like_a_modal(playground: Playground, client: AsyncWebClient) -> None:
    """views.update is for modals; the tab is published anew."""
    view = (await client.views_publish(user_id=OWNER, view=home()))["view"]

    assert await refused(client.views_update(view_id=view["id"], view=modal())) == "not_found"
    assert rules(playground) == ["not_found"]


async def test_a_button_on_the_home_tab_reaches_the_bot(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """The tab is a view like any other for actions."""
    view = (await client.views_publish(user_id=OWNER, view=home(actions(button("add")))))["view"]

    delivery = await playground.action(OWNER, {"type": "view", "view_id": view["id"]}, {"action_id": "add"})

    assert delivery.ok
    assert bot.last("block_actions").payload["view"]["type"] == "home"
