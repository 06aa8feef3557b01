"""The modals that people have open, as stacks of up to three, and their Home tabs."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bot.playground.blockkit import limits
from bot.playground.config import Clock, Json
from bot.playground.errors import Refusal, broken
from bot.playground.forms import initial_values, merge_values
from bot.playground.hub import Hub
from bot.playground.people import APP, BOT, TEAM
from bot.playground.storage import Storage


@dataclass(frozen=True)
class View:
    """One view of one person: `body` is what the bot sent, ids filled in; `values` is what they entered."""

    id: str
    user: str
    hash: str
    root_view_id: str
    previous_view_id: str | None
    body: Json = field(repr=False)
    values: Json = field(default_factory=dict, repr=False)

    @property
    def blocks(self) -> list[Json]:
        """The blocks, each with its block_id."""
        return list(self.body["blocks"])

    def to_slack(self) -> Json:
        """Slack's view object, its state included."""
        return {
            "id": self.id,
            "team_id": TEAM,
            "type": self.body["type"],
            "blocks": self.body["blocks"],
            "private_metadata": self.body.get("private_metadata") or "",
            "callback_id": self.body.get("callback_id") or "",
            "external_id": self.body.get("external_id") or "",
            "state": {"values": self.values},
            "hash": self.hash,
            "title": self.body.get("title") or {"type": "plain_text", "text": "View Title"},
            "close": self.body.get("close"),
            "submit": self.body.get("submit"),
            "clear_on_close": bool(self.body.get("clear_on_close")),
            "notify_on_close": bool(self.body.get("notify_on_close")),
            "previous_view_id": self.previous_view_id,
            "root_view_id": self.root_view_id,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }


class Views:
    """Opens, pushes, updates, publishes and closes; each change is told to its person alone."""

    def __init__(self, storage: Storage, hub: Hub, clock: Clock) -> None:
        self._storage = storage
        self._hub = hub
        self._clock = clock
        self._stacks: dict[str, list[View]] = {}
        self._closed: set[str] = set()
        self._homes = {user: View(**body) for user, body in storage.homes().items()}

    def top(self, user: str) -> View | None:
        """The modal in front of a person, or None."""
        stack = self._stacks.get(user)
        return stack[-1] if stack else None

    def stack(self, user: str) -> list[View]:
        """All modals of a person, the front one last."""
        return list(self._stacks.get(user, ()))

    def home(self, user: str) -> View | None:
        """A person's Home tab, or None before the first publish."""
        return self._homes.get(user)

    def find(self, view_id: str) -> View | None:
        """An open modal or a Home tab by its id, or None."""
        return next((view for view in self._all() if view.id == view_id), None)

    def open(self, user: str, body: Json) -> View:
        """Put a new modal before a person; what they had open goes away."""
        self._refuse_taken_external_id(body)
        self.clear(user)
        view = self._new(user, body, None)
        self._stacks[user] = [view]
        self._tell("view_opened", view)
        return view

    def push(self, user: str, body: Json) -> View:
        """Put a modal on top of the open ones.

        Raises:
            Refusal: not_found without an open modal, push_limit_reached with three.
        """
        stack = self._stacks.get(user)
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= limits.VIEW_STACK:
            raise broken("push_limit_reached", f"{limits.VIEW_STACK} views are open")
        self._refuse_taken_external_id(body)
        view = self._new(user, body, stack[-1])
        stack.append(view)
        self._tell("view_pushed", view)
        return view

    def locate(self, view_id: str | None, external_id: str | None) -> View:
        """The open modal that an update means; a Home tab is published anew instead.

        Raises:
            Refusal: not_found; the bot's fault unless the person closed the modal meanwhile.
        """
        for view in (view for stack in self._stacks.values() for view in stack):
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        if view_id in self._closed or external_id in self._closed:
            raise Refusal("not_found")
        raise broken("not_found", f"no view {view_id or external_id}")

    def update(self, view: View, body: Json, given_hash: str | None = None) -> View:
        """Replace a view's body; entered values of inputs that stay are kept.

        Raises:
            Refusal: hash_conflict when `given_hash` is not the view's current one.
        """
        self._refuse_stale(view, given_hash)
        self._refuse_taken_external_id(body, view)
        filled = _with_ids(body)
        values = merge_values(initial_values(filled["blocks"]), view.values)
        changed = replace(view, body=filled, values=values, hash=self._hash())
        stack = self._stacks[view.user]
        stack[stack.index(view)] = changed
        self._tell("view_updated", changed)
        return changed

    def publish(self, user: str, body: Json, given_hash: str | None = None) -> View:
        """Show a Home tab.

        Raises:
            Refusal: hash_conflict when `given_hash` is not the tab's current one.
        """
        old = self._homes.get(user)
        if old is not None:
            self._refuse_stale(old, given_hash)
        view = self._new(user, body, None)
        if old is not None:
            view = replace(view, id=old.id, root_view_id=old.id)
        self._homes[user] = view
        self._storage.save_home(user, vars(view))
        self._hub.publish({"type": "home", "view": view.to_slack()}, {user})
        return view

    def enter(self, view: View, values: Any) -> View:
        """Keep what a person entered; the hash stays, as it is the bot's business only."""
        entered = replace(view, values=merge_values(view.values, values or {}))
        if view is self._homes.get(view.user):
            self._homes[view.user] = entered
        else:
            stack = self._stacks[view.user]
            stack[stack.index(view)] = entered
        return entered

    def close(self, view: View) -> None:
        """Take the front modal away; the one beneath comes back."""
        stack = self._stacks[view.user]
        stack.remove(view)
        self._forget(view)
        self._tell("view_closed", view)

    def clear(self, user: str) -> list[View]:
        """Take all modals of a person away and return them, the front one first."""
        closed = list(reversed(self._stacks.pop(user, [])))
        for view in closed:
            self._forget(view)
            self._tell("view_closed", view)
        return closed

    def _all(self) -> Iterator[View]:
        yield from (view for stack in self._stacks.values() for view in stack)
        yield from self._homes.values()

    def _new(self, user: str, body: Json, beneath: View | None) -> View:
        view_id = "V" + secrets.token_hex(5).upper()
        filled = _with_ids(body)
        return View(
            id=view_id,
            user=user,
            hash=self._hash(),
            root_view_id=beneath.root_view_id if beneath else view_id,
            previous_view_id=beneath.id if beneath else None,
            body=filled,
            values=initial_values(filled["blocks"]),
        )

    def _hash(self) -> str:
        return f"{int(self._clock.wall())}.{secrets.token_hex(4)}"

    def _forget(self, view: View) -> None:
        self._closed.update({view.id, view.body.get("external_id") or view.id})

    def _refuse_stale(self, view: View, given_hash: str | None) -> None:
        if given_hash is not None and given_hash != view.hash:
            raise Refusal("hash_conflict")

    def _refuse_taken_external_id(self, body: Json, but: View | None = None) -> None:
        external_id = body.get("external_id")
        if external_id and any(v.body.get("external_id") == external_id for v in self._all() if v is not but):
            raise broken("duplicate_external_id", external_id)

    def _tell(self, kind: str, view: View) -> None:
        self._hub.publish({"type": kind, "view": view.to_slack()}, {view.user})


def _with_ids(body: Json) -> Json:
    """The body with a block_id in each block, and an action_id in each element that acts."""
    return body | {"blocks": with_ids(body["blocks"])}


def with_ids(blocks: list[Json]) -> list[Json]:
    """Blocks as Slack gives them back: a block_id and an action_id wherever the bot left it out."""
    return [_element_ids({"block_id": secrets.token_urlsafe(4)} | block) for block in blocks]


def _element_ids(block: Json) -> Json:
    filled = dict(block)
    for place in ("element", "accessory"):
        if isinstance(block.get(place), dict):
            filled[place] = _action_id(block[place])
    if block["type"] == "actions":
        filled["elements"] = [_action_id(entry) for entry in block["elements"]]
    return filled


def _action_id(element: Json) -> Json:
    if element["type"] == "image":
        return element
    return {"action_id": secrets.token_urlsafe(4)} | element
