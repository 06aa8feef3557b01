"""Calls whose charge is in another currency than the account that is to pay: asked for until another one takes them."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from store.centres import CentreRules, Match, Rule
from store.keys import AccountRef
from store.records import records_of
from store.scripts import Client
from tests.controls import MANAGER, REF, Bank
from tests.ingest.graph_desk import Desk
from tests.ingest.graph_service import (
    DAY_MS,
    HOUR_MS,
    NOW_MS,
    PERSON,
    Call,
    FastClock,
    GraphService,
    calls,
    opened,
)

pytestmark = pytest.mark.redis
EUROS = AccountRef(REF.tenant, "euros")
FOREIGN = 31


@dataclass(frozen=True)
class InEuros(Call):
    """A call that was charged in euros."""

    @property
    def row(self) -> dict[str, Any]:
        """As Graph tells it."""
        return {**super().row, "currency": "EUR", "userPrincipalName": "berta@contoso.example"}


@pytest.fixture
async def desk(real_redis: Client) -> AsyncIterator[Desk]:
    """Thirty calls in dollars, one in euros, an account in each of both."""
    rows = calls(random.Random(3), 30, NOW_MS - 2 * DAY_MS, NOW_MS - 1000)  # noqa: S311 replays by its seed
    service = GraphService(FastClock(NOW_MS), [*rows, InEuros(FOREIGN, NOW_MS - DAY_MS, NOW_MS - DAY_MS, 5)], page=10)
    async with opened(service) as graph:
        bank = await Bank.open(real_redis)
        await bank.ledger.open_account(EUROS, "EUR")
        yield Desk(bank, service, graph)


async def pays(desk: Desk, user: str, account: str) -> None:
    """From now on this account pays for them."""
    rules = (Rule(Match.USER, user, "centre", account),)
    await CentreRules(desk.redis, desk.bank.roles).load(MANAGER, REF.tenant, rules)


async def told(desk: Desk) -> list[str]:
    """What of the feed is told in Slack."""
    return [each for each in await desk.bank.event_types() if each.startswith("feed_")]


async def later(desk: Desk, hours: float = 0.5) -> None:
    """The next look, by another worker."""
    desk.service.clock.ms += int(hours * HOUR_MS)
    await desk.hire().look()


async def test_call_in_another_currency_is_asked_for_until_an_account_takes_it(desk: Desk) -> None:
    """Told once in Slack; the others are charged. It is charged once a rule names an account in its currency."""
    with capture_logs() as logs:
        await desk.poller.look()
    await later(desk, 24 * 20)

    standing = await desk.feed.standing()
    assert (standing.problem, standing.told, standing.through_ms) == ("other_currency", ("other_currency",), None)
    assert "Some calls bring a charge in another currency" in logs[0]["reason"]
    assert (await told(desk), len(await desk.charged())) == (["feed_failed"], 30)

    await pays(desk, "berta@contoso.example", "euros")
    await later(desk)

    [line] = [each for entry in await desk.bank.entries(EUROS) for each in records_of(entry)]
    assert (line.amount.micros, line.amount.currency) == (50_000, "EUR")
    assert await told(desk) == ["feed_failed", "feed_recovered"]
    assert (await desk.feed.standing()).through_ms == desk.service.clock.ms
    await desk.bank.prove()


async def test_call_that_nobody_takes_is_asked_for_89_days(desk: Desk) -> None:
    """Then it is passed over, and the log says so."""
    await desk.poller.look()
    await later(desk, 24 * 85)
    assert await told(desk) == ["feed_failed"]

    with capture_logs() as logs:
        await later(desk, 24 * 5)

    assert "graph_calls_passed_over" in [each["event"] for each in logs]
    assert await told(desk) == ["feed_failed", "feed_recovered"]


async def test_cursor_stays_where_it_was(desk: Desk) -> None:
    """Where a call in another currency comes later."""
    *dollars, euro = desk.service.rows
    desk.service.rows = dollars
    await desk.poller.look()
    before = (await desk.feed.standing()).through_ms
    desk.service.rows = [*dollars, replace(euro, start_ms=NOW_MS + HOUR_MS, appears_ms=NOW_MS + HOUR_MS)]

    await later(desk, 24)

    assert before is not None
    assert (await desk.feed.standing()).through_ms == before


async def test_call_that_was_paid_is_asked_for_no_more(desk: Desk) -> None:
    """Where a rule moves it to an account in another currency when it was charged already: it is a repeat."""
    await pays(desk, "berta@contoso.example", "euros")
    await desk.poller.look()
    await pays(desk, PERSON, "euros")

    await later(desk)

    assert (await desk.feed.standing()).problem == ""
    assert (await told(desk), len(await desk.charged())) == ([], 30)
