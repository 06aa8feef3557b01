"""`/credits add 50`: the confirmation, the payment's request, and the same from a button."""

from collections.abc import Mapping
from typing import Any

from handlers import forms, gate, ids, parsing
from handlers.call import Call, Person
from handlers.guard import RefusedError
from handlers.services import PaymentMethod
from handlers.views import errors, topup
from store.account import Account
from store.money import Money
from store.outcomes import Reason, Refused


async def begin(call: Call, typed: str) -> None:
    """From the command: straight to the confirmation if an amount was typed, else ask for it."""
    await gate.manager(call)
    account = await call.account()
    amount = parsing.amount(typed, account.currency) if typed else None
    refused = call.services.limits.refuse(amount) if amount else None
    if refused:
        raise RefusedError(refused.reason)
    await _open(call, account, amount)


async def open_(call: Call) -> None:
    """From a button: ask for the amount."""
    await call.ack()
    await gate.manager(call)
    await _open(call, await call.account(), None)


async def submit_amount(call: Call) -> None:
    """The amount was typed: show the confirmation in the same modal, or what is wrong under the input."""
    person, fields = await gate.manager(call), await forms.draft(call)
    form = forms.values(call.body["view"], ids.AMOUNT)
    account, services = await call.account(), call.services
    try:
        amount = parsing.amount(form[ids.AMOUNT], account.currency)
    except parsing.UsageError as error:
        await call.ack(
            response_action="errors",
            errors={ids.AMOUNT: errors.usage_plain(error, person.texts, account.currency)},
        )
        return
    refused = services.limits.refuse(amount)
    if refused:
        text = errors.refused_plain(refused.reason, person.texts, services.limits, account.currency)
        await call.ack(response_action="errors", errors={ids.AMOUNT: text})
        return
    await call.ack(response_action="update", view=await _confirm(call, person, account, amount, fields))


async def submit_confirm(call: Call) -> None:
    """Confirmed: request the payment. The draft's id is the operation id, so twice is once."""
    person, fields = await gate.manager(call), await forms.draft(call, "amount_micros", "currency", "method")
    services, methods = call.services, await _methods(call)
    wanted = fields["method"] or forms.values(call.body["view"], ids.METHOD)[ids.METHOD]
    chosen = next((each for each in methods if each.id == wanted), None)
    if chosen is None:
        raise parsing.UsageError("method-gone")
    amount = Money(int(fields["amount_micros"]), fields["currency"])
    outcome = await services.payments.request_topup(
        person.actor,
        call.ref,
        amount,
        chosen.id,
        channel=fields["channel"],
        operation_id=f"topup:{forms.draft_id(call)}",
    )
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    await call.ack(response_action="clear")
    sandbox, repeated = services.methods.sandbox, outcome.repeated
    await call.tell(fields, topup.requested(amount, chosen, person.texts, repeated=repeated, sandbox=sandbox))


async def _methods(call: Call) -> tuple[PaymentMethod, ...]:
    methods = await call.services.methods.methods(call.ref)
    if not methods:
        raise RefusedError(Reason.NO_METHOD)
    return methods


async def _open(call: Call, account: Account, amount: Money | None) -> None:
    await _methods(call)
    modal, person = await call.open_modal(), await call.person()
    if amount:
        await modal.show(await _confirm(call, person, account, amount, call.where()))
        return
    services = call.services
    draft_id = await services.drafts.put(person.actor, call.where())
    sandbox = services.methods.sandbox
    await modal.show(topup.ask_amount(account, services.limits, person.texts, sandbox=sandbox, metadata=draft_id))


async def _confirm(
    call: Call, person: Person, account: Account, amount: Money, where: Mapping[str, str]
) -> dict[str, Any]:
    """The confirmation, with its draft: what is confirmed later is what is shown now, a lone method included."""
    methods, sandbox = await _methods(call), call.services.methods.sandbox
    method = methods[0].id if len(methods) == 1 else ""
    draft = {**where, "amount_micros": str(amount.micros), "currency": amount.currency, "method": method}
    draft_id = await call.services.drafts.put(person.actor, draft)
    return topup.confirm(account, amount, methods, person.texts, sandbox=sandbox, metadata=draft_id)
