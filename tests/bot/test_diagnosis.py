"""What is unsafe about a server, fact by fact."""

import dataclasses
from typing import Any

import pytest

from bot.diagnosis import Finding, Level, judge, worst
from bot.snapshot import FORBIDDEN, Node, Polled, Replica, Snapshot, Work

CONFIG = {
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
    "save": "",
    "min-replicas-to-write": "1",
    "timeout": "0",
    "busy-reply-threshold": "5000",
}
REPLICA = Replica("192.0.2.2:6379", online=True, behind_bytes=0, behind_s=0)
NODE = Node(
    name="",
    software="redis",
    version="7.0.15",
    append_only=True,
    append_ok=True,
    memory=100,
    memory_limit=1000,
    eviction="noeviction",
    replicas=(REPLICA,),
    config=CONFIG,
)
WORK = Work(
    partitions=64, held={"payments": 64, "alerts": 64}, workers={"payments": 1, "alerts": 1}, events={"payments": 0}
)
SEEN = Snapshot(
    address="rediss://redis.example:6379",
    embedded=False,
    transport="tls",
    remote=True,
    cluster=False,
    user="credits",
    rights=frozenset(),
    nodes=(NODE,),
    work=WORK,
)


def node(**changes: Any) -> Snapshot:
    """A sound server but for this."""
    return dataclasses.replace(SEEN, nodes=(dataclasses.replace(NODE, **changes),))


def config(**changes: str) -> Snapshot:
    """A sound server but for these settings."""
    return node(config={**CONFIG, **{name.replace("_", "-"): value for name, value in changes.items()}})


def work(**changes: Any) -> Snapshot:
    """A sound server whose background work is otherwise."""
    return dataclasses.replace(SEEN, work=dataclasses.replace(WORK, **changes))


def seen(**changes: Any) -> Snapshot:
    """A sound server that is reached otherwise."""
    return dataclasses.replace(SEEN, **changes)


def bad(snapshot: Snapshot) -> list[Finding]:
    """What is not as it should be."""
    return [each for each in judge(snapshot) if each.level is not Level.OK]


def test_a_sound_server() -> None:
    """Where everything is as it should be, each subject says so and nothing is to be changed."""
    findings = judge(SEEN)

    assert [each.subject for each in findings] == [
        "flush", "memory", "replicas", "failover", "clock", "timeouts", "connection", "rights", "form", "workers",
        "workers",
        "outbox", "schedule", "dead events",
    ]  # fmt: skip
    assert {(each.level, each.change) for each in findings} == {(Level.OK, "")}
    assert worst(findings) is Level.OK


@pytest.mark.parametrize(
    ("snapshot", "subject", "said", "change"),
    [
        (node(primary=False), "role", "read-only replica", "REDIS_URL"),
        (node(append_only=False), "persistence", "a restart loses", "appendonly yes"),
        (config(appendfsync="everysec"), "flush", "two seconds of acknowledged", "appendfsync always"),
        (config(appendfsync="no"), "flush", "appendfsync is no", "appendfsync always"),
        (config(no_appendfsync_on_rewrite="yes"), "flush", "rewritten", "no-appendfsync-on-rewrite no"),
        (node(append_ok=False), "disk", "failed", "free space"),
        (node(eviction="allkeys-lru"), "memory", "allkeys-lru", "maxmemory-policy noeviction"),
        (node(memory=950), "memory", "95%", "larger maxmemory"),
        (node(clock_ahead_ms=60_000), "clock", "60.0 s ahead", "NTP"),
        (node(clock_ahead_ms=-60_000), "clock", "60.0 s behind", "NTP"),
        (seen(cluster=True, cluster_ok=False), "cluster", "slots are not served", "--cluster fix"),
        (seen(other_form=9), "form", "kept in form 9, and this version", "the version that wrote them"),
        (
            work(events={"alerts": 3}, events_wait_s=900.0),
            "outbox",
            "alerts 3, the oldest for 15 min",
            "credits worker",
        ),
        (work(looks=1, looks_wait_s=86_400.0), "schedule", "1 look overdue, the oldest for 1 d", "credits worker"),
    ],
)
def test_what_is_unsafe(snapshot: Snapshot, subject: str, said: str, change: str) -> None:
    """What can lose money or stop postings is unsafe, with the line that puts it right."""
    [finding] = bad(snapshot)

    assert (finding.level, finding.subject) == (Level.UNSAFE, subject)
    assert said in finding.said
    assert change in finding.change
    assert worst(judge(snapshot)) is Level.UNSAFE


@pytest.mark.parametrize(
    ("snapshot", "subject", "said", "change"),
    [
        (node(memory=800), "memory", "80%", "larger maxmemory"),
        (node(memory_limit=0), "memory", "without a limit", "maxmemory 2gb"),
        (node(replicas=()), "replicas", "only copy", "replicaof"),
        (node(replicas=(dataclasses.replace(REPLICA, online=False),)), "replicas", "not in step", "log"),
        (node(replicas=(dataclasses.replace(REPLICA, behind_s=11),)), "replicas", "0 B and 11 s behind", "network"),
        (config(min_replicas_to_write="0"), "failover", "a failover loses those", "min-replicas-to-write 1"),
        (node(clock_ahead_ms=2_000), "clock", "2.0 s ahead", "NTP"),
        (node(clock_ahead_ms=-59_999), "clock", "60.0 s behind", "NTP"),
        (config(timeout="59"), "timeouts", "rest for 59 s", "timeout 0"),
        (config(busy_reply_threshold="999"), "timeouts", "999 ms", "busy-reply-threshold 5000"),
        (seen(transport="tcp"), "connection", "not encrypted", "rediss://"),
        (seen(rights=frozenset({"KEYS", "CONFIG"})), "rights", "may CONFIG, KEYS", "ACL SETUSER credits"),
        (work(held={"payments": 63}), "workers", "63 of 64", "ten seconds"),
        (work(held={"payments": 0}, workers={}), "workers", "0 of 64 partitions read, by 0 workers", "credits serve"),
        (work(events={"alerts": 1}, events_wait_s=60.0), "outbox", "the oldest for 1 min", "credits worker"),
        (work(dead=2), "dead events", "2", "credits dead list"),
        (node(append_only=None), "persistence", "cannot be seen: INFO", "CONFIG GET appendonly must say yes"),
        (node(eviction=None), "memory", "cannot be seen", "noeviction"),
        (node(replicas=None), "replicas", "cannot be seen", "INFO replication"),
        (node(config={}), "flush", "cannot be seen: CONFIG", "CONFIG GET appendfsync must say always"),
        (seen(rights=None), "rights", "cannot be seen", "ACL GETUSER"),
    ],
)  # fmt: skip
def test_what_is_advised(snapshot: Snapshot, subject: str, said: str, change: str) -> None:
    """What is safe now and could be better, or cannot be seen, is advice."""
    [finding] = bad(snapshot)

    assert (finding.level, finding.subject) == (Level.ADVICE, subject)
    assert said in finding.said
    assert change in finding.change
    assert worst(judge(snapshot)) is Level.ADVICE


@pytest.mark.parametrize(
    "snapshot",
    [
        node(memory=799),
        node(clock_ahead_ms=1_999),
        node(clock_ahead_ms=-1_999),
        node(replicas=(dataclasses.replace(REPLICA, behind_s=10),)),
        config(timeout="60"),
        config(busy_reply_threshold="1000"),
        seen(transport="unix", remote=False),
        seen(transport="tcp", remote=False),
        seen(cluster=True, cluster_ok=True),
        seen(work=None),
        work(events={"alerts": 1}, events_wait_s=59.0),
        work(looks=2, looks_wait_s=59.9),
    ],
)
def test_what_is_well(snapshot: Snapshot) -> None:
    """What is just within its bounds is no finding to act on."""
    assert bad(snapshot) == []


def test_the_embedded_server() -> None:
    """Nobody can set the embedded server's limit or rights; its copy is made otherwise."""
    mine = dataclasses.replace(NODE, memory_limit=0, replicas=())
    snapshot = seen(embedded=True, transport="unix", remote=False, rights=frozenset(FORBIDDEN), nodes=(mine,))

    [finding] = bad(snapshot)

    assert (finding.subject, finding.change) == ("replicas", "copy the data folder while nothing runs")


def test_a_memory_only_server_is_told_what_snapshots_are_worth() -> None:
    """Snapshots do not stand in for an append-only file."""
    [finding] = bad(node(append_only=False, config={**CONFIG, "save": "3600 1"}))

    assert "snapshots (3600 1) keep only what is older" in finding.said


def test_the_default_user_is_told_of_one_of_its_own() -> None:
    """The line to set makes another user than the administrator's."""
    [finding] = bad(seen(user="default", rights=frozenset({"KEYS"})))

    assert "ACL SETUSER credits reset on" in finding.change


def test_nodes_that_have_it_in_common() -> None:
    """What several primaries of a cluster have in common is said once, with those that have it."""
    lax = dataclasses.replace(NODE, config={**CONFIG, "appendfsync": "everysec"})
    nodes = [dataclasses.replace(each, name=f"node-{n}") for n, each in enumerate([lax, NODE, lax])]
    findings = judge(seen(cluster=True, cluster_ok=True, nodes=tuple(nodes)))

    [unsafe] = [each for each in findings if each.level is Level.UNSAFE]
    assert (unsafe.subject, unsafe.nodes) == ("flush", ("node-0", "node-2"))


@pytest.mark.parametrize(
    ("polled", "level", "said", "change"),
    [
        (Polled(read_s=600), Level.OK, "10 min ago", ""),
        (Polled(), Level.ADVICE, "none was read", "worker"),
        (Polled(read_s=4_000, overdue_s=3_000), Level.ADVICE, "50 min, and nobody does", "worker"),
        (Polled(read_s=600, overdue_s=899), Level.OK, "10 min ago", ""),
        (Polled(problem="away", failing_s=1_800), Level.ADVICE, "30 min (away), so not charged", "graph check"),
        (Polled(problem="forbidden", failing_s=60, told=True), Level.UNSAFE, "(forbidden)", "graph check"),
    ],
)
def test_call_records_that_are_not_read_are_told(polled: Polled, level: Level, said: str, change: str) -> None:
    """What a person has to mend, or what lasts, endangers money; where nothing is to be read, nothing is said."""
    [found] = [each for each in judge(dataclasses.replace(SEEN, polled=polled)) if each.subject == "call records"]

    assert (found.level, said in found.said, change in found.change) == (level, True, True)
    assert [each for each in judge(SEEN) if each.subject == "call records"] == []
