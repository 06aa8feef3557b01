"""What stands beside each file of the archive, so that it proves itself: `p07/2026-08-25.json`.

The manifests of a partition are a chain: each holds the digest of the one before it. Of every account with entries in
the file it keeps what the account had come to by then, so that a replay may begin there.

Where an account has its last entries is found from the newest manifest, whatever day they are of. No manifest lists all
accounts, or each day would cost as much as all of them: the manifests are numbered, and number n lists those with
entries since n less its lowest bit, and names the manifest with which the search goes on. So a search takes as many
steps as the number has bits, and half of the manifests list no account but their own.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from store.keys import AccountRef
from store.replay import Replay

SCHEMA = 2
"""1 had no numbers: each manifest listed all accounts, by the day alone. Those are read as number 0."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ID = re.compile(r"\d{1,16}-\d{1,16}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"p\d\d/\d{4}-\d\d-\d\d\.[0-9a-f]{12}\.parquet", re.ASCII)
_STATE = {"balance", "last", "totals", "lots", "holds"}
_MORE = {"pooled", "unpriced"}
"""What an account carries forward only if it has it."""


class ArchiveError(Exception):
    """The archive is not as it has to be; `str()` says what, for an operator. Nothing was changed."""


class TornError(ArchiveError):
    """A manifest is no whole JSON: whoever wrote it may have died meanwhile, where the store keeps a file's half."""


@dataclass(frozen=True, slots=True)
class Part:
    """One account's entries in the file, the ids of the first and last, and what it had come to after them.

    `previous` is the day of the file with its entries before these, "" if these are its first.
    """

    first: str
    last: str
    previous: str
    currency: str
    state: Mapping[str, Any]

    def replay(self) -> Replay:
        """A replay that has taken all entries up to `last`."""
        return Replay.resume(self.state)


@dataclass(frozen=True, slots=True)
class Place:
    """The day of the file with an account's last archived entries, and the last one's id."""

    day: str
    last: str
    """"" where a manifest of schema 1 tells it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A closed UTC day of one partition; with it may be entries of earlier days that came late.

    `sums` tells per currency what each ledger account was given less what it gave; `sha256` is the file's,
    `entries_sha256` that of its entries however they are stored; `before` is the digest of the manifest of the
    partition's last earlier file, "" for none. `elsewhere`: accounts without entries here that have some since the
    manifest of the day `beyond`, "" for none, and where; `beyond` knows of the others.
    """

    partition: int
    day: str
    file: str
    entries: int
    sha256: str
    entries_sha256: str
    before: str
    sums: Mapping[str, Mapping[str, int]]
    accounts: Mapping[str, Part]
    elsewhere: Mapping[str, Place] = field(default_factory=dict)
    number: int = 0
    beyond: str = ""
    schema: int = SCHEMA

    def encode(self) -> bytes:
        """The same bytes for the same contents, for ever."""
        told = asdict(self)
        if self.schema == 1:
            del told["number"], told["beyond"]
            told["elsewhere"] = {named: place.day for named, place in self.elsewhere.items()}
        return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"

    @property
    def digest(self) -> str:
        """By which the next one names it."""
        return hashlib.sha256(self.encode()).hexdigest()

    @property
    def name(self) -> str:
        """Its file's name."""
        return name(self.partition, self.day)

    def part(self, ref: AccountRef) -> Part:
        """What it tells of an account; ArchiveError where another manifest says that it does, and it does not."""
        found = self.accounts.get(named_as(ref))
        if found is None:
            raise ArchiveError(f"{self.name} tells nothing of {named_as(ref)}, which is said to be there")
        return found

    def place_of(self, named: str) -> Place | None:
        """Where the account of that name has its last entries, as far as this manifest lists it."""
        part = self.accounts.get(named)
        return Place(self.day, part.last) if part else self.elsewhere.get(named)

    def is_begun_by(self, text: bytes) -> bool:
        """Whether `text` may be what became of it when its writer died: all that it has of the accounts is the same.

        What follows them depends on the programs that wrote file and manifest.
        """
        mine, written = self.encode(), text.rstrip(b"\0")  # what some stores fill up with
        length = min(len(written), mine.index(b'\n "before": '))
        return mine[:length] == written[:length]

    @classmethod
    def decode(cls, text: bytes) -> "Manifest":
        """The manifest from its file.

        Raises:
            TornError: it is not whole.
            ArchiveError: it is none of this version or the one before.
        """
        try:
            told = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise TornError(f"it is no whole manifest ({error})") from error
        try:
            made = cls._made(told)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ArchiveError(f"it is no manifest ({error})") from error
        encoded = made.encode()
        if encoded == text + b"\n":
            raise TornError("it is no whole manifest (its last byte is missing)")
        if encoded != text:
            raise ArchiveError("it is not as this version writes it")
        return made

    @classmethod
    def _made(cls, told: dict[str, Any]) -> "Manifest":
        accounts = {named: Part(**part) for named, part in told.pop("accounts").items()}
        first = told["schema"] == 1
        places = {
            named: Place(place, "") if first else Place(**place) for named, place in told.pop("elsewhere").items()
        }
        made = cls(**told, accounts=accounts, elsewhere=places)
        if made.schema not in {1, SCHEMA} or (made.schema == 1) != (made.number == 0):
            raise ValueError(f"its schema is {made.schema}")
        _require_sound(made)
        return made


def _require_sound(of: Manifest) -> None:
    """ValueError, or what Python says, unless everything in it is what it has to be for whoever works with it."""
    texts = (
        (_DAY, (of.day, *(part.previous for part in of.accounts.values() if part.previous))),
        (_DAY, (*([of.beyond] if of.beyond else ()), *(place.day for place in of.elsewhere.values()))),
        (_ID, [each for part in of.accounts.values() for each in (part.first, part.last)]),
        (_ID, [place.last for place in of.elsewhere.values() if of.schema > 1 or place.last]),
        (_DIGEST, (of.sha256, of.entries_sha256, *([of.before] if of.before else ()))),
        (_FILE, (of.file,)),
    )
    for pattern, several in texts:
        for each in several:
            if not pattern.fullmatch(each):
                raise ValueError(f"{each!r} cannot be meant")
    for named in (*of.accounts, *of.elsewhere):
        ref_of(named)
    earlier = [part.previous for part in of.accounts.values()] + [place.day for place in of.elsewhere.values()]
    if max([of.beyond, *earlier]) >= of.day:
        raise ValueError("it leads to a later day")
    numbers = [of.partition, of.entries, of.number, *(each for sums in of.sums.values() for each in sums.values())]
    for part in of.accounts.values():
        numbers += _numbers(part)
    if any(type(each) is not int for each in numbers):
        raise ValueError("a number is none")


def _numbers(part: Part) -> list[Any]:
    """All that has to be whole numbers in what is told of an account."""
    state = part.state
    if state.keys() - _MORE != _STATE or type(part.currency) is not str:
        raise ValueError("what it carries forward is something else")
    lots = [(left, expires) for left, granted, expires in state["lots"].values() if type(granted) is bool]
    if len(lots) != len(state["lots"]):
        raise ValueError("a lot is none")
    ms, version = state["last"]
    more = [each for name in _MORE for each in state.get(name, {}).values()]
    sums = (*state["totals"].values(), *state["holds"].values(), *more)
    return [state["balance"], ms, version, *sums, *(each for lot in lots for each in lot)]


def name(partition: int, day: str) -> str:
    """The name of a day's manifest."""
    return f"{folder(partition)}/{day}.json"


def folder(partition: int) -> str:
    """Where a partition's files lie."""
    return f"p{partition:02d}"


def named_as(ref: AccountRef) -> str:
    """An account's name in a manifest."""
    return f"{ref.tenant}/{ref.account}"


def ref_of(named: str) -> AccountRef:
    """The account of that name."""
    tenant, account = named.split("/")
    return AccountRef(tenant, account)
