"""Included minutes: what is told when a pool runs low or is used up, and how much of each is left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from handlers.locales import Texts
from handlers.views import kit
from handlers.views.why import service_name
from store.events import PoolExhausted, PoolLow
from store.plans import Plan
from store.pools import Pool, begins_ms, label, number_of

MOST = 10
"""So many pools are shown, in the order in which they are used; the others are counted."""
_STEPS = 10
_FULL, _LEFT = "▰", "▱"


@dataclass(frozen=True, slots=True)
class Share:
    """A pool, and what it has given this month, seconds."""

    pool: Pool
    used_s: int


def told(event: PoolLow | PoolExhausted, plan: Plan, texts: Texts) -> str:
    """How much is used, until when, and what pays next; "" for 80 % of what is used up by the same calls."""
    if isinstance(event, PoolLow) and event.used_s >= event.limit_s:
        return ""
    following = number_of(event.month) + 1
    others = [kit.escape(each.name) for each in _behind(event.pool, plan)]
    kind = "low" if isinstance(event, PoolLow) else "exhausted"
    over = begins_ms(following, plan.zone) <= event.at_ms
    pays = texts(f"pool-{kind}-then", pools=", ".join(others), others="yes" if others else "no")
    when = texts("pool-renewed", when=_first_of(following, texts), zone=kit.escape(plan.zone))
    line = texts(
        f"news-pool-{kind}",
        pool=_called(event.pool, plan, texts),
        month=_month(event.month, texts),
        percent=_percent(event.used_s, event.limit_s),
        used=_minutes(event.used_s, texts),
        held=_minutes(event.limit_s, texts),
    )
    return f"{line} {texts('pool-month-over')}" if over else f"{line} {pays} {when}"


def shares(given: Sequence[Share], texts: Texts) -> Iterator[str]:
    """What each pool has given this month, what of it is left; nothing where there are no pools."""
    if given:
        yield texts("usage-pools")
    for each in given[:MOST]:
        held = each.pool.seconds
        percent = _percent(each.used_s, held)
        done = min(percent * _STEPS // 100, _STEPS)
        yield texts(
            "usage-pool",
            pool=f"*{kit.escape(each.pool.name)}* ({_services(each.pool, texts)})",
            bar=_FULL * done + _LEFT * (_STEPS - done),
            percent=percent,
            used=_minutes(each.used_s, texts),
            held=_minutes(held, texts),
            left=_minutes(max(held - each.used_s, 0) // 60 * 60, texts),
        )
    if len(given) > MOST:
        yield texts("usage-pools-more", count=len(given) - MOST)


def _called(name: str, plan: Plan, texts: Texts) -> str:
    """The pool's name and what it is for, as far as it is still there."""
    found = next((each for each in plan.pools if each.name == name), None)
    return f"*{kit.escape(name)}* ({_services(found, texts)})" if found else f"*{kit.escape(name)}*"


def _services(pool: Pool, texts: Texts) -> str:
    return ", ".join(service_name(each, texts) for each in pool.services)


def _behind(name: str, plan: Plan) -> list[Pool]:
    """The pools that calls of the same services use after this one."""
    names = [each.name for each in plan.pools]
    if name not in names:
        return []
    place = names.index(name)
    services = set(plan.pools[place].services)
    return [each for each in plan.pools[place + 1 :] if each.seconds and services & set(each.services)]


def _percent(used_s: int, held_s: int) -> int:
    """Rounded down: 100 is all of it."""
    return used_s * 100 // held_s if held_s else 100


def _minutes(seconds: int, texts: Texts) -> str:
    """Whole minutes, of which the last may not be full."""
    return str(format_decimal(-(-seconds // 60), locale=_locale(texts)))


def _month(month: str, texts: Texts) -> str:
    return str(format_skeleton("yMMMM", date.fromisoformat(f"{month}-01"), locale=_locale(texts)))


def _first_of(number: int, texts: Texts) -> str:
    return str(format_date(date.fromisoformat(f"{label(number)}-01"), "long", locale=_locale(texts)))


def _locale(texts: Texts) -> str:
    return texts.locale.replace("-", "_")
