"""The Web API: one call in, one answer out, as Slack gives it.

Order of the checks: token, method, scope, how often, arguments, then the method itself. An injected fault
comes after the token, so that it looks like Slack's own.
"""

import hmac
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.errors import Refusal, broken
from bot.playground.methods import chat, conversations, files, people, views
from bot.playground.methods.registry import Method, check_arguments, require_scope
from bot.playground.people import APP
from bot.playground.throttle import Verdict

METHODS: dict[str, Method] = chat.METHODS | views.METHODS | conversations.METHODS | people.METHODS | files.METHODS
JSON_ARGUMENTS = ("blocks", "view", "metadata", "attachments")
FLAGS = {"true": True, "1": True, "false": False, "0": False}
FLAG_ARGUMENTS = (
    "reply_broadcast",
    "include_locale",
    "include_all_metadata",
    "inclusive",
    "exclude_archived",
    "return_im",
    "unfurl_links",
    "unfurl_media",
)
CALLS_KEPT = 2000
RATE_LIMITED = 429


@dataclass(frozen=True)
class ApiCall:
    """One call that the bot made, for tests to look at."""

    method: str
    args: Json
    ok: bool
    error: str | None


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP."""

    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class WebApi:
    """Carries out the bot's calls."""

    def __init__(self, backend: Backend) -> None:
        self.calls: deque[ApiCall] = deque(maxlen=CALLS_KEPT)
        self._backend = backend

    def call(self, name: str, args: Json, token: str | None) -> Answer:
        """Answer one call; a refusal is an answer, too, and noted where the bot broke a rule."""
        try:
            answer = self._carry_out(name, args, token)
        except Refusal as refusal:
            self._backend.oracle.record_refusal(name, refusal)
            answer = Answer(_refused(refusal))
        self.calls.append(ApiCall(name, args, answer.body["ok"], answer.body.get("error")))
        self._backend.hub.wake()
        headers = {"x-oauth-scopes": ",".join(sorted(self._backend.manifest.scopes)), "x-app-id": APP}
        return Answer(answer.body, answer.status, headers | answer.headers)

    def _carry_out(self, name: str, args: Json, token: str | None) -> Answer:
        self._authenticate(token)
        known = METHODS.get(name)
        if known is None:
            raise broken("unknown_method", name)
        if known.scope is not None:
            require_scope(self._backend, known.scope)
        check_arguments(self._backend, name, known, args)
        limited = self._throttle(name, known, args)
        if limited is not None:
            return limited
        return Answer({"ok": True} | known.handler(self._backend, args))

    def _authenticate(self, token: str | None) -> None:
        if not token:
            raise broken("not_authed")
        if not hmac.compare_digest(token.encode(), self._backend.config.bot_token.encode()):
            raise broken("invalid_auth")

    def _throttle(self, name: str, known: Method, args: Json) -> Answer | None:
        if name == "chat.postMessage":
            channel = self._backend.workspace.resolve(str(args["channel"]))
            verdict = self._backend.throttle.message(channel.id) if channel else Verdict(allowed=True)
        else:
            verdict = self._backend.throttle.method(name, known.tier)
        if verdict.allowed:
            return None
        if verdict.too_early:
            self._backend.oracle.record("retry_after_ignored", name, "called again before Retry-After had passed")
        return rate_limited(verdict.retry_after_s)


def rate_limited(seconds: int) -> Answer:
    """Slack's 429."""
    return Answer({"ok": False, "error": "ratelimited"}, RATE_LIMITED, {"Retry-After": str(seconds)})


def parse_arguments(raw: Json) -> Json:
    """Arguments as they came, forms and JSON alike, with JSON texts and flags read.

    Raises:
        Refusal: invalid_arguments for text that should be JSON and is none.
    """
    args: dict[str, Any] = dict(raw)
    for name in JSON_ARGUMENTS:
        if isinstance(args.get(name), str):
            try:
                args[name] = json.loads(args[name])
            except ValueError:
                raise Refusal("invalid_arguments", rule="invalid_json", detail=name) from None
    for name in FLAG_ARGUMENTS:
        if isinstance(args.get(name), str):
            args[name] = FLAGS.get(args[name].lower(), False)
        elif isinstance(args.get(name), int):
            args[name] = bool(args[name])
    return args


def _refused(refusal: Refusal) -> Json:
    body: Json = {"ok": False, "error": refusal.code}
    if refusal.findings:
        body["response_metadata"] = {"messages": [str(finding) for finding in refusal.findings]}
    if refusal.code == "missing_scope":
        body["needed"] = refusal.detail.removeprefix("needs ")
    return body
