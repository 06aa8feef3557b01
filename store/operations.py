"""Operations: every change carries an id, and a repeat of it is answered with the first outcome."""

import hashlib
import re
import secrets
from binascii import b2a_base64
from collections.abc import Callable

from store.money import Money
from store.outcomes import Change, Done, Posted, Posting, Reason, Refused, Repeated

KEEP_MS = 90 * 24 * 3600 * 1000
"""How long a change of settings or a payment's step is remembered, milliseconds; postings: see lib/wallet."""

_CHARGE = re.compile(r"[\x21-\x7e]{1,190}")

Ids = Callable[[], str]


def is_id(text: str, longest: int = 200) -> bool:
    """Whether `text` is 1 to `longest` printable ASCII characters without spaces."""
    return 0 < len(text) <= longest and text.isascii() and text.isprintable() and " " not in text


def random_id() -> str:
    """128 random bits: never a counter, which a failover could hand out twice."""
    return secrets.token_hex(16)


def checked_id(operation_id: str) -> str:
    """`operation_id` if it is 1 to 200 printable ASCII characters without spaces, else ValueError."""
    if not is_id(operation_id):
        msg = f"an operation id is 1 to 200 printable ASCII characters without spaces, not {operation_id!r}"
        raise ValueError(msg)
    return operation_id


def charge_id(charge_ref: str, payment_id: str) -> str:
    """By which a provider's charge is known; never raises, because the provider has the money by then.

    Its own id if that is 1 to 190 printable ASCII characters without spaces, else that id's SHA-256. A charge without
    an id is known by its payment, or the second of them would pass for the first.
    """
    if _CHARGE.fullmatch(charge_ref):
        return charge_ref
    named = charge_ref or f"payment:{payment_id}"
    return f"sha256:{hashlib.sha256(named.encode('utf-8', 'surrogatepass')).hexdigest()}"


def harmless(text: str) -> str:
    """`text` with "?" for each lone surrogate, which Redis and Slack could not be sent."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def digest(*contents: str) -> str:
    """A fingerprint of an operation's contents, by which a repeat is told from a reused id."""
    framed = "".join(f"{len(each)}:{each}" for each in contents)
    return hashlib.sha256(framed.encode()).hexdigest()[:24]


def decode_change(answer: list[str]) -> Change:
    """The outcome of a script that moves no money."""
    if answer[0] == "refused":
        return Refused(Reason(answer[1]))
    return Done(answer[1], repeated=answer[0] == "repeated")


def mark(operation_id: str) -> str:
    """By which an account remembers an operation: 84 bits of its id's BLAKE2b, so that chance makes no two alike."""
    return _short(operation_id, 14)


def contents(*parts: str) -> str:
    """48 bits by which an operation's repeat is told from an id that was used again for something else."""
    return _short("\x1f".join(parts), 8)


def _short(text: str, length: int) -> str:
    return b2a_base64(hashlib.blake2b(text.encode(), digest_size=12).digest(), newline=False)[:length].decode()


def note(actor: str, operation_id: str, ref: str, memo: str) -> str:
    """What an entry says beside its money, without what Redis could not be sent: it may travel with other people's.

    ValueError where `actor` or `ref` holds a tab, which divides them.
    """
    if "\t" in actor or "\t" in ref:
        msg = f"no tab may be in an actor or a reference: {actor!r}, {ref!r}"
        raise ValueError(msg)
    return harmless(f"{actor}\t{operation_id}\t{ref}\t{memo}")


def decode_posting(answer: str, change: int, currency: str) -> Posting:
    """The outcome of a posting that changes the wallet by `change` millionths."""
    outcome, first, *more = answer.split(" ")
    if outcome == "refused":
        return Refused(Reason(first))
    at_ms = int(first.partition("-")[0])
    if more[0] == "?":
        return Repeated(first, None, None, at_ms)
    after = int(more[0])
    kind = Posted if outcome == "posted" else Repeated
    return kind(first, Money(after - change, currency), Money(after, currency), at_ms)
