"""Reading a submitted view: what was typed and chosen, by block."""

from collections.abc import Mapping
from typing import Any

from handlers.call import Call
from handlers.guard import RefusedError
from store.outcomes import Reason


def values(view: Mapping[str, Any]) -> dict[str, Any]:
    """Block id -> what stands in its one input: text, the chosen value, channel or list of people; None if empty."""
    return {
        block_id: _value(next(iter(inputs.values()))) for block_id, inputs in view["state"]["values"].items() if inputs
    }


async def draft(call: Call) -> dict[str, str]:
    """What the submitted view is about, as it was kept when the view was made for this person.

    Raises:
        RefusedError: DRAFT_GONE.
    """
    person = await call.person()
    fields = await call.services.drafts.get(person.actor, call.body["view"]["private_metadata"])
    if fields is None:
        raise RefusedError(Reason.DRAFT_GONE)
    return fields


def _value(entered: Mapping[str, Any]) -> Any:
    kind = entered["type"]
    if kind in {"static_select", "radio_buttons"}:
        chosen = entered.get("selected_option")
        return chosen["value"] if chosen else None
    if kind == "conversations_select":
        return entered.get("selected_conversation")
    if kind == "multi_users_select":
        return entered.get("selected_users") or []
    return entered.get("value")
