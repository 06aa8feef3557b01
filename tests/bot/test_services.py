"""`credits service`: plain words, exit codes, and nothing done twice."""

import pytest

from store.account import Account, State
from store.scripts import Client
from tests.bot.terminal import Terminal
from tests.controls import MANAGER, REF, Bank

pytestmark = pytest.mark.redis
HERE = (REF.tenant, REF.account)


@pytest.fixture
def desk(server: str, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """An account with 100 dollars; the operator is Anna."""
    return Terminal.open(server, monkeypatch, lambda redis: Bank.open(redis, balance=100))


def account(desk: Terminal) -> Account:
    """As it stands."""

    async def look(redis: Client) -> Account:
        return await (await Bank.open(redis)).account()

    return desk.ask(look)


def test_service_is_stopped_and_resumed(desk: Terminal) -> None:
    """Said once each; what is so already is said, too."""
    said = [desk.type("service", verb, *HERE, "fax").output for verb in ("stop", "stop", "resume", "resume")]

    assert said == [
        "Service fax is stopped.\n",
        "Service fax was stopped already.\n",
        "Service fax goes on.\n",
        "Service fax was not stopped.\n",
    ]
    assert account(desk).stops == ()


def test_list_says_who_stopped_what_and_why(desk: Terminal) -> None:
    """The others are open."""
    desk.type("service", "stop", *HERE, "fax", "--reason", "a loop")
    [stop] = account(desk).stops

    lines = desk.type("service", "list", *HERE).output.splitlines()

    assert (stop.by, stop.reason) == ("operator:anna", "a loop")
    [line] = [each for each in lines if each.startswith("fax")]
    assert line.startswith("fax: stopped since 20")
    assert line.endswith(" UTC by operator:anna: a loop")
    assert [each for each in lines if not each.startswith("fax")] == [
        f"{each}: open" for each in ("calling", "conference", "direct-routing", "inbound", "toll-free")
    ]


def test_list_says_what_stops_them_all(desk: Terminal) -> None:
    """The account's state, or that nothing is available."""

    async def freeze(redis: Client) -> None:
        bank = await Bank.open(redis)
        await bank.policies.set_state(MANAGER, REF, State.FROZEN, operation_id="freeze")

    desk.ask(freeze)
    assert desk.type("service", "list", REF.tenant).output.splitlines()[0].endswith("UTC: the account is frozen")


def test_same_command_with_its_id_changes_nothing(desk: Terminal) -> None:
    """Sent again after the service went on, it stays so."""
    desk.type("service", "stop", *HERE, "fax", "--once", "night-1")
    desk.type("service", "resume", *HERE, "fax")

    assert desk.type("service", "stop", *HERE, "fax", "--once", "night-1").exit_code == 0
    assert account(desk).stops == ()


def test_what_is_no_service_or_account_is_said(desk: Terminal) -> None:
    """Exit code 2 for a name that is none, 1 for an account that is not there."""
    assert desk.type("service", "stop", *HERE, "").exit_code == 2
    missing = desk.type("service", "stop", REF.tenant, "missing", "fax")
    assert (missing.exit_code, "there is no such account" in missing.output) == (1, True)
    assert desk.type("service", "list", REF.tenant, "missing").exit_code == 1
