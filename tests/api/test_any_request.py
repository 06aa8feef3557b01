"""Whatever the description allows, and whatever it does not, is answered as it says."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = 10
"""Of each operation and phase."""

CONFIG = """
[checks.positive_data_acceptance]
# What is right in form may still find too little credit, another account's name, or a hold that is over.
expected-statuses = ["2xx", "402", "404", "409"]
"""
HOOKS = '''
"""A key of its own for each request that has one: else it would be refused as used for another."""

import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    key = (case.headers or {}).get("Idempotency-Key")
    if key and case.meta and case.meta.generation.mode.is_positive:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
'''


@pytest.mark.timeout(240)
def test_answers_are_as_described(live: tuple[str, str], tmp_path: Path) -> None:
    """No request, right or wrong, has an answer that is an error of ours, or that the description does not tell."""
    url, secret = live
    (tmp_path / "schemathesis.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "hooks.py").write_text(HOOKS, "utf-8")
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(tmp_path / "schemathesis.toml")]
    options = ["--max-examples", str(EXAMPLES), "--seed", "4", "--checks", "all", "--no-color", "--continue-on-failure"]
    options += ["--phases", "examples,coverage,fuzzing", "--header", f"Authorization: Bearer {secret}"]

    run = subprocess.run(  # noqa: S603 a program of the development environment
        [*program, "run", f"{url}/v1/openapi.json", *options],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
