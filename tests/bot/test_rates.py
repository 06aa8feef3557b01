"""`credits rates` and `credits pools`: plain words, exit codes, and the arithmetic of a call."""

import time
from pathlib import Path

import pytest

from bot.rates import PROBLEMS, UNRATED
from store.basis import Unrated
from store.call import CallRecord
from store.cardfile import CardProblem
from store.cards import Cards
from store.charging import Charging
from store.plans import Plans
from store.pools import Pool
from store.roles import Roles
from store.scripts import Client
from tests.bot.terminal import Terminal
from tests.controls import REF, Bank

pytestmark = pytest.mark.redis
HERE = REF.tenant
FILE = "Destination Name;Prefix;Price / min\nGermany;49;0,015\nUnited Kingdom, mobile;447;0,32\n"
GIVEN = ("--service", "calling", "--currency", "USD", "--valid-from", "2026-01-01")


@pytest.fixture
def terminal(server: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A workspace with an account in dollars; the operator is Anna."""
    return Terminal.open(server, monkeypatch, Bank.open)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A card of two rates."""
    path = tmp_path / "card.csv"
    path.write_text(FILE)
    return path


def test_every_problem_has_its_words() -> None:
    """Whatever is wrong with a file or keeps a call from its price is said in words."""
    assert PROBLEMS.keys() == {*CardProblem}
    assert UNRATED.keys() == {*Unrated}


def test_card_that_another_took_over_from_does_not_count_again(terminal: Terminal, file: Path) -> None:
    """Of two for the same day the one that was loaded later counts: who wants the other back is told, and how."""
    terminal.type("rates", "load", HERE, str(file), *GIVEN)
    other = terminal.type("rates", "load", HERE, str(file), *GIVEN, "--fee", "0.05")

    again = terminal.type("rates", "load", HERE, str(file), *GIVEN)

    assert (other.exit_code, again.exit_code) == (0, 1)
    assert f"It does not count: {other.output[:15].lower()} was loaded after it for the same day." in again.output


def test_card_is_loaded_and_listed(terminal: Terminal, file: Path) -> None:
    """Once; who did it stands beside it."""
    loaded = terminal.type("rates", "load", HERE, str(file), *GIVEN, "--increment", "60/1", "--fee", "0.05")

    [card] = terminal.ask(lambda redis: Cards(redis, Roles(redis)).loaded(HERE))
    facts = "calling, USD, 2 rates from 2026-01-01"
    assert (loaded.exit_code, loaded.output) == (
        0,
        f"Card {card.id} ({facts}, 60/1, $0.05 a connection) is loaded.\n",
    )
    again = terminal.type("rates", "load", HERE, str(file), *GIVEN, "--increment", "60/1", "--fee", "0.05")
    assert again.output.endswith("was there already.\n")
    listed = terminal.type("rates", "list", HERE).output
    assert listed.startswith(f"{card.id}: {facts}; loaded 20")
    assert listed.endswith(" by operator:anna\n")


def test_list_without_cards_says_so(terminal: Terminal) -> None:
    """It is no error; what is no workspace's name is."""
    assert terminal.type("rates", "list", HERE).output == f"Workspace {HERE} has no rate card.\n"
    assert terminal.type("rates", "list", "T0:X").exit_code == 2


def test_bad_file_is_refused_with_its_line(terminal: Terminal, file: Path) -> None:
    """The file, the line and what is wrong with it; nothing is loaded."""
    file.write_text(FILE + "Germany;49 151;0,1\n")

    said = terminal.type("rates", "load", HERE, str(file), *GIVEN)

    assert (said.exit_code, said.stderr) == (
        1,
        "Nothing was changed: card.csv, line 4: 49 151 is more than one prefix: give each a line of its own.\n",
    )
    assert terminal.ask(lambda redis: Cards(redis, Roles(redis)).loaded(HERE)) == []


def test_what_is_not_said_is_asked_for(terminal: Terminal, file: Path) -> None:
    """Neither on the command line nor in the file."""
    said = terminal.type("rates", "load", HERE, str(file), *GIVEN[:4])

    assert said.exit_code == 1
    assert "“valid from” is missing: say it in the file or on the command line" in said.stderr


def test_price_is_shown_with_its_arithmetic(terminal: Terminal, file: Path) -> None:
    """Rate, prefix, card and steps, then one minute and five minutes and seven seconds."""
    terminal.type("rates", "load", HERE, str(file), *GIVEN, "--increment", "60/6", "--fee", "0.05")

    said = terminal.type("rates", "show", HERE, "+44 7700 900123", "--at", "2026-06-01")

    [card] = terminal.ask(lambda redis: Cards(redis, Roles(redis)).loaded(HERE))
    assert said.exit_code == 0
    assert said.output.splitlines() == [
        "+44 7700 900123: United Kingdom, mobile, prefix 447, $0.32 a minute",
        f"by card {card.id} for calling, in steps of 60/6 seconds.",
        "1:00: 60 s billed, $0.32 × 60 / 60 = $0.32 + $0.05 connection fee = $0.37",
        "5:07: 312 s billed, $0.32 × 312 / 60 = $1.664 + $0.05 connection fee = $1.714",
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("+14255550100",), "the card has no prefix of this number"),
        (("anna",), "that is no number"),
        (("+44***",), "the hidden digits decide the price"),
        (("+44 7700 900123", "--at", "2025-12-31"), "no rate card of this service and currency is valid then"),
        (("+44 7700 900123", "--service", "fax"), "no rate card of this service"),
        (("+44 7700 900123", "--currency", "EUR"), "no rate card of this service"),
    ],
)
def test_missing_price_is_said_with_its_reason(
    terminal: Terminal, file: Path, words: tuple[str, ...], why: str
) -> None:
    """Exit code 1; nothing is guessed."""
    terminal.type("rates", "load", HERE, str(file), *GIVEN)

    said = terminal.type("rates", "show", HERE, *words)

    assert said.exit_code == 1
    assert f": {why}" in said.stderr


@pytest.mark.parametrize(
    "words", [("--service", "No!"), ("--currency", "EURO"), ("--at", "soon"), ("--at", "1969-01-01")]
)
def test_question_that_makes_no_sense_is_a_usage_error(terminal: Terminal, words: tuple[str, ...]) -> None:
    """Exit code 2."""
    assert terminal.type("rates", "show", HERE, "+49 30 5550100", *words).exit_code == 2


def test_free_service_is_said_to_be_free(terminal: Terminal) -> None:
    """Calls that come in cost nothing where no card says so; without an account the currency has to be named."""
    assert "free" in terminal.type("rates", "show", HERE, "+49 30 5550100", "--service", "inbound").output
    assert terminal.type("rates", "show", "T0NEW", "+49 30 5550100").exit_code == 1


def test_calls_that_had_no_price_are_charged_on_demand(terminal: Terminal) -> None:
    """Once there is a card; a second time there is none left."""

    async def charge_one(redis: Client) -> None:
        kept = Cards(redis, Roles(redis)), Plans(redis, Roles(redis))
        call = CallRecord("c1", "calling", time.time_ns() // 1_000_000, 60, "+447700900123")
        await Charging(redis, *kept).charge_each(REF, [call], actor="test")

    terminal.ask(charge_one)
    terminal.type("rates", "sample", HERE)

    assert terminal.type("rates", "settle", HERE).output == "default: 1 calls were charged.\n"
    assert terminal.type("rates", "settle", HERE).output == "No call waits for its price.\n"


def test_sample_is_labelled_wherever_it_is_shown(terminal: Terminal) -> None:
    """When it is loaded, in the list, and with each price."""
    loaded = terminal.type("rates", "sample", HERE)

    assert loaded.exit_code == 0
    shown = terminal.type("rates", "show", HERE, "+44 7700 900123").output
    listed = terminal.type("rates", "list", HERE).output
    assert loaded.output.count("SAMPLE prices") == listed.count("SAMPLE prices") == 3
    assert "SAMPLE prices" in shown
    assert terminal.type("rates", "sample", HERE, "--currency", "CHF").exit_code == 2


def test_pool_is_set_changed_and_removed(terminal: Terminal) -> None:
    """Each command says how the account's pools are now."""
    assert terminal.type("pools", "list", HERE).output == "Account default has no pool.\n"
    audio = ("pools", "set", HERE, "default", "audio", "--minutes", "60", "--licences", "25", "--prefixes", "1, 44")

    first = terminal.type(*audio)
    terminal.type("pools", "set", HERE, "default", "plan", "--minutes", "3000", "--services", "calling,conference")
    terminal.type("pools", "zone", HERE, "Europe/Berlin")
    changed = terminal.type(*audio[:7], "--licences", "30")

    assert first.output == (
        "audio: 60 minutes × 25 licences a month, conference, numbers that begin with 1, 44; months of UTC\n"
    )
    assert changed.output == (
        "audio: 60 minutes × 30 licences a month, conference, every number; months of Europe/Berlin\n"
        "plan: 3000 minutes × 1 licences a month, calling, conference, every number; months of Europe/Berlin\n"
    )
    assert terminal.type("pools", "list", HERE).output == changed.output
    removed = terminal.type("pools", "remove", HERE, "default", "audio")
    assert removed.output.startswith("plan: ")
    plan = terminal.ask(lambda redis: Plans(redis, Roles(redis)).plan(REF))
    assert plan.pools == (Pool("plan", ("calling", "conference"), 180_000, 1),)


def test_pool_that_is_not_there_is_not_removed(terminal: Terminal) -> None:
    """It is said, with exit code 1, and nobody is told of a change; so is an account that is not there."""
    terminal.type("pools", "set", HERE, "default", "audio", "--minutes", "60")

    wrong = terminal.type("pools", "remove", HERE, "default", "adio")
    named = terminal.type("pools", "remove", HERE, "default", "adio", "--once", "night-1")
    missing = terminal.type("pools", "remove", HERE, "missing", "audio")

    for each in (wrong, named):
        assert (each.exit_code, each.output) == (1, "Nothing was changed: account default has no pool adio.\n")
    assert (missing.exit_code, "there is no such account" in missing.output) == (1, True)
    assert terminal.type("pools", "list", HERE).output.startswith("audio: ")


def test_removing_a_pool_again_with_its_id_changes_nothing(terminal: Terminal) -> None:
    """The command comes to the same as the first time."""
    terminal.type("pools", "set", HERE, "default", "audio", "--minutes", "60")
    removed = ("pools", "remove", HERE, "default", "audio", "--once", "night-1")

    first, again = terminal.type(*removed), terminal.type(*removed)

    assert (first.exit_code, first.output) == (0, "Account default has no pool.\n")
    assert (again.exit_code, again.output) == (first.exit_code, first.output)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("set", HERE, "default", "Audio", "--minutes", "1"), 2),
        (("set", HERE, "default", "audio", "--minutes", "-1"), 2),
        (("set", HERE, "default", "audio", "--minutes", "1", "--prefixes", "+44"), 2),
        (("set", HERE, "missing", "audio", "--minutes", "1"), 1),
        (("zone", HERE, "Berlin"), 2),
        (("zone", "T0:X", "UTC"), 2),
    ],
)
def test_pool_that_cannot_be_is_refused(terminal: Terminal, words: tuple[str, ...], code: int) -> None:
    """Exit code 2 for what is wrong in itself, 1 where the ledger refuses; nothing is changed."""
    assert terminal.type("pools", *words).exit_code == code
    assert terminal.type("pools", "list", HERE).output == "Account default has no pool.\n"
