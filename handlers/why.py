"""`/credits why`: what a call or an entry was charged for."""

import asyncio

from handlers import gate, parsing
from handlers.call import Call
from handlers.parsing import UsageError
from handlers.views import why
from store.manifest import ArchiveError

_SEARCH_S = 10.0
"""So long a call is looked for; ten millions of lines."""


async def show(call: Call, typed: str) -> None:
    """Explain what is known by an id."""
    name = parsing.charge_id(typed)
    person = await gate.viewer(call)
    may_manage = await call.services.roles.refuse_manage(person.actor) is None
    try:
        async with asyncio.timeout(_SEARCH_S):
            found = await call.services.why.explain(call.ref, name)
    except TimeoutError:
        raise UsageError("why-too-long", typed=parsing.echo(name)) from None
    except ArchiveError:
        raise UsageError("why-no-archive", typed=parsing.echo(name)) from None
    if not found:
        raise UsageError("why-unknown", typed=parsing.echo(name))
    await call.respond(why.message(name, found, person.texts, may_manage=may_manage))
