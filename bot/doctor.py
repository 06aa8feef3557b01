"""`credits doctor`: what the connected server is, what is unsafe about it for money, and exactly what to change."""

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from redis.exceptions import RedisError
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.connect import ConnectError, connect
from bot.diagnosis import Finding, Level, judge, worst
from bot.embedded import EmbeddedRedisError
from bot.examination import examine
from bot.outages import plainly
from bot.polling import feed_of
from bot.reaching import ledger_address
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile, Settings
from bot.snapshot import Snapshot

UNREACHABLE: Final = 2
_LOOKS: Final = {Level.OK: ("ok", "green"), Level.ADVICE: ("advice", "yellow"), Level.UNSAFE: ("UNSAFE", "bold red")}

AsJson = Annotated[bool, typer.Option("--json", help="For programs: one object.")]


def doctor(as_json: AsJson = False, env_file: EnvFile = Path(".env")) -> None:
    """Say what is unsafe about the connected Redis, and what to change; also whether call records are read as set up.

    It changes nothing. Exit code 0: nothing is unsafe; 1: something is; 2: Redis cannot be reached.
    """
    seen = _examined(settings_for(Profile.TOOL, env_file))
    findings = judge(seen)
    if as_json:
        typer.echo(json.dumps(as_data(seen, findings), indent=2))
    else:
        show(Console(highlight=False), seen, findings)
    raise typer.Exit(1 if worst(findings) is Level.UNSAFE else 0)


def _examined(settings: Settings) -> Snapshot:
    found: list[Snapshot | str] = []

    async def examined(_stop: asyncio.Event) -> None:
        try:
            async with contextlib.AsyncExitStack() as stack:
                url = await ledger_address(settings, stack)
                redis = await connect(url)
                stack.push_async_callback(redis.aclose)
                polled = await feed_of(settings, redis).standing() if settings.polls_graph else None
                found.append(await examine(redis, url, embedded=settings.redis_url is None, polled=polled))
        except (ConnectError, EmbeddedRedisError) as error:
            found.append(str(error))
        except RedisError as error:
            found.append(f"Redis does not answer (REDIS_URL): {plainly(error)}.")

    run(examined)
    [seen] = found
    if isinstance(seen, str):
        typer.echo(seen, err=True)
        raise typer.Exit(UNREACHABLE)
    return seen


def as_data(seen: Snapshot, findings: Sequence[Finding]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "address": seen.address,
        "server": describe(seen),
        "level": worst(list(findings)).value,
        "findings": [dataclasses.asdict(each) for each in findings],
    }


def describe(seen: Snapshot) -> str:
    """The server in one line."""
    programs = sorted({f"{each.software} {each.version}" for each in seen.nodes})
    first = seen.nodes[0]
    if seen.cluster:
        kind = f"cluster of {len(seen.nodes)} primaries"
    elif first.replicas:
        kind = f"primary with {len(first.replicas)} replica{'s' if len(first.replicas) > 1 else ''}"
    else:
        kind = "standalone" if first.primary else "replica"
    return f"{' and '.join(programs)}, {'embedded, ' if seen.embedded else ''}{kind}"


def show(console: Console, seen: Snapshot, findings: Sequence[Finding]) -> None:
    """For people: what is unsafe first, each with the line to change; readable without colours as well."""
    console.print(Text.assemble((describe(seen), "bold"), f" at {seen.address}"), soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in sorted(findings, key=lambda each: -list(Level).index(each.level)):
        word, style = _LOOKS[each.level]
        where = f" ({', '.join(each.nodes)})" if each.nodes and len(each.nodes) < len(seen.nodes) else ""
        table.add_row(Text(word, style), each.subject, Text(each.said + where))
        if each.change:
            table.add_row("", "", Text(f"→ {each.change}", "cyan"))
    console.print(Padding(table, (1, 0)))
    counts = {level: sum(each.level is level for each in findings) for level in Level}
    console.print(
        f"{counts[Level.UNSAFE]} unsafe, {counts[Level.ADVICE]} advice, {counts[Level.OK]} ok. Settings of the server"
        " go into its configuration file, or take effect at once with CONFIG SET and stay with CONFIG REWRITE.",
        soft_wrap=True,
    )
