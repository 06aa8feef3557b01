"""What stands beside each file of the archive, so that it proves itself: `p07/2026-08-25.json`.

The manifests of a partition are a chain: each holds the digest of the one before it. Of every account with entries in
the file it keeps what the account had come to by then, so that a replay may begin there.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from store.keys import AccountRef
from store.replay import Replay

SCHEMA = 1


class ArchiveError(Exception):
    """The archive is not as it has to be; `str()` says what, for an operator. Nothing was changed."""


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
class Manifest:
    """A closed UTC day of one partition; with it may be entries of earlier days that came late.

    `sums` tells per currency what each ledger account was given less what it gave; `sha256` is the file's,
    `entries_sha256` that of its entries however they are stored; `before` is the digest of the manifest of the
    partition's last earlier file, "" for none. `elsewhere`: accounts without entries here, and the day of their last.
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
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    def encode(self) -> bytes:
        """The same bytes for the same contents, for ever."""
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode() + b"\n"

    @property
    def digest(self) -> str:
        """By which the next one names it."""
        return hashlib.sha256(self.encode()).hexdigest()

    @property
    def name(self) -> str:
        """Its file's name."""
        return name(self.partition, self.day)

    def day_of(self, ref: AccountRef) -> str:
        """The day of the file with the account's last archived entries, "" if it has none."""
        named = named_as(ref)
        return self.day if named in self.accounts else self.elsewhere.get(named, "")

    @classmethod
    def decode(cls, text: bytes) -> "Manifest":
        """The manifest from its file; ArchiveError where it is none of this version."""
        try:
            told = json.loads(text)
            accounts = {named: Part(**part) for named, part in told.pop("accounts").items()}
            manifest = cls(**told, accounts=accounts)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ArchiveError(f"a manifest cannot be read: {error}") from error
        if manifest.schema != SCHEMA or manifest.encode() != text:
            raise ArchiveError(f"the manifest of {manifest.day} is not as this version writes it")
        return manifest


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
    return AccountRef(*named.split("/"))
