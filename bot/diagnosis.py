"""What an examined ledger's server means for money: pure, facts in, findings out.

A fact that is None could not be seen, mostly because the ACL forbids to ask; that is said, and never taken for good.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from bot.snapshot import FORBIDDEN, Node, Polled, Snapshot, Work
from store.schema import FORM

ENOUGH: Final = "~cr:* +@all -@admin -@dangerous +info"
"""All the rights that the bot needs."""

CLOCK_ADVICE_MS: Final = 2_000
CLOCK_UNSAFE_MS: Final = 60_000
FULL_ADVICE, FULL_UNSAFE = 0.80, 0.95
"""Of `maxmemory`; beyond it every posting is refused."""
LAG_S: Final = 10
WAITS_ADVICE_S, WAITS_UNSAFE_S = 60, 900
"""How long something may wait for the background work."""
IDLE_S: Final = 60
BUSY_MS: Final = 1_000


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    ADVICE = "advice"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `change` is exactly what to set or do, "" where nothing is; `nodes` where it was found."""

    level: Level
    subject: str
    said: str
    change: str = ""
    nodes: tuple[str, ...] = ()


def judge(seen: Snapshot) -> list[Finding]:
    """Every finding, in the order of its subjects."""
    of_nodes = judge_nodes(seen.nodes, embedded=seen.embedded)
    return [
        *_of_cluster(seen),
        *of_nodes,
        *_of_connection(seen),
        _of_form(seen),
        *_of_work(seen.work),
        *_of_records(seen.polled),
    ]


def judge_nodes(nodes: Sequence[Node], *, embedded: bool) -> list[Finding]:
    """What is found of the servers alone; what several of them have in common is one."""
    found: dict[Finding, list[str]] = {}
    for node in nodes:
        for each in _of_node(node, embedded=embedded):
            found.setdefault(each, []).append(node.name)
    several = len(nodes) > 1
    return [replace(each, nodes=tuple(names) if several else ()) for each, names in found.items()]


def worst(findings: list[Finding]) -> Level:
    """The worst level among them."""
    return max((each.level for each in findings), key=list(Level).index, default=Level.OK)


def _of_cluster(seen: Snapshot) -> Iterator[Finding]:
    if not seen.cluster:
        return
    if seen.cluster_ok is False:
        yield Finding(Level.UNSAFE, "cluster", "slots are not served: some workspaces can post nothing",
                      "redis-cli --cluster check, then --cluster fix")  # fmt: skip
    else:
        yield Finding(Level.OK, "cluster", f"{len(seen.nodes)} primaries, every slot served")


def _of_node(node: Node, *, embedded: bool) -> Iterator[Finding]:
    if not node.primary:
        yield Finding(Level.UNSAFE, "role", "a read-only replica: nothing can be posted",
                      "REDIS_URL=… of the primary")  # fmt: skip
    yield from _persistence(node)
    yield from _memory(node, embedded=embedded)
    yield from _replicas(node, embedded=embedded)
    yield _clock(node)
    yield from _timeouts(node)


def _persistence(node: Node) -> Iterator[Finding]:
    fsync = node.config.get("appendfsync")
    if node.append_only is None:
        yield _unseen("persistence", "INFO", "CONFIG GET appendonly", "yes")
    elif not node.append_only:
        snapshots = f"; snapshots ({node.config['save']}) keep only what is older" if node.config.get("save") else ""
        yield Finding(Level.UNSAFE, "persistence", f"no append-only file: a restart loses postings{snapshots}",
                      "appendonly yes")  # fmt: skip
        return
    if fsync is None:
        yield _unseen("flush", "CONFIG", "CONFIG GET appendfsync", "always")
    elif fsync != "always":
        loss = (
            "up to two seconds of acknowledged postings" if fsync == "everysec" else "what the system had not written"
        )
        yield Finding(Level.UNSAFE, "flush", f"appendfsync is {fsync}: a crash on a busy disk loses {loss}",
                      "appendfsync always")  # fmt: skip
    elif node.append_only:
        yield Finding(Level.OK, "flush", "append-only file, flushed before each answer (appendfsync always)")
    if node.config.get("no-appendfsync-on-rewrite") == "yes":
        yield Finding(Level.UNSAFE, "flush", "nothing is flushed while the append-only file is rewritten",
                      "no-appendfsync-on-rewrite no")  # fmt: skip
    if node.append_ok is False:
        yield Finding(Level.UNSAFE, "disk", "the last write or rewrite of the append-only file failed",
                      "free space or rights on its disk; its log says which")  # fmt: skip


def _memory(node: Node, *, embedded: bool) -> Iterator[Finding]:
    if node.eviction is None:
        yield _unseen("memory", "INFO", "CONFIG GET maxmemory-policy", "noeviction")
    elif node.eviction != "noeviction":
        yield Finding(Level.UNSAFE, "memory", f"maxmemory-policy is {node.eviction}: money could be evicted",
                      "maxmemory-policy noeviction")  # fmt: skip
    if node.memory is None or node.memory_limit is None:
        return
    used = _size(node.memory)
    if not node.memory_limit:
        if embedded:
            yield Finding(Level.OK, "memory", f"{used} used")
        else:
            yield Finding(Level.ADVICE, "memory", f"{used} used, without a limit: the system may kill it for it",
                          "maxmemory 2gb, say: half of the machine's, as a rewrite takes a copy")  # fmt: skip
        return
    share = node.memory / node.memory_limit
    said = f"{used} of {_size(node.memory_limit)} used ({share:.0%})"
    if share >= FULL_ADVICE:
        level = Level.UNSAFE if share >= FULL_UNSAFE else Level.ADVICE
        yield Finding(level, "memory", f"{said}: when it is full, every posting is refused", "a larger maxmemory")
    else:
        yield Finding(Level.OK, "memory", f"{said}, {node.eviction}")


def _replicas(node: Node, *, embedded: bool) -> Iterator[Finding]:
    if node.replicas is None:
        yield _unseen("replicas", "INFO", "INFO replication", "connected_slaves of 1 or more")
        return
    if not node.replicas:
        change = "copy the data folder while nothing runs" if embedded else "replicaof … on a second server"
        yield Finding(Level.ADVICE, "replicas", "none: this machine's disk holds the only copy", change)
        return
    for each in node.replicas:
        behind = f"{_size(each.behind_bytes)} and {each.behind_s} s behind"
        if not each.online:
            yield Finding(Level.ADVICE, "replicas", f"{each.address} is not in step yet", "its log says why")
        elif each.behind_s > LAG_S:
            yield Finding(Level.ADVICE, "replicas", f"{each.address} is {behind}", "its network and its disk")
        else:
            yield Finding(Level.OK, "replicas", f"{each.address} is {behind}")
    needed = node.config.get("min-replicas-to-write")
    if needed == "0":
        yield Finding(Level.ADVICE, "failover", "postings are acknowledged although no replica takes them: a failover"
                      " loses those", f"min-replicas-to-write 1, min-replicas-max-lag {LAG_S}")  # fmt: skip
    elif needed is not None:
        yield Finding(Level.OK, "failover", f"postings are refused while fewer than {needed} replicas take them")


def _clock(node: Node) -> Finding:
    ahead = node.clock_ahead_ms
    said = f"{abs(ahead) / 1000:.1f} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
    if abs(ahead) < CLOCK_ADVICE_MS:
        return Finding(Level.OK, "clock", "as this machine's")
    level = Level.UNSAFE if abs(ahead) >= CLOCK_UNSAFE_MS else Level.ADVICE
    return Finding(level, "clock", f"{said}: expiries, caps and cool-downs go by it", "an NTP service on both machines")


def _timeouts(node: Node) -> Iterator[Finding]:
    if "timeout" not in node.config:
        return
    idle = int(node.config["timeout"])
    if 0 < idle < IDLE_S:
        yield Finding(Level.ADVICE, "timeouts", f"connections that rest for {idle} s are closed", "timeout 0")
    busy = int(node.config.get("busy-reply-threshold", node.config.get("lua-time-limit", BUSY_MS)))
    if idle == 0 and busy >= BUSY_MS:
        yield Finding(Level.OK, "timeouts", f"resting connections stay open; scripts may take {busy} ms")
    if 0 < busy < BUSY_MS:
        yield Finding(Level.ADVICE, "timeouts", f"others are refused when a script takes {busy} ms",
                      "busy-reply-threshold 5000")  # fmt: skip


def _of_connection(seen: Snapshot) -> Iterator[Finding]:
    if seen.transport != "tcp":
        yield Finding(Level.OK, "connection", "a unix socket" if seen.transport == "unix" else "TLS, verified")
    elif seen.remote:
        yield Finding(Level.ADVICE, "connection", "not encrypted: who can listen sees password and money",
                      "tls-port 6379, and REDIS_URL=rediss://…")  # fmt: skip
    else:
        yield Finding(Level.OK, "connection", "TCP within this machine")
    may = sorted(seen.rights or ())
    if seen.rights is None:
        yield _unseen("rights", "EVAL", "ACL GETUSER …", "without " + ", ".join(FORBIDDEN))
    elif not may:
        yield Finding(Level.OK, "rights", f"user {seen.user or '?'} may do nothing that the bot does not need")
    elif seen.embedded:
        yield Finding(Level.OK, "rights", "all, through a socket that only this user of the system can open")
    else:
        user = "credits" if seen.user in {None, "default"} else seen.user
        said = f"user {seen.user or '?'} may {', '.join(may)}, which the bot never needs"
        yield Finding(Level.ADVICE, "rights", said, f"ACL SETUSER {user} reset on >… {ENOUGH}")


def _of_form(seen: Snapshot) -> Finding:
    if seen.other_form is None:
        return Finding(Level.OK, "form", f"what is kept is as this version keeps it (form {FORM})")
    said = (
        f"credits are kept in form {seen.other_form}, and this version, which keeps them in form {FORM}, does not start"
    )
    return Finding(Level.UNSAFE, "form", said, "the version that wrote them, or REDIS_URL=… of a Redis that is empty")


def _of_work(work: Work | None) -> Iterator[Finding]:
    if work is None:
        return
    for group, held in work.held.items():
        number = work.workers.get(group, 0)
        said = f"{group}: {held} of {work.partitions} partitions read, by {_counted(number, 'worker')}"
        if held == work.partitions:
            yield Finding(Level.OK, "workers", said)
        else:
            change = "wait ten seconds, then ask again" if number else "credits serve, or credits worker"
            yield Finding(Level.ADVICE, "workers", said, change)
    left = ", ".join(f"{group} {number}" for group, number in work.events.items() if number)
    yield _waiting("outbox", f"events not handled yet: {left}" if left else "", work.events_wait_s)
    late = f"{_counted(work.looks, 'look')} overdue" if work.looks else ""
    yield _waiting("schedule", late, work.looks_wait_s)
    if work.dead:
        yield Finding(Level.ADVICE, "dead events", f"{work.dead}: nobody was told of them", "credits dead list")
    else:
        yield Finding(Level.OK, "dead events", "none")


def _of_records(polled: Polled | None) -> Iterator[Finding]:
    if polled is None:
        return
    subject, idle = "call records", "credits serve, or credits worker"
    if polled.problem:
        level = Level.UNSAFE if polled.told else Level.ADVICE
        said = f"not read from Microsoft Graph for {_time(polled.failing_s)} ({polled.problem}), so not charged"
        yield Finding(level, subject, said, "credits graph check says what to do")
    elif polled.read_s is None:
        yield Finding(Level.ADVICE, subject, "none was read from Microsoft Graph yet", idle)
    elif polled.overdue_s >= WAITS_UNSAFE_S:
        said = f"to be read from Microsoft Graph since {_time(polled.overdue_s)}, and nobody does"
        yield Finding(Level.ADVICE, subject, said, idle)
    else:
        yield Finding(Level.OK, subject, f"read from Microsoft Graph {_time(polled.read_s)} ago")


def _waiting(subject: str, said: str, seconds: float | None) -> Finding:
    if not said or seconds is None:
        return Finding(Level.OK, subject, "nothing waits")
    level = Level.OK
    if seconds >= WAITS_ADVICE_S:
        level = Level.UNSAFE if seconds >= WAITS_UNSAFE_S else Level.ADVICE
    change = "credits worker; its log says what holds it up" if level is not Level.OK else ""
    return Finding(level, subject, f"{said}, the oldest for {_time(seconds)}", change)


def _unseen(subject: str, command: str, look: str, right: str) -> Finding:
    said = f"cannot be seen: {command} is not allowed to this user"
    return Finding(Level.ADVICE, subject, said, f"as administrator: {look} must say {right}")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _size(number: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if abs(number) < 1024:  # noqa: PLR2004 - the unit's own
            return f"{number:.0f} {unit}"
        number /= 1024
    return f"{number:.1f} GiB"


def _time(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
