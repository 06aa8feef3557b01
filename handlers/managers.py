"""`/credits managers`: a workspace owner or administrator appoints the credit managers."""

import asyncio
from collections.abc import Iterable

from slack_sdk.errors import SlackApiError

from handlers import forms, ids
from handlers.call import Call
from handlers.guard import RefusedError
from handlers.people import Identity
from handlers.views import kit, managers
from store.outcomes import Refused

_PATIENCE_S = 1.5


async def begin(call: Call) -> None:
    """Open the people picker, for owners and administrators."""
    services, person = call.services, await call.person(fresh=True)
    refused = await services.roles.refuse_appoint(person.actor)
    if refused:
        raise RefusedError(refused.reason)
    modal, known = await call.open_modal(), await services.roles.managers(call.identity.tenant)
    draft_id = await services.drafts.put(person.actor, {**call.where(), "shown": ",".join(sorted(known))})
    await modal.show(managers.settings(known, person.texts, metadata=draft_id))


async def submit(call: Call) -> None:
    """Apply the difference between what was shown and what was chosen."""
    person, form, fields = await call.person(fresh=True), forms.values(call.body["view"]), await forms.draft(call)
    shown, chosen = set(filter(None, fields["shown"].split(","))), set(form[ids.USERS] or [])
    strange = await _not_people(call, chosen - shown)
    if strange:
        text = person.texts.plain("managers-not-people", users=", ".join(map(kit.user, strange)))
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
    """Those of `users` that are bots, deactivated or of another workspace; none if Slack is slow to say."""
    strange = []
    try:
        async with asyncio.timeout(_PATIENCE_S):
            for user_id in sorted(users):
                identity = Identity(call.identity.tenant, user_id, is_stranger=False)
                profile = await call.people.profile(call.client, identity)
                if not profile.is_person:
                    strange.append(user_id)
    except (TimeoutError, SlackApiError):
        return strange
    return strange
