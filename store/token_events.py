"""What is told of API tokens."""

from dataclasses import dataclass

from store.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMade(Event):
    """Somebody made an API token: its scopes, divided by spaces, for `only` one account or "" for all."""

    by: str
    name: str
    scopes: str
    only: str
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Event):
    """Somebody ended an API token before its time."""

    by: str
    name: str
    only: str
