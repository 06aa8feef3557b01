"""`credits verify`: says each difference and how many there were; the exit code tells programs."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis as AsyncRedis
from typer.testing import CliRunner, Result

from bot.cli import app
from store import keys
from store.usage import Usage
from tests.bot.test_dead import Desk, desk
from tests.controls import REF, Bank

__all__ = ["desk"]
pytestmark = pytest.mark.redis


def prove(desk: Desk, *words: str, **given: str) -> Result:
    """Run `credits verify`."""
    env = {"REDIS_URL": desk.address, "CREDITS_LOG_LEVEL": "error", **given}
    return CliRunner().invoke(app, ["verify", *words, "--env-file", "nowhere"], env=env)


@pytest.fixture
def ledger(desk: Desk) -> Desk:
    """A ledger of two entries."""

    async def fill() -> None:
        async with AsyncRedis.from_url(desk.address, decode_responses=True) as redis:
            await (await Bank.open(redis, balance=10)).spend(3)

    asyncio.run(fill())
    return desk


def test_a_true_ledger_is_proven(ledger: Desk) -> None:
    """What was looked at is said; exit code 0."""
    result = prove(ledger)

    assert result.exit_code == 0, result.output
    assert result.output.startswith("Looked at 2 entries of 1 account in ")
    assert result.output.endswith(": no difference.\n")


def test_each_difference_is_said(ledger: Desk) -> None:
    """In words, with whose it is; exit code 1."""
    ledger.redis.hincrby(keys.account(REF), "balance", 1)

    result = prove(ledger)

    assert result.exit_code == 1
    assert "T0TEST/default: the account has 7000001 millionths, its journal 7000000\n" in result.output
    assert "differences." in result.output


def test_sums_of_usage_that_are_wrong_are_said(ledger: Desk) -> None:
    """Against the entries and the ledger's own count; exit code 1."""

    async def sum_up() -> None:
        async with AsyncRedis.from_url(ledger.address, decode_responses=True) as redis:
            await Usage(redis).catch_up(REF)
            await redis.hset(keys.usage(REF), "totals", "calls=2999999")

    asyncio.run(sum_up())

    result = prove(ledger)

    assert result.exit_code == 1
    said = "T0TEST/default: usage of calls is summed up as 2999999 millionths, "
    assert f"{said}its entries come to 3000000\n{said}the ledger counts 3000000\n" in result.output
    assert result.output.endswith(": 2 differences.\n")


def test_an_account_that_is_not_listed_is_said(ledger: Desk) -> None:
    """With the command that puts it back; exit code 1."""
    ledger.redis.srem(keys.accounts(keys.partition_of(REF.tenant)), f"{REF.tenant}:{REF.account}")

    result = prove(ledger)

    assert result.exit_code == 1
    assert "T0TEST/default: it is there and not listed" in result.output
    assert result.output.endswith(": 1 difference.\n")


def test_only_what_is_asked_for(ledger: Desk) -> None:
    """Of another workspace, or of another account, nothing is said; a name that cannot be one is asked back."""
    ledger.redis.hincrby(keys.account(REF), "balance", 1)

    assert prove(ledger, "--tenant", "T0OTHER").exit_code == 0
    assert prove(ledger, "--tenant", REF.tenant, "--account", "second").exit_code == 0
    assert prove(ledger, "--tenant", REF.tenant, "--account", "default").exit_code == 1
    assert prove(ledger, "--tenant", "T0:TEST").exit_code == 2


def test_what_could_not_be_finished_is_not_proven(ledger: Desk, tmp_path: Path) -> None:
    """Redis is away, or dies on the way: exit code 2."""
    assert prove(ledger, REDIS_URL=f"unix://{tmp_path}/none.sock").exit_code == 2

    ledger.redis.delete(keys.journal(REF))
    ledger.redis.set(keys.journal(REF), "not a stream")
    assert prove(ledger).exit_code == 2


def test_the_program_starts_without_what_only_the_proof_needs() -> None:
    """Arrow takes longer to load than the bot to start: `credits serve` does without."""
    code = "import sys, bot.cli, bot.app; sys.exit(any(each.startswith('pyarrow') for each in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 our own words
