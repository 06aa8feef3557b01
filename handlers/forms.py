"""Reading a submitted view: what was typed and chosen, by block. What Slack would not send is refused, not guessed."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from handlers import ids
from handlers.call import Call
from handlers.guard import RefusedError
from handlers.parsing import UsageError
from store.orders import File
from store.outcomes import Reason

_T = TypeVar("_T")

_TEXT, _CHOICE, _CHANNEL, _PEOPLE = "value", "selected_option", "selected_conversation", "selected_users"
_TICKED = "selected_options"
_FILES = "files"
_KINDS = {
    **dict.fromkeys((ids.AMOUNT, ids.BELOW, ids.CAP, *ids.LEVELS), _TEXT),
    **dict.fromkeys((ids.NAME, ids.ACCOUNT), _TEXT),
    **dict.fromkeys((ids.METHOD, ids.SWITCH, ids.DAYS, ids.PAYS), _CHOICE),
    ids.CHANNEL: _CHANNEL,
    ids.USERS: _PEOPLE,
    ids.SCOPES: _TICKED,
    ids.FILES: _FILES,
}
"""Block id -> the property that holds what was entered."""


def values(view: Mapping[str, Any], *wanted: str) -> dict[str, Any]:
    """Block id -> what stands in its one input.

    Text, the chosen value and the chosen channel are "" if empty; people are a list of user ids, what is ticked is one
    of values, and files are one of `store.orders.File`.

    Raises:
        UsageError: one of the `wanted` blocks is not there, or holds something else.
    """
    try:
        state = view["state"]["values"]
        return {block_id: _value(block_id, next(iter(state[block_id].values()))) for block_id in wanted}
    except (KeyError, TypeError, AttributeError, ValueError, StopIteration):
        raise UsageError("form-unreadable") from None


async def draft(call: Call, *needed: str) -> dict[str, str]:
    """What the submitted view is about, as it was kept when the view was made for this person.

    Raises:
        RefusedError: DRAFT_GONE; also if it is about something else, so that not all of the `needed` is there.
    """
    person = await call.person()
    fields = await call.services.drafts.get(person.actor, draft_id(call))
    if fields is None or not fields.keys() >= {"channel", "response_url", *needed}:
        raise RefusedError(Reason.DRAFT_GONE)
    return fields


def draft_id(call: Call) -> str:
    """The draft that the submitted view carries."""
    return str(call.body["view"].get("private_metadata") or "")


def files(given: Iterable[Any]) -> list[File]:
    """Files as Slack tells of them, of which the id counts: all else is asked of Slack again.

    Raises:
        ValueError, TypeError, KeyError: they are no files.
    """
    return [File(_known(each["id"]), str(each.get("name") or each["id"])) for each in given]


def _value(block_id: str, entered: Mapping[str, Any]) -> Any:
    """ValueError, TypeError or KeyError if this is not what such an input holds."""
    value = entered[_KINDS[block_id]]
    if block_id == ids.USERS:
        return [_known(user) for user in _a(list, value)]
    if block_id == ids.SCOPES:
        return [_a(str, each["value"]) for each in _a(list, value)]
    if block_id == ids.FILES:
        return files(_a(list, value))
    if value is None:
        return ""
    if block_id == ids.CHANNEL:
        return _known(value)
    return _a(str, value if _KINDS[block_id] == _TEXT else value["value"])


def _a(kind: type[_T], value: object) -> _T:
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def _known(name: object) -> str:
    """A user's, channel's or file's id, as Slack makes them."""
    if not (isinstance(name, str) and name.isascii() and name.isalnum()):
        raise ValueError(name)
    return name
