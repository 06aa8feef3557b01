"""Modals in a real browser: errors, updates, confirmations, and where the cursor begins."""

import pytest
from aiohttp import web
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import GENERAL, MANAGER
from bot.playground.server import Playground
from tests.page.chat import say
from tests.playground.controls import (
    Json,
    Received,
    StandInBot,
    actions,
    button,
    modal,
    plain,
    section,
    text_input,
)

pytestmark = pytest.mark.browser

CONFIRM = {"title": plain("Pause?"), "text": plain("Calls stop."), "confirm": plain("Pause"), "deny": plain("Keep")}


@pytest.fixture
async def opening(bot: StandInBot, client: AsyncWebClient) -> Json:
    """The modal that the bot opens at each command."""
    view = modal(text_input("amount"))

    async def answer(received: Received) -> web.Response:
        await client.views_open(trigger_id=received.fields["trigger_id"], view=view)
        return web.Response()

    bot.answers["command"] = answer
    return view


async def test_errors_stand_under_their_input_until_it_is_right(page: Page, bot: StandInBot, opening: Json) -> None:
    """Slack's own check, then the bot's, each under the field, which has the focus; then the modal closes."""
    dialog = page.get_by_role("dialog", name=opening["title"]["text"])
    amount = dialog.get_by_label("Amount")
    save = dialog.get_by_role("button", name="Save")

    await say(page, "/credits add")
    await save.click()
    await expect(dialog.get_by_role("alert")).to_have_text("Please fill this in.")
    await expect(amount).to_be_focused()
    bot.answer_with("view_submission", {"response_action": "errors", "errors": {"amount": "At least $5."}})
    await amount.fill("2")
    await save.click()
    await expect(dialog.get_by_role("alert")).to_have_text("At least $5.")
    bot.answer_with("view_submission", None)
    await amount.fill("50")
    await amount.press("Enter")

    await expect(dialog).to_have_count(0)
    values = bot.last("view_submission").payload["view"]["state"]["values"]
    assert values["amount"]["value"]["value"] == "50"


async def test_what_was_typed_outlives_an_update_of_the_modal(
    page: Page, bot: StandInBot, client: AsyncWebClient, playground: Playground, opening: Json
) -> None:
    """An input with the same ids keeps its text when the bot replaces the view."""
    await say(page, "/credits add")
    await page.get_by_label("Amount").fill("75")
    view = playground.open_view(MANAGER)
    assert view is not None

    await client.views_update(view_id=view.id, view=modal(section("Now with a note"), text_input("amount")))

    await expect(page.get_by_role("dialog").get_by_text("Now with a note")).to_be_visible()
    await expect(page.get_by_label("Amount")).to_have_value("75")
    await page.get_by_role("dialog").press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_confirm_object_is_asked_before_the_bot_hears(
    page: Page, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Escape takes it back and nothing is sent; going on sends the button."""
    blocks = [section(), actions(button("pause", confirm=CONFIRM), block_id="row")]
    await client.chat_postMessage(channel=GENERAL, text="Low", blocks=blocks)
    question = page.get_by_role("alertdialog", name="Pause?")
    press = page.get_by_role("article").get_by_role("button", name="Press")

    await press.click()
    await expect(question.get_by_role("button", name="Pause")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    assert [request.kind for request in bot.received] == []
    await press.click()
    await question.get_by_role("button", name="Pause").click()

    await expect(page.get_by_role("region", name="Answers of the app").get_by_role("listitem")).to_have_count(1)
    [action] = bot.last("block_actions").payload["actions"]
    assert (action["block_id"], action["action_id"]) == ("row", "pause")


async def test_the_cursor_begins_where_the_bot_puts_it(page: Page, bot: StandInBot, opening: Json) -> None:
    """An element with focus_on_load has the focus, a choice as well; without one the first text has it."""
    options = [{"text": plain(name), "value": name} for name in ("on", "off")]
    element = {"type": "radio_buttons", "action_id": "value", "options": options, "initial_option": options[1]}
    switch = {"type": "input", "block_id": "switch", "label": plain("Switch")}
    opening["blocks"].insert(0, {**switch, "element": {**element, "focus_on_load": True}})

    await say(page, "/credits recharge")

    await expect(page.get_by_role("radio", name="off")).to_be_focused()
