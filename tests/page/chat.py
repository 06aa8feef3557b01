"""The composer, as a person uses it."""

from playwright.async_api import Page


async def say(page: Page, text: str) -> None:
    """Write in the composer and send it."""
    composer = page.get_by_role("textbox", name="Message")
    await composer.fill(text)
    await composer.press("Enter")
