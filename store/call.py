"""One call as its record tells it, whoever recorded it, and which service it is charged as."""

import re
from dataclasses import dataclass

from store.money import MAX_MICROS
from store.operations import is_id

LONGEST_ID = 64
"""A record's id is 1 to 64 printable ASCII characters without spaces."""

LONGEST_S = 10 * 86_400
"""No call is said to last longer, seconds: what does is a mistake of its record."""

LATEST_MS = 253_370_764_800_000
"""Calls start before this, 9999-01-01, so that every calendar still has the month after theirs."""

TOLL_FREE = "toll-free"
INBOUND = "inbound"
CONFERENCE = "conference"
CALLING = "calling"
DIRECT_ROUTING = "direct-routing"

_BY_TYPE = {
    "conf_in": INBOUND,
    "user_in": INBOUND,
    "ucap_in": INBOUND,
    "unassigned_in": INBOUND,
    "conf_out": CONFERENCE,
    "user_out_conf": CONFERENCE,
    "user_out": CALLING,
    "user_out_transfer": CALLING,
    "user_out_forwarding": CALLING,
    "ucap_out": CALLING,
}
_SERVICE = re.compile(r"[a-z0-9-]{1,32}")
_CURRENCY = re.compile(r"[A-Z]{3}|")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NOT_A_LETTER = re.compile(r"[^a-z]+")


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call that has happened. ValueError where a field is not as it says here.

    Attributes:
        id: unique within the account, 1 to 64 printable ASCII characters without spaces; a GUID becomes lower case, so
            that it is the same call whoever spells it.
        service: what it is charged as, `[a-z0-9-]{1,32}`.
        start_ms: its start, ms since the epoch, 0 to the year 9998.
        duration_s: how long it lasted, seconds, 0 to ten days.
        number: what its rate depends on, as the record has it: the callee of an outgoing call, the number that was
            dialled for an incoming one. May end in "***", may be "".
        user: who called, by user principal name or else by id.
        department: theirs.
        destination: the record's own word for where the call went.
        call_type: the record's own word for what kind of call it was.
        capability: the record's own word for what licence carried it.
        own_micros: the charge that the record itself brings, its connection fee included, in millionths; or None.
        fee_micros: the part of it that is the connection fee, or None.
        currency: the ISO 4217 code that the charge is in, "" where the record has none.
    """

    id: str
    service: str
    start_ms: int
    duration_s: int
    number: str = ""
    user: str = ""
    department: str = ""
    destination: str = ""
    call_type: str = ""
    capability: str = ""
    own_micros: int | None = None
    fee_micros: int | None = None
    currency: str = ""

    def __post_init__(self) -> None:
        own, fee = self.own_micros or 0, self.fee_micros or 0
        if not is_id(self.id, LONGEST_ID):
            raise ValueError(f"an id is 1 to {LONGEST_ID} printable ASCII characters without spaces, not {self.id!r}")
        if not is_service(self.service):
            raise ValueError(f"not a service's name: {self.service!r}")
        if not 0 <= self.start_ms < LATEST_MS:
            raise ValueError(f"a call starts between the years 1970 and 9998, not at {self.start_ms} ms")
        if not 0 <= self.duration_s <= LONGEST_S:
            raise ValueError(f"a call lasts 0 to {LONGEST_S} seconds, not {self.duration_s}")
        if not 0 <= fee <= own <= MAX_MICROS:
            raise ValueError(f"a charge is 0 to {MAX_MICROS} millionths, a fee in it no more: {own}, {fee}")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"not a currency's code: {self.currency!r}")
        if _GUID.fullmatch(self.id):
            object.__setattr__(self, "id", self.id.lower())


def is_service(name: str) -> bool:
    """Whether a service can be called so: 1 to 32 of `a-z 0-9 -`."""
    return _SERVICE.fullmatch(name) is not None


def is_known(call_type: str) -> bool:
    """Whether this is a call type of the model; others are accepted, and counted."""
    kind = call_type.strip().lower()
    return kind in _BY_TYPE or kind.startswith("dr_")


def service_of(call_type: str, number_type: str = "") -> str:
    """The service of a call of this type; `number_type` (or inventory type) tells a toll-free number from others.

    Never refuses: of a type that nobody knows, what goes out is `calling` and the rest `inbound`.
    """
    kind = call_type.strip().lower()
    if kind.startswith("dr_"):
        return DIRECT_ROUTING
    service = _BY_TYPE.get(kind) or (CALLING if "out" in kind else INBOUND)
    if service == INBOUND and kind in _BY_TYPE and is_toll_free(number_type):
        return TOLL_FREE
    return service


def is_toll_free(number_type: str) -> bool:
    """Whether a record's word for the kind of number means toll-free, however it is spelled; "Toll" alone does not."""
    return "tollfree" in _NOT_A_LETTER.sub("", number_type.lower())
