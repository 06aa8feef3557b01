"""Files of call records in a real browser: dropped into a message, chosen in the form, in both languages."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.playground.people import GENERAL, MANAGER, MEMBER, OWNER, direct_message
from tests.browser.test_main_job import no_violations, say, shoot, told
from tests.chromium import open_page

pytestmark = pytest.mark.browser

DROP = """(content) => {
  const held = new DataTransfer();
  held.items.add(new File([content], "sample-calls.csv", { type: "text/csv" }));
  return held;
}"""


async def sample(page: Page, demo: str) -> str:
    """The sample month that the page offers."""
    answer = await page.request.get(f"{demo}/play/sample-calls.csv")
    return await answer.text()


async def drop(page: Page, content: str) -> None:
    """Drop a file on the line to write in, and send it."""
    composer = page.get_by_role("textbox", name=re.compile("^(Message|Nachricht an) "))
    held = await page.evaluate_handle(DROP, content)
    for event in ("dragenter", "dragover", "drop"):
        await composer.dispatch_event(event, {"dataTransfer": held})
    await expect(page.get_by_text("sample-calls.csv")).to_be_visible()
    await composer.press("Enter")


async def test_dropped_sample_is_asked_about_charged_and_told(demo: str, browser: Browser) -> None:
    """The manager drops the sample month into the direct message, presses Charge, and reads the summary."""
    async with open_page(browser, f"{demo}/?user={MANAGER}&channel={direct_message(MANAGER)}&theme=light") as page:
        await expect(page.get_by_role("link", name="Save the CSV")).to_be_visible()
        await drop(page, await sample(page, demo))
        await page.get_by_role("button", name="1 reply", exact=False).click()
        await expect(told(page, "Charge the").last).to_be_visible()
        await shoot(page, "import-question")

        await page.get_by_role("button", name="Charge", exact=True).click()

        await expect(told(page, "Imported sample-calls.csv").last).to_be_visible(timeout=20_000)
        await expect(told(page, "the duration is negative").last).to_be_visible()
        await shoot(page, "import-done")
        await no_violations(page, demo)


async def test_chosen_in_the_form_in_german(demo: str, browser: Browser, tmp_path: Path) -> None:
    """A German manager chooses the file in the modal; the summary comes in the direct message, in German."""
    async with open_page(browser, f"{demo}/?user={OWNER}&channel={GENERAL}&theme=light") as page:
        await say(page, "/credits managers")
        modal = page.get_by_role("dialog")
        await modal.get_by_role("combobox").fill("Max")
        await page.get_by_role("option", name=re.compile("Max Mitglied@")).click()
        await modal.get_by_role("button", name="Save").click()
        await expect(modal).to_have_count(0)
    file = tmp_path / "beispiel.csv"
    async with open_page(browser, f"{demo}/?user={MEMBER}&channel={GENERAL}&theme=dark") as page:
        file.write_text(await sample(page, demo), encoding="utf-8")
        await say(page, "/credits importieren")
        modal = page.get_by_role("dialog", name="Anrufdaten importieren")
        await modal.locator("input[type=file]").set_input_files(file)
        await expect(modal.get_by_text("beispiel.csv")).to_be_visible()
        await shoot(page, "import-form-german")
        await modal.get_by_role("button", name="Importieren").click()
        await expect(page.get_by_role("dialog").get_by_text("Ich importiere.")).to_be_visible()
        await page.get_by_role("dialog").get_by_role("button", name="Schließen").click()

        await page.goto(f"{demo}/?user={MEMBER}&channel={direct_message(MEMBER)}&theme=dark")

        await expect(told(page, "beispiel.csv ist importiert.")).to_be_visible(timeout=20_000)
        await expect(told(page, "die Dauer ist negativ")).to_be_visible()
        await shoot(page, "import-done-german")
        await no_violations(page, demo)
