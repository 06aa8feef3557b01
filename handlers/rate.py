"""`/credits rate`: what a call to a number costs."""

from handlers import gate, parsing
from handlers.call import Call
from handlers.views import rate
from store.call import CallRecord
from store.rating import Terms
from store.rating import rate as rated

EXAMPLES_S = (60, 307)
"""The calls that are reckoned, seconds."""


async def show(call: Call, typed: str) -> None:
    """The rate of a number, and what two calls would cost."""
    person = await gate.viewer(call)
    wanted = parsing.number(typed, person.texts.locale)
    account = await call.account()
    terms = Terms(account.currency, await call.services.cards.tariff(call.ref.tenant))
    now_ms = await call.services.usage.now_ms()
    shown = wanted.digits if wanted.whole else f"{wanted.digits}*"  # what is not typed may decide
    calls = [CallRecord("example", wanted.service, now_ms, seconds, f"+{shown}") for seconds in EXAMPLES_S]
    card = terms.tariff.card(wanted.service, account.currency, now_ms)
    examples = [(each, rated(each, terms, {})) for each in calls]
    await call.respond(rate.message(wanted, card, examples, account.currency, person.texts))
