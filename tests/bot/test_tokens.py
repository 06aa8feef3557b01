"""`credits token`: the secret on standard output and nowhere else, plain words, exit codes."""

from typing import Any

import pytest
from typer.testing import Result

from store.outcomes import Reason, Refused
from store.roles import Roles
from store.tokens import Admitted, Scope, Tokens
from tests.bot.terminal import Terminal
from tests.controls import REF, Bank

pytestmark = pytest.mark.redis
HERE = REF.tenant


class Desk(Terminal):
    """An operator's terminal, and a workspace with one account behind it."""

    def type(self, *words: str, address: str = "") -> Result:
        """Run `credits token …`."""
        return super().type("token", *words, address=address)

    def admit(self, secret: str) -> Any:
        """What a request with this token is answered."""
        return self.ask(lambda redis: Tokens(redis, Roles(redis)).admit(secret, per_minute=60))


@pytest.fixture
def desk(server: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """One account; the operator is Anna."""
    return Desk.open(server, monkeypatch, Bank.open)


def test_token_is_printed_once_and_alone(desk: Desk) -> None:
    """Standard output is the token, so that it can be piped to where it belongs; it works, for everything."""
    made = desk.type("create", HERE, "PBX")

    secret = made.stdout.strip()
    admitted = desk.admit(secret)
    assert made.exit_code == 0
    assert isinstance(admitted, Admitted)
    assert (admitted.name, admitted.account, set(admitted.scopes)) == ("PBX", "", set(Scope))
    assert made.stderr == f"Token {admitted.id}, good for 365 days. It is shown only now:\n"
    assert secret not in desk.type("list", HERE).output


def test_token_has_the_scopes_and_the_account_that_were_asked_for(desk: Desk) -> None:
    """Each --scope adds one; --account narrows it to that one."""
    made = desk.type(
        "create", HERE, "PBX", "--scope", "holds:write", "--scope", "account:read", "--account", REF.account
    )

    admitted = desk.admit(made.stdout.strip())
    assert (admitted.account, set(admitted.scopes)) == (REF.account, {Scope.HOLDS_WRITE, Scope.ACCOUNT_READ})


def test_list_says_what_there_is(desk: Desk) -> None:
    """A line a token: its state, scopes, account, maker and last use; or that there is none."""
    assert desk.type("list", HERE).stdout == f"Workspace {HERE} has no token.\n"
    used, other = (desk.type("create", HERE, name, "--scope", "rates:read").stdout.strip() for name in ("PBX", "Old"))
    token_id = desk.admit(used).id
    revoked = desk.admit(other).id
    desk.type("revoke", HERE, revoked)

    lines = sorted(desk.type("list", HERE).stdout.splitlines(), key=lambda line: "PBX" not in line)

    assert lines[0].startswith(f"{token_id} PBX: good until 20")
    assert "rates:read, all accounts, made by operator:anna on 20" in lines[0]
    assert "last used on 20" in lines[0]
    assert lines[1].startswith(f"{revoked} Old: revoked by operator:anna on 20")


def test_revoked_token_is_refused(desk: Desk) -> None:
    """After the command, the token lets nobody in; revoked again, it says so."""
    secret = desk.type("create", HERE, "PBX").stdout.strip()
    token_id = desk.admit(secret).id

    done, again = desk.type("revoke", HERE, token_id), desk.type("revoke", HERE, token_id)

    assert (done.stdout, done.exit_code) == (f"Token {token_id} is revoked.\n", 0)
    assert (again.stdout, again.exit_code) == (f"Token {token_id} was revoked before.\n", 0)
    assert desk.admit(secret) == Refused(Reason.TOKEN_REVOKED)


def test_same_command_with_its_own_id_makes_one_token(desk: Desk) -> None:
    """With --once a second run makes nothing, and says that the secret was shown then."""
    first, second = (desk.type("create", HERE, "PBX", "--once", "setup-1") for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert (second.stdout, "shown then" in second.stderr) == ("", True)
    assert len(desk.type("list", HERE).stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("create", "not a workspace", "PBX"), 2, "not a name"),
        (("create", HERE, " "), 2, "1 to 60 printable"),
        (("create", HERE, "PBX", "--scope", "money:spend"), 2, "money:spend"),
        (("create", HERE, "PBX", "--days", "0"), 2, "Invalid value for '--days'"),
        (("create", HERE, "PBX", "--account", "nowhere"), 1, "there is no such account"),
        (("revoke", HERE, "000000000000"), 1, "there is no such token"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_said(desk: Desk, words: tuple[str, ...], code: int, said: str) -> None:
    """Exit code 2 for what was typed wrong, 1 for what the ledger refuses; nothing on standard output."""
    result = desk.type(*words)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_operator_sees_only_the_workspace_that_is_named(desk: Desk) -> None:
    """Another workspace's list does not show it, and cannot revoke it."""
    secret = desk.type("create", HERE, "PBX").stdout.strip()
    token_id = desk.admit(secret).id

    assert "has no token" in desk.type("list", "T0OTHER").stdout
    assert desk.type("revoke", "T0OTHER", token_id).exit_code == 1
    assert isinstance(desk.admit(secret), Admitted)
