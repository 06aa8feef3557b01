"""The scripts' own promises: true headers, no write before the last refusal, a calendar that is right."""

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from store import scripts
from store.events import Codec, Event
from store.keys import AccountRef
from store.scripts import Client, Script
from tests.store.clock import READS_CLOCK

LABELS = ("KEYS", "ARGV", "Output", "Event")
READS = {
    "GET",
    "SCARD",
    "ZCARD",
    "MGET",
    "HGET",
    "HMGET",
    "HGETALL",
    "TIME",
    "EXISTS",
    "SISMEMBER",
    "SMISMEMBER",
    "ZSCORE",
    "ZCOUNT",
    "XRANGE",
    "ZRANGE",
    "ZRANGEBYSCORE",
}
FAST = "what changes nothing but numbers is done, and returns, before anything else is looked at"
HOUSEKEEPING = {
    "capture_hold": FAST,
    "claim_payment": "what must not be charged any more ends here: cancelled or failed, then refused",
    "place_hold": "what has expired leaves before a hold is refused, as with usage",
    "release_hold": FAST,
    "wake_payment": "a refused wake is also taken off the schedule",
}
"""Scripts that write before they refuse, and what: nothing of it is money."""
NAMES = scripts.names()


def own(name: str) -> str:
    """The script's own text, without what it includes."""
    return (scripts._LUA / f"{name}.lua").read_text("utf-8")


def header(name: str) -> dict[str, str]:
    """Label -> what the header says; a line that begins with three spaces goes on."""
    joined = own(name).replace("\n--   ", " ")
    return dict(re.findall(r"^-- (KEYS|ARGV|Output|Event): (.*)$", joined, re.MULTILINE))


def body(script: Script) -> str:
    """The source without comments."""
    return re.sub(r"--.*", "", script.source)


def functions(source: str) -> dict[str, str]:
    """Every local function's own text, by name, also of those within another."""
    found = re.findall(r"(?=^( *)local function (\w+)\((.*?)\)\n(.*?)^\1end$)", source, re.MULTILINE | re.DOTALL)
    return {name: outside(text) for _, name, _, text in found}


def outside(text: str) -> str:
    """The text without its local functions."""
    return re.sub(r"^( *)local function .*?^\1end$", "", text, flags=re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """Redis commands called in a text."""
    return re.findall(r"call\('(\w+)'", text)


def writing(script: Script) -> set[str]:
    """Functions of a script that write, directly or through another."""
    texts = functions(body(script))
    found = {name for name, text in texts.items() if set(commands(text)) - READS}
    while True:
        more = {n for n, text in texts.items() if any(re.search(rf"\b{f}\(", text) for f in found)} - found
        if not more:
            return found
        found |= more


def emitted(script: Script) -> dict[str, list[list[str]]]:
    """Event type -> the names of the fields given, for each call that appends it."""
    found: dict[str, list[list[str]]] = {}
    common = names_given(arguments(functions(body(script)).get("tell_trouble", ""), "emit")[:1], 2)
    for text in reached(script):
        for function, skipped in (("emit", 2), ("tell_trouble", 5), ("tell", 1)):
            for call in arguments(text, function):
                kinds = [kind for kind in re.findall(r"'(\w+)'", " ".join(call[:skipped])) if kind in Codec.TYPES]
                names = names_given([call], skipped) + ([] if function == "emit" else common)
                for kind in kinds:
                    found.setdefault(kind, []).append(names)
    return found


def arguments(text: str, function: str) -> list[list[str]]:
    """The arguments of each call of `function` in `text`."""
    calls = re.findall(rf"\b{function}\(((?:[^()]|\([^()]*\))*)\)", text)
    return [[each.strip() for each in re.split(r",(?![^()]*\))", call)] for call in calls]


def names_given(calls: list[list[str]], skipped: int) -> list[str]:
    """The names among `'name', value` pairs that follow the first `skipped` arguments."""
    return [each.strip("'") for call in calls for each in call[skipped::2] if each != "..."]


def reached(script: Script) -> list[str]:
    """The main part of a script and every function that it calls, directly or not."""
    source = body(script)
    texts = functions(source)
    main = outside(source)
    names, queue = set[str](), [main]
    for text in queue:
        new = {name for name in texts if re.search(rf"\b{name}\(", text)} - names
        names |= new
        queue += [texts[name] for name in sorted(new)]
    return queue


@pytest.mark.parametrize("name", NAMES)
def test_header_names_everything(name: str) -> None:
    """Each script says its verb and purpose, its keys, arguments, output and events, each once."""
    assert own(name).startswith(f"-- {name}: ")
    assert tuple(header(name)) == LABELS


@pytest.mark.parametrize("name", NAMES)
def test_first_statements_bind_the_headers_names(name: str) -> None:
    """Keys and arguments are bound to the header's names in the header's order before anything else."""
    script = scripts.load(name)
    statements = re.sub(r"\s+", " ", body(script))
    fixed = [each for each in script.args if not each.endswith("...")]

    for names, table in ((list(script.keys), "KEYS"), (fixed, "ARGV")):
        bound = re.search(rf"local ([\w, ]+?) = ({table}\[\d+\](?:, {table}\[\d+\])*)", statements)
        assert bound, table
        wanted = [f"{each}_key" for each in names] if table == "KEYS" else names
        assert bound[1].split(", ") == wanted
        assert bound[2].split(", ") == [f"{table}[{index}]" for index in range(1, len(names) + 1)]
    assert statements.strip().startswith("local ")


@pytest.mark.parametrize("name", NAMES)
def test_rest_of_the_arguments_starts_after_the_named_ones(name: str) -> None:
    """A script that takes the rest of ARGV starts where the named arguments end, and no other reads so far."""
    script = scripts.load(name)
    fixed = [each for each in script.args if not each.endswith("...")]
    starts = re.findall(r"for i = (\d+), #ARGV|unpack\(ARGV, (\d+)\)", body(script))

    assert {int(a or b) for a, b in starts} == ({len(fixed) + 1} if len(fixed) < len(script.args) else set())


@pytest.mark.parametrize("name", NAMES)
def test_header_lists_every_event(name: str) -> None:
    """The header's events are those that the script can append, no more and no fewer."""
    listed = header(name)["Event"]

    assert set(emitted(scripts.load(name))) == (set() if listed == "-" else set(listed.split()))


def test_every_event_is_told_by_some_script() -> None:
    """The catalogue of events and the scripts' headers hold the same names."""
    listed = {kind for name in NAMES for kind in header(name)["Event"].split() if kind != "-"}

    assert listed == set(Codec.TYPES)


@pytest.mark.parametrize("name", NAMES)
def test_events_carry_exactly_their_fields(name: str) -> None:
    """Each call that appends an event gives the fields of the event's class, each once."""
    envelope = {field.name for field in fields(Event)}
    for kind, calls in emitted(scripts.load(name)).items():
        wanted = {field.name for field in fields(Codec.TYPES[kind])} - envelope
        for given in calls:
            assert sorted(given) == sorted(wanted), kind


@pytest.mark.parametrize("name", NAMES)
def test_every_write_comes_after_the_last_refusal(name: str) -> None:
    """Nothing is written before a script has decided, save for what is declared as housekeeping."""
    script = scripts.load(name)
    writers = writing(script)
    written, wrong = False, []
    main = outside(body(script))
    for line in main.splitlines():
        called = any(re.search(rf"\b{each}\(", line) for each in writers)
        written = written or called or bool(set(commands(line)) - READS)
        if written and "'refused" in line:
            wrong.append(line.strip())

    assert bool(wrong) == (name in HOUSEKEEPING), wrong


@pytest.mark.parametrize("name", NAMES)
def test_script_touches_only_the_keys_that_it_is_given(name: str) -> None:
    """Every command's key is one that was passed: a cluster routes by them."""
    for command, key in re.findall(r"call\('(\w+)', ([^,)]+)", body(scripts.load(name))):
        assert key in {"key", "operation_key", "ctx.outbox", "ctx.due", "ctx.journal"} or key.endswith("_key"), command


@pytest.mark.parametrize("name", NAMES)
def test_script_is_of_a_size_to_be_read(name: str) -> None:
    """A verb fits on a page or two; no line runs off it."""
    lines = own(name).splitlines()

    assert len(lines) <= 141
    assert max(map(len, lines)) <= 130


def test_unknown_script_raises() -> None:
    """A name without a file is an error of the program."""
    with pytest.raises(FileNotFoundError):
        scripts.load("no_such_script")


def test_includes_go_two_levels_deep() -> None:
    """A part includes only statements that functions share, which include nothing; nothing is left unspliced."""
    for file in (scripts._LUA / "lib").iterdir():
        for part in re.findall(r"-- include: (\S+)", file.read_text("utf-8")):
            assert "-- include:" not in own(part)
    assert not any("-- include:" in scripts.load(name).source for name in NAMES)


CALENDAR = "\n".join(
    (
        (scripts._LUA / "lib" / "clock.lua").read_text("utf-8"),
        "local found = {}",
        "for i, ms in ipairs(ARGV) do",
        "  local c = calendar(tonumber(ms))",
        "  found[i] = table.concat({ c.month, c.day, string.format('%.0f', c.next_day_ms),",
        "    string.format('%.0f', c.next_month_ms) }, ' ')",
        "end",
        "return found",
    )
)


async def test_calendar_agrees_with_pythons(redis: Client) -> None:
    """Day, month and both next edges are right on every day of two centuries, at each end of the day."""
    day_zero = datetime(1970, 1, 1, tzinfo=UTC)
    moments = [
        day_zero + timedelta(days=day, milliseconds=ms)
        for day in range(80_000)
        for ms in ((0,) if day % 7 else (0, 86_399_999))
    ]
    expected = []
    for each in moments:
        start = each.replace(hour=0, minute=0, second=0, microsecond=0)
        month = (start.replace(day=1) + timedelta(days=31)).replace(day=1)
        edges = [str(round(edge.timestamp() * 1000)) for edge in (start + timedelta(days=1), month)]
        expected.append(" ".join((f"{each:%Y-%m}", f"{each:%Y-%m-%d}", *edges)))

    found: list[str] = []
    for start_at in range(0, len(moments), 4000):
        batch = [str(round(each.timestamp() * 1000)) for each in moments[start_at : start_at + 4000]]
        found += await redis.eval(CALENDAR, 0, *batch)

    assert found == expected


async def test_clock_is_the_servers_own(redis: Client) -> None:
    """The time in a script is the server's, in whole milliseconds."""
    source = (scripts._LUA / "lib" / "clock.lua").read_text("utf-8")
    assert READS_CLOCK.search(source)
    before = await redis.time()
    found = int(await redis.eval(source + "\nreturn string.format('%.0f', now_ms())", 0))
    after = await redis.time()

    assert before[0] * 1000 + before[1] // 1000 <= found <= after[0] * 1000 + after[1] // 1000


async def test_event_of_another_tenant_names_it(redis: Client) -> None:
    """Two tenants of one partition share a stream; each event names whose it is."""
    record = {"type": "recharge_resumed", "tenant": "T0OTHER", "account": "second", "at_ms": "7", "by": "slack:U1"}

    event = Codec.decode("00-1-0", record)

    assert (event.ref, event.at_ms) == (AccountRef("T0OTHER", "second"), 7)
