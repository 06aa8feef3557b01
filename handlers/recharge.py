"""`/credits recharge`: the settings of auto-recharge."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers import channels, forms, gate, ids, parsing
from handlers.call import Call, Person
from handlers.guard import RefusedError
from handlers.views import errors, recharge
from store.account import Account, RechargePolicy
from store.money import Money
from store.outcomes import Reason, Refused

_FIGURES = (ids.AMOUNT, ids.BELOW, ids.CAP)
_CONFIRMED = (*_FIGURES, "method", "channel_id")
"""What the draft of a confirmation holds."""


async def begin(call: Call) -> None:
    """Open the settings, for managers."""
    services, person = call.services, await gate.manager(call)
    methods = await services.methods.methods(call.ref)
    if not methods:
        raise RefusedError(Reason.NO_METHOD)
    modal, account = await call.open_modal(), await call.account()
    draft_id = await services.drafts.put(person.actor, call.where())
    sandbox = services.methods.sandbox
    view = recharge.settings(account, methods, services.limits, person.texts, sandbox=sandbox, metadata=draft_id)
    await modal.show(view)


async def open_(call: Call) -> None:
    """The same from a button."""
    await call.ack()
    await begin(call)


async def submit(call: Call) -> None:
    """Save, or ask first where saving charges at once, or say under each input what is wrong with it."""
    person, fields = await gate.manager(call), await forms.draft(call)
    form = forms.values(call.body["view"], ids.SWITCH, *_FIGURES, ids.METHOD, ids.CHANNEL)
    account, methods = await call.account(), await call.services.methods.methods(call.ref)
    policy, wrong = _policy(form, account, person, call)
    if policy.on and all(each.id != policy.method for each in methods):
        wrong[ids.METHOD] = person.texts.plain("method-gone")
    channel = form[ids.CHANNEL]
    if policy.on:
        wrong = {**await channels.join(call, person, channel, only_look=bool(wrong)), **wrong}
    if wrong:
        await call.ack(response_action="errors", errors=wrong)
        return
    fields = {**fields, **_kept(policy), "channel_id": channel}
    alerts = replace(account.alerts, channel=channel, locale=person.texts.locale)
    same = policy == account.recharge and alerts == account.alerts
    if same or not _charges_now(account, policy):
        await _save(call, person, policy, fields, operation_id=f"view:{call.body['view']['id']}")
        return
    draft_id = await call.services.drafts.put(person.actor, fields)
    chosen = next(each for each in methods if each.id == policy.method)
    sandbox = call.services.methods.sandbox
    view = recharge.confirm(account, policy, chosen, person.texts, sandbox=sandbox, metadata=draft_id)
    await call.ack(response_action="update", view=view)


async def submit_confirm(call: Call) -> None:
    """Confirmed that saving charges now."""
    person, fields, account = await gate.manager(call), await forms.draft(call, *_CONFIRMED), await call.account()
    figures = {name: Money(int(fields[name]), account.currency) for name in _FIGURES}
    policy = RechargePolicy(on=True, method=fields["method"], **figures)
    await _save(call, person, policy, fields, operation_id=f"recharge:{forms.draft_id(call)}")


def _policy(
    form: Mapping[str, Any], account: Account, person: Person, call: Call
) -> tuple[RechargePolicy, dict[str, str]]:
    """The policy that was typed, and per input what is wrong with it; figures may be missing when switching off."""
    on = form[ids.SWITCH] == recharge.ON
    if form[ids.SWITCH] not in {recharge.ON, recharge.OFF}:
        raise parsing.UsageError("form-unreadable")
    figures: dict[str, Money | None] = dict.fromkeys(_FIGURES)
    wrong: dict[str, str] = {}
    for name in _FIGURES:
        if not on and not form[name].strip():
            continue
        try:
            figures[name] = parsing.amount(form[name], account.currency)
        except parsing.UsageError as error:
            wrong[name] = errors.usage_plain(error, person.texts, account.currency)
    policy = RechargePolicy(on=on, method=form[ids.METHOD], **figures)
    for name, reason in (_refused(policy, call) if on else {}).items():
        wrong.setdefault(name, errors.refused_plain(reason, person.texts, call.services.limits, account.currency))
    if on and not form[ids.CHANNEL]:
        wrong[ids.CHANNEL] = person.texts.plain("channel-missing")
    return policy, wrong


def _refused(policy: RechargePolicy, call: Call) -> dict[str, Reason]:
    """Per input why its figure may not be saved; each for itself, however the others were typed."""
    found: dict[str, Reason] = {}
    outside = call.services.limits.refuse(policy.amount) if policy.amount else None
    if outside:
        found[ids.AMOUNT] = outside.reason
    if policy.amount and policy.cap and policy.cap < policy.amount:
        found[ids.CAP] = Reason.CAP_BELOW_AMOUNT
    rest = call.services.policies.refuse_recharge(policy)
    if rest and not found and policy.amount and policy.below and policy.cap:
        found[errors.refused_field(rest.reason, ids.AMOUNT)] = rest.reason
    return found


def _charges_now(account: Account, policy: RechargePolicy) -> bool:
    """Whether saving this opens a recharge at once, as far as can be known before."""
    return bool(policy.on and policy.below and account.available < policy.below and not account.slot)


async def _save(
    call: Call, person: Person, policy: RechargePolicy, fields: Mapping[str, str], *, operation_id: str
) -> None:
    services, channel = call.services, fields["channel_id"]
    before = await call.account()
    outcome = await services.policies.set_recharge(
        person.actor, call.ref, policy, channel=channel, locale=person.texts.locale, operation_id=operation_id
    )
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    await call.ack(response_action="clear")
    after = await call.account()
    message = recharge.saved(
        policy,
        channel,
        person.texts,
        changed=outcome.result == "changed",
        charging=bool(after.slot and after.slot != before.slot),
        sandbox=services.methods.sandbox,
    )
    await call.tell(dict(fields), message)


def _kept(policy: RechargePolicy) -> dict[str, str]:
    figures = {name: getattr(policy, name) for name in _FIGURES}
    return {"method": policy.method, **{name: str(each.micros) for name, each in figures.items() if each}}
