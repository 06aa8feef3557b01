"""`credits service`: the services of an account, listed, stopped and resumed at the command line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, Named, OfWorkspace, Once
from bot.running import EnvFile
from store.batch import check_service
from store.keys import DEFAULT_ACCOUNT
from store.ledger import Ledger
from store.outcomes import Reason
from store.policy import Limits, Policies
from store.roles import Roles
from store.services import ServiceState, states

app = typer.Typer(help="Services of an account: list, stop and resume them.", no_args_is_help=True)

Service = Annotated[str, typer.Argument(metavar="SERVICE", help="Its name, such as toll-free or calls.")]
Why = Annotated[str, typer.Option("--reason", help="Why; the channel is told.")]

_WHY = {
    "exhausted": "nothing is available any more",
    "frozen": "the account is frozen",
    "closed": "the account is closed",
}


@app.command("list")
def show(workspace: OfWorkspace, account: Named = DEFAULT_ACCOUNT, env_file: EnvFile = InFolder) -> None:
    """Say of each service whether new calls are authorised, and why not."""
    ref = desk.account_ref(workspace, account)
    found = desk.ask(env_file, lambda redis: Ledger(redis).account(ref))
    if found is None:
        desk.missing(Reason.UNKNOWN_ACCOUNT)
    for each in states(found):
        typer.echo(_line(each))


@app.command()
def stop(
    workspace: OfWorkspace,
    account: Named,
    service: Service,
    reason: Why = "",
    once: Once = "",
    env_file: EnvFile = InFolder,
) -> None:
    """Authorise no new calls of a service. What has happened is charged all the same."""
    said = _set(env_file, workspace, account, service, reason, once, open_=False)
    typer.echo(f"Service {service} is stopped." if said == "changed" else f"Service {service} was stopped already.")


@app.command()
def resume(
    workspace: OfWorkspace,
    account: Named,
    service: Service,
    reason: Why = "",
    once: Once = "",
    env_file: EnvFile = InFolder,
) -> None:
    """End a service's stop: new calls are authorised again, as far as credit covers them."""
    said = _set(env_file, workspace, account, service, reason, once, open_=True)
    typer.echo(f"Service {service} goes on." if said == "changed" else f"Service {service} was not stopped.")


def _set(env_file: Path, workspace: str, account: str, service: str, reason: str, once: str, *, open_: bool) -> str:
    ref, operation = desk.account_ref(workspace, account), desk.operation(once)
    try:
        check_service(service)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None
    outcome = desk.ask(
        env_file,
        lambda redis: Policies(redis, Roles(redis), Limits()).set_service_state(
            desk.operator(), ref, service, open=open_, operation_id=operation, reason=reason
        ),
    )
    return desk.unless_refused(outcome)


def _line(state: ServiceState) -> str:
    if state.open:
        return f"{state.service}: open"
    since = f" since {datetime.fromtimestamp(state.since_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC" if state.since_ms else ""
    by = f" by {state.by}" if state.by else ""
    why = state.note or _WHY.get(state.reason, "")
    return f"{state.service}: stopped{since}{by}{f': {why}' if why else ''}"
