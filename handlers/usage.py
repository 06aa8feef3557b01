"""`/credits usage`: what was used, by service, destination or cost centre."""

import asyncio

import structlog

from handlers import gate, parsing
from handlers.call import Call
from handlers.views import usage
from handlers.views.pools import Share
from store.manifest import ArchiveError
from store.pools import label, month_number
from store.report import Part, Period, report, span

_CATCH_UP_S = 2.5
"""So long an answer waits for what is not summed up yet; the worker goes on."""

log = structlog.get_logger(__name__)


async def show(call: Call, typed: str) -> None:
    """A period, as a new message."""
    period, part = parsing.usage(typed)
    await _answer(call, period, part, replace=False)


async def turn(call: Call) -> None:
    """Another period or division, in place of the one whose button was pressed."""
    await call.ack()
    period, _, part = str(call.action().get("value") or "").partition(" ")
    known = period in {*Period} and part in {*Part}
    await _answer(call, *((Period(period), Part(part)) if known else (Period.WEEK, Part.SERVICE)), replace=True)


async def _answer(call: Call, period: Period, part: Part, *, replace: bool) -> None:
    person, sums = await gate.viewer(call), call.services.usage
    account = await call.account()
    try:
        async with asyncio.timeout(_CATCH_UP_S):
            await sums.catch_up(call.ref)
    except TimeoutError:
        log.info("usage_behind", tenant=call.ref.tenant)
    except ArchiveError as error:
        log.warning("usage_not_summed", tenant=call.ref.tenant, reason=str(error))
    plan = await call.services.plans.plan(call.ref)
    today = await sums.today(plan.zone)
    _, before, _ = span(period, today)
    found = report(period, part, today, await sums.days(call.ref, before, today))
    month = label(month_number(await sums.now_ms(), plan.zone))
    given = await call.services.plans.given(call.ref, plan.pools, month)
    shares = [Share(each, given[each.name]) for each in plan.pools]
    shown = usage.message(found, account.currency, person.texts, shares=shares, zone=plan.zone)
    simple = usage.plain(found, account.currency, person.texts, shares=shares, zone=plan.zone)
    await call.respond(shown, replace=replace, simple=simple)
