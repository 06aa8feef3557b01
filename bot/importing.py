"""`credits import`: files of call records, each record charged once."""

from pathlib import Path
from typing import Annotated

import typer

from bot import desk
from bot.desk import InFolder, OfWorkspace
from bot.running import EnvFile, run, settings_for
from bot.settings import Profile
from store.keys import DEFAULT_ACCOUNT

BLOCK = 4 << 20
"""Bytes in hand at a time: the more, the fewer commands of Redis for a record, and the more memory."""
Files = Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="Call records; - is what is piped in.")]
Account = Annotated[str, typer.Option("--account", metavar="NAME", help="Which account pays.")]
Refused = Annotated[
    Path | None, typer.Option("--refused", metavar="FILE.csv", help="Where refused lines go, each with its reason.")
]
Json = Annotated[bool, typer.Option("--json", help="The summary for programs.")]
Block = Annotated[int, typer.Option("--block", hidden=True, min=1, help="So many bytes are taken at a time.")]
Old = Annotated[
    bool,
    typer.Option("--old", help="Also calls of more than 89 days ago, up to three years; say so once for each file."),
]
Watch = Annotated[
    Path | None,
    typer.Option("--watch", metavar="FOLDER", exists=True, file_okay=False, help="Import what is put there, for ever."),
]


def import_files(
    workspace: OfWorkspace,
    files: Files = None,
    account: Account = DEFAULT_ACCOUNT,
    refused: Refused = None,
    as_json: Json = False,
    watch: Watch = None,
    old: Old = False,
    block: Block = BLOCK,
    env_file: EnvFile = InFolder,
) -> None:
    """Charge the call records in files, each record once: a file can be imported again, and nothing changes.

    Takes the PSTN usage report as CSV or zip, pages of Microsoft Graph, and JSON lines, and tells them by what is in
    them. Ctrl-C ends it, and the same command goes on where it was. Exit code 0 if every line was taken, 1 if some were
    refused, 2 if it could not be finished.

    Calls that began more than 89 days ago are refused: by then nobody knows whether they were charged. With --old they
    are charged; the same file with --old again, months later, would charge them twice.

    With --watch it goes on: a file in the folder that nobody has written to for five seconds is imported and moved to
    done/, its refused lines beside it, or to failed/ with the reason beside it.
    """
    ref, paths = desk.account_ref(workspace, account), files or []
    if bool(paths) == bool(watch):
        raise typer.BadParameter("Say which files, or - for what is piped in; or a folder with --watch.")
    if old and watch:
        raise typer.BadParameter("--old is for files that are named, because it takes somebody who knows them.")
    if refused and refused.exists() and any(each.exists() and each.samefile(refused) for each in paths):
        raise typer.BadParameter(f"{refused} is one of the files that are to be read.")
    settings = settings_for(Profile.TOOL, env_file)
    if watch:
        from bot.ingest.watching import watch as watch_folder  # noqa: PLC0415 it loads pyarrow

        run(lambda stop: watch_folder(settings, ref, watch, stop))
        return
    from bot.ingest.job import Job  # noqa: PLC0415 it loads pyarrow

    raise typer.Exit(Job(settings, ref, refused, block=block, old=old).run(paths, as_json=as_json))
