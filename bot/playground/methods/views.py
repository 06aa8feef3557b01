"""views.*: opening, pushing, updating and publishing."""

from typing import Any

from bot.playground.backend import Backend
from bot.playground.blockkit.blocks import Surface
from bot.playground.blockkit.rules import check_view
from bot.playground.config import Json
from bot.playground.errors import Refusal, broken
from bot.playground.methods.registry import method, require_scope


def open_view(backend: Backend, args: Json) -> Json:
    """views.open: a new modal for the person whose trigger it is."""
    refuse_view(args["view"], "modal")
    _refuse_files(backend, args["view"])
    trigger = backend.tickets.exchange(args["trigger_id"])
    return {"view": backend.views.open(trigger.user, args["view"]).to_slack()}


def push(backend: Backend, args: Json) -> Json:
    """views.push: on top of the modal that the trigger came from."""
    refuse_view(args["view"], "modal")
    _refuse_files(backend, args["view"])
    trigger = backend.tickets.exchange(args["trigger_id"])
    return {"view": backend.views.push(trigger.user, args["view"]).to_slack()}


def update(backend: Backend, args: Json) -> Json:
    """views.update: by view_id or external_id, guarded by a hash."""
    view_id, external_id = args.get("view_id"), args.get("external_id")
    if not view_id and not external_id:
        raise Refusal("invalid_arguments", rule="missing_argument", detail="view_id or external_id")
    view = backend.views.locate(view_id, external_id)
    refuse_view(args["view"], "modal")
    _refuse_files(backend, args["view"])
    return {"view": backend.views.update(view, args["view"], args.get("hash")).to_slack()}


def publish(backend: Backend, args: Json) -> Json:
    """views.publish: a person's Home tab, guarded by a hash."""
    refuse_view(args["view"], "home")
    if args["user_id"] not in backend.workspace.users:
        raise broken("invalid_arguments", f"no user {args['user_id']}")
    return {"view": backend.views.publish(args["user_id"], args["view"], args.get("hash")).to_slack()}


def refuse_view(view: Any, surface: Surface) -> None:
    """Refuse a view that breaks a rule.

    Raises:
        Refusal: invalid_arguments or view_too_large.
    """
    findings = check_view(view, surface)
    if findings:
        too_large = any(finding.rule == "view_too_large" for finding in findings)
        raise Refusal("view_too_large" if too_large else "invalid_arguments", findings=findings)


def _refuse_files(backend: Backend, view: Json) -> None:
    """An input for files is only for an app that may read them."""
    if any((block.get("element") or {}).get("type") == "file_input" for block in view["blocks"]):
        require_scope(backend, "files:read")


METHODS = {
    "views.open": method(open_view, 4, "trigger_id view"),
    "views.push": method(push, 4, "trigger_id view"),
    "views.update": method(update, 4, "view", "view_id external_id hash"),
    "views.publish": method(publish, 4, "user_id view", "hash"),
}
