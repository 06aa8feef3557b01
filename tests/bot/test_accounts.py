"""`credits account`, `transfer`, `reverse` and `adjust`: plain words, exit codes, and nothing done twice."""

import dataclasses
import getpass
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from bot.desk import REFUSED
from store.account import Account, Entry, State
from store.keys import AccountRef
from store.outcomes import Reason
from store.scripts import Client
from tests.bot.terminal import Terminal
from tests.controls import REF, Bank
from tests.store import pair
from tests.store.minutes import two_months
from tests.store.pair import SECOND
from tests.store.recorded import post, record

pytestmark = pytest.mark.redis
T = TypeVar("T")
HERE = REF.tenant


class Desk(Terminal):
    """An operator's terminal, and two accounts behind it, of which the first has 100 dollars."""

    def account(self, ref: AccountRef = REF) -> Account:
        """The account as it stands."""
        return self.look(lambda bank: bank.account(ref))

    def entries(self, ref: AccountRef = REF) -> list[Entry]:
        """The account's journal."""
        return self.look(lambda bank: bank.entries(ref))

    def look(self, question: Callable[[Bank], Awaitable[T]]) -> T:
        """Ask without arranging anything anew, and prove everything."""

        async def proved(redis: Client) -> T:
            bank = await Bank.open(redis)
            await pair.prove(bank)
            return await question(bank)

        return self.ask(proved)


@pytest.fixture
def desk(server: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Two accounts; the operator is Anna."""
    return Desk.open(server, monkeypatch, pair.arrange)


def test_every_refusal_of_these_commands_has_its_words() -> None:
    """All reasons that the ledger gives for transfers, corrections, states and overdrafts."""
    people = {Reason.STRANGER, Reason.NOT_A_MANAGER}

    assert {Reason.SAME_ACCOUNT, Reason.NOT_EMPTY, Reason.NOT_REVERSIBLE} <= REFUSED.keys()
    assert not people & REFUSED.keys()  # an operator is neither


def test_list_says_state_and_balance(desk: Desk) -> None:
    """Of each account of the workspace, by name."""
    desk.type("account", "overdraft", HERE, "second", "12.50")
    desk.type("account", "state", HERE, "second", "frozen")

    assert desk.type("account", "list", HERE).output == (
        "default: open, balance $100.00\nsecond: frozen, balance $0.00, overdraft to $12.50\n"
    )


def test_list_of_a_workspace_without_accounts_says_so(desk: Desk) -> None:
    """It is no error; what is no workspace's name is."""
    assert desk.type("account", "list", "T0NOBODY").output == "Workspace T0NOBODY has no account.\n"
    assert desk.type("account", "list", "T0:X").exit_code == 2


def test_account_is_opened_once(desk: Desk) -> None:
    """In its currency, which stays."""
    opened = desk.type("account", "open", HERE, "third", "EUR")

    assert (opened.exit_code, opened.output) == (0, "Account third is open.\n")
    assert desk.type("account", "open", HERE, "third", "EUR").output == "Account third was there already.\n"
    other = desk.type("account", "open", HERE, "third", "USD")
    assert (other.exit_code, other.stderr) == (1, "Nothing was changed: the account is in another currency.\n")
    assert desk.type("account", "open", HERE, "fourth", "EURO").exit_code == 2
    assert desk.account(AccountRef(HERE, "third")).currency == "EUR"


def test_state_is_set(desk: Desk) -> None:
    """Frozen, open again; not closed while there is a balance; no other word is taken."""
    frozen = desk.type("account", "state", HERE, "default", "frozen")
    assert (frozen.exit_code, frozen.output) == (0, "Account default: frozen.\n")
    assert desk.account().state is State.FROZEN

    closed = desk.type("account", "state", HERE, "default", "closed")
    assert closed.exit_code == 1
    assert closed.stderr == "Nothing was changed: there is still a balance, or something set aside.\n"
    assert desk.type("account", "state", HERE, "default", "shut").exit_code == 2
    assert desk.type("account", "state", HERE, "missing", "frozen").exit_code == 1


def test_overdraft_is_set_and_taken_back(desk: Desk) -> None:
    """In the account's currency; what is no amount is not guessed."""
    said = desk.type("account", "overdraft", HERE, "default", "25")

    assert said.output == "Account default: new usage may go below zero by $25.00.\n"
    assert desk.account().overdraft.plain() == "25"
    wrong = desk.type("account", "overdraft", HERE, "default", "lots")
    assert wrong.exit_code == 2
    assert "lots is no amount in USD: not a number." in wrong.stderr
    assert desk.type("account", "overdraft", HERE, "default", "0").exit_code == 0
    assert desk.account().overdraft.plain() == "0"


def test_transfer_is_made_and_said(desk: Desk) -> None:
    """With the giver's balance before and after; the journal names the operator."""
    said = desk.type("transfer", HERE, "default", "second", "30", "--memo", "branch")

    entry = desk.entries()[-1]
    assert (said.exit_code, said.output) == (0, f"Account default: $100.00 → $70.00, entry {entry.id}.\n")
    assert (entry.actor, entry.memo) == ("operator:anna", "branch")
    assert desk.account(SECOND).balance.plain() == "30"


def test_command_with_an_id_of_its_own_is_done_once(desk: Desk) -> None:
    """Again it says what happened then; with another amount it is refused."""
    for _ in range(2):
        said = desk.type("transfer", HERE, "default", "second", "30", "--once", "move-1")

    assert said.exit_code == 0
    assert said.output.startswith("This was done before; nothing was changed now.\nAccount default: $100.00 → $70.00")
    other = desk.type("transfer", HERE, "default", "second", "31", "--once", "move-1")
    assert (other.exit_code, other.stderr) == (
        1,
        "Nothing was changed: this id was used before, for something else.\n",
    )
    assert desk.type("transfer", HERE, "default", "second", "1", "--once", "a b").exit_code == 2
    assert desk.account(SECOND).balance.plain() == "30"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("default", "default", "1"), "these are not two accounts"),
        (("default", "second", "101"), "not so much credit is available"),
        (("default", "missing", "1"), "there is no such account"),
        (("missing", "default", "1"), "there is no such account"),
    ],
)
def test_transfer_is_refused_in_words(desk: Desk, words: tuple[str, ...], why: str) -> None:
    """Exit code 1, and nothing was changed."""
    said = desk.type("transfer", HERE, *words)

    assert (said.exit_code, said.output) == (1, said.stderr)
    assert said.stderr.startswith(f"Nothing was changed: {why}")
    assert desk.account().balance.plain() == "100"


def test_entry_is_reversed_once(desk: Desk) -> None:
    """A second time is refused, and so is what is no entry."""
    grant = desk.entries()[0].id
    said = desk.type("reverse", HERE, "default", grant, "--memo", "by mistake")

    assert (said.exit_code, said.output) == (
        0,
        f"Account default: $100.00 → $0.00, entry {desk.entries()[-1].id}.\n",
    )
    again = desk.type("reverse", HERE, "default", grant)
    assert (again.exit_code, again.stderr) == (1, "Nothing was changed: that was reversed before.\n")
    assert desk.type("reverse", HERE, "default", "1-1").exit_code == 1


def test_call_record_is_reversed_once(desk: Desk) -> None:
    """One of an entry's, named behind it; then it is not, nor one that there is not."""
    [posted] = desk.look(lambda bank: post(bank, [record(1, 5), dataclasses.replace(record(2, 7), id="a#b")])).entries

    said = desk.type("reverse", HERE, "default", f"{posted.entry}#a#b", "--memo", "never answered")

    entry = desk.entries()[-1]
    assert (said.exit_code, said.output) == (0, f"Account default: $88.00 → $95.00, entry {entry.id}.\n")
    assert (entry.ref, entry.memo) == (f"{posted.entry}#a#b", "never answered")
    again = desk.type("reverse", HERE, "default", f"{posted.entry}#a#b")
    assert (again.exit_code, again.stderr) == (1, "Nothing was changed: that was reversed before.\n")
    other = desk.type("reverse", HERE, "default", f"{posted.entry}#record-3")
    assert (other.exit_code, other.stderr) == (1, "Nothing was changed: the entry has no such call record.\n")
    assert desk.type("reverse", HERE, "default", posted.entry).exit_code == 0
    assert desk.account().balance.plain() == "100"


def test_included_minutes_that_come_back_are_said(desk: Desk) -> None:
    """Of which pool and month, also when the command is typed again; where none do, nothing is said of them."""
    entry = desk.look(two_months)

    said = desk.type("reverse", HERE, "default", f"{entry}#record-1", "--once", "x")
    again = desk.type("reverse", HERE, "default", f"{entry}#record-1", "--once", "x")
    money = desk.type("reverse", HERE, "default", f"{entry}#record-4")

    assert said.output.splitlines()[1:] == ["Included minutes given back to meetings in 2026-10: 1:00."]
    assert again.output.splitlines()[2:] == said.output.splitlines()[1:]
    assert (money.exit_code, len(money.output.splitlines())) == (0, 1)


def test_call_records_are_listed(desk: Desk) -> None:
    """As they came, each with what reversed it; an entry of another kind has none, and an unknown one is refused."""
    odd = record(2, 7, destination="+447700900123", memo="tab\tor \x1b[31mcolour")
    [posted] = desk.look(lambda bank: post(bank, [record(1, 5, destination=""), odd])).entries
    desk.type("reverse", HERE, "default", f"{posted.entry}#record-1")
    undone = desk.entries()[-1].id

    said = desk.type("records", HERE, "default", posted.entry)

    assert said.output.splitlines() == [
        f"record-1\t2025-11-08 09:01:00+00:00\t\t$5.00\ta call\treversed by {undone}",
        "record-2\t2025-11-08 09:02:00+00:00\t+447700900123\t$7.00\ttabor [31mcolour",
    ]
    desk.type("reverse", HERE, "default", posted.entry)
    again = desk.type("records", HERE, "default", posted.entry).output.splitlines()
    assert [each.rpartition(" ")[2] for each in again] == [undone, desk.entries()[-1].id]
    assert desk.type("records", HERE, "default", desk.entries()[0].id).output == ""
    assert desk.type("records", HERE, "default", "1-1").exit_code == 1


def test_balance_is_adjusted_up_and_down(desk: Desk) -> None:
    """With a reason, which has to be given."""
    up = desk.type("adjust", HERE, "default", "5", "--memo", "compensation")
    down = desk.type("adjust", HERE, "default", "0.50", "--down", "--memo", "too much")

    assert up.output.startswith("Account default: $100.00 → $105.00, entry ")
    assert down.output.startswith("Account default: $105.00 → $104.50, entry ")
    assert desk.type("adjust", HERE, "default", "5").exit_code == 2
    assert [entry.kind for entry in desk.entries()] == ["grant", "adjustment", "adjustment"]


def test_ledger_that_does_not_answer_is_said(desk: Desk) -> None:
    """Exit code 1, in a sentence."""
    said = desk.type("account", "list", HERE, address="redis://127.0.0.1:1")

    assert said.exit_code == 1
    assert "Traceback" not in said.output + said.stderr


@pytest.mark.parametrize("user", ["", "tab\tand newline\n"])
def test_operator_without_a_usable_name_is_named_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    """An entry's line can hold it."""
    monkeypatch.setattr(getpass, "getuser", lambda: user)
    desk.type("adjust", HERE, "default", "5", "--memo", "x")

    assert desk.entries()[-1].actor == f"operator:{'taband newline' if user else 'unknown'}"


def test_operator_whom_the_system_does_not_know_is_named_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container without a user's entry."""

    def unknown() -> str:
        raise KeyError

    monkeypatch.setattr(getpass, "getuser", unknown)
    desk.type("adjust", HERE, "default", "5", "--memo", "x")

    assert desk.entries()[-1].actor == "operator:unknown"
