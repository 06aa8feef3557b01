"""Call records: many lines of usage in one entry, so that a line costs a fraction of a posting.

Such an entry has kind `records`, debits the wallet and credits `usage:<service>` with the sum of its lines; operation
and ref are empty, because each line is known by its own id. Its memo is the pack, four parts divided by spaces:

    1 <count> <ids> <columns>

`1` is the format. `count` is the number of lines. `ids` is the base64 of their ids, 16 bytes each, where all are GUIDs
in lower case, else "-". `columns` is the base64 of the zlib stream of UTF-8 text: columns divided by U+001E, each with
one value a line: amounts in millionths, starts in ms since the epoch (the first as it is, then the difference to the
line before), both divided by spaces; destinations and memos, divided by U+001F; and the ids, divided by spaces, where
they are not packed. Lines are in the order in which they were posted; the amounts add up to what the entry moved.
"""

import zlib
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from store.account import Entry
from store.money import Money

KIND = "records"
"""The kind of an entry whose memo is a pack of lines."""

FORMAT = "1"
COLUMN, FIELD = "\x1e", "\x1f"
UNPACKED = "-"
_PREFIX = "usage:"


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One call as its record tells it, rated: `amount` is charged to `service`.

    `id` is 1 to 64 printable ASCII characters without spaces, unique within the account. `start_ms` is the call's
    start, ms since the epoch. `destination` and `memo` are short texts, kept for whoever asks about the charge.
    """

    id: str
    amount: Money
    start_ms: int
    destination: str = ""
    memo: str = ""
    service: str = "calls"


def records_of(entry: Entry) -> tuple[UsageRecord, ...]:
    """The lines of an entry, in their order; none where it is not of call records.

    Raises:
        ValueError: the pack is damaged, or of a format that this version does not know.
    """
    if entry.kind != KIND:
        return ()
    form, count, ids, columns = entry.memo.split(" ")
    if form != FORMAT:
        msg = f"entry {entry.id} is packed in format {form}"
        raise ValueError(msg)
    text = _decompressed(entry.id, columns)
    amounts, starts, destinations, memos, *named = text.split(COLUMN)
    service, currency = entry.credit.removeprefix(_PREFIX), entry.moved.currency
    lines = zip(
        named[0].split(" ") if named else _guids(b64decode(ids, validate=True)),
        (Money(int(each), currency) for each in amounts.split(" ")),
        accumulate(int(each) for each in starts.split(" ")),
        destinations.split(FIELD),
        memos.split(FIELD),
        strict=True,
    )
    found = tuple(UsageRecord(*line, service) for line in lines)
    if len(found) != int(count):
        msg = f"entry {entry.id} has {len(found)} lines, not {count}"
        raise ValueError(msg)
    return found


def count_of(entry: Entry) -> int:
    """How many lines an entry of call records has, without unpacking them; 0 for every other entry."""
    return int(entry.memo.split(" ", 2)[1]) if entry.kind == KIND else 0


def _guids(packed: bytes) -> Iterator[str]:
    return (str(UUID(bytes=packed[at : at + 16])) for at in range(0, len(packed), 16))


def _decompressed(entry_id: str, columns: str) -> str:
    try:
        return zlib.decompress(b64decode(columns, validate=True)).decode()
    except (zlib.error, ValueError) as error:
        msg = f"entry {entry_id} is packed in a way that cannot be read: {error}"
        raise ValueError(msg) from error
