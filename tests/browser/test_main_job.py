"""The main job in a real browser, from the first command to the confirmation, as a newcomer does it."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.playground.people import ALERTS, GENERAL, MANAGER, MEMBER
from tests.chromium import open_page

pytestmark = pytest.mark.browser

ARTIFACTS = Path(__file__).parents[1] / "artifacts"


async def shoot(page: Page, name: str) -> None:
    """Keep a picture for a person to look at; CREDITS_PICTURE names where the README's goes."""
    ARTIFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"{name}.png")
    picture = os.environ.get("CREDITS_PICTURE")
    if picture and name == "alerts-light":
        await page.screenshot(path=picture)


async def say(page: Page, text: str) -> None:
    """Write in the composer and send it."""
    composer = page.get_by_role("textbox", name=re.compile("Message #|Nachricht an #"))
    await composer.fill(text)
    await composer.press("Escape")
    await composer.press("Enter")


async def save_recharge(page: Page, amount: str, below: str, cap: str) -> None:
    """Set up auto-recharge in its modal."""
    await say(page, "/credits recharge")
    modal = page.get_by_role("dialog", name="Auto-recharge")
    await modal.get_by_role("radio", name=re.compile("^On")).check()
    await modal.get_by_role("textbox", name="Recharge amount").fill(amount)
    await modal.get_by_role("textbox", name="When the balance falls below this value").fill(below)
    await modal.get_by_role("textbox", name="At most this much a calendar month").fill(cap)
    await shoot(page, "recharge-modal")
    await modal.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("article").filter(has_text="Saved: auto-recharge adds $50.00")).to_be_visible()


def told(page: Page, text: str) -> Locator:
    """Messages in the channel's list that hold this text."""
    return page.get_by_role("log").get_by_role("article").filter(has_text=text)


async def no_violations(page: Page, demo: str) -> None:
    """Slack's rules were kept."""
    answer = await page.request.get(f"{demo}/play/violations")
    assert await answer.json() == []


async def test_calls_eat_the_balance_until_it_is_recharged_and_confirmed(demo: str, browser: Browser) -> None:
    """Settings in a modal, calls, the alert, the recharge and its confirmation: once each, in order."""
    async with open_page(browser, f"{demo}/?user={MANAGER}&channel={GENERAL}&theme=light") as page:
        await expect(page.get_by_text("unread")).to_have_count(0)
        await say(page, "/credits balance")
        await expect(told(page, "Balance: $25.00")).to_be_visible()
        await save_recharge(page, "50", "20", "200")
        simulator = page.get_by_role("region", name="Call simulator")
        await page.goto(f"{demo}/?user={MANAGER}&channel={ALERTS}&theme=light")

        await simulator.get_by_role("button", name="Start calls").click()

        await expect(told(page, "$50.00 arrived.")).to_have_count(1, timeout=60_000)
        await simulator.get_by_role("button", name="Stop calls").click()
        await expect(told(page, "Balance recovered")).to_have_count(1)
        await expect(told(page, "replied to a thread")).to_have_count(0)
        order = await _order(page, demo)
        assert order[-4:] == ["standing", "started", "recharged", "recovered"]
        await page.get_by_role("button", name="Open thread").last.click()
        thread = page.get_by_role("complementary", name="Thread")
        await expect(thread.get_by_text("$50.00 recharged.")).to_have_count(1)
        await shoot(page, "alerts-light")
        await page.goto(f"{demo}/?user={MANAGER}&channel={ALERTS}&theme=dark")
        await expect(told(page, "Balance recovered")).to_have_count(1)
        await shoot(page, "alerts-dark")
        await no_violations(page, demo)


async def test_the_german_member_is_answered_in_german_and_may_only_look(demo: str, browser: Browser) -> None:
    """`guthaben` answers the balance in German; `add 50` is refused politely and changes nothing."""
    async with open_page(browser, f"{demo}/?user={MEMBER}&channel={GENERAL}&theme=light") as page:
        await say(page, "/credits guthaben")
        await expect(told(page, "Guthaben: 25,00 $")).to_be_visible()
        await expect(told(page, "\N{LARGE GREEN CIRCLE} Genug Guthaben")).to_be_visible()

        await say(page, "/credits add 50")

        await expect(told(page, "Das dürfen nur Guthabenverwalter; es wurde nichts geändert.")).to_be_visible()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await shoot(page, "german-light")
        await page.goto(f"{demo}/?user={MEMBER}&channel={GENERAL}&theme=dark")
        await expect(told(page, "Guthaben: 25,00 $")).to_be_visible()
        await shoot(page, "german-dark")
        await no_violations(page, demo)


async def test_a_call_of_the_simulator_shows_up_in_usage(demo: str, browser: Browser) -> None:
    """Two months of calls are there from the beginning; one more is counted, with its minutes, and can be explained."""
    async with open_page(browser, f"{demo}/?user={MANAGER}&channel={GENERAL}&theme=light") as page:
        await say(page, "/credits usage month")
        before = await _row(page, "Toll-free")
        simulator = page.get_by_role("region", name="Call simulator")
        await simulator.get_by_role("combobox", name="Calls").select_option("toll-free")

        await simulator.get_by_role("button", name="Place one call").click()

        row = simulator.get_by_role("region", name="Last calls").get_by_role("listitem")
        await expect(row).to_contain_text("−$", timeout=90_000)
        minutes = int(re.search(r"(\d+) min", await row.inner_text())[1])  # type: ignore[index]
        await say(page, "/credits usage month")
        await expect(page.get_by_role("table", name="Service")).to_have_count(2)
        assert await _row(page, "Toll-free") == (before[0] + 1, before[1] + minutes)
        await row.get_by_role("button").click()
        await expect(told(page, "Why: ")).to_contain_text("Rate: $0.")
        await shoot(page, "usage-light")
        await no_violations(page, demo)


async def test_the_api_is_described_one_click_away(demo: str, browser: Browser) -> None:
    """The panel's link opens the OpenAPI page of the running bot."""
    async with open_page(browser, f"{demo}/?user={MANAGER}&channel={GENERAL}&theme=light") as page:
        async with page.expect_popup() as opening:
            await page.get_by_role("link", name="The HTTP API").click()

        docs = await opening.value
        await expect(docs.get_by_role("heading", name="Communications credits")).to_be_visible()
        await expect(docs.get_by_text("/accounts/{account}/usage")).to_be_visible()


async def _row(page: Page, service: str) -> tuple[int, int]:
    """Calls and minutes of a service, in the table that was told last."""
    row = page.get_by_role("table", name="Service").last.get_by_role("row").filter(has_text=service)
    await expect(row).to_have_count(1)
    cells = [text.replace(",", "") for text in await row.get_by_role("cell").all_inner_texts()]
    return int(cells[0]), int(cells[1])


async def _order(page: Page, demo: str) -> list[str]:
    """What the alert channel was told, oldest first, by kind."""
    answer = await page.request.get(f"{demo}/play/channels/{ALERTS}/messages?user={MANAGER}")
    kinds = {"Recharge started": "started", "recharged.": "recharged", "has recovered": "recovered"}
    everything = (await answer.json())["messages"]
    own = [message for message in everything if not message.get("broadcast") and ":mag:" not in message["text"]]
    every = [each for message in own for each in (message, *message.get("replies", []))]
    return [next((kind for text, kind in kinds.items() if text in each["text"]), "standing") for each in every]
