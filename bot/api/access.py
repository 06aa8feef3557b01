"""Who may do what over HTTP: scopes and accounts of tokens, names and keys in requests."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Path, Query, Request

from bot.api.problems import Code, ProblemError
from store.keys import DEFAULT_ACCOUNT, AccountRef
from store.tokens import Admitted, Scope

NAME = r"^[A-Za-z0-9_.-]{1,64}$"
_KEY = r"[!#-\[\]-~]{1,128}"

AccountName = Annotated[str, Path(pattern=NAME, description="The account's name.", examples=[DEFAULT_ACCOUNT])]
HoldId = Annotated[str, Path(pattern=NAME, description="The hold's id.", examples=["call-20261104-0001"])]
WhichAccount = Annotated[
    str | None,
    Query(
        pattern=NAME,
        alias="account",
        description="The account. Not needed where the token is for one account; else `default` without it.",
    ),
]
_HEADER = Header(
    alias="Idempotency-Key",
    pattern=rf'^("{_KEY}"|{_KEY})$',
    description="Yours: new for each new request, the same when you send a request again. Remembered for 90 days, "
    "for this token. 1 to 128 printable characters without spaces and backslashes, in quotes or without.",
    examples=["call-20261104-0001-place"],
)
Key = Annotated[str, _HEADER]
KeyIfAny = Annotated[str | None, _HEADER]


def needs(scope: Scope) -> Callable[[Request], Awaitable[Admitted]]:
    """A dependency: the caller, whose token has this scope; else SCOPE_MISSING."""

    async def caller(request: Request) -> Admitted:
        found: Admitted = request.state.caller
        if scope not in found.scopes:
            raise ProblemError(Code.SCOPE_MISSING, scope=scope.value)
        return found

    return caller


def account_of(caller: Admitted, name: str | None) -> AccountRef:
    """The account that is meant, if the token is for it; else ACCOUNT_FORBIDDEN."""
    meant = name or caller.account or DEFAULT_ACCOUNT
    if caller.account not in {"", meant}:
        raise ProblemError(Code.ACCOUNT_FORBIDDEN)
    return AccountRef(caller.tenant, meant)


def operation_of(caller: Admitted, key: str) -> str:
    """The operation that a request is, by its key; two tokens' keys are apart."""
    own = key.strip('"')
    return f"api:{caller.id}:{own}"
