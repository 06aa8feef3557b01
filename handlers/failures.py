"""What went wrong outside of us, told apart, so that the person hears what to do about it."""

from aiohttp import ClientError
from redis.exceptions import RedisError
from slack_sdk.errors import SlackApiError, SlackClientError

SLACK_SILENT = (SlackClientError, ClientError, TimeoutError)
"""Slack refused, broke the connection, or did not answer in time."""

_OVERLOADED = {
    "",
    "fatal_error",
    "internal_error",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
}
"""Slack's own troubles; "" is an answer that is no answer, such as an empty 500."""

_TOO_LATE = {"expired_trigger_id", "trigger_expired"}


def code(error: SlackApiError) -> str:
    """Slack's word for the refusal, "" where its answer holds none, as that of a broken gateway."""
    data = getattr(error.response, "data", error.response)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def key(error: Exception) -> str:
    """The text that fits: the ledger or Slack cannot be reached, it took too long, or it is a mistake of ours."""
    if isinstance(error, RedisError):
        return "error-ledger"
    if isinstance(error, TimeoutError):
        return "error-slow"
    if isinstance(error, SlackApiError):
        word = code(error)
        if word in _TOO_LATE:
            return "error-slow"
        return "error-slack" if word in _OVERLOADED else "error"
    return "error-slack" if isinstance(error, SLACK_SILENT) else "error"
