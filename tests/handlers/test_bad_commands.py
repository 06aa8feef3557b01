"""Twenty and more bad inputs for each command: each is answered with what to do, and nothing changes."""

import pytest

from bot.playground.people import MANAGER, MEMBER
from tests.handlers.driver import LANGUAGE, appoint_both, keys_said, state
from tests.handlers.typed import NO_AMOUNTS
from tests.world import World

NONSENSE = (
    "x",
    "please",
    "0",
    "-1",
    "50 50",
    "٥٠",
    "\u202edrawkcab\u202c",
    "💶💶💶",
    "<!channel>",
    "<@U0OWNER01>",
    "<https://example.org|Approve>",
    "&amp;&lt;",
    "`code`",
    "*bold* _it_ ~no~",
    "'; DROP TABLE accounts; --",
    "redis.call('FLUSHALL')",
    "{{7*7}} ${7*7}",
    "../../etc/passwd",
    "\x00",
    "\x1b[31mred",
    "tab\tand\nline",
    "a" * 3_000,
    "ä" * 10_000,
)
AMOUNTS = {
    **NO_AMOUNTS,
    "0x32": "amount-not_a_number",
    "NaN": "amount-not_a_number",
    "Infinity": "amount-not_a_number",
    "<@U0OWNER01>": "amount-not_a_number",
    "5" + " " * 3 + "," * 40: "amount-not_a_number",
    "50,": "amount-not_a_number",
    "x" * 10_000: "amount-not_a_number",
    "0.00": "amount-not_positive",
    "-$50": "amount-not_positive",
    "−50": "amount-not_positive",
    "€50": "amount-other_currency",
    "£50": "amount-other_currency",
    "1.234": "amount-ambiguous",
    "50.005": "amount-ambiguous",
    "50.00001": "amount-too_fine",
    "99999999999": "amount-too_large",
    "9" * 10_000: "amount-too_large",
    "4.99": "refused-below_minimum",
    "5000.01": "refused-above_maximum",
}
UNKNOWN = {
    "balanse": "unknown-command",
    "BALANCEE": "unknown-command",
    "guthabn": "unknown-command",
    "rechrge": "unknown-command",
    "ad": "unknown-command",
    "historie": "unknown-command",
    "manager": "unknown-command",
    **dict.fromkeys(NONSENSE, "unknown-command-no-guess"),
}


async def _refused(world: World, subtests: pytest.Subtests, inputs: dict[str, str]) -> None:
    """Each input, typed by both, is answered in their language with the text of its key; nothing changes."""
    await appoint_both(world)
    before = await state(world)

    for text, key in inputs.items():
        for user in (MANAGER, MEMBER):
            with subtests.test(text=ascii(text[:40]), user=user):
                answer = await world.answer(user, f"/credits {text}")

                assert key in keys_said(answer["text"], LANGUAGE[user])
                assert len(answer["text"]) < 600

    assert await state(world) == before


async def test_amounts_that_cannot_be_added(world: World, subtests: pytest.Subtests) -> None:
    """`/credits add` with no usable amount says what is wrong and how to type it."""
    await _refused(world, subtests, {f"add {text}": key for text, key in AMOUNTS.items()})


async def test_unknown_subcommands(world: World, subtests: pytest.Subtests) -> None:
    """A word that is no subcommand is asked back, with the nearest one where one is near."""
    await _refused(world, subtests, UNKNOWN)


@pytest.mark.parametrize("word", ["balance", "recharge", "alerts", "history", "managers", "help"])
async def test_words_that_do_not_belong(world: World, subtests: pytest.Subtests, word: str) -> None:
    """Words behind a subcommand that takes none are asked back, and the subcommand is not carried out."""
    await _refused(world, subtests, {f"{word} {text}": "too-many-words" for text in NONSENSE})
    assert world.playground.open_view(MANAGER) is None


@pytest.mark.parametrize("text", ["<!channel>", "<@U0OWNER01>", "<https://example.org|Approve>", "a & b < c"])
async def test_what_was_typed_is_shown_as_it_was_typed(world: World, text: str) -> None:
    """An echo of what was typed mentions nobody, links nowhere, and reads exactly as it was typed."""
    answer = await world.answer(MANAGER, f"/credits add {text}")

    shown = answer["blocks"][0]["text"]["text"]
    assert "<" not in shown
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").startswith(f"I cannot read “{text}”")


async def test_the_nearest_word_is_offered_in_the_language_typed(world: World) -> None:
    """A German word with a slip is answered with the German word."""
    answer = await world.answer(MEMBER, "/credits verlauff")

    assert "`/credits verlauf`" in answer["text"]
