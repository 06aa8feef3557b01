"""`/credits managers`: a workspace owner or administrator appoints the credit managers."""

import asyncio
from collections.abc import Iterable

from slack_sdk.errors import SlackApiError

from handlers import failures, forms, gate, ids
from handlers.call import Call
from handlers.guard import RefusedError
from handlers.people import Identity
from handlers.views import managers
from store.outcomes import Refused

_PATIENCE_S = 1.0
_UNKNOWN = {"user_not_found", "user_not_visible", "users_not_found"}


async def begin(call: Call) -> None:
    """Open the people picker, for owners and administrators."""
    services, person = call.services, await gate.administrator(call)
    modal, known = await call.open_modal(), await services.roles.managers(call.identity.tenant)
    draft_id = await services.drafts.put(person.actor, {**call.where(), "shown": ",".join(sorted(known))})
    await modal.show(managers.settings(known, person.texts, metadata=draft_id))


async def submit(call: Call) -> None:
    """Apply the difference between what was shown and what was chosen."""
    person, fields = await gate.administrator(call), await forms.draft(call, "shown")
    form = forms.values(call.body["view"], ids.USERS)
    shown, chosen = set(filter(None, fields["shown"].split(","))), set(form[ids.USERS])
    strange = await _not_people(call, chosen - shown)
    if strange:
        text = person.texts.plain("managers-not-people", users=", ".join(strange))
        await call.ack(response_action="errors", errors={ids.USERS: text})
        return
    outcome = await call.services.roles.change_managers(
        person.actor,
        appoint=chosen - shown,
        dismiss=shown - chosen,
        operation_id=f"view:{call.body['view']['id']}",
    )
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    await call.ack(response_action="clear")
    now = await call.services.roles.managers(call.identity.tenant)
    await call.tell(fields, managers.saved(now, person.texts, changed=outcome.result == "changed"))


async def _not_people(call: Call, users: Iterable[str]) -> list[str]:
    """The names of those that are bots, deactivated, unknown or of another workspace.

    Raises one of `failures.SLACK_SILENT` where Slack does not say of all in time: nobody is appointed unseen. Those
    of whom it said are known when the form is submitted again.
    """
    async with asyncio.timeout(_PATIENCE_S):
        names = await asyncio.gather(*(_if_strange(call, user_id) for user_id in sorted(users)))
    return [name for name in names if name]


async def _if_strange(call: Call, user_id: str) -> str:
    """The name of one that cannot be a manager, "" for one that can."""
    try:
        profile = await call.people.profile(call.client, Identity(call.identity.tenant, user_id, is_stranger=False))
    except SlackApiError as error:
        if failures.code(error) not in _UNKNOWN:
            raise
        return user_id
    return "" if profile.is_person else profile.name or user_id
