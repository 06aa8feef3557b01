"""Submitting modals: what Slack checks, what the bot gets, what its answer does."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import ALERTS, MANAGER, MEMBER, OWNER
from bot.playground.server import Nonsense, Playground
from tests.playground.controls import (
    Json,
    StandInBot,
    entered,
    modal,
    opened,
    plain,
    rules,
    text_input,
    trigger,
)


def number_input(**fields: Any) -> Json:
    """A required number."""
    held = {"type": "number_input", "action_id": "value", "is_decimal_allowed": False, **fields}
    return {"type": "input", "block_id": "amount", "label": plain("Amount"), "element": held}


def people_input(**fields: Any) -> Json:
    """A required choice of people."""
    held = {"type": "multi_users_select", "action_id": "value", **fields}
    return {"type": "input", "block_id": "amount", "label": plain("Managers"), "element": held}


async def test_a_submission_is_told_with_everything_entered(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """The bot gets the view with its state; an empty acknowledgement closes it."""
    view = modal(text_input(), text_input("memo", initial_value="Phones"), callback_id="add")
    first = await opened(playground, bot, client, view)

    delivery = await playground.submit(OWNER, first.id, entered("amount", "50"))

    payload = bot.last("view_submission").payload
    values = payload["view"]["state"]["values"]
    assert (delivery.ok, delivery.response_action) == (True, "close")
    assert (values["amount"]["value"]["value"], values["memo"]["value"]["value"]) == ("50", "Phones")
    assert payload["view"]["callback_id"] == "add"
    assert payload["trigger_id"]
    assert playground.open_view(OWNER) is None


async def test_closing_the_front_view_brings_back_the_one_beneath(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """A submitted view goes, its parent is in front again."""
    first = await opened(playground, bot, client, modal())
    await client.views_push(trigger_id=await trigger(playground, bot), view=modal(text_input()))
    front = playground.open_view(OWNER)
    assert front is not None

    await playground.submit(OWNER, front.id, entered("amount", "50"))

    assert playground.open_view(OWNER) == first


async def test_errors_keep_the_view_open(playground: Playground, bot: StandInBot, client: AsyncWebClient) -> None:
    """The bot's errors come back by block_id and what was entered stays."""
    first = await opened(playground, bot, client, modal(text_input()))
    bot.answer_with("view_submission", {"response_action": "errors", "errors": {"amount": "Too low"}})

    delivery = await playground.submit(OWNER, first.id, entered("amount", "1"))

    front = playground.open_view(OWNER)
    assert (delivery.ok, delivery.errors) == (False, {"amount": "Too low"})
    assert front is not None
    assert front.values["amount"]["value"]["value"] == "1"
    assert playground.violations == []


async def test_an_answer_can_push_update_and_clear(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Each response_action does what it says."""
    first = await opened(playground, bot, client, modal())

    bot.answer_with("view_submission", {"response_action": "push", "view": modal(callback_id="second")})
    pushed = await playground.submit(OWNER, first.id)
    second = playground.open_view(OWNER)
    assert second is not None
    bot.answer_with("view_submission", {"response_action": "update", "view": modal(callback_id="third")})
    updated = await playground.submit(OWNER, second.id)
    third = playground.open_view(OWNER)
    assert third is not None
    bot.answer_with("view_submission", {"response_action": "clear"})
    cleared = await playground.submit(OWNER, second.id)

    assert [d.response_action for d in (pushed, updated, cleared)] == ["push", "update", "clear"]
    assert second.previous_view_id == first.id
    assert (third.id, third.body["callback_id"]) == (second.id, "third")
    assert playground.open_view(OWNER) is None


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ({"response_action": "explode"}, "not_allowed"),
        ({"response_action": "errors", "errors": {"nowhere": "Too low"}}, "unknown_block_id"),
        ({"response_action": "update", "view": modal(title=plain("x" * 25))}, "too_long"),
        ("ok", "not_allowed"),
    ],
)
async def test_a_wrong_answer_to_a_submission_is_noted(
    playground: Playground, bot: StandInBot, client: AsyncWebClient, answer: Json | str, rule: str
) -> None:
    """The view stays, the person is told that something went wrong."""
    first = await opened(playground, bot, client, modal(text_input()))
    bot.answer_with("view_submission", answer)

    delivery = await playground.submit(OWNER, first.id, entered("amount", "50"))

    assert (delivery.ok, delivery.error) == (False, "invalid_response")
    assert rules(playground) == [rule]
    assert playground.open_view(OWNER) is not None


async def test_a_pushed_answer_keeps_to_the_stack(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """A fourth view cannot come by way of an answer either."""
    first = await opened(playground, bot, client, modal())
    bot.answer_with("view_submission", {"response_action": "push", "view": modal()})
    await playground.submit(OWNER, first.id)
    for _ in range(1):
        front = playground.open_view(OWNER)
        assert front is not None
        await playground.submit(OWNER, front.id)
    front = playground.open_view(OWNER)
    assert front is not None

    delivery = await playground.submit(OWNER, front.id)

    assert delivery.error == "push_limit_reached"
    assert rules(playground) == ["push_limit_reached"]


@pytest.mark.parametrize(
    ("block", "state", "code"),
    [
        (text_input(), {}, "required"),
        (text_input(), {"value": ""}, "required"),
        (text_input(min_length=3), {"value": "ab"}, "too_short"),
        (text_input(max_length=3), {"value": "abcd"}, "too_long"),
        (number_input(), {"value": "fifty"}, "not_a_number"),
        (number_input(), {"value": "1.5"}, "not_whole"),
        (number_input(min_value="5"), {"value": "4"}, "too_low"),
        (number_input(max_value="5"), {"value": "6"}, "too_high"),
        (people_input(), {"selected_users": []}, "required"),
        (people_input(max_selected_items=1), {"selected_users": [OWNER, MANAGER]}, "too_many"),
        (text_input(type="email_text_input"), {"value": "nobody"}, "not_an_address"),
        (text_input(type="url_text_input"), {"value": "nowhere"}, "not_a_link"),
    ],
)
async def test_what_slack_checks_itself_never_reaches_the_bot(
    playground: Playground, bot: StandInBot, client: AsyncWebClient, block: Json, state: Json, code: str
) -> None:
    """The person gets the error under the input, in their language."""
    first = await opened(playground, bot, client, modal(block))

    delivery = await playground.submit(OWNER, first.id, {"amount": {"value": state}})

    assert delivery.ok is False
    assert delivery.codes == {"amount": code}
    assert delivery.errors is not None
    assert delivery.errors["amount"]
    assert "view_submission" not in [request.kind for request in bot.received]


async def test_an_optional_input_may_stay_empty(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Nothing entered in an optional input is null for the bot."""
    first = await opened(playground, bot, client, modal({**text_input(), "optional": True}))

    assert (await playground.submit(OWNER, first.id)).ok
    values = bot.last("view_submission").payload["view"]["state"]["values"]
    assert values["amount"]["value"]["value"] is None


@pytest.mark.parametrize("values", [entered("nowhere", "50"), {"amount": {"other": {"value": "50"}}}])
async def test_values_for_inputs_that_do_not_exist_are_refused(
    playground: Playground, bot: StandInBot, client: AsyncWebClient, values: Json
) -> None:
    """A mistyped block_id in a test is an error of the test, not an empty field."""
    first = await opened(playground, bot, client, modal(text_input()))

    with pytest.raises(ValueError, match="amount"):
        await playground.submit(OWNER, first.id, values)


async def test_only_offered_options_can_be_chosen(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """A forged choice is refused before it reaches the bot."""
    options = [{"text": plain("On"), "value": "on"}]
    held = {"type": "static_select", "action_id": "value", "options": options}
    block = {"type": "input", "block_id": "amount", "label": plain("State"), "element": held}
    first = await opened(playground, bot, client, modal(block))

    with pytest.raises(ValueError, match="does not offer"):
        await playground.submit(
            OWNER, first.id, {"amount": {"value": {"selected_option": {"text": plain("X"), "value": "x"}}}}
        )


async def test_only_the_front_view_can_be_submitted(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Nobody reaches a view of somebody else, or one that lies beneath."""
    first = await opened(playground, bot, client, modal())
    await client.views_push(trigger_id=await trigger(playground, bot), view=modal())

    with pytest.raises(Nonsense):
        await playground.submit(OWNER, first.id)
    with pytest.raises(Nonsense):
        await playground.submit(MEMBER, first.id)


async def test_a_response_url_comes_with_a_chosen_conversation(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """An input with response_url_enabled earns the bot a URL for that channel."""
    held = {"type": "conversations_select", "action_id": "value", "response_url_enabled": True}
    block = {"type": "input", "block_id": "amount", "label": plain("Channel"), "element": held}
    first = await opened(playground, bot, client, modal(block))

    await playground.submit(OWNER, first.id, {"amount": {"value": {"selected_conversation": ALERTS}}})

    [url] = bot.last("view_submission").payload["response_urls"]
    assert (url["channel_id"], url["block_id"]) == (ALERTS, "amount")
