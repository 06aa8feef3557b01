"""The page in a real browser, against the real playground and a bot that answers as told."""

import re

import pytest
from aiohttp import web
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import APP_USER, GENERAL, MANAGER, MEMBER
from bot.playground.server import Playground
from tests.page.chat import say
from tests.playground.controls import (
    CountingExchange,
    Received,
    StandInBot,
    actions,
    button,
    home,
    section,
)

pytestmark = pytest.mark.browser

ROOMY = """button => {
    const words = document.createRange();
    words.selectNodeContents(button);
    return words.getBoundingClientRect().width + 20 <= button.clientWidth;
}"""
"""Whether a button keeps 10 px at either side of its words."""

SHOWS = """(select, text) => {
    const canvas = document.createElement("canvas").getContext("2d");
    const style = getComputedStyle(select);
    canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const arrow = 22;
    return select.selectedOptions[0].text.startsWith(text)
        && canvas.measureText(text).width <= select.clientWidth - arrow;
}"""
"""Whether a closed menu has room for this text, with which its chosen option begins."""


async def test_a_command_is_answered_where_it_was_typed(page: Page, bot: StandInBot) -> None:
    """The answer stands in the channel, marked as visible to this person only."""
    bot.answer_with("command", "*Balance: $12.00*")

    await say(page, "/credits balance")

    answer = page.get_by_role("article").filter(has_text="Balance: $12.00")
    await expect(answer).to_contain_text("Only visible to you")


async def test_the_composer_completes_commands_by_keyboard(page: Page, bot: StandInBot) -> None:
    """Tab takes the command, an arrow and Tab its subcommand, Enter sends the line, Escape closes the list."""
    composer = page.get_by_role("textbox", name="Message")
    offered = page.get_by_role("listbox", name="Commands").get_by_role("option")

    await composer.press_sequentially("/cr")
    await expect(offered).to_have_count(1)
    await composer.press("Tab")
    await expect(offered).to_have_count(3)
    await composer.press("ArrowDown")
    await composer.press("Tab")
    await expect(composer).to_have_value("/credits add")
    await composer.press("Backspace")
    await expect(offered).to_have_count(1)
    await composer.press("Escape")
    await expect(offered).to_have_count(0)
    await composer.press("Enter")

    await expect(composer).to_have_value("")
    await expect(page.get_by_role("region", name="Answers of the app").get_by_role("listitem")).to_have_count(1)
    assert bot.last("command").fields["text"] == "ad"


async def test_a_reply_stands_in_its_thread(page: Page, client: AsyncWebClient) -> None:
    """The parent counts it, shows it below itself, and in the pane at the right."""
    parent = await client.chat_postMessage(channel=GENERAL, text="Balance is low")
    await client.chat_postMessage(channel=GENERAL, text="Recharged", thread_ts=parent["ts"])
    channel = page.get_by_role("log", name="#general")

    await channel.get_by_role("button", name="1 reply").click()
    await expect(channel.get_by_text("Recharged")).to_be_visible()
    await channel.get_by_role("button", name="Open thread").click()

    await expect(page.get_by_role("complementary", name="Thread").get_by_text("Recharged")).to_be_visible()


async def test_the_home_tab_opens_and_is_drawn(page: Page, bot: StandInBot, client: AsyncWebClient) -> None:
    """Opening the app's place tells the bot, and what it publishes appears."""
    view = home(section("*$12.00* left"), actions(button("add")))

    async def publish(received: Received) -> web.Response:
        await client.views_publish(user_id=received.payload["event"]["user"], view=view)
        return web.Response()

    bot.answers["event_callback"] = publish

    await page.get_by_role("navigation").get_by_role("button", name="Credits", exact=True).click()
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("$12.00 left")
    await page.get_by_role("button", name="Press").click()

    await expect(page.get_by_role("region", name="Answers of the app").get_by_role("listitem")).to_have_count(2)
    assert bot.last("block_actions").payload["view"]["type"] == "home"


async def test_a_call_lowers_the_balance_in_sight(page: Page, exchange: CountingExchange) -> None:
    """The panel shows the charge of a call and what is left after it."""
    panel = page.get_by_role("region", name="Call simulator")
    await expect(panel).to_contain_text("$10.00")

    await panel.get_by_role("button", name="Place one call").click()

    await expect(panel.get_by_role("listitem")).to_have_count(1)
    await expect(panel).to_contain_text(f"${exchange.micros / 1_000_000:.2f}")


async def test_the_page_speaks_the_language_of_whom_it_is_viewed_as(page: Page) -> None:
    """Viewed as the German member, the page's own words are German, and it says so to a screen reader."""
    await page.get_by_role("combobox", name="View as").select_option(MEMBER)

    await expect(page.get_by_role("region", name="Anrufsimulator")).to_be_visible()
    await expect(page.get_by_role("button", name="Anrufe starten")).to_be_visible()
    await expect(page.get_by_role("combobox", name="Gespräche")).to_contain_text("Wie in einem Büro")
    await expect(page.get_by_role("combobox", name="Karte zum Aufladen")).to_contain_text("Gelingt")
    await expect(page.locator("html")).to_have_attribute("lang", "de-DE")


async def test_only_the_manager_chooses_the_card(page: Page) -> None:
    """Whoever may not change the bot's settings sees the card, and why they cannot choose another."""
    card = page.get_by_role("combobox", name="Card for recharging")
    await expect(card).to_be_enabled()
    await expect(card).to_have_accessible_description(
        "Acts as the credit manager: changes the bot's settings, like /credits recharge."
    )

    await page.get_by_role("combobox", name="View as").select_option(MEMBER)

    card = page.get_by_role("combobox", name="Karte zum Aufladen")
    await expect(card).to_be_disabled()
    await expect(card).to_have_accessible_description("Das darf nur die Verwaltung ändern.")


async def test_what_only_one_person_sees_counts_as_no_reply(page: Page, client: AsyncWebClient) -> None:
    """A private answer stands in the thread, and the number of replies is what everybody sees."""
    parent = (await client.chat_postMessage(channel=GENERAL, text="Low"))["ts"]
    await client.chat_postMessage(channel=GENERAL, text="News", thread_ts=parent)
    await client.chat_postEphemeral(channel=GENERAL, user=MANAGER, text="Only you", thread_ts=parent)

    await page.get_by_role("button", name="1 reply").click()

    await expect(page.get_by_role("article").filter(has_text="Only you")).to_be_visible()


async def test_every_emoji_has_its_colours(page: Page, client: AsyncWebClient) -> None:
    """A sign that browsers draw as a letter is shown in its coloured form, like those beside it."""
    await client.chat_postMessage(channel=GENERAL, text="x", blocks=[section(":gear: changed, :lock: locked")])

    row = page.get_by_role("article").filter(has_text="changed")
    await expect(row).to_contain_text("\u2699\ufe0f changed, \U0001f512 locked")


async def test_two_colons_are_no_emoji(page: Page, client: AsyncWebClient) -> None:
    """Times and labels stay as they are: in neighbouring lines, and where they look like an emoji's name."""
    lines = "1:00\u00a0costs\n5:07\u00a0costs\n2:00: :nobody: Sales:"
    await client.chat_postMessage(channel=GENERAL, text="x", blocks=[section(lines)])

    row = page.get_by_role("article").filter(has_text="costs")
    await expect(row).to_contain_text("1:00\u00a0costs 5:07\u00a0costs 2:00: :nobody: Sales:")


async def test_a_refused_call_says_why(page: Page, playground: Playground, exchange: CountingExchange) -> None:
    """The panel names the reason in the reader's language, and counts it apart."""
    exchange.refuse = "insufficient_credit"
    panel = page.get_by_role("region", name="Call simulator")

    await playground.simulator.set({"mix_id": "domestic"})
    await panel.get_by_role("button", name="Place one call").click()

    await expect(panel.get_by_role("listitem")).to_contain_text("Not enough credit")
    await expect(panel).to_contain_text("0 calls · 1 refused")
    await expect(panel.get_by_role("link", name="HTTP API")).to_have_attribute("href", re.compile("/v1/docs$"))


@pytest.mark.parametrize("width", [1440, 390, 320])
async def test_nothing_is_cut_off(page: Page, width: int) -> None:
    """However wide the window, buttons hold their words, and whoever is viewed as shows with name and language."""
    await page.set_viewport_size({"width": width, "height": 844})
    await page.get_by_role("combobox", name="View as").select_option(MEMBER)
    panel = page.get_by_role("region", name="Anrufsimulator")
    if not await panel.is_visible():
        await page.get_by_role("button", name="Simulator und Prüfungen").click()

    for each in await panel.get_by_role("button").all():
        assert await each.evaluate(ROOMY)
    viewed = page.get_by_role("combobox", name="Ansicht als")
    assert await viewed.evaluate(SHOWS, "Max Mitglied · de-DE")


async def test_a_block_that_nothing_draws_is_named(page: Page, playground: Playground) -> None:
    """A type that neither the drawing package nor the page knows shows a box with its name instead."""
    playground.workspace.post(GENERAL, APP_USER, "Calls", blocks=[{"type": "not_yet_known"}])

    await expect(page.get_by_role("note")).to_contain_text("not_yet_known")


async def test_a_broken_rule_is_listed(page: Page, playground: Playground) -> None:
    """The count and the list follow what the playground notes; Clear empties both."""
    playground.oracle.record("too_long", "chat.postMessage", "section text has 3001 characters")
    rules = page.get_by_role("region", name="Rule violations")

    await expect(rules.get_by_role("listitem")).to_have_count(1)
    await expect(rules).to_contain_text("too_long")
    await rules.get_by_role("button", name="Clear").click()

    await expect(rules).to_contain_text("None.")


async def test_writing_brings_the_end_of_the_list_back_into_sight(page: Page, bot: StandInBot) -> None:
    """Whoever has scrolled up to read and then asks something sees the answer."""
    bot.answer_with("command", "\n".join(f"line {number}" for number in range(40)))
    await say(page, "/credits history")
    log = page.get_by_role("log")
    await expect(log.get_by_text("line 39")).to_be_visible()
    await log.evaluate("element => { element.scrollTop = 0 }")

    bot.answer_with("command", "*Balance: $12.00*")
    await say(page, "/credits balance")

    await expect(log.get_by_text("Balance: $12.00")).to_be_in_viewport()


async def test_a_whole_subcommand_is_sent_as_it_was_typed(page: Page, bot: StandInBot) -> None:
    """`/credits add` and Enter asks for the amount; the example behind it is nobody's wish."""
    bot.answer_with("command", "Which amount?")
    composer = page.get_by_role("textbox", name="Message")
    await composer.press_sequentially("/credits add")

    await composer.press("Enter")

    await expect(page.get_by_role("article").filter(has_text="Which amount?")).to_be_visible()
    assert bot.received[-1].fields["text"] == "add"
