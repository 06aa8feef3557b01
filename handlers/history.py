"""`/credits history`: the journal, a page at a time."""

import json

from handlers.call import Call
from handlers.guard import RefusedError
from handlers.views import history

_TRAIL = 60
"""Pages that can be gone back; a button's value holds 2,000 characters."""


async def show(call: Call) -> None:
    """The newest page, as a new message."""
    await _page(call, [""], replace=False)


async def open_(call: Call) -> None:
    """The newest page, from a button."""
    await call.ack()
    await _page(call, [""], replace=False)


async def turn(call: Call) -> None:
    """Another page, in place of the one whose button was pressed."""
    await call.ack()
    await _page(call, json.loads(call.action()["value"]), replace=True)


async def _page(call: Call, trail: list[str], *, replace: bool) -> None:
    """Show the page whose cursor ends `trail`, the cursors of the pages before it."""
    person = await call.person()
    refused = await call.services.roles.refuse_view(person.actor)
    if refused:
        raise RefusedError(refused.reason)
    page = await call.services.ledger.history(call.ref, older_than=trail[-1], limit=history.PAGE_SIZE)
    older = json.dumps([*trail, page.older][-_TRAIL:]) if page.older else ""
    newer = json.dumps(trail[:-1]) if len(trail) > 1 else ""
    await call.respond(history.message(page, person.texts, older=older, newer=newer), replace=replace)
