"""`/credits history`: the journal, a page at a time."""

import json
import re

from handlers import gate
from handlers.call import Call
from handlers.views import history

_TRAIL = 60
"""Pages that can be gone back; a button's value holds 2,000 characters."""

_EVERY = "all "
"""How a button's value begins that turns pages with every entry."""

_CURSOR = re.compile(r"(\d{1,20}-\d{1,20})?", re.ASCII)


async def show(call: Call, typed: str) -> None:
    """The newest page, as a new message: of every entry where "all" was typed, else of what changed the balance."""
    await _page(call, [""], every=bool(typed), replace=False)


async def open_(call: Call) -> None:
    """The newest page, from a button."""
    await call.ack()
    await _page(call, [""], every=False, replace=False)


async def turn(call: Call) -> None:
    """Another page, in place of the one whose button was pressed."""
    await call.ack()
    trail, every = _trail(call.action().get("value"))
    await _page(call, trail, every=every, replace=True)


def _trail(value: object) -> tuple[list[str], bool]:
    """The pages on the way to the wanted one, and whether they have every entry; without a trail the newest alone."""
    text = value if isinstance(value, str) else ""
    every = text.startswith(_EVERY)
    try:
        trail = json.loads(text.removeprefix(_EVERY))
    except (ValueError, RecursionError):
        trail = None
    good = isinstance(trail, list) and all(isinstance(each, str) and _CURSOR.fullmatch(each) for each in trail)
    return trail[-_TRAIL:] if trail and good else [""], every


async def _page(call: Call, trail: list[str], *, every: bool, replace: bool) -> None:
    """Show the page whose cursor ends `trail`, the cursors of the pages before it; `every` entry or the changes."""
    person = await gate.viewer(call)
    ledger, begun = call.services.ledger, _EVERY if every else ""
    read = ledger.history if every else ledger.changes
    page = await read(call.ref, older_than=trail[-1], limit=history.PAGE_SIZE)
    older = begun + json.dumps([*trail, page.older][-_TRAIL:]) if page.older else ""
    newer = begun + json.dumps(trail[:-1]) if len(trail) > 1 else ""
    await call.respond(history.message(page, person.texts, older=older, newer=newer), replace=replace)
