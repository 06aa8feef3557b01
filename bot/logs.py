"""Logging: one stream for our own events and every library's, readable or JSON, and never a secret in it.

`configure` is called once, before anything logs. Start uvicorn with `log_config=None`, so that it does not set up
logging of its own.
"""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Final, Literal, TextIO
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"

_PATTERNS: Final = (
    # Slack's tokens and a payment provider's keys, wherever they stand
    re.compile(r"(?:xox[a-z](?:\.xox[a-z])?|xapp|xwfp)-[A-Za-z0-9-]{3,}"),
    re.compile(r"\b(?:sk|rk|whsec)_[A-Za-z0-9_+/=]{3,}"),
    # our own API tokens
    re.compile(r"crd_[A-Za-z0-9_.-]{1,64}_[0-9A-Za-z]{38}"),
    # an Authorization header, as text or as a printed dict or pair, and its value on its own
    re.compile(r"(?i)\bauthorization[\"']?\s*[:=,]\s*(?:b?[\"'])?(?:(?:bearer|basic|token)\s+)?[^\s\"',;&)}\]]+"),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"),
    # what a form, a header or a printed dict calls a secret
    re.compile(r"(?i)(?:secret|password|x-slack-signature)[\"']?\s*[:=]\s*[\"']?[^\s\"',;&)}\]]+"),
    re.compile(r"(?i)(?:\btoken=|[\"']token[\"']\s*:\s*[\"'])[^\s\"'&]+"),
    # user and password in an address; Slack's addresses that let anyone answer
    re.compile(r"(?<=://)[^\s/@?#]*:[^\s/@?#]+(?=@)"),
    re.compile(r"(?<=://hooks\.slack\.com/)[^\s\"']+"),
)
_SECRET_NAMES: Final = re.compile(
    r"(?i)^(?:.*[_-])?(?:authorization|token|secret|password|passwd|signature|cookie|api[_-]?key|private[_-]?key)$"
)
_BOLT: Final = "slack_bolt.AsyncApp"
_LIBRARIES: Final = ("asyncio", "httpcore", "httpx", "msal", "redis", "slack_sdk", "slack_bolt", "urllib3")
_NOISY: Final = (*_LIBRARIES, "uvicorn.access")
_LONGEST: Final = 20_000


def configure(
    *,
    level: str = "info",
    style: Literal["console", "json"] | None = None,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Route structlog and the standard library's logging to `stream`, redacted.

    Args:
        level: `debug`, `info`, `warning` or `error`. Libraries that tell every step stay at warning unless `debug`.
        style: None is `console` where `stream` is a terminal and `json` elsewhere.
        secrets: values to hide wherever they appear, for those without a tell-tale form (a signing secret).
        stream: standard error unless given.
    """
    target = stream or sys.stderr
    if style is None:
        style = "console" if target.isatty() else "json"
    shared = _shared(secrets)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(style, target)],
        )
    )
    _take_over(handler, level)


class Redactor:
    """A structlog processor that replaces secrets in every key's value, however deep, by `REDACTED`."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # the longest first, so that a secret which contains another is replaced whole; very short ones are no secrets
        known = sorted({secret for secret in secrets if len(secret) > 3}, key=len, reverse=True)  # noqa: PLR2004
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Redact one event; structlog's own fields (`_record` and the like) pass untouched."""
        return {key: value if key.startswith("_") else self._value(key, value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """`text` without secrets, cut at 20,000 characters."""
        if self._known:
            text = self._known.sub(REDACTED, text)
        for pattern in _PATTERNS:
            text = pattern.sub(REDACTED, text)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"

    def _value(self, key: object, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(key, str) and _SECRET_NAMES.match(key):
            return REDACTED
        if isinstance(value, Mapping):
            return {self.text(_text_of(inner)): self._value(inner, deep) for inner, deep in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return self._sequence(list(value))
        return value if isinstance(value, int | float) else self.text(_text_of(value))

    def _sequence(self, values: list[Any]) -> list[Any]:
        """Also a header as servers keep it, a pair of name and value."""
        is_pair = len(values) == 2 and isinstance(values[0], str | bytes)  # noqa: PLR2004 - a pair is two
        name = _text_of(values[0]) if is_pair else None
        return [self._value(name if position else None, value) for position, value in enumerate(values)]


def _text_of(value: object) -> str:
    """What a renderer would print of it."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode(errors="replace")
    return str(value) if isinstance(value, str | Decimal | PurePath | UUID | date) else repr(value)


def _shared(secrets: Iterable[str]) -> list[Processor]:
    """What happens to every event, ours or a library's."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _without_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # to text before redaction: an exception quotes what it met
        Redactor(secrets),
    ]


def _without_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Uvicorn gives its lines a second time, for terminals."""
    event.pop("color_message", None)
    return event


def _renderer(style: Literal["console", "json"], target: TextIO) -> Processor:
    if style == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _take_over(handler: logging.Handler, level: str) -> None:
    """Make `handler` the only one, of the root and of libraries that brought their own."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        if getattr(old, "_credits", False):
            root.removeHandler(old)
    handler._credits = True  # type: ignore[attr-defined]  # noqa: SLF001 - marks it as ours for the next call
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger(_BOLT).setLevel(logging.NOTSET)  # Bolt gives it the level that the root has when an app is made
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "debug" else logging.WARNING)
    logging.captureWarnings(True)
