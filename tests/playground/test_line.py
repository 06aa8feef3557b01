"""Calls that are led and paid over the real HTTP API, as the simulator's exchange does it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from bot.playground.config import Clock, Json
from bot.playground.exchange import Exchange, Problem, UnreachableError
from bot.playground.hub import Hub
from bot.playground.line import Line, Lines, State
from bot.playground.simulator import Simulator
from bot.playground.traffic import CALLING, CONFERENCE, TOLL_FREE, Call
from store.account import State as AccountState
from store.cardfile import read_card, sample_files
from store.cards import Cards
from store.outcomes import Done
from store.plans import Plans
from store.pools import Pool
from store.records import count_of
from store.tokens import Scope
from tests.api.conftest import NOW_MS, Opening, opening, plain_logs, site
from tests.api.site import Site
from tests.controls import MANAGER, REF

__all__ = ["opening", "plain_logs", "site"]

START = datetime.fromtimestamp(NOW_MS / 1000, UTC)
CLOCK = Clock(wall=lambda: NOW_MS / 1000)
SPEED = 1_000_000
SCOPES = (Scope.HOLDS_WRITE, Scope.USAGE_WRITE, Scope.ACCOUNT_READ, Scope.RATES_READ)
MOBILE, DOMESTIC, SATELLITE = "+44 7700 900123", "+1 425 555 0123", "+870 773 0***"


def call(number: str = MOBILE, service: str = CALLING, minutes: float = 3, call_id: str = "call-1") -> Call:
    """A call of somebody in Sales."""
    return Call(call_id, service, START, int(minutes * 60), number, "sally.sales@contoso.example", "Sales")


async def exchange_of(site: Site, kind: type[Exchange] = Exchange) -> Exchange:
    """A telephone exchange with its own token, and the sample rates to go by."""
    cards = Cards(site.bank.redis, site.bank.roles)
    for each in sample_files("USD").values():
        await cards.load(MANAGER, REF.tenant, read_card(each))
    return kind(str(site.client.base_url).rstrip("/"), await site.token(*SCOPES, account=REF.account))


@pytest.fixture
async def exchange(site: Site) -> AsyncIterator[Exchange]:
    """The exchange, with 100 dollars."""
    async with await exchange_of(site) as opened:
        yield opened


async def led(exchange: Exchange, made: Call) -> Line:
    """What became of a call."""
    line = Line(made)
    await Lines(exchange, CLOCK, SPEED).lead(line)
    return line


async def entries(site: Site) -> list[tuple[str, int]]:
    """Kind and amount of what was entered since the first credit, oldest first."""
    return [(each.kind, each.amount.micros) for each in await site.bank.entries()][1:]


async def test_a_dialled_call_is_paid_for_by_its_record(site: Site, exchange: Exchange) -> None:
    """Each minute is set aside before it begins; at the end the record is charged, and nothing stays set aside."""
    line = await led(exchange, call(minutes=2.5))

    assert (line.state, line.charged, line.reason) == (State.CHARGED, Decimal("0.96"), "")
    found = await entries(site)
    assert [amount for _, amount in found] == [-320_000, -320_000, -320_000, 960_000, -960_000]
    account = await site.bank.account()
    assert (account.held.micros, account.balance.micros) == (0, 99_040_000)
    [*_, last] = await site.bank.entries()
    assert count_of(last) == 1


async def test_a_call_ends_with_the_minute_that_is_paid(opening: Opening) -> None:
    """With credit for three minutes, an hour's call ends after three; the next one does not begin."""
    async with opening(balance=1) as site, await exchange_of(site) as exchange:
        first = await led(exchange, call(minutes=60))
        second = await led(exchange, call(call_id="call-2"))
        account = await site.bank.account()

    assert (first.state, first.call.minutes, first.reason) == (State.CHARGED, 3, "insufficient_credit")
    assert (second.state, second.reason) == (State.REFUSED, "insufficient_credit")
    assert (account.balance.micros, account.held.micros) == (40_000, 0)


@pytest.mark.parametrize("service", [CALLING, CONFERENCE, TOLL_FREE])
async def test_a_stopped_service_takes_no_calls(site: Site, exchange: Exchange, service: str) -> None:
    """Neither those that are authorised nor those that are reported afterwards; nothing is charged."""
    stopped = await site.bank.policies.set_service_state(MANAGER, REF, service, open=False, operation_id="stop")

    line = await led(exchange, call(DOMESTIC, service))

    assert isinstance(stopped, Done)
    assert (line.state, line.reason) == (State.REFUSED, "service_stopped")
    assert await entries(site) == []


@pytest.mark.parametrize("service", [CALLING, CONFERENCE])
async def test_a_frozen_account_pays_no_calls(site: Site, exchange: Exchange, service: str) -> None:
    """As a stopped service."""
    await site.bank.policies.set_state(MANAGER, REF, AccountState.FROZEN, operation_id="freeze")

    line = await led(exchange, call(DOMESTIC, service))

    assert (line.state, line.reason) == (State.REFUSED, "account_frozen")


async def test_calls_reported_afterwards_stop_at_zero(opening: Opening) -> None:
    """The last one may take the balance below zero; then the service is closed."""
    async with opening(balance=1) as site, await exchange_of(site) as exchange:
        first = await led(exchange, call(service=CONFERENCE, minutes=10))
        second = await led(exchange, call(service=CONFERENCE, call_id="call-2"))
        account = await site.bank.account()

    assert (first.state, first.charged) == (State.CHARGED, Decimal("3.20"))
    assert (second.state, second.reason) == (State.REFUSED, "insufficient_credit")
    assert account.balance.micros == -2_200_000


async def test_a_call_without_a_rate_is_reported_and_not_charged(site: Site, exchange: Exchange) -> None:
    """What was set aside for it comes back; its record is kept for the day when a rate is there."""
    line = await led(exchange, call(SATELLITE))

    assert (line.state, line.charged) == (State.UNRATED, Decimal())
    account = await site.bank.account()
    assert (account.balance.micros, account.held.micros) == (100_000_000, 0)
    [*_, last] = await site.bank.entries()
    assert (last.amount.micros, count_of(last)) == (0, 1)


async def test_included_minutes_pay_first(site: Site, exchange: Exchange) -> None:
    """A meeting's call within the pool costs nothing."""
    plans = Plans(site.bank.redis, site.bank.roles)
    await plans.set_pools(MANAGER, REF, [Pool("meetings", (CONFERENCE,), 3_600, 1)], operation_id="pool")

    line = await led(exchange, call(DOMESTIC, CONFERENCE))

    assert (line.state, line.charged) == (State.POOLED, Decimal())


class Lossy(Exchange):
    """Loses every other answer, after what was asked for was done."""

    def __init__(self, url: str, token: str, account: str = "default") -> None:
        super().__init__(url, token, account)
        self.answers = 0

    async def _once(self, method: str, path: str, asked: dict[str, Any]) -> tuple[int, Json, str]:
        answer = await super()._once(method, path, asked)
        self.answers += 1
        if self.answers % 2:
            raise aiohttp.ServerDisconnectedError
        return answer


@pytest.mark.parametrize("service", [CALLING, CONFERENCE])
async def test_a_call_whose_answers_were_lost_is_charged_once(site: Site, service: str) -> None:
    """Each step is sent again and changes nothing then."""
    async with await exchange_of(site, Lossy) as exchange:
        line = await led(exchange, call(service=service))

    account = await site.bank.account()
    assert line.state is State.REPEATED
    assert (account.balance.micros, account.held.micros) == (99_040_000, 0)


async def test_used_up_requests_are_waited_for(opening: Opening) -> None:
    """429 says how long; the same request comes again, and the call is paid."""
    async with opening(per_minute=60) as site, await exchange_of(site) as exchange:
        for _ in range(58):
            await exchange.account()
        line = await led(exchange, call(minutes=1))

    assert line.state is State.CHARGED


async def test_a_revoked_token_stops_the_simulator(site: Site, exchange: Exchange) -> None:
    """That is no refused call: the panel says what is wrong, and no more calls are placed."""
    for each in await listed(site):
        await site.tokens.revoke(MANAGER, REF.tenant, each, operation_id=f"revoke-{each}")
    simulator = Simulator(None, Hub(), CLOCK, seed=1, speed=SPEED, running=True)
    simulator.connect(exchange)

    state = await simulator.call()
    await simulator.stop()

    assert (state["running"], state["last"][0]["state"]) == (False, "lost")
    assert "revoked" in state["error"]


async def listed(site: Site) -> list[str]:
    """The ids of the tokens."""
    found = await site.tokens.list(MANAGER, REF.tenant)
    assert isinstance(found, tuple)
    return [each.id for each in found]


async def test_the_token_does_what_calls_need_and_no_more(site: Site, exchange: Exchange) -> None:
    """Other accounts and the journal are closed to it."""
    with pytest.raises(Problem, match="scope") as refused:
        await exchange._ask("GET", f"/v1/accounts/{REF.account}/entries")

    assert refused.value.code == "scope_missing"


async def test_an_api_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some tries."""
    monkeypatch.setattr("bot.playground.exchange.FIRST_PAUSE_S", 0.001)
    async with Exchange("http://127.0.0.1:9", "crd_none") as exchange:
        with pytest.raises(UnreachableError, match="does not answer"):
            await exchange.account()
