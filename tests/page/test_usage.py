"""How usage is drawn: the chart, and the table, which Slack sorts and pages."""

import pytest
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import GENERAL
from handlers.locales import Texts
from handlers.views import usage
from store.report import Part, Period
from tests.handlers import usages

pytestmark = pytest.mark.browser


async def test_usage_is_drawn(page: Page, client: AsyncWebClient) -> None:
    """The chart has its series, the table its rows, sorted by the head that is pressed."""
    report = usages.usual(Period.DAYS, Part.DESTINATION)
    shown = usage.message(report, "EUR", Texts(), zone="Europe/Berlin")

    await client.chat_postMessage(channel=GENERAL, **shown)

    table = page.get_by_role("table", name="Destination")
    names = table.get_by_role("rowheader")
    await expect(names).to_have_text(["United Kingdom, mobile", "Germany", "No destination"])
    await table.get_by_role("button", name="Calls").click()
    await expect(names).to_have_text(["Germany", "United Kingdom, mobile", "No destination"])
    await table.get_by_role("button", name="Calls").click()
    await expect(names.first).to_have_text("No destination")
    await expect(page.get_by_text("Cost in EUR")).to_be_visible()


async def test_long_table_is_paged(page: Page, client: AsyncWebClient) -> None:
    """Ten rows at a time."""
    await client.chat_postMessage(channel=GENERAL, **usage.message(usages.largest(), "USD", Texts()))

    table = page.get_by_role("table", name="Destination")
    await expect(table.get_by_role("rowheader")).to_have_count(10)
    await page.get_by_role("button", name="Rows after").click()
    await expect(page.get_by_text("2 / 5")).to_be_visible()
