"""`credits webhook`: where a workspace is told of its events, what did not get there, and trying it again."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot import desk
from bot.desk import InFolder, OfWorkspace
from bot.running import EnvFile, settings_for
from bot.settings import Profile
from bot.webhooks.sender import Sender
from handlers.locales import Texts
from handlers.views.webhooks import reason
from store.deliveries import Outstanding, Tried, outstanding
from store.keys import DEFAULT_ACCOUNT
from store.operations import random_id
from store.outcomes import Change, Reason, Refused
from store.payload import encoded
from store.roles import Roles
from store.scripts import Client
from store.webhook import NAMES, UnknownNameError, Webhook
from store.webhooks import Registered, Webhooks

T = TypeVar("T")

TEST = "webhook.test"
"""What `credits webhook test` sends."""
STATES = {"off": ", switched off", "gone": ", gone: it answered that it wants nothing any more"}

app = typer.Typer(help="Webhooks of a workspace: signed requests that tell a program of events.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="As `credits webhook list` names it.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: a list of objects.")]
Event = Annotated[
    list[str] | None, typer.Option("--event", metavar="NAME", help=f"Several times: {', '.join(NAMES.values())}. All.")
]


@app.command()
def add(
    workspace: OfWorkspace,
    url: Annotated[str, typer.Argument(metavar="URL", help="https://….")],
    event: Event = None,
    account: Annotated[str, typer.Option("--account", metavar="ACCOUNT", help="Only this account's events.")] = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Register an endpoint, and show the secret that signs what it is sent."""
    desk.account_ref(workspace, account or DEFAULT_ACCOUNT)
    problem = settings_for(Profile.TOOL, env_file).reach.problem(url)
    if problem:
        raise typer.BadParameter(f"This address {problem}.")
    try:
        made = _ask(
            env_file,
            lambda webhooks, _: webhooks.add(desk.operator(), workspace, url, events=event or (), account=account),
        )
    except UnknownNameError as error:
        raise typer.BadParameter(f"{error} is no event; these are: {', '.join(NAMES.values())}.") from None
    if isinstance(made, Registered):
        typer.echo(f"Webhook {made.id} is registered.")
    _show_secret(made)


@app.command("list")
def show(workspace: OfWorkspace, as_json: AsJson = False, env_file: EnvFile = InFolder) -> None:
    """Say which endpoints there are, what they hear of, and how it goes."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    found = _ask(env_file, lambda webhooks, redis: _with_outstanding(redis, webhooks, workspace))
    if as_json:
        typer.echo(json.dumps([_as_data(*each) for each in found], indent=2))
        return
    if not found:
        typer.echo(f"Workspace {workspace} has no webhook.")
    for webhook, waiting in found:
        typer.echo(_as_text(webhook, waiting))


@app.command()
def undelivered(workspace: OfWorkspace, as_json: AsJson = False, env_file: EnvFile = InFolder) -> None:
    """Say what did not arrive yet, or was given up, and why."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    found = _ask(env_file, lambda webhooks, redis: _with_outstanding(redis, webhooks, workspace))
    every = [(webhook, each) for webhook, waiting in found for each in waiting]
    if as_json:
        typer.echo(json.dumps([_delivery_as_data(*each) for each in every], indent=2))
        return
    if not every:
        typer.echo("Everything has been delivered.")
    for webhook, each in every:
        typer.echo(_delivery_as_text(webhook, each))


@app.command()
def retry(workspace: OfWorkspace, webhook: Id, env_file: EnvFile = InFolder) -> None:
    """Try at once whatever an endpoint was not told; a running worker does it."""
    waiting = desk.unless_refused(
        _of_known(env_file, workspace, lambda webhooks: webhooks.retry(desk.operator(), workspace, webhook))
    )
    typer.echo("Nothing to try again." if waiting == "0" else f"A running worker now tries again: {waiting}.")


@app.command()
def off(workspace: OfWorkspace, webhook: Id, env_file: EnvFile = InFolder) -> None:
    """Send nothing to an endpoint for now. What already waits for it is kept; what happens meanwhile is not."""
    _switch(workspace, webhook, env_file, on=False)
    typer.echo(f"Webhook {webhook} is switched off.")


@app.command()
def on(workspace: OfWorkspace, webhook: Id, env_file: EnvFile = InFolder) -> None:
    """Send to an endpoint again."""
    _switch(workspace, webhook, env_file, on=True)
    typer.echo(f"Webhook {webhook} is switched on.")


@app.command()
def rotate(workspace: OfWorkspace, webhook: Id, env_file: EnvFile = InFolder) -> None:
    """Give an endpoint a new secret. For a day the former one signs as well."""
    made = _of_known(env_file, workspace, lambda hooks: hooks.rotate(desk.operator(), workspace, webhook))
    _show_secret(made)
    typer.echo("For a day each request carries a signature by the former one as well.")


@app.command()
def remove(
    workspace: OfWorkspace,
    webhook: Id,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    env_file: EnvFile = InFolder,
) -> None:
    """Forget an endpoint, and what it was still to be told, after asking."""
    if not yes:
        typer.confirm(f"Forget webhook {webhook}, and what it was still to be told?", abort=True)
    outcome = _of_known(env_file, workspace, lambda hooks: hooks.remove(desk.operator(), workspace, webhook))
    said = desk.unless_refused(outcome)
    typer.echo(f"Webhook {webhook} is removed." if said == "removed" else f"There is no webhook {webhook}.")


@app.command("test")
def try_out(workspace: OfWorkspace, webhook: Id, env_file: EnvFile = InFolder) -> None:
    """Send an endpoint a signed request from here, and say what came of it. Nothing is kept of it."""
    reach = settings_for(Profile.TOOL, env_file).reach

    async def send(webhooks: Webhooks, redis: Client) -> Tried | None:
        found = await webhooks.get(workspace, webhook)
        if found is None:
            return None
        seconds, _ = await redis.time()
        body = encoded(TEST, seconds * 1000, {"workspace": workspace, "webhook": webhook})
        return await Sender(reach).send(found, f"test-{random_id()}", body)

    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    tried = _ask(env_file, send)
    if tried is None:
        desk.missing(Reason.UNKNOWN_WEBHOOK)
    if tried.why:
        typer.echo(f"It was not delivered: {reason(tried.why, Texts())}.", err=True)
        raise typer.Exit(1)
    typer.echo("It was delivered.")


def _ask(env_file: Path, question: Callable[[Webhooks, Client], Awaitable[T]]) -> T:
    reach = settings_for(Profile.TOOL, env_file).reach
    return desk.ask(env_file, lambda redis: question(Webhooks(redis, Roles(redis), reach), redis))


def _of_known(env_file: Path, workspace: str, change: Callable[[Webhooks], Awaitable[T]]) -> T:
    """What a change of an endpoint answers; exit code 2 where the workspace's id is no name."""
    desk.account_ref(workspace, DEFAULT_ACCOUNT)
    return _ask(env_file, lambda webhooks, _: change(webhooks))


def _switch(workspace: str, webhook_id: str, env_file: Path, *, on: bool) -> None:
    async def switch(webhooks: Webhooks) -> Change:
        return await webhooks.switch(desk.operator(), workspace, webhook_id, on=on)

    desk.unless_refused(_of_known(env_file, workspace, switch))


def _show_secret(made: Registered | Refused) -> None:
    if isinstance(made, Refused):
        desk.refuse(made.reason)
    typer.echo(f"Its secret, which is shown this once: {made.secret}")


async def _with_outstanding(
    redis: Client, webhooks: Webhooks, workspace: str
) -> list[tuple[Webhook, Sequence[Outstanding]]]:
    return [(each, await outstanding(redis, each)) for each in await webhooks.all(workspace)]


def _as_text(webhook: Webhook, waiting: Sequence[Outstanding]) -> str:
    over = sum(each.over for each in waiting)
    how = f"last delivered {_at(webhook.last_ms)}" if webhook.last_ms else "nothing delivered yet"
    if webhook.why:
        how += f"; last failed {_at(webhook.failed_ms)}: {reason(webhook.why, Texts())}"
    lines = {
        "where": f"{webhook.url}{STATES.get(webhook.state, '')}",
        "what": f"{', '.join(webhook.events) or 'every event'} of {webhook.account or 'every account'}",
        "how": how,
        "left": f"{len(waiting) - over} waiting, {over} given up",
    }
    return "\n".join([f"\n{webhook.id}", *(f"  {name:<6} {text}" for name, text in lines.items())])


def _as_data(webhook: Webhook, waiting: Sequence[Outstanding]) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "account": webhook.account,
        "state": webhook.state,
        "registered_by": webhook.by,
        "last_delivered_at": _moment(webhook.last_ms),
        "last_failed_at": _moment(webhook.failed_ms),
        "why": webhook.why,
        "waiting": sum(not each.over for each in waiting),
        "given_up": sum(each.over for each in waiting),
    }


def _delivery_as_text(webhook: Webhook, each: Outstanding) -> str:
    why = f"{reason(each.why, Texts())} " if each.why else ""
    when = f"given up {_at(each.at_ms)}" if each.over else f"next try {_at(each.at_ms)}"
    return f"{each.id} for {webhook.id}: {each.type} of {each.account}, {why}(tries: {each.tries}), {when}"


def _delivery_as_data(webhook: Webhook, each: Outstanding) -> dict[str, Any]:
    state = {"given_up_at": _moment(each.at_ms)} if each.over else {"next_try_at": _moment(each.at_ms)}
    about = {"id": each.id, "webhook": webhook.id, "type": each.type, "account": each.account}
    return {**about, "tries": each.tries, "why": each.why, **state}


def _at(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _moment(ms: int) -> str | None:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds") if ms else None
