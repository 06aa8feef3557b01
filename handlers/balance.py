"""`/credits balance` and `/credits help`."""

from handlers import gate, payments
from handlers.call import Call
from handlers.views import balance
from handlers.views import help as help_view


async def show(call: Call) -> None:
    """Answer the balance, and how the account stands."""
    person, services = await gate.viewer(call), call.services
    account = await call.account()
    may_manage = await services.roles.refuse_manage(person.actor) is None
    under_way, sandbox = await payments.under_way(call, account), services.methods.sandbox
    await call.respond(balance.message(account, under_way, person.texts, may_manage=may_manage, sandbox=sandbox))


async def explain(call: Call) -> None:
    """Answer what can be typed."""
    person = await call.person()
    await call.respond(help_view.message(person.texts))
