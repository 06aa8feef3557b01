"""What the demo begins with: an account, a manager, rates, included minutes, cost centres, and two months of calls."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import StartError
from bot.playground.people import ALERTS, MANAGER, OWNER, TEAM, ZONE
from bot.playground.traffic import CENTRES, CONFERENCE, Call, Traffic
from handlers.services import Services
from store.account import AlertPolicy
from store.call import CallRecord
from store.cardfile import read_card, sample_files
from store.centres import CentreRules, Match, Rule
from store.keys import DEFAULT_ACCOUNT, AccountRef
from store.money import Money
from store.operations import random_id
from store.outcomes import Posted
from store.pools import Pool, month_of
from store.rating import Charge, State, Terms, rate
from store.roles import Actor
from store.scripts import Client
from store.tariff import RateCard, Tariff
from store.tokens import Admitted, Made, Scope

WELCOME = "25"
"""What is left when the page opens."""
LEVELS = ("20", "5")
PAST_DAYS = 60
"""So long people have telephoned when the page opens, so that a month has one before it."""
PAST_SEED = "the demo's past"
SAMPLES = "USD"
"""Whose sample cards stand for currencies that have none."""
LICENCE_S = 3_600
"""What a licence includes in a month."""
INCLUDED = ("1", "44", "49", "33", "34", "41")
SCOPES = (Scope.HOLDS_WRITE, Scope.USAGE_WRITE, Scope.ACCOUNT_READ, Scope.RATES_READ)
TOKEN_NAME = "Call simulator"  # noqa: S105 its name, no secret
TOKEN_FILE = "simulator.token"  # noqa: S105 as above

_REF = AccountRef(TEAM)
_OWNER, _MANAGER = Actor(TEAM, OWNER, is_admin=True), Actor(TEAM, MANAGER)
_PER_MINUTE = 6_000


@dataclass(frozen=True, slots=True)
class Arranged:
    """`is_new`: all of it was made now; `past`: calls still to be reported; `unpriced`: some of them have no price."""

    is_new: bool
    past: tuple[Call, ...]
    unpriced: bool = False


async def arrange(services: Services, redis: Client, now: datetime) -> Arranged:
    """Make it, once, and never again over what was changed since."""
    cards = sample_cards(services.currency)
    account = await services.ledger.account(_REF)
    is_used = account is not None and bool(account.used)
    if not is_used:
        await services.ledger.open_account(_REF, services.currency)
        await services.roles.change_managers(_OWNER, appoint=[MANAGER], dismiss=[], operation_id="demo:manager")
    if not await services.cards.loaded(TEAM):
        for card in cards:
            await services.cards.load(_MANAGER, TEAM, card)
    if is_used:
        return Arranged(is_new=False, past=())
    midnight = now.astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    past = past_calls(midnight)
    terms = Terms(services.currency, Tariff(cards), (included(past, cards, services.currency, midnight),), ZONE)
    charges = list(rated(past, terms))
    spent = sum(each.amount_micros for each in charges)
    unpriced = any(each.state is State.UNRATED for each in charges)
    welcome = Money(Money.of(WELCOME, services.currency).micros + spent, services.currency)
    await services.plans.set_zone(_MANAGER, TEAM, ZONE, operation_id="demo:zone")
    await services.plans.set_pools(_MANAGER, _REF, terms.pools, operation_id="demo:pools")
    rules = tuple(Rule(Match.DEPARTMENT, department, centre) for department, centre in CENTRES.items())
    await CentreRules(redis, services.roles).load(_MANAGER, TEAM, rules)
    added = await services.ledger.add_credit(_REF, welcome, operation_id="demo:welcome", actor="demo", memo="Demo")
    levels = tuple(Money.of(level, services.currency) for level in LEVELS)
    alerts = AlertPolicy(levels, ALERTS)
    await services.policies.set_alerts(_MANAGER, _REF, alerts, locale="en-US", operation_id="demo:alerts")
    return Arranged(is_new=isinstance(added, Posted), past=past, unpriced=unpriced)


async def token(services: Services, folder: Path) -> str:
    """The simulator's API token, made as `credits token` makes one, and kept as a telephone system keeps its own."""
    file = folder / TOKEN_FILE
    known = file.read_text("utf-8") if file.exists() else ""
    if known and isinstance(await services.tokens.admit(known, per_minute=_PER_MINUTE), Admitted):
        return known
    operation_id = f"demo:token:{random_id()}"
    made = await services.tokens.make(
        _MANAGER, TEAM, name=TOKEN_NAME, scopes=SCOPES, account=DEFAULT_ACCOUNT, operation_id=operation_id
    )
    if not isinstance(made, Made):
        raise StartError(f"There is no API token for the simulator ({made}). Empty the demo: make demo-reset")
    file.touch(mode=0o600)
    file.write_text(made.secret, "utf-8")
    return made.secret


def sample_cards(currency: str) -> list[RateCard]:
    """The sample rates, in this currency."""
    files = sample_files(currency) or sample_files(SAMPLES)
    return [read_card(each, {"currency": currency}) for each in files.values()]


def past_calls(until: datetime) -> tuple[Call, ...]:
    """The calls of the days before a midnight: the same of each, whenever they are drawn."""
    first = until.date() - timedelta(days=PAST_DAYS)
    return tuple(each for each in Traffic(PAST_SEED).days(first, PAST_DAYS) if each.start < until)


def rated(calls: Sequence[Call], terms: Terms) -> Iterator[Charge]:
    """What calls cost, in their order, as the bot will find out."""
    used: Counter[tuple[str, str]] = Counter()
    for call in calls:
        charge = rate(_record(call), terms, used)
        for pool, seconds in charge.pooled:
            used[pool, charge.month] += seconds
        yield charge


def included(calls: Sequence[Call], cards: Sequence[RateCard], currency: str, now: datetime) -> Pool:
    """Minutes for meetings: so many licences that these calls leave less than an hour, which new ones soon use up."""
    endless = Pool("meetings", (CONFERENCE,), LICENCE_S, 10**6, INCLUDED)
    month = month_of(int(now.timestamp()) * 1000, ZONE)
    terms = Terms(currency, Tariff(cards), (endless,), ZONE)
    used = sum(seconds for charge in rated(calls, terms) if charge.month == month for _, seconds in charge.pooled)
    return Pool(endless.name, endless.services, LICENCE_S, used // LICENCE_S + 1, INCLUDED)


def _record(call: Call) -> CallRecord:
    return CallRecord(
        id=call.id,
        service=call.service,
        start_ms=int(call.start.astimezone(UTC).timestamp() * 1000),
        duration_s=call.duration_s,
        number=call.dialled,
        user=call.user,
        department=call.department,
        destination=call.word,
    )
