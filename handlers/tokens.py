"""`/credits tokens`: credit managers make, see and revoke the tokens of the HTTP API."""

from typing import Any

from handlers import forms, gate, ids
from handlers.call import Call, Person
from handlers.guard import RefusedError
from handlers.parsing import UsageError
from handlers.views import general, tokens
from store.keys import AccountRef
from store.outcomes import Reason, Refused
from store.tokens import Made, Scope, checked_name


async def show(call: Call) -> None:
    """The list, as a new message."""
    await _list(call, await gate.manager(call), replace=False)


async def open_(call: Call) -> None:
    """From the button: ask what the new token is for."""
    await call.ack()
    person = await gate.manager(call)
    modal = await call.open_modal()
    draft_id = await call.services.drafts.put(person.actor, call.where())
    await modal.show(tokens.ask(person.texts, metadata=draft_id))


async def submit(call: Call) -> None:
    """Make it, and show it in the modal, this once. The draft's id is the operation id, so twice is once."""
    person = await gate.manager(call)
    await forms.draft(call)
    form = forms.values(call.body["view"], ids.NAME, ids.SCOPES, ids.ACCOUNT, ids.DAYS)
    wrong = _wrong(form, person)
    if wrong:
        await call.ack(response_action="errors", errors=wrong)
        return
    name = checked_name(form[ids.NAME])
    outcome = await call.services.tokens.make(
        person.actor,
        person.actor.tenant,
        name=name,
        scopes=map(Scope, form[ids.SCOPES]),
        account=form[ids.ACCOUNT].strip(),
        days=int(form[ids.DAYS]),
        operation_id=f"token:{forms.draft_id(call)}",
    )
    texts = person.texts
    if isinstance(outcome, Refused) and outcome.reason is Reason.UNKNOWN_ACCOUNT:
        await call.ack(response_action="errors", errors={ids.ACCOUNT: texts.plain("token-account-wrong")})
    elif isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    elif isinstance(outcome, Made):
        await call.ack(response_action="update", view=tokens.made(name, outcome.secret, texts))
    else:
        await call.ack(response_action="update", view=general.notice(texts("token-made-before"), texts))


async def revoke(call: Call) -> None:
    """End a token, and show the list as it is then, where the button was."""
    await call.ack()
    person, token_id = await gate.manager(call), str(call.action().get("value") or "")
    outcome = await call.services.tokens.revoke(
        person.actor, person.actor.tenant, token_id, operation_id=f"revoke:{call.body['trigger_id']}"
    )
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    await _list(call, person, replace=True)


async def _list(call: Call, person: Person, *, replace: bool) -> None:
    found = await call.services.tokens.list(person.actor, person.actor.tenant)
    if isinstance(found, Refused):
        raise RefusedError(found.reason)
    now_ms = await call.services.tokens.now_ms()
    await call.respond(tokens.message(found, now_ms, person.texts), replace=replace)


def _wrong(form: dict[str, Any], person: Person) -> dict[str, str]:
    """What is wrong under which input; UsageError for what our form does not send."""
    found: dict[str, str] = {}
    try:
        checked_name(form[ids.NAME])
    except ValueError:
        found[ids.NAME] = person.texts.plain("token-name-wrong")
    if not set(form[ids.SCOPES]) <= set(Scope) or form[ids.DAYS] not in tokens.DAYS:
        raise UsageError("form-unreadable")
    if not form[ids.SCOPES]:
        found[ids.SCOPES] = person.texts.plain("token-scopes-missing")
    try:
        AccountRef(person.actor.tenant, form[ids.ACCOUNT].strip() or "default")
    except ValueError:
        found[ids.ACCOUNT] = person.texts.plain("token-account-wrong")
    return found
