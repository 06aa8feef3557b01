"""What was seen of a ledger's server. None is what could not be seen, mostly because the ACL forbids to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FORBIDDEN: Final = ("CONFIG", "DEBUG", "FLUSHALL", "FLUSHDB", "KEYS", "SHUTDOWN")
"""What the bot never sends, so that nobody who takes its place should be able to."""


@dataclass(frozen=True, slots=True)
class Replica:
    """A copy, as its primary sees it."""

    address: str
    online: bool
    behind_bytes: int
    behind_s: int


@dataclass(frozen=True, slots=True)
class Node:
    """One server; of a cluster, one of its primaries. Sizes in bytes, `clock_ahead_ms` of this machine's clock."""

    name: str
    software: str
    version: str
    primary: bool = True
    append_only: bool | None = None
    append_ok: bool | None = None
    """Whether the last write and rewrite of the append-only file succeeded."""
    memory: int | None = None
    memory_limit: int | None = None
    eviction: str | None = None
    replicas: tuple[Replica, ...] | None = None
    clock_ahead_ms: int = 0
    config: Mapping[str, str] = field(default_factory=dict)
    """What CONFIG GET tells; empty where it is forbidden."""


@dataclass(frozen=True, slots=True)
class Work:
    """The background work. `waits_s`: how long the oldest event or look has been waiting, None where none does."""

    partitions: int
    held: Mapping[str, int]
    """By group: partitions whose lease somebody holds."""
    workers: Mapping[str, int]
    events: Mapping[str, int]
    """By group: events that are not handled yet."""
    events_wait_s: float | None = None
    looks: int = 0
    looks_wait_s: float | None = None
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Polled:
    """The call records that are read from Microsoft Graph.

    `read_s`: how long ago they were read to their end, None if they never were. `overdue_s`: since when they are
    to be read again, 0 if not yet. `problem`: why they were not the last time, `failing_s` since when; `told`: whether
    somebody has to look at it.
    """

    read_s: float | None = None
    overdue_s: float = 0
    problem: str = ""
    failing_s: float = 0
    told: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was seen."""

    address: str
    embedded: bool
    transport: str
    """`unix`, `tls` or `tcp`."""
    remote: bool
    """Whether other machines are between us and the server."""
    cluster: bool
    user: str | None
    rights: frozenset[str] | None
    """Of FORBIDDEN, what our user may do."""
    nodes: tuple[Node, ...]
    other_form: int | None = None
    """The form of what another version has left there, which this one does not read."""
    work: Work | None = None
    cluster_ok: bool | None = None
    polled: Polled | None = None
    """None where the settings name nothing to poll."""
