"""A deliberate fault in a script, and the test that notices it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.store.posting import charge, credit

NEVER = "if false then"
REPEAT = "if known then return known end"
REPEATED = "if known then return repeated(known, contents) end"
WANTED = "if currency ~= wanted then"
CURRENCIES = "if account.currency ~= currency then"
CHARGE, CREDIT = {"post": charge}, {"post": credit}


@dataclass(frozen=True)
class Mutant:
    """In `file` the text `old` becomes `new`; then `killer`, called with `given`, has to fail."""

    file: str
    old: str
    new: str
    killer: Callable[..., Any]
    given: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.file}: {self.killer.__name__}"
