"""`/credits history`: the journal, a page at a time."""

import json
import re

from handlers import gate
from handlers.call import Call
from handlers.views import history

_TRAIL = 60
"""Pages that can be gone back; a button's value holds 2,000 characters."""

_CURSOR = re.compile(r"(\d{1,20}-\d{1,20})?", re.ASCII)


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
    await _page(call, _trail(call.action().get("value")), replace=True)


def _trail(value: object) -> list[str]:
    """The pages on the way to the wanted one; just the newest if a button carries anything else."""
    try:
        trail = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        trail = None
    good = isinstance(trail, list) and all(isinstance(each, str) and _CURSOR.fullmatch(each) for each in trail)
    return trail[-_TRAIL:] if trail and good else [""]


async def _page(call: Call, trail: list[str], *, replace: bool) -> None:
    """Show the page whose cursor ends `trail`, the cursors of the pages before it."""
    person = await gate.viewer(call)
    page = await call.services.ledger.history(call.ref, older_than=trail[-1], limit=history.PAGE_SIZE)
    older = json.dumps([*trail, page.older][-_TRAIL:]) if page.older else ""
    newer = json.dumps(trail[:-1]) if len(trail) > 1 else ""
    await call.respond(history.message(page, person.texts, older=older, newer=newer), replace=replace)
