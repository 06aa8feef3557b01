"""`/credits alerts`: when and where to warn."""

from handlers import channels, forms, gate, ids, parsing
from handlers.call import Call
from handlers.guard import RefusedError
from handlers.views import alerts, errors
from store.account import AlertPolicy
from store.money import Money
from store.outcomes import Refused


async def begin(call: Call) -> None:
    """Open the settings, for managers."""
    services, person = call.services, await gate.manager(call)
    modal, account = await call.open_modal(), await call.account()
    draft_id = await services.drafts.put(person.actor, call.where())
    await modal.show(alerts.settings(account, person.texts, metadata=draft_id))


async def open_(call: Call) -> None:
    """The same from a button."""
    await call.ack()
    await begin(call)


async def submit(call: Call) -> None:
    """Save, or say under each input what is wrong with it."""
    person, fields = await gate.manager(call), await forms.draft(call)
    form = forms.values(call.body["view"], *ids.LEVELS, ids.CHANNEL)
    account, services = await call.account(), call.services
    levels: list[Money] = []
    wrong: dict[str, str] = {}
    for block_id in ids.LEVELS:
        if not form[block_id].strip():
            continue
        try:
            levels.append(parsing.amount(form[block_id], account.currency))
        except parsing.UsageError as error:
            wrong[block_id] = errors.usage_plain(error, person.texts, account.currency)
    channel = form[ids.CHANNEL]
    wanted = any(form[block_id].strip() for block_id in ids.LEVELS)
    if (wanted or account.recharge.on) and not channel:
        wrong[ids.CHANNEL] = person.texts.plain("channel-missing")
    wrong = {**await channels.join(call, person, channel, only_look=bool(wrong)), **wrong}
    if wrong:
        await call.ack(response_action="errors", errors=wrong)
        return
    policy = AlertPolicy(tuple(sorted(set(levels), key=lambda level: level.micros, reverse=True)), channel)
    outcome = await services.policies.set_alerts(
        person.actor,
        call.ref,
        policy,
        locale=person.texts.locale,
        operation_id=f"view:{call.body['view']['id']}",
    )
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    await call.ack(response_action="clear")
    await call.tell(fields, alerts.saved(policy, person.texts, changed=outcome.result == "changed"))
