"""What a cell of a call record means: one rule for each kind, whichever format it comes from."""

import re
from functools import partial

import numpy as np

from bot.ingest.refusals import Reason
from bot.ingest.texts import CODE, Bytes, Column, Flags, Text, Verdicts, none, remembered, text_of
from store.call import LONGEST_ID, LONGEST_S
from store.money import MAX_MICROS

LONGEST_TEXT = 256
"""Of a number, user, department, destination or code, in bytes of UTF-8."""

_DURATION = re.compile(r"(-?)(\d{1,12})")
_AMOUNT = re.compile(r"(-?)(\d{1,18})(?:\.(\d+))?")
_CURRENCY = re.compile(r"[A-Z]{3}|")
_MICRO_DIGITS = 6

_GUID = 36
_DASHES = [8, 13, 18, 23]
_HEX = np.zeros(256, np.bool_)
_HEX[list(b"0123456789abcdefABCDEF-")] = True
_LOWER_BIT = np.uint8(0x20)
"""By which letters differ from capitals; digits and "-" have it."""
_FIRST, _LAST, _A, _DASH = (np.uint8(ord(each)) for each in "!~A-")
_LETTERS = 26


def _duration(text: str) -> int | Reason:
    if not (cell := text.strip()):
        return Reason.DURATION_MISSING
    if not cell.isascii() or not (found := _DURATION.fullmatch(cell)):
        return Reason.DURATION_MALFORMED
    seconds = int(found[2])
    if found[1] and seconds:
        return Reason.DURATION_NEGATIVE
    return seconds if seconds <= LONGEST_S else Reason.DURATION_TOO_LONG


def _micros(decimals: int, text: str) -> int | Reason:
    if not (cell := text.strip()):
        return NOTHING
    if not cell.isascii() or not (found := _AMOUNT.fullmatch(cell)):
        return Reason.CHARGE_MALFORMED
    fraction = found[3] or ""
    if len(fraction) > decimals:
        return Reason.CHARGE_TOO_FINE
    micros = int(found[2] + fraction) * 10 ** (_MICRO_DIGITS - len(fraction))
    if found[1] and micros:
        return Reason.CHARGE_NEGATIVE
    return micros if micros <= MAX_MICROS else Reason.CHARGE_TOO_LARGE


NOTHING = -1
"""The micros of a cell without an amount; no amount is negative."""

duration_s = remembered(_duration)
"""Whole seconds, 0 to ten days."""

report_micros = remembered(partial(_micros, 2))
"""Millionths of "0.70", exact, or `NOTHING` of an empty cell: at most two decimals, as the report has."""

exact_micros = remembered(partial(_micros, _MICRO_DIGITS))
"""The same with up to six decimals."""


def currency(text: str) -> str | None:
    """The ISO 4217 code in capitals, "" of an empty cell; None of what is none."""
    code = text.strip().upper()
    return code if _CURRENCY.fullmatch(code) else None


def ids(column: Column) -> tuple[Column, Verdicts]:
    """The ids, GUIDs in lower case; ID_MISSING or ID_MALFORMED for what is none."""
    text, verdicts = text_of(column), none(len(column))
    lengths = text.lengths
    if len(text.data) and (text.data.min() < _FIRST or text.data.max() > _LAST):
        verdicts[text.rows_with((text.data < _FIRST) | (text.data > _LAST))] = CODE[Reason.ID_MALFORMED]
    verdicts[lengths > LONGEST_ID] = CODE[Reason.ID_MALFORMED]
    verdicts[lengths == 0] = CODE[Reason.ID_MISSING]
    capital = text.rows_with((text.data - _A) < _LETTERS)
    rows = capital[lengths[capital] == _GUID]
    guids = rows[_are_guids(text.table(rows, _GUID))]
    if not len(guids):
        return column, verdicts
    if len(guids) == len(lengths):
        return text.column(text.data | _LOWER_BIT), verdicts
    lowered = text.data.copy()
    lowered[text.bounds[guids][:, None] + np.arange(_GUID, dtype=np.int32)] |= _LOWER_BIT
    return text.column(lowered), verdicts


def _are_guids(table: Bytes) -> Flags:
    found: Flags = (table[:, _DASHES] == _DASH).all(axis=1)
    found &= (table == _DASH).sum(axis=1) == len(_DASHES)
    found &= _HEX[table].all(axis=1)
    return found


def too_long(column: Column) -> Verdicts:
    """TEXT_TOO_LONG for what is."""
    lengths = Text(np.zeros(0, np.uint8), text_of(column).bounds).lengths
    verdicts = none(len(column))
    verdicts[lengths > LONGEST_TEXT] = CODE[Reason.TEXT_TOO_LONG]
    return verdicts
