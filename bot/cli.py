"""`credits`: the command line."""

from pathlib import Path
from typing import Annotated

import typer

from bot import (
    accounts,
    archive,
    centres,
    dead,
    doctor,
    export,
    graph,
    importing,
    moving,
    pools,
    rates,
    services,
    statement,
    tokens,
    usage,
    verify,
)
from bot.app import serve as run_server
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile, Settings
from bot.webhooks import cli as webhooks

app = typer.Typer(
    help="Communications credits in Slack: the prepaid balance that pays an organisation's telephone minutes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

app.add_typer(accounts.app, name="account")
app.add_typer(rates.app, name="rates")
app.add_typer(pools.app, name="pools")
app.add_typer(services.app, name="service")
app.add_typer(graph.app, name="graph")
app.add_typer(usage.app, name="usage")
app.add_typer(centres.app, name="cost-centres")
app.add_typer(dead.app, name="dead")
app.add_typer(tokens.app, name="token")
app.add_typer(webhooks.app, name="webhook")
app.command()(doctor.doctor)
app.command()(verify.verify)
app.command()(archive.archive)
app.command()(statement.statement)
app.command("export")(export.entries)
app.command("import")(importing.import_files)

UntilEof = Annotated[bool, typer.Option("--until-eof", hidden=True)]


@app.command()
def serve(
    no_listener: Annotated[
        bool, typer.Option("--no-listener", help="Answer Slack only; `credits worker` does the background work.")
    ] = False,
    env_file: EnvFile = Path(".env"),
    until_eof: UntilEof = False,
) -> None:
    """Answer Slack, and do the background work.

    Needs SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET for HTTP or SLACK_APP_TOKEN for Socket Mode.
    """
    settings = settings_for(Profile.SERVE, env_file)
    run(lambda stop: run_server(settings, stop, worker=not no_listener), until_eof=until_eof)


@app.command()
def worker(env_file: EnvFile = Path(".env"), until_eof: UntilEof = False) -> None:
    """Do the background work only: payments and messages. Run as many as you like.

    Needs SLACK_BOT_TOKEN, and the same REDIS_URL as all the others.
    """
    settings = settings_for(Profile.WORKER, env_file)
    run(lambda stop: run_server(settings, stop, web=False), until_eof=until_eof)


@app.command()
def demo() -> None:
    """Try it in a browser: no Slack, no Redis."""
    from bot.playground import demo as playground  # noqa: PLC0415 only here: nothing else knows the playground

    settings = _demo_settings()
    run(lambda stop: playground.run(settings, stop))


@app.command()
def demo_reset() -> None:
    """Empty the demo: balance, history, messages."""
    from bot.playground import demo as playground  # noqa: PLC0415 as above

    settings = _demo_settings()
    run(lambda _: playground.reset(settings))
    typer.echo("The demo is empty again.")


app.command()(moving.transfer)
app.command()(moving.reverse)
app.command()(moving.records)
app.command()(moving.adjust)


def _demo_settings() -> Settings:
    """The demo's own: a sandbox over the embedded Redis, whatever a real installation is set to."""
    from bot.playground import demo as playground  # noqa: PLC0415 as above

    return settings_for(
        Profile.DEMO,
        None,
        redis_url=None,
        sandbox=True,
        host="127.0.0.1",
        recharge_cooldown_s=playground.COOLDOWN_S,
        recharges_per_day=playground.PER_DAY,
        log_level="warning",
    )


if __name__ == "__main__":
    app()
