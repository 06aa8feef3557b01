"""`credits dead`: what the background work had to put aside, for an operator to look at, replay or drop."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.reaching import open_redis
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile, Settings
from bot.trying import UNREADABLE
from bot.workspaces import LEFT
from store.dead import DeadLetter, DeadLetters

WHAT = {
    "balance_low": "the balance fell below an alert level",
    "balance_exhausted": "the credit was used up",
    "balance_recovered": "the balance recovered",
    "credit_expiring": "credit is about to expire",
    "credit_expired": "credit expired",
    "recharge_due": "a recharge was due",
    "topup_due": "a payment for added credit was due",
    "recharge_started": "a recharge was started",
    "recharged": "a recharge arrived",
    "topped_up": "credit that a person added arrived",
    "payment_unknown": "a payment provider did not answer",
    "payment_stuck": "a payment needs a person to look at it",
    "payment_needs_action": "a payment has to be confirmed with the bank",
    "topup_declined": "a payment for added credit was declined",
    "recharge_declined": "a recharge was declined",
    "recharge_cancelled": "a recharge ended without a charge",
    "recharge_paused": "auto-recharge stopped until somebody resumes it",
    "recharge_resumed": "somebody resumed auto-recharge",
    "recharge_blocked": "a limit kept a recharge from being made",
    "pool_low": "80 % of a pool's minutes were used",
    "pool_exhausted": "a pool's minutes were used up",
    "settings_changed": "somebody changed settings",
    "calls_unrated": "calls had no price",
    "usage_unusual": "something in the usage was unusual",
    "service_stopped": "somebody stopped a service",
    "service_resumed": "somebody let a service go on",
    "services_halted": "the account's services stopped: nothing was available any more, or it was frozen or closed",
    "services_resumed": "the account's services went on",
    "managers_changed": "credit managers were appointed or dismissed",
    "token_made": "somebody made an API token",
    "token_revoked": "somebody revoked an API token",
    "webhook_failed": "a webhook could not be delivered",
    "feed_failed": "a source of call records could not be read",
    "feed_recovered": "a source of call records is read again",
    "webhook_recovered": "a webhook is delivered again",
}
"""What each type of event says, for people."""

app = typer.Typer(help="Events that could not be told: look at them, replay them, drop them.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="As `credits dead list` names them.")]
OfWorkspace = Annotated[str, typer.Option("--workspace", metavar="T…", help="Only those of this workspace.")]
InFolder = Path(".env")


@app.command("list")
def show(
    workspace: OfWorkspace = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs: a list of objects.")] = False,
    env_file: EnvFile = InFolder,
) -> None:
    """Say which there are: what, whose, when, why, and how often it was tried."""
    letters = _find(_settings(env_file), workspace)
    if as_json:
        typer.echo(json.dumps([_as_data(each) for each in letters], indent=2))
        return
    if not letters:
        typer.echo("No dead event.")
    else:
        typer.echo(f"{_counted(letters)}{', the longest dead first' if len(letters) > 1 else ''}.")
    for each in letters:
        typer.echo(_as_text(each))


@app.command()
def replay(
    ids: Ids = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, or of the workspace.")] = False,
    workspace: OfWorkspace = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Hand them to the background work again. What was told already is recognised, and not told twice."""
    if bool(ids) == every:
        raise typer.BadParameter("Name the events, or say --all.")
    settings = _settings(env_file)
    letters = _chosen(_find(settings, workspace), ids)
    done = _each(settings, letters, lambda dead, letter: dead.replay(letter))
    typer.echo(f"Replayed: {_counted(done)}. A running worker handles what is back at once.")
    _say_what_was_gone(letters, done)
    unreadable = [each for each in done if not each.readable]
    if unreadable:
        typer.echo(f"This version cannot read {_named(unreadable)} and will put that aside again.")


@app.command()
def drop(
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="As `credits dead list` names them.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    env_file: EnvFile = InFolder,
) -> None:
    """Forget them for good, after asking."""
    settings = _settings(env_file)
    letters = _chosen(_find(settings), ids)
    for each in letters:
        typer.echo(_as_text(each))
    typer.echo("Nobody will be told of this any more. Balances, payments and history stay as they are.")
    if not yes:
        typer.confirm(f"Forget {_counted(letters)} for good?", abort=True)
    done = _each(settings, letters, lambda dead, letter: dead.drop(letter))
    typer.echo(f"Dropped: {_counted(done)}.")
    _say_what_was_gone(letters, done)


def _settings(env_file: Path) -> Settings:
    return settings_for(Profile.TOOL, env_file)


def _find(settings: Settings, workspace: str = "") -> list[DeadLetter]:
    found: list[DeadLetter] = []

    async def find(_stop: asyncio.Event) -> None:
        async with open_redis(settings) as redis:
            found.extend(await DeadLetters(redis).find(workspace))

    run(find)
    return found


def _chosen(letters: Sequence[DeadLetter], ids: Iterable[str] | None) -> list[DeadLetter]:
    """Those with these ids, or all; exit code 1, and nothing done, where one is not there."""
    if not ids:
        return list(letters)
    known = {each.id: each for each in letters}
    unknown = [each for each in dict.fromkeys(ids) if each not in known]
    if unknown:
        typer.echo(f"Not among the dead events, so nothing was done: {', '.join(unknown)}.", err=True)
        raise typer.Exit(1)
    return [known[each] for each in dict.fromkeys(ids)]


def _each(
    settings: Settings, letters: Sequence[DeadLetter], act: Callable[[DeadLetters, DeadLetter], Awaitable[bool]]
) -> list[DeadLetter]:
    """Act on one after the other; answers those that were still there. Ctrl-C ends it between two of them."""
    done: list[DeadLetter] = []

    async def work(stop: asyncio.Event) -> None:
        async with open_redis(settings) as redis:
            dead = DeadLetters(redis)
            for each in letters:
                if stop.is_set():
                    typer.echo("Stopped; the rest lies where it was.", err=True)
                    return
                if await act(dead, each):
                    done.append(each)

    if letters:
        run(work)
    return done


def _say_what_was_gone(letters: Sequence[DeadLetter], done: Sequence[DeadLetter]) -> None:
    gone = [each for each in letters if each not in done]
    if gone:
        typer.echo(f"Gone meanwhile, by somebody else: {_named(gone)}.")


def _as_data(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "event_id": letter.event_id,
        "type": letter.type,
        "what": _what(letter),
        "workspace": letter.tenant,
        "account": letter.account,
        "work": letter.group,
        "why": _why(letter),
        "tries": letter.tries,
        "happened_at": _at(letter.happened_ms).isoformat(timespec="seconds"),
        "put_aside_at": _at(letter.put_aside_ms).isoformat(timespec="seconds"),
        "readable": letter.readable,
    }


def _as_text(letter: DeadLetter) -> str:
    tries = {0: "not tried", 1: "tried once", 2: "tried twice"}.get(letter.tries, f"tried {letter.tries} times")
    whose = f"workspace {letter.tenant}, account {letter.account}" if letter.tenant else "nobody knows"
    when = f"{_at(letter.happened_ms):%Y-%m-%d %H:%M}, put aside {_at(letter.put_aside_ms):%Y-%m-%d %H:%M} UTC"
    lines = ("what", _what(letter)), ("whose", whose), ("when", when), ("why", f"{_why(letter)} ({tries})")
    return "\n".join([f"\n{letter.id}", *(f"  {name:<6} {text}" for name, text in lines)])


def _what(letter: DeadLetter) -> str:
    known = WHAT.get(letter.type)
    return f"{known} ({letter.type})" if known else f"an unknown event ({letter.type or 'no type'})"


def _why(letter: DeadLetter) -> str:
    if letter.why == UNREADABLE:
        return "it is broken, or was written by a later version"
    if letter.why.startswith(LEFT):
        return f"its workspace seems to be left for good: {letter.why.removeprefix(LEFT)}"
    return letter.why


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _counted(letters: Sequence[DeadLetter]) -> str:
    return {0: "no dead event", 1: "1 dead event"}.get(len(letters), f"{len(letters)} dead events")


def _named(letters: Iterable[DeadLetter]) -> str:
    return ", ".join(each.id for each in letters)
