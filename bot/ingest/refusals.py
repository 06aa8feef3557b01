"""Why a line, or a whole file, is not taken; and the file that refused lines are written to."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from store.export import harmless


class Reason(StrEnum):
    """Why a line is refused. Lines are read on their own, so the next one is read all the same."""

    COLUMNS = "columns"
    """Not as many columns as the heading has."""
    QUOTES = "quotes"
    """A quote that is not closed, or stands where none can stand."""
    STRAY_RETURN = "stray_return"
    """A carriage return within the line, outside quotes."""
    ZERO_BYTE = "zero_byte"
    NOT_UTF8 = "not_utf8"
    LINE_TOO_LONG = "line_too_long"
    NOT_JSON = "not_json"
    NOT_A_RECORD = "not_a_record"
    """JSON, but not an object of texts and numbers."""
    ID_MISSING = "id_missing"
    ID_MALFORMED = "id_malformed"
    """Not 1 to 64 printable ASCII characters without spaces."""
    START_MISSING = "start_missing"
    START_MALFORMED = "start_malformed"
    """Not an ISO 8601 time since 1970."""
    DURATION_MISSING = "duration_missing"
    DURATION_MALFORMED = "duration_malformed"
    DURATION_NEGATIVE = "duration_negative"
    DURATION_TOO_LONG = "duration_too_long"
    CHARGE_MALFORMED = "charge_malformed"
    CHARGE_NEGATIVE = "charge_negative"
    CHARGE_TOO_FINE = "charge_too_fine"
    """More decimals than such records have."""
    CHARGE_TOO_LARGE = "charge_too_large"
    CURRENCY_MISSING = "currency_missing"
    """There is a charge, and nothing says in which currency."""
    CURRENCY_MALFORMED = "currency_malformed"
    CALL_TYPE_MISSING = "call_type_missing"
    """Neither a service nor a call type says what the call is charged as."""
    SERVICE_MALFORMED = "service_malformed"
    TEXT_TOO_LONG = "text_too_long"
    """A number, user, department, destination or code of more than 256 bytes."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken: its number (the first is 1), why, and its own text, of which a long one is cut."""

    line: int
    reason: str
    text: str


class Problem(StrEnum):
    """Why a file is not read at all."""

    EMPTY = "empty"
    UNKNOWN = "unknown"
    COLUMNS_MISSING = "columns_missing"
    UTF16 = "utf16"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    BOMB = "bomb"
    NO_RECORDS = "no_records"


ACCEPTED = (
    "Accepted are: the PSTN usage report as CSV, or its zip; pages of Microsoft Graph's getPstnCalls as JSON; and JSON"
    " lines, of rows of Graph or of records with id, service, start and duration_s."
)

_SAID = {
    Problem.EMPTY: "{name} is empty.",
    Problem.UNKNOWN: "{name} is no file of call records. {accepted}",
    Problem.COLUMNS_MISSING: (
        "{name} looks like a usage report, but has no {detail}. Take the report as it was downloaded: its first line"
        " names the columns, divided by commas."
    ),
    Problem.UTF16: "{name} is in UTF-16. Save it as UTF-8, or take the report as it was downloaded.",
    Problem.ENCRYPTED: "{name} is encrypted. Unpack it with its password and take what is in it.",
    Problem.DAMAGED: "{name} is damaged: {detail}. Download it again.",
    Problem.BOMB: "{name} unpacks to {detail} times its size. No report does: it is not read.",
    Problem.NO_RECORDS: "{name} has no call records in it. {accepted}",
}


class UnreadableFileError(ValueError):
    """A file is not read at all.

    Attributes:
        problem: what is wrong with it.
        name: its name.
        detail: the columns that are missing, what is damaged, or how often it unpacks to its size.
    """

    def __init__(self, problem: Problem, name: str, detail: str = "") -> None:
        super().__init__(_SAID[problem].format(name=name, detail=detail, accepted=ACCEPTED))
        self.problem = problem
        self.name = name
        self.detail = detail


_LONGEST = 4000
"""Of a line's own text, so many characters are kept."""

HEADING = "file,line,reason,text\r\n"
"""The first line of a file of refused lines."""


def refused(line: int, reason: str, text: bytes) -> Refused:
    """A refused line, of the file's own bytes; what cannot be shown of them is replaced or escaped."""
    shown = text[: 4 * _LONGEST].decode("utf-8", "backslashreplace").replace("\0", "\ufffd").rstrip("\r\n")
    return Refused(line, reason, shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…")


def rows(file: str, lines: Iterable[Refused]) -> str:
    """These lines of the file of this name, for a file of refused ones, as CSV; no cell can be taken for a formula."""
    written, name = io.StringIO(), harmless(file)
    csv.writer(written).writerows((name, each.line, each.reason, harmless(each.text)) for each in lines)
    return written.getvalue()
