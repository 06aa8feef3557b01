"""What the README and docs/ show is what happens."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from bot.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_worked_example_prints_what_the_readme_says() -> None:
    """The Python block runs as it stands and prints the text block behind it."""
    found = re.search(r"```python\n(.*?)```\s+```text\n(.*?)```", README, re.DOTALL)
    assert found

    ran = subprocess.run(  # noqa: S603 the README's own code
        [sys.executable, "-c", found[1]], capture_output=True, text=True, check=True, timeout=60
    )

    assert ran.stdout.split() == found[2].split()


def test_every_folder_and_file_that_the_map_names_is_there() -> None:
    """The folder map names nothing that has moved."""
    rows = re.findall(r"^\| `([\w/]+/)` \|.*?\| (.*?) \|$", README, re.MULTILINE)
    assert len(rows) >= 8

    for folder, start in rows:
        base = Path(__file__).parents[1] / folder
        assert base.is_dir(), folder
        for name in re.findall(r"`([\w./]+)`", start):
            assert (base / name).exists() or (Path(__file__).parents[1] / name).exists(), f"{folder}{name}"


def test_every_rule_has_its_place() -> None:
    """Each file of the ledger that the table names is there, and what it says decides is in that file."""
    rules = README.partition("| Rule | Decided in |")[2].partition("\n\n")[0]
    named = re.findall(r"`([\w/]+\.(?:py|lua))`(?: \(((?:`\w+`[^`)]*)+)\))?", rules)
    assert len(named) > 40

    for name, deciding in named:
        file = Path(__file__).parents[1] / "store" / name
        assert file.is_file(), name
        for each in re.findall(r"`(\w+)`", deciding):
            assert re.search(rf"\b{each}\b", file.read_text("utf-8")), f"{each} in {name}"


@pytest.mark.parametrize("name", ["README.md", "docs/operate.md", "docs/api.md"])
def test_every_command_that_is_shown_exists(name: str) -> None:
    """Each line of a shell block that calls the command line names one of its commands."""
    blocks = "".join(re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL))
    shown = re.findall(r"^ *(?:\.venv/bin/)?credits ([a-z-]+)(?: ([a-z-]+))?", blocks, re.MULTILINE)
    every = typer.main.get_command(app)
    assert shown
    assert isinstance(every, TyperGroup)

    for first, second in shown:
        command = every.commands.get(first)
        assert command, first
        assert not isinstance(command, TyperGroup) or second in command.commands, f"{first} {second}"


@pytest.mark.parametrize("name", ["README.md", "docs/operate.md", "docs/api.md"])
def test_every_link_leads_somewhere(name: str) -> None:
    """To a file that is there and, where it says so, to one of its headings."""
    page = ROOT / name
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text("utf-8")):
        file = page.parent / target if target else page
        assert file.exists(), target
        headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {each.lower().replace(" ", "-") for each in headings}, f"{target}#{anchor}"
