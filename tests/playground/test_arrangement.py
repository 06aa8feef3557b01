"""What the demo begins with, over a real Redis: made once, and what it costs is known beforehand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.api.pricing import TariffCharges
from bot.api.usage import UsageRecord
from bot.app import build_services
from bot.payments.sandbox import Sandbox
from bot.playground.arrangement import TOKEN_FILE, WELCOME, Arranged, arrange, token
from bot.playground.people import MANAGER, TEAM
from bot.playground.traffic import record
from bot.settings import Settings
from handlers.services import Services
from store.keys import AccountRef
from store.money import Money
from store.roles import Actor
from store.scripts import Client
from store.tokens import Admitted, Scope

REF = AccountRef(TEAM)
NOW = datetime.now(UTC)


@pytest.fixture
def services(real_redis: Client) -> Services:
    """The bot's, with nothing in them."""
    return build_services(Settings(currency="USD"), real_redis, Sandbox(real_redis))


async def report(services: Services, redis: Client, arranged: Arranged) -> list[str]:
    """Charge the calls of the past, as the API does; answers what became of each."""
    charger = TariffCharges(redis, services.cards, services.plans)
    calls = [UsageRecord.model_validate(record(each)).call() for each in arranged.past]
    return [each.outcome for each in await charger.charge(REF, calls, actor="api:simulator", moves=True)]


def mode(file: Path) -> int:
    """Who may do what with a file."""
    return file.stat().st_mode & 0o777


async def test_what_is_left_is_the_welcome(services: Services, real_redis: Client) -> None:
    """The first credit covers the calls of the past to the last millionth; all were charged now."""
    arranged = await arrange(services, real_redis, NOW)

    outcomes = await report(services, real_redis, arranged)

    account = await services.ledger.account(REF)
    assert account is not None
    assert account.balance == Money.of(WELCOME, "USD")
    assert len(outcomes) == len(arranged.past) > 1_000
    assert set(outcomes) == {"charged", "pooled", "unrated"}


async def test_it_is_made_once(services: Services, real_redis: Client) -> None:
    """A start that was ended before the past was reported goes on there; a later one changes nothing."""
    first = await arrange(services, real_redis, NOW)
    again = await arrange(services, real_redis, NOW)
    await report(services, real_redis, again)
    before = await services.ledger.account(REF)
    last = await arrange(services, real_redis, NOW)

    assert (first.is_new, again.is_new, last) == (True, False, Arranged(is_new=False, past=()))
    assert again.past == first.past
    assert await services.ledger.account(REF) == before


async def test_the_token_is_kept_until_it_ends(services: Services, real_redis: Client, tmp_path: Path) -> None:
    """The same at each start, readable by its owner alone; another one after it was revoked."""
    await arrange(services, real_redis, NOW)
    first, again = await token(services, tmp_path), await token(services, tmp_path)
    admitted = await services.tokens.admit(first, per_minute=60)
    assert isinstance(admitted, Admitted)
    await services.tokens.revoke(Actor(TEAM, MANAGER), TEAM, admitted.id, operation_id="revoke")

    other = await token(services, tmp_path)

    assert first == again != other
    assert mode(tmp_path / TOKEN_FILE) == 0o600
    assert admitted.scopes == {Scope.HOLDS_WRITE, Scope.USAGE_WRITE, Scope.ACCOUNT_READ, Scope.RATES_READ}
    assert admitted.account == REF.account
