"""Each command as people type it, in both languages; balance, history and Home as each person sees them."""

import dataclasses

import pytest

from bot.playground.people import GENERAL, MANAGER, MEMBER, OWNER, STRANGER
from handlers.parsing import SYNONYMS, Word
from tests.handlers.driver import appoint_both, press, told_next
from tests.world import REF, World, texts_in, usd

ANSWERS = {
    Word.HELP: ("What Credits can do", "Was Credits kann"),
    Word.BALANCE: ("Balance: $12.34", "Guthaben: 12,34\u00a0$"),
    Word.HISTORY: ("History", "Verlauf"),
    Word.USAGE: ("Usage: the last 7 days", "Verbrauch: die letzten 7 Tage"),
}
MODALS = {Word.ADD: "add_confirm", Word.RECHARGE: "recharge", Word.ALERTS: "alerts", Word.IMPORT: "import"}
PAGES: list[str | None] = [
    *(None, "", "x", "null", "7", "{}", "[]", "[[]]", "[null]", "[7]", '["(+"]', '["+"]', '["-"]', '["0-0; x"]'),
    *('["99999999999999999999999-1"]', '["١-١"]', '["1-1\\n"]', "[" * 2000, '{"a": ["1-1"]}', '["", "$"]'),
    *('["<!channel>"]', "::::"),
]
PAYMENTS: list[str | None] = [
    *(None, "", "::::", "x:y", ":", "1", ":1", "x:-1", "x:1.5", "x:١", "x:" + "9" * 400, "*:1", "<!channel>:1"),
    *("x:NaN", "x:1;", "\x00:1", "x" * 1900 + ":1", "x:0x1", "x: 1", "x:1:1", '{"a":1}'),
]
HARMLESS = "<!channel> <@U0OWNER01> <https://example.org|Approve> & *b*"


@pytest.mark.parametrize(("user", "language"), [(MANAGER, 0), (MEMBER, 1)])
async def test_every_word_for_what_is_answered(
    world: World, subtests: pytest.Subtests, user: str, language: int
) -> None:
    """Each word for help, balance and history, in any language and case, is answered in the person's own."""
    await world.services.ledger.add_credit(REF, usd("12.34"), operation_id="g", actor="test")

    for word, answers in ANSWERS.items():
        for typed in [
            *SYNONYMS[word],
            *(each.upper() for each in SYNONYMS[word]),
            *([""] if word is Word.HELP else []),
        ]:
            with subtests.test(typed=typed):
                assert (await world.answer(user, f"/credits  {typed} "))["text"] == answers[language]


@pytest.mark.parametrize(("user", "typed"), [(MANAGER, "/credits usage 30d"), (MEMBER, "/credits verbrauch 30t")])
async def test_help_shows_what_people_of_the_language_type(world: World, user: str, typed: str) -> None:
    """The subcommand, and the example behind it."""
    assert f"`{typed}`" in texts_in(await world.answer(user, "/credits help"))


@pytest.mark.parametrize("user", [MANAGER, MEMBER])
async def test_every_word_for_what_opens(world: World, subtests: pytest.Subtests, user: str) -> None:
    """Each word for adding, recharging and warnings opens its modal, in any language."""
    await appoint_both(world)

    for word, callback_id in MODALS.items():
        for typed in SYNONYMS[word]:
            with subtests.test(typed=typed):
                view = await world.modal(user, f"/credits {typed}{' 50' if word is Word.ADD else ''}", callback_id)
                await world.playground.close(user, view.id)


@pytest.mark.parametrize("typed", SYNONYMS[Word.MANAGERS])
async def test_every_word_for_managers(world: World, typed: str) -> None:
    """Each word for managers opens the people picker for the owner."""
    view = await world.modal(OWNER, f"/credits {typed}", "managers")

    assert view.blocks[0]["element"]["initial_users"] == [MANAGER]


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("en-US", "Balance: $12.34"),
        ("en-GB", "Balance: US$12.34"),
        ("de-DE", "Guthaben: 12,34\u00a0$"),
        ("de-AT", "Guthaben: $\u00a012,34"),
        ("de-CH", "Guthaben: $\u00a012.34"),
        ("fr-FR", "Balance: $12.34"),
        ("", "Balance: $12.34"),
        ("xx", "Balance: $12.34"),
    ],
)
async def test_every_locale(world: World, locale: str, shown: str) -> None:
    """German is answered in German, everything else in English, money as it is written there."""
    users = world.playground.workspace.users
    users[MEMBER] = dataclasses.replace(users[MEMBER], locale=locale)
    await world.services.ledger.add_credit(REF, usd("12.34"), operation_id="g", actor="test")

    answer = await world.answer(MEMBER, "/credits balance")

    assert answer["text"] == shown


async def test_the_first_question_opens_the_account(world: World) -> None:
    """In a workspace that never asked before, the balance is zero, not an error."""
    await world.redis.flushall()

    answer = await world.answer(MEMBER, "/credits balance")

    assert "Noch kein Guthaben" in texts_in(answer)


@pytest.mark.parametrize(("user", "buttons"), [(MANAGER, 4), (MEMBER, 1), (OWNER, 1)])
async def test_buttons_are_for_those_who_may(world: World, user: str, buttons: int) -> None:
    """Managers get the buttons that change things; everyone may look at the history."""
    answer = await world.answer(user, "/credits balance")

    assert len(next(block for block in answer["blocks"] if block["type"] == "actions")["elements"]) == buttons


@pytest.mark.parametrize("text", ["balance", "history", "add 50", "recharge", "alerts", "managers"])
async def test_strangers(world: World, text: str) -> None:
    """A person of another organisation, met in a shared channel, sees and changes nothing."""
    answer = await world.answer(STRANGER, f"/credits {text}")

    assert answer["text"] == "Only members of this workspace can do that. Ask a colleague there."


@pytest.mark.parametrize(
    ("user", "no"), [(MEMBER, "Das dürfen nur Guthabenverwalter"), (OWNER, "Only credit managers")]
)
@pytest.mark.parametrize("text", ["add 50", "recharge", "alerts"])
async def test_members_change_nothing(world: World, text: str, user: str, no: str) -> None:
    """Who is no credit manager, the owner included, is told who can change that, and no modal opens."""
    answer = await world.answer(user, f"/credits {text}")

    assert answer["text"].startswith(no)
    assert ("appoint yourself with `/credits managers`" in answer["text"]) == (user == OWNER)
    assert world.playground.open_view(user) is None


@pytest.mark.parametrize(
    ("user", "no"), [(MANAGER, "Only owners and administrators"), (MEMBER, "Guthabenverwalter ernennt nur")]
)
async def test_managers_appoint_nobody(world: World, user: str, no: str) -> None:
    """Only owners and administrators appoint managers."""
    answer = await world.answer(user, "/credits managers")

    assert answer["text"].startswith(no)


async def test_history_is_paged(world: World) -> None:
    """Older and Newer turn the pages in place, each entry is shown once, newest first."""
    await world.services.ledger.add_credit(REF, usd(100), operation_id="g", actor="test")
    for number in range(24):
        await world.services.ledger.charge_usage(
            REF, usd(1), operation_id=f"c{number}", actor="test", memo=f"call number {number:02d}."
        )

    answer = await world.answer(MANAGER, "/credits history")
    pages = [answer]
    for action_id in ("history_older", "history_older", "history_newer", "history_newer"):
        before = texts_in(pages[-1])
        await world.press(MANAGER, pages[-1], action_id)
        await world.playground.wait_for(lambda before=before: texts_in(_last(world)) != before)  # type: ignore[misc]
        pages.append(_last(world))

    assert {page["ts"] for page in pages} == {answer["ts"]}
    shown = [[n for n in range(24) if f"call number {n:02d}." in texts_in(page)] for page in pages]
    assert shown == [list(range(14, 24)), list(range(4, 14)), list(range(4)), list(range(4, 14)), list(range(14, 24))]
    assert "history_older" not in str(pages[2]["blocks"])
    assert "history_newer" not in str(pages[4]["blocks"])


async def _call(world: World, number: int, *, answered: bool = True) -> None:
    """A call of a dollar, for which ten were set aside."""
    call = f"call-{number}"
    await world.services.ledger.place_hold(
        REF, call, usd(10), ttl_ms=60_000, operation_id=f"place-{number}", actor="test", memo="rings"
    )
    if answered:
        await world.services.ledger.capture_hold(
            REF, call, usd(1), operation_id=f"capture-{number}", actor="test", memo="spoken"
        )


@pytest.mark.parametrize(
    ("user", "typed", "said"),
    [
        (MANAGER, "history", "what was only set aside for calls. `/credits history all` shows it, too."),
        (MEMBER, "verlauf", "was für Anrufe nur reserviert war. `/credits verlauf alles` zeigt auch das."),
    ],
)
async def test_history_tells_what_changes_the_balance(world: World, user: str, typed: str, said: str) -> None:
    """What was set aside for a call and given back is left out, and it is said how to see it; "all" shows it."""
    await world.services.ledger.add_credit(REF, usd(100), operation_id="g", actor="test", memo="begun")
    for number in range(5):
        await _call(world, number)
    await _call(world, 5, answered=False)

    short = texts_in(await world.answer(user, f"/credits {typed}"))
    whole = texts_in(await world.answer(user, f"/credits {typed} {'alles' if user == MEMBER else 'All'}"))

    assert (short.count("spoken"), short.count("rings"), short.count("begun"), said in short) == (5, 0, 1, True)
    assert (whole.count("rings") > 1, said in whole) == (True, False)


async def test_pages_of_the_whole_history_stay_so(world: World) -> None:
    """Older and Newer show every entry where every entry was asked for."""
    await world.services.ledger.add_credit(REF, usd(100), operation_id="g", actor="test")
    for number in range(5):
        await _call(world, number)
    answer = await world.answer(MANAGER, "/credits history all")

    for action_id in ("history_older", "history_newer"):
        before = texts_in(_last(world))
        await world.press(MANAGER, _last(world), action_id)
        await world.playground.wait_for(lambda before=before: texts_in(_last(world)) != before)  # type: ignore[misc]
        assert "rings" in texts_in(_last(world))

    assert texts_in(_last(world)) == texts_in(answer)


async def test_home_leaves_out_what_is_set_aside(world: World) -> None:
    """As the history does."""
    await world.services.ledger.add_credit(REF, usd(100), operation_id="g", actor="test", memo="begun")
    await _call(world, 0, answered=False)

    await world.playground.open_home(MANAGER)
    home = await world.playground.wait_for(lambda: world.playground.home(MANAGER))

    assert home is not None
    assert ("begun" in texts_in(home.body), "rings" in texts_in(home.body)) == (True, False)
    assert "`/credits history all`" in texts_in(home.body)


def _last(world: World) -> dict[str, object]:
    return world.playground.messages(GENERAL, MANAGER)[-1]


@pytest.mark.parametrize(
    ("user", "lines"), [(MANAGER, ["−$7.50", "−$2.50 available"]), (MEMBER, ["−7,50\u00a0$", "−2,50\u00a0$"])]
)
async def test_losses_have_one_kind_of_minus(world: World, user: str, lines: list[str]) -> None:
    """Amounts and balances below zero are written with a true minus sign, as the language writes money."""
    await world.services.ledger.add_credit(REF, usd(5), operation_id="g", actor="test")
    await world.services.ledger.charge_usage(REF, usd("7.5"), operation_id="c", actor="test")

    history, balance = await world.answer(user, "/credits history"), await world.answer(user, "/credits balance")

    assert all(line in texts_in(history) for line in lines)
    assert lines[1].removesuffix(" available") in balance["text"]
    assert "-" not in texts_in(history["blocks"][1]).replace("|", "").partition("<!date")[0]


async def test_a_memo_is_shown_as_it_is(world: World) -> None:
    """A memo from outside mentions nobody and links nowhere."""
    await world.services.ledger.add_credit(REF, usd(5), operation_id="g", actor="test", memo=HARMLESS)

    answer = await world.answer(MANAGER, "/credits history")

    assert "&lt;!channel&gt; &lt;@U0OWNER01&gt; &lt;https://example.org|Approve&gt; &amp;" in texts_in(answer)


async def test_a_page_that_never_was(world: World, subtests: pytest.Subtests) -> None:
    """A history button with a value that we never made shows the newest page."""
    await world.services.ledger.add_credit(REF, usd(5), operation_id="g", actor="test", memo="first")

    for value in PAGES:
        with subtests.test(value=repr(value)[:40]):
            told = await told_next(world, MANAGER, press(world, MANAGER, "history_older", **_valued(value)))
            assert "first" in told


def _valued(value: str | None) -> dict[str, str]:
    return {} if value is None else {"value": value}


@pytest.mark.parametrize("action_id", ["retry_payment", "not_charged"])
async def test_a_payment_that_never_was(world: World, subtests: pytest.Subtests, action_id: str) -> None:
    """A payment's button with a value that we never made says that the payment is not there."""
    for value in PAYMENTS:
        with subtests.test(value=repr(value)[:40]):
            told = await told_next(world, MANAGER, press(world, MANAGER, action_id, **_valued(value)))
            assert told.startswith("I do not find this payment any more.")


@pytest.mark.parametrize(("user", "title"), [(MANAGER, "Balance"), (MEMBER, "Guthaben")])
async def test_home(world: World, user: str, title: str) -> None:
    """The Home tab shows balance and history in the person's language, anew at each opening."""
    await world.playground.open_home(user)
    first = await world.playground.wait_for(lambda: world.playground.home(user))
    assert first is not None
    await world.services.ledger.add_credit(REF, usd("12.34"), operation_id="g", actor="test")

    await world.playground.open_home(user)

    await world.playground.wait_for(lambda: "12" in texts_in(world.playground.home(user).body))  # type: ignore[union-attr]
    assert title in texts_in(first.body)


async def test_the_messages_tab_draws_nothing(world: World) -> None:
    """Opening the app's messages is acknowledged and nothing is drawn."""
    await world.playground.event(
        {"type": "app_home_opened", "user": MANAGER, "channel": "D0MANAGER", "tab": "messages"}
    )
    await world.answer(MANAGER, "/credits help")

    assert world.playground.home(MANAGER) is None
