"""Which methods exist, with their scopes, tiers and arguments."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.errors import Refusal, broken

Handler = Callable[[Backend, Json], Json]

# Arguments that Slack takes with every method, and those that older clients still send.
COMMON_ARGUMENTS = {"token", "team_id"}


@dataclass(frozen=True)
class Method:
    """One method: the scope it needs (None where it depends on the channel), its tier, its arguments."""

    handler: Handler
    tier: int
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = field(default_factory=frozenset)
    scope: str | None = None


def method(handler: Handler, tier: int, required: str = "", optional: str = "", scope: str | None = None) -> Method:
    """A method whose argument names are given as words."""
    return Method(handler, tier, frozenset(required.split()), frozenset(optional.split()), scope)


def require_scope(backend: Backend, *scopes: str) -> None:
    """Refuse unless the token has one of `scopes`.

    Raises:
        Refusal: missing_scope.
    """
    if not backend.manifest.scopes & set(scopes):
        raise broken("missing_scope", f"needs {' or '.join(scopes)}")


def check_arguments(backend: Backend, name: str, known: Method, args: Json) -> None:
    """Refuse without a required argument, and note arguments that Slack would silently ignore.

    Raises:
        Refusal: invalid_arguments.
    """
    for argument in sorted(known.required):
        if args.get(argument) in (None, ""):
            raise Refusal("invalid_arguments", rule="missing_argument", detail=argument)
    for argument in args.keys() - known.required - known.optional - COMMON_ARGUMENTS:
        backend.oracle.record("unknown_argument", name, f"{argument} is no argument of {name}")
