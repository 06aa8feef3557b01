"""Answers to an interaction: in the HTTP body of a command, or at a response URL."""

from typing import Any

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.errors import Refusal, broken
from bot.playground.methods.chat import checked_content
from bot.playground.people import APP_USER, BOT
from bot.playground.tickets import ResponseUrl
from bot.playground.workspace import Message

KNOWN = frozenset(
    {
        "text",
        "blocks",
        "attachments",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "metadata",
        "unfurl_links",
        "unfurl_media",
        "mrkdwn",
    }
)
RESPONSE_TYPES = ("ephemeral", "in_channel")


def respond(backend: Backend, token: str, answer: Any) -> None:
    """One use of a response URL.

    Raises:
        Refusal: the URL is used up or too old, or the answer is no message.
    """
    url = backend.tickets.use_url(token)
    apply_answer(backend, "response_url", url, answer)


def apply_answer(backend: Backend, method: str, url: ResponseUrl, answer: Any) -> None:
    """Post, replace or delete as an answer says. Ephemeral unless it says `in_channel`.

    In a thread only if it names one: the thread in which a button was pressed is not looked up, as in Slack.

    Raises:
        Refusal: the answer is no message.
    """
    if not isinstance(answer, dict):
        raise Refusal("invalid_payload", rule="wrong_type", detail="an answer is a JSON object")
    for argument in answer.keys() - KNOWN:
        backend.oracle.record("unknown_argument", method, f"{argument} is no part of an answer")
    original = backend.workspace.find(url.channel, url.message_ts) if url.message_ts else None
    if answer.get("delete_original"):
        if original is not None:
            backend.workspace.delete(original)
        return
    response_type = answer.get("response_type", "ephemeral")
    if response_type not in RESPONSE_TYPES:
        raise broken("invalid_response_type", str(response_type))
    content = checked_content(backend, method, answer)
    if answer.get("replace_original") and original is not None:
        backend.workspace.change(original, **content)
        return
    _post(backend, url, answer, response_type, content)


def _post(backend: Backend, url: ResponseUrl, answer: Json, response_type: str, content: dict[str, Any]) -> Message:
    return backend.workspace.post(
        url.channel,
        APP_USER,
        bot_id=BOT,
        thread_ts=answer.get("thread_ts"),
        ephemeral_for=None if response_type == "in_channel" else url.user,
        **content,
    )
