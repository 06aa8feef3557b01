"""Peers, each in an environment of its own, because they need other versions of what we use."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.benchmarks.server import Server

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parents[1] / ".venv-bench"


@cache
def python() -> str:
    """The interpreter that has the peers; made at the first use."""
    program = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / ".done"
    wanted = HERE / "requirements.txt"
    if not done.exists() or done.stat().st_mtime < wanted.stat().st_mtime:
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)  # noqa: S603 our own
        pip = [str(program), "-m", "pip", "--disable-pip-version-check", "-qq", "install", "-r", str(wanted)]
        subprocess.run(pip, check=True)  # noqa: S603 our own
        done.touch()
    return str(program)


def escrowmint(server: Server, verb: str, count: int) -> float:
    """Microseconds of the server for one `consume`, or for a `reserve` and its `commit` together."""
    answer = subprocess.run(  # noqa: S603 our own
        [python(), str(HERE / "peer_escrowmint.py"), server.url, verb, str(count)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(answer.stdout)


def postgres() -> Path | None:
    """The folder of PostgreSQL's programs, or None where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in folders if (each / "pg_ctl").exists()), None)


def hordak(programs: Path, callers: int, count: int) -> float:
    """Transfers a second of django-hordak, a double-entry ledger, on a PostgreSQL that is started for it."""
    answer = subprocess.run(  # noqa: S603 our own
        [python(), str(HERE / "peer_hordak.py"), str(callers), str(count), str(programs)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(answer.stdout)
