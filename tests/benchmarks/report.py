"""What was measured: a line on the terminal, `bench.json`, and with everything measured `docs/benchmarks.md`."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.figures import Figure

ROOT = Path(__file__).parents[2]
PAGE, PLOT = ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "benchmarks.svg"

_HEAD = """\
# Benchmarks

Made by `make bench` on one machine in one run: {machine}.

Ratios count: both sides are measured in turn on the same server, and the median of the turns is given with the least
and the most of them. Absolute figures differ from machine to machine. *Needed* and *goal* are what the project asks of
itself. `make bench ONLY=name` measures one figure; every run also writes `bench.json`.

![What is needed, what is aimed at, what was measured](benchmarks.svg)

"""
_TABLE = "| Figure | Measured | Least … most | Needed | Goal |\n|---|---|---|---|---|\n"
_OTHERS = "\n## Beside them\n\nCeilings (raw commands, and the least script that could keep a journal) and peers.\n\n"
_OTHERS_TABLE = "| Figure | Measured | Least … most |\n|---|---|---|\n"
_LIMITS = """
## What keeps a figure from its goal

- **A posting against the minimal script.** `posting_step_*` above is its time, step by step. More than half is spent in
  six calls into Redis that a full posting cannot do without: read the wallet, read the clock, remember the operation,
  write the entry, write the wallet, and the server's own call with its arguments. Tried and found slower or no
  faster: the wallet in a hash of its own, the wallet packed into one string, eight named fields an entry (0.6 µs
  more), Lua functions for the steps (0.3 µs for each that is made, called or not), the outcome read before it is
  written.
- **Memory of a posting.** About two thirds is the entry, in which everything is spelled out for a reader: kind,
  both ledger accounts, actor, operation id, memo. The rest remembers the operation: 84 bits of its id, 48 of its
  contents, and the entry's id.
- **Packed call records.** Asking whether a record is known would be most of what it costs Redis: it could be in a set
  of its day or of the days beside it, on every level that these have. Who has told all that is known of these days
  need not ask; who comes to a day that others have told, or begins anew within one, pays for it. A set is one text of
  marks, so that a page is kept with one command for each set, and no record by itself. Python's part is larger, most
  of it zlib, sending, the checks' CRC and writing numbers as text.
- **An import.** Of two cores the server takes a quarter to a third, with under 2 µs a record; the rest is Python: about
  6 µs a record in three threads (reading 1.7, rating 1.5, packing, sending and counting 2.6), which share one
  interpreter, and the bot beside it. More would take a second process to read.
- **The alert during an import.** Slack takes about one message a second in a channel, and its stand-in is as strict:
  what is told of the pools just before takes that second. In a channel that is free it takes 30 to 40 ms.
- **Ten million entries.** Nothing is searched that grows; what is left is the processor's cache, which the larger data
  does not fit.
- **Group commit with every write on the disk.** The calls of one account follow one another, so each waits for the
  disk; those of several accounts share it. Tried and no faster: two calls on their way on one connection, with half of
  those who wait in each; a slow disk is then needed twice as often.
"""
_CONDITIONS = "\n## Conditions\n\n| Figure | Measured with |\n|---|---|\n"


def machine() -> str:
    """Processor, cores, memory, system and Python, on one line."""
    cpu = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?")
    kib = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{cpu}, {os.cpu_count()} cores, {round(kib / 2**20)} GiB, {system}, Python {platform.python_version()}"


def line(figure: Figure) -> str:
    """A figure for the terminal."""
    verdict = f"  {figure.wanted.verdict(figure.value)}" if figure.wanted else ""
    return f"{figure.name:36} {_number(figure, figure.value):>14} {figure.unit:12} {_spread(figure)}{verdict}"


def write(figures: Sequence[Figure], *, whole: bool) -> None:
    """`bench.json` always; the page in `docs/` and its plot only when everything was measured."""
    record = {"machine": machine(), "rows": [each.record() for each in figures]}
    (ROOT / "bench.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if whole:
        PAGE.write_text(page(figures), "utf-8")
        _plot(figures)


def page(figures: Sequence[Figure]) -> str:
    """`docs/benchmarks.md`."""
    asked = "".join(
        f"| {_name(each)} | **{_number(each, each.value)} {each.unit}** | {_spread(each)} | {_limits(each)} |\n"
        for each in figures
        if each.wanted
    )
    others = "".join(
        f"| {_name(each)} | {_number(each, each.value)} {each.unit} | {_spread(each)} |\n"
        for each in figures
        if not each.wanted
    )
    conditions = "".join(f"| {_name(each)} | {each.conditions} |\n" for each in figures)
    head = _HEAD.format(machine=machine())
    return f"{head}{_TABLE}{asked}{_OTHERS}{_OTHERS_TABLE}{others}{_LIMITS}{_CONDITIONS}{conditions}"


def _name(figure: Figure) -> str:
    return f"`{figure.name}`"


def _number(figure: Figure, value: float) -> str:
    return f"{value:,.{figure.digits}f}"


def _spread(figure: Figure) -> str:
    return f"{_number(figure, min(figure.runs))} … {_number(figure, max(figure.runs))}"


def _limits(figure: Figure) -> str:
    wanted = figure.wanted
    if wanted is None:
        return "|"
    sign = "≤" if wanted.lower else "≥"
    return f"{sign} {wanted.least:,g} {figure.unit} | {sign} {wanted.goal:,g} {figure.unit}"


def _plot(figures: Sequence[Figure]) -> None:
    """How far each figure is beyond what is needed, the goal beside it; drawn where the library for it is."""
    rows = [
        (each.name, *(_beyond(each, value) for value in (each.value, each.wanted.goal)))
        for each in figures
        if each.wanted
    ]
    program = [peers.python(), str(Path(__file__).with_name("plot.py")), str(PLOT)]
    subprocess.run(program, input=json.dumps(rows), text=True, check=True)  # noqa: S603 our own


def _beyond(figure: Figure, value: float) -> float:
    """How many times better than what is needed."""
    if figure.wanted is None:
        return 0
    return figure.wanted.least / value if figure.wanted.lower else value / figure.wanted.least


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
