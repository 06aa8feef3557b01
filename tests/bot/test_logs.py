"""Logging: every library's lines come out in one form, and no secret comes out at all."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import structlog

from bot.logs import REDACTED, Redactor, configure

SIGNING = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Whatever a test configures is undone."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _last(stream: io.StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return line


def test_own_events_are_json_where_nobody_watches() -> None:
    """Away from a terminal an event is one line of JSON with level, logger and time in UTC."""
    stream = io.StringIO()
    configure(stream=stream)

    structlog.stdlib.get_logger("bot.listener").info("posted", amount_micros=50_000_000, text="grüß")

    line = _last(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "posted",
        "level": "info",
        "logger": "bot.listener",
        "amount_micros": 50_000_000,
        "text": "grüß",
    }


def test_a_line_is_not_told_twice_for_terminals() -> None:
    """Uvicorn's second rendering of its line, with colours, is left out."""
    stream = io.StringIO()
    configure(stream=stream)

    logging.getLogger("uvicorn.error").info("Started [%d]", 7, extra={"color_message": "Started [\x1b[36m%d\x1b[0m]"})

    line = _last(stream)
    assert line["event"] == "Started [7]"
    assert "color_message" not in line


def test_a_person_at_a_terminal_gets_text() -> None:
    """At a terminal the same event is a readable line."""
    stream = _Terminal()
    configure(stream=stream)

    structlog.stdlib.get_logger("bot").warning("low balance")

    assert "low balance" in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        _last(stream)


@pytest.mark.parametrize("name", ["uvicorn.error", "slack_bolt.AsyncApp", "slack_sdk.web", "redis.connection"])
def test_libraries_come_out_in_the_same_form(name: str) -> None:
    """A library's line has our form, once, its arguments put in, its secrets taken out."""
    stream = io.StringIO()
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(stream))
    configure(stream=stream)

    logging.getLogger(name).warning("called with %s", "xoxb-invented-token", extra={"team": "T1"})

    assert len(stream.getvalue().splitlines()) == 1
    line = _last(stream)
    assert line["event"] == f"called with {REDACTED}"
    assert (line["logger"], line["level"], line["team"]) == (name, "warning", "T1")


def test_level_is_that_of_the_last_settings() -> None:
    """Bolt keeps the level that the root had when an app was made."""
    logging.getLogger("slack_bolt.AsyncApp").setLevel(logging.CRITICAL)
    stream = io.StringIO()
    configure(stream=stream)

    logging.getLogger("slack_bolt.AsyncApp").warning("heard")

    assert _last(stream)["event"] == "heard"


def test_an_exception_comes_out_whole_and_clean() -> None:
    """A traceback is logged with its cause, the secrets in its messages redacted."""
    stream = io.StringIO()
    configure(stream=stream, secrets=[SIGNING])

    error = RuntimeError("refused xapp-1-invented")
    error.__cause__ = ValueError(f"bad signature for {SIGNING}")

    structlog.stdlib.get_logger("bot").error("failed", exc_info=error, reference="R1")
    logging.getLogger("slack_bolt").error("failed too", exc_info=error)

    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    for line in (ours, theirs):
        assert "RuntimeError: refused" in line["exception"]
        assert "ValueError: bad signature" in line["exception"]
    assert "invented" not in stream.getvalue()
    assert SIGNING not in stream.getvalue()


@pytest.mark.parametrize("style", ["console", "json"])
def test_nothing_secret_comes_out_in_either_style(style: Any) -> None:
    """Console and JSON are redacted alike."""
    stream = io.StringIO()
    configure(stream=stream, style=style, secrets=[SIGNING])

    structlog.stdlib.get_logger("bot").info(f"signed with {SIGNING}", headers={"Authorization": "Bearer hunter2"})

    assert REDACTED in stream.getvalue()
    assert SIGNING not in stream.getvalue()
    assert "hunter" not in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-hunter2-1",
        "xoxe.xoxp-1-hunter2",
        "xapp-1-A1-hunter2",
        f"GET /v1/accounts with crd_T0TEST_{'hunter2' * 5}abc",
        "sk_test_hunter2",
        "rk_live_hunter2",
        "whsec_hunter2",
        "Authorization: Bearer hunter2",
        "authorization=Basic hunter2",
        "{'Authorization': 'Bearer hunter2'}",
        "[(b'authorization', b'Bearer hunter2')]",
        "sent Bearer hunter2hunter2",
        "signing_secret='hunter2'",
        "SLACK_SIGNING_SECRET=hunter2",
        "client_secret=hunter2&code=1",
        "X-Slack-Signature: v0=hunter2",
        "redis://user:hunter2@redis.example:6379/0",
        "rediss://:hunter2@redis.example",
        '{"token": "hunter2", "team_id": "T1"}',
        "token=hunter2&team_id=T1",
        "https://hooks.slack.com/commands/T1/2/hunter2",
    ],
)
def test_secrets_are_known_by_their_form(text: str) -> None:
    """Each form of secret is redacted in the middle of a sentence, and the sentence stays."""
    cleaned = Redactor().text(f"before {text} after")

    assert "hunter" not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")
    assert REDACTED in cleaned


@pytest.mark.parametrize(
    "value",
    [
        {"a": [{"b": ("x", {"c": "xoxb-hunter2"})}]},
        {"headers": [("Authorization", "hunter2"), (b"x-slack-signature", b"hunter2")]},
        {"password": "hunter2"},
        {"slack_bot_token": "hunter2"},
        "whsec_hunter2",
        b"Authorization: Bearer hunter2",
        ValueError("xoxb-hunter2"),
        {"xoxb-hunter2": 1},
        {"deep": {"cookie": ["hunter2"]}},
    ],
)
def test_secrets_are_found_however_deep(value: object) -> None:
    """Values are redacted in dicts, lists, pairs, keys, bytes and objects; the name of a field counts, too."""
    cleaned = Redactor()(None, "info", {"event": "e", "value": value})

    assert "hunter" not in repr(cleaned)


def test_a_secret_number_is_redacted_by_its_name() -> None:
    """A field that is called a secret is hidden even when it is a number."""
    assert Redactor()(None, "info", {"event": "e", "password": 1234567})["password"] == REDACTED


def test_known_values_are_redacted_the_longest_first() -> None:
    """Of two secrets of which one contains the other, nothing remains."""
    redactor = Redactor(["hunter", "hunter-and-more", ""])

    assert redactor.text("a hunter-and-more b") == f"a {REDACTED} b"


def test_what_is_no_secret_stays() -> None:
    """Amounts, names, addresses without a password and ordinary words come out as they are."""
    event = {
        "event": "basic tokens of the secret garden: authorization was refused by http://127.0.0.1:8080/a@b",
        "amount": Decimal("1.50"),
        "ok": True,
        "token": None,
        "count": 3,
        "callback_id": "task_risk_desk_1",
    }

    cleaned = Redactor()(None, "info", dict(event))

    assert cleaned == event | {"amount": "1.50"}


def test_one_enormous_value_does_not_fill_the_log() -> None:
    """A text of a million characters is cut, and says how long it was."""
    cut = Redactor().text("x" * 1_000_000)

    assert len(cut) < 21_000
    assert "1000000 characters" in cut


def test_the_level_holds() -> None:
    """Below the level nothing comes out; chatty libraries keep quiet below warning."""
    stream = io.StringIO()
    configure(stream=stream, level="info")

    structlog.stdlib.get_logger("bot").debug("detail")
    logging.getLogger("slack_sdk.web").info("every request")
    assert stream.getvalue() == ""

    logging.getLogger("uvicorn.error").info("listening")
    assert _last(stream)["event"] == "listening"


def test_debug_opens_the_libraries() -> None:
    """At debug the libraries' own steps come out, redacted."""
    stream = io.StringIO()
    configure(stream=stream, level="debug")

    logging.getLogger("slack_sdk.web").debug("headers {'Authorization': 'Bearer xoxb-hunter2'}")

    assert "headers" in _last(stream)["event"]
    assert "hunter" not in stream.getvalue()


def test_configured_twice_it_writes_once() -> None:
    """A second configuration replaces the first."""
    first, second = io.StringIO(), io.StringIO()
    configure(stream=first)
    configure(stream=second)

    structlog.stdlib.get_logger("bot").info("once")

    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1


def test_warnings_are_logged() -> None:
    """Python's own warnings go the same way."""
    stream = io.StringIO()
    configure(stream=stream)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("something is old", DeprecationWarning, stacklevel=1)

    assert "something is old" in stream.getvalue()
