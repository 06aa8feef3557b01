"""Who asks, provided that they may: asked of the roles when something opens, and again when it is submitted.

The operations check it once more at the moment of the change.
"""

from handlers.call import Call, Person
from handlers.guard import RefusedError
from store.outcomes import Refused


async def viewer(call: Call) -> Person:
    """Somebody of this workspace; RefusedError STRANGER otherwise."""
    person = await call.person()
    return _passed(person, await call.services.roles.refuse_view(person.actor))


async def manager(call: Call) -> Person:
    """A credit manager; RefusedError STRANGER or NOT_A_MANAGER otherwise."""
    person = await call.person()
    return _passed(person, await call.services.roles.refuse_manage(person.actor))


async def administrator(call: Call) -> Person:
    """An owner or administrator, as Slack says just now; RefusedError STRANGER or NOT_AN_ADMIN otherwise."""
    person = await call.person(fresh=True)
    return _passed(person, await call.services.roles.refuse_appoint(person.actor))


def _passed(person: Person, refused: Refused | None) -> Person:
    if refused:
        raise RefusedError(refused.reason)
    return person
