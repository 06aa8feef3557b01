"""`/credits import`, and files that are dropped into a message: nothing is charged that nobody said yes to.

A file is for us where it is sent to us: in the direct message with the app, or in a message that mentions it. What else
people share in channels is none of our business, and Slack is not asked for it.
"""

from typing import Any

from slack_sdk.errors import SlackApiError

from handlers import failures, forms, gate, ids
from handlers.call import Call
from handlers.guard import RefusedError
from handlers.parsing import UsageError
from handlers.views import general, imports
from store.keys import DEFAULT_ACCOUNT, AccountRef
from store.operations import digest
from store.orders import File, Step
from store.outcomes import Done, Refused

_WRITTEN = {None, "", "file_share", "thread_broadcast"}
"""What people write; other messages are about messages."""


async def begin(call: Call) -> None:
    """Open the form, for managers."""
    person = await gate.manager(call)
    modal, _ = await call.open_modal(), await call.account()
    draft_id = await call.services.drafts.put(person.actor, call.where())
    form = imports.ask(await _accounts(call), person.texts, metadata=draft_id)
    try:
        await modal.show(form)
    except SlackApiError as error:
        if failures.code(error) != "missing_scope":
            raise
        await modal.show(general.notice(person.texts("import-no-scope"), person.texts))


async def submit(call: Call) -> None:
    """Have the files charged. The draft's id is the order's, so twice is once."""
    person = await gate.manager(call)
    await forms.draft(call)
    accounts = await _accounts(call)
    form = forms.values(call.body["view"], ids.FILES, *([ids.PAYS] if len(accounts) > 1 else []))
    account = form.get(ids.PAYS) or (imports.usual(accounts) if accounts else DEFAULT_ACCOUNT)
    if account not in accounts or not form[ids.FILES]:
        raise UsageError("form-unreadable")
    outcome = await call.services.orders.give(
        person.actor,
        AccountRef(call.identity.tenant, account),
        forms.draft_id(call),
        form[ids.FILES],
        Step.CHARGE,
        locale=person.texts.locale,
        channel=person.actor.user_id,
    )
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    await call.ack(response_action="update", view=imports.begun(person.texts))


async def written(call: Call) -> None:
    """Somebody wrote in the direct message: look into what is attached, or say what can be sent there."""
    await call.ack()
    event = call.body["event"]
    if event.get("channel_type") != "im" or not _is_for_us(event):
        return
    files = _files(event)
    if files:
        await _look(call, event, files)
    elif not event.get("thread_ts"):
        await call.respond(general.says((await call.person()).texts("import-hint")))


async def mentioned(call: Call) -> None:
    """Somebody mentioned the app in a channel: look into what is attached; what is only said is not for us."""
    await call.ack()
    event = call.body["event"]
    files = _files(event) if _is_for_us(event) else []
    if files:
        await _look(call, event, files)


async def charge(call: Call) -> None:
    """The button under the question."""
    await call.ack()
    person, order_id = await gate.manager(call), str(call.action().get("value") or "")
    ref = AccountRef(call.identity.tenant, await _chosen(call))
    outcome = _done(await call.services.orders.confirm(person.actor, ref, order_id))
    if outcome.repeated:
        text = "import-charged-before" if outcome.result in {Step.TELL, Step.DONE} else "import-under-way"
        await call.respond(general.says(person.texts(text)))


async def cancel(call: Call) -> None:
    """The other one."""
    await call.ack()
    person, order_id = await gate.manager(call), str(call.action().get("value") or "")
    outcome = _done(await call.services.orders.cancel(person.actor, order_id))
    if outcome.result == Step.CANCELLED:
        await call.respond(imports.cancelled(person.texts), replace=True)
    else:
        await call.respond(general.says(person.texts("import-under-way")))


async def choose(call: Call) -> None:
    """The menu of accounts: what is chosen counts when the button is pressed."""
    await call.ack()


async def _look(call: Call, event: dict[str, Any], files: list[File]) -> None:
    """Have a worker look into them and ask, below the message; the same event again is the same order.

    Where people of other organisations are in the channel it is spoken of directly: they are told no balance.
    """
    person = await gate.manager(call)
    await call.account()
    channel, ts = str(event["channel"]), str(event["ts"])
    shared = bool(call.body.get("is_ext_shared_channel"))
    outcome = await call.services.orders.give(
        person.actor,
        call.ref,
        digest(channel, ts),
        files,
        Step.LOOK,
        locale=person.texts.locale,
        channel=person.actor.user_id if shared else channel,
        thread_ts="" if shared else str(event.get("thread_ts") or ts),
    )
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)


def _is_for_us(event: dict[str, Any]) -> bool:
    """Whether a person wrote it."""
    return event.get("subtype") in _WRITTEN and not event.get("bot_id") and bool(event.get("user"))


def _files(event: dict[str, Any]) -> list[File]:
    try:
        return forms.files(event.get("files") or [])
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


async def _accounts(call: Call) -> list[str]:
    return [each.account for each in await call.services.accounts.accounts(call.identity.tenant)]


async def _chosen(call: Call) -> str:
    """The account in the menu beside the button, or the only one; one that is not there is refused."""
    accounts = await _accounts(call)
    state = ((call.body.get("state") or {}).get("values") or {}).get(ids.IMPORT_ACTIONS) or {}
    option = (state.get(ids.IMPORT_ACCOUNT) or {}).get("selected_option") or {}
    chosen = str(option.get("value") or "") or (imports.usual(accounts) if accounts else DEFAULT_ACCOUNT)
    if chosen not in accounts:
        raise UsageError("form-unreadable")
    return chosen


def _done(outcome: Done | Refused) -> Done:
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    return outcome
