"""Telephone numbers as records have them: which digits a rate can be looked up by.

A record's number is international already; what a person types is read with more care before it comes here.
"""

from dataclasses import dataclass

MASK = "*"
"""Some countries' laws have the last digits of a number replaced by this."""

_SEPARATORS = str.maketrans("", "", " -./()\u00a0\u202f\u2011")


@dataclass(frozen=True, slots=True)
class Dialled:
    """The leading digits of a number, country code first; `masked` where more follow that are not shown."""

    digits: str
    masked: bool = False


def dialled(number: str) -> Dialled | None:
    """The digits of a number; None where it has none, or letters or anything else among them.

    Spaces and `- . / ( )` are left out, then one "+" or "00" before the number, then the mask behind it.
    """
    plain = number.translate(_SEPARATORS)
    plain = plain[1:] if plain.startswith("+") else plain.removeprefix("00")
    digits = plain.rstrip(MASK)
    masked = len(digits) < len(plain)
    if not (digits.isascii() and digits.isdigit()) and not (masked and not digits):
        return None
    return Dialled(digits, masked)
