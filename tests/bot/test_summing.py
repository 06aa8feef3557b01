"""The worker keeps the sums of usage up to date, and the command makes them again."""

import pytest

from bot.summing import Summing
from store import basis, keys
from store.events import CallsUnrated, UsageUnusual
from store.manifest import ArchiveError
from store.scripts import Client
from store.usage import Usage
from tests.bot.terminal import Terminal
from tests.controls import REF, Bank
from tests.store.outline import outline
from tests.store.recorded import DAY_MS, post, record

PARTITION = keys.partition_of(REF.tenant)


@pytest.fixture
async def bank(real_redis: Client) -> Bank:
    """A hundred dollars."""
    return await Bank.open(real_redis, balance=100)


async def test_what_is_new_is_summed_up(bank: Bank) -> None:
    """At each look, and only in the partitions that are the worker's."""
    await bank.spend(5)
    summing = Summing(bank.redis, None, lambda: [PARTITION])

    await summing.look(PARTITION + 1)
    assert await Usage(bank.redis).is_behind(REF)
    await summing.look(PARTITION)

    assert not await Usage(bank.redis).is_behind(REF)
    assert (await Usage(bank.redis).place(REF)).totals == {"calls": 5_000_000}


async def test_account_that_cannot_be_summed_keeps_no_other_waiting(
    bank: Bank, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told in the log; the next look tries again."""
    broken = keys.AccountRef(REF.tenant, "broken")
    await bank.ledger.open_account(broken, "USD")
    await bank.ledger.add_credit(broken, (await bank.account()).balance, operation_id="grant", actor="test")
    await bank.spend(5)
    catch_up = Usage.catch_up

    async def fails(self: Usage, ref: keys.AccountRef) -> int:
        if ref == broken:
            raise ArchiveError("gone")
        return await catch_up(self, ref)

    monkeypatch.setattr(Usage, "catch_up", fails)

    await Summing(bank.redis, None, lambda: [PARTITION]).look(PARTITION)

    assert "usage_not_summed" in capsys.readouterr().out
    assert not await Usage(bank.redis).is_behind(REF)


def test_sums_are_made_again_at_the_terminal(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And compared with what the ledger counts: exit code 1 where that is another sum."""
    monkeypatch.setattr("bot.running.logs.configure", lambda **_given: None)
    terminal = Terminal(server)
    terminal.ask(lambda redis: redis.flushall())

    async def spent(redis: Client) -> None:
        await (await Bank.open(redis, balance=100)).spend(5)

    terminal.ask(spent)

    done = terminal.type("usage", "rebuild", REF.tenant)
    assert (done.exit_code, done.output) == (
        0,
        "2 entries of default are summed up; they come to what the ledger counts.\n",
    )
    terminal.ask(lambda redis: redis.hset(keys.account(REF), "total:usage:calls", 5_000_001))
    wrong = terminal.type("usage", "rebuild", REF.tenant)
    assert wrong.exit_code == 1
    assert "summed up as 5000000 millionths, the ledger counts 5000001" in wrong.output


async def test_what_is_unusual_is_told(bank: Bank) -> None:
    """After two weeks of calls, once a destination costs something that it never did."""
    now_ms = await Usage(bank.redis).now_ms()
    calls = [record(day, 1, start_ms=now_ms - day * DAY_MS, destination="Germany") for day in range(4, 30)]
    await post(bank, [*calls, record(1, 9, start_ms=now_ms - 3_600_000, destination="Ruritania")])

    await Summing(bank.redis, None, lambda: [PARTITION]).look(PARTITION)

    told = {(event.what, event.subject) for event in await outline(bank, UsageUnusual)}
    assert ("destination", "Ruritania") in told
    assert not await Usage(bank.redis).is_behind(REF)


async def test_calls_without_a_price_are_told(bank: Bank) -> None:
    """At once, with what their numbers begin with, also in a new workspace; once a day."""
    now_ms = await Usage(bank.redis).now_ms()
    none = basis.text(basis.Unrated.NO_RATE)
    lines = [
        record(number, 0, start_ms=now_ms - number, destination="", number="+447946000001", basis=none)
        for number in range(3)
    ]
    summing = Summing(bank.redis, None, lambda: [PARTITION], watch_s=0)
    for line in lines:
        await post(bank, [line])
        await summing.look(PARTITION)

    [event] = await outline(bank, CallsUnrated)
    assert event.named == (("+4479…", 1),)
