"""Settings: what is read, what is refused, and that no message shows a secret."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings import Profile, Settings, SettingsError, load_settings
from store.reach import Reach

BOT = "xoxb-invented-bot-token"
SIGNING = "invented-signing-secret-0000"
APP = "xapp-invented-app-token"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell in which nothing of ours is set."""
    for name in list(os.environ):
        if name.startswith(("CREDITS_", "SLACK_", "REDIS_")):
            monkeypatch.delenv(name)


def _load(profile: Profile = Profile.DEMO, **given: Any) -> Settings:
    return load_settings(profile, env_file=None, **given)


def _refusal(profile: Profile = Profile.DEMO) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        _load(profile)
    return caught.value


def test_the_demo_needs_nothing() -> None:
    """With an empty environment the demo gets the documented defaults."""
    settings = _load(Profile.DEMO)

    assert settings.redis_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.data_dir == Path("data")
    assert (settings.currency, settings.sandbox) == ("USD", False)
    assert (settings.topup_minimum_micros, settings.topup_maximum_micros) == (5_000_000, 5_000_000_000)
    assert (settings.recharge_cooldown_s, settings.recharges_per_day) == (900, 3)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.shutdown_grace_s == 20


@pytest.mark.parametrize(
    ("profile", "environment", "missing"),
    [
        (Profile.SERVE, {}, ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")),
        (Profile.SERVE, {"SLACK_BOT_TOKEN": BOT}, ("SLACK_SIGNING_SECRET",)),
        (Profile.SERVE, {"SLACK_APP_TOKEN": APP}, ("SLACK_BOT_TOKEN",)),
        (Profile.WORKER, {"SLACK_SIGNING_SECRET": SIGNING}, ("SLACK_BOT_TOKEN",)),
    ],
)
def test_a_missing_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, profile: Profile, environment: dict[str, str], missing: tuple[str, ...]
) -> None:
    """Each profile refuses to start without what it needs, and names exactly that, with an example."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    error = _refusal(profile)

    assert error.names == missing
    for name in missing:
        assert f"{name} is missing" in str(error)
        assert f"{name}=" in str(error)


@pytest.mark.parametrize(
    ("profile", "environment", "socket_mode"),
    [
        (Profile.SERVE, {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING}, False),
        (Profile.SERVE, {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}, True),
        (
            Profile.SERVE,
            {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_APP_TOKEN": APP},
            True,
        ),
        (Profile.WORKER, {"SLACK_BOT_TOKEN": BOT}, False),
        (Profile.TOOL, {}, False),
    ],
)
def test_what_a_profile_needs_suffices(
    monkeypatch: pytest.MonkeyPatch, profile: Profile, environment: dict[str, str], socket_mode: bool
) -> None:
    """The documented combinations start, and an app-level token means Socket Mode."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    settings = _load(profile)

    assert settings.socket_mode is socket_mode
    assert set(settings.secrets) == set(environment.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-hunter2"),
        ("SLACK_BOT_TOKEN", "xoxb-hunter2…"),
        ("SLACK_SIGNING_SECRET", "hunter2"),
        ("SLACK_SIGNING_SECRET", "xoxb-hunter2-pasted-into-the-wrong-place"),
        ("SLACK_APP_TOKEN", "xoxb-hunter2"),
        ("SLACK_API_URL", "slack.com/api"),
        ("SLACK_API_URL", "https://user@slack.example:hunter2/"),
        ("REDIS_URL", "http://user:hunter2@redis.example"),
        ("REDIS_URL", "redis://user:hunter/2@redis.example:6379"),
        ("REDIS_URL", "redis://:hunter2@[::1"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "unix://"),
        ("REDIS_URL", "redis://:hunter2@node-1:6379,,node-2:6379"),
        ("REDIS_URL", "redis://:hunter2@node-1:6379,node-2:x"),
        ("CREDITS_PORT", "70000"),
        ("CREDITS_PORT", "-1"),
        ("CREDITS_PORT", "eighty"),
        ("CREDITS_CURRENCY", "EUROS"),
        ("CREDITS_SANDBOX", "perhaps"),
        ("CREDITS_TOPUP_MINIMUM", "0"),
        ("CREDITS_TOPUP_MINIMUM", "1,50"),
        ("CREDITS_TOPUP_MINIMUM", "0.0000001"),
        ("CREDITS_TOPUP_MAXIMUM", "NaN"),
        ("CREDITS_TOPUP_MAXIMUM", "4.99"),
        ("CREDITS_RECHARGE_COOLDOWN_S", "-5"),
        ("CREDITS_RECHARGES_PER_DAY", "0"),
        ("CREDITS_LEFT_WORKSPACE_DAYS", "-1"),
        ("CREDITS_LEFT_WORKSPACE_DAYS", "a week"),
        ("CREDITS_LOG_LEVEL", "loud"),
        ("CREDITS_LOG_FORMAT", "xml"),
        ("CREDITS_SHUTDOWN_GRACE_S", "inf"),
    ],
)
def test_a_malformed_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Only the malformed setting is named, with an example, and its value appears nowhere."""
    monkeypatch.setenv(name, value)

    error = _refusal()

    assert error.names == (name,)
    assert f"for example: {name}=" in str(error)
    assert "hunter" not in str(error)
    assert error.__cause__ is None


def test_one_message_names_every_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, malformed, contradictory and misspelt settings are all in the one message."""
    monkeypatch.setenv("CREDITS_PORT", "eighty")
    monkeypatch.setenv("CREDITS_TOPUP_MINIMUM", "9000")
    monkeypatch.setenv("CREDITS_CURENCY", "EUR")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SIGNING)

    error = _refusal(Profile.SERVE)

    assert set(error.names) == {
        "SLACK_BOT_TOKEN",
        "CREDITS_PORT",
        "CREDITS_TOPUP_MAXIMUM",
        "CREDITS_CURRENCY",
    }
    assert "CREDITS_CURENCY" in str(error)
    assert "4 settings" in str(error)


def test_a_malformed_app_token_does_not_ask_for_the_signing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who chose Socket Mode and mistyped its token is told about the token alone."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_APP_TOKEN", "nonsense")

    assert _refusal(Profile.SERVE).names == ("SLACK_APP_TOKEN",)


def test_kubernetes_own_variable_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Service named `credits` sets CREDITS_PORT to an address; the message says where that comes from."""
    monkeypatch.setenv("CREDITS_PORT", "tcp://192.0.2.1:8080")

    assert "enableServiceLinks" in str(_refusal())


def test_names_that_kubernetes_adds_are_no_misspellings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other variables that begin like ours do not stop the start."""
    monkeypatch.setenv("CREDITS_SERVICE_HOST", "192.0.2.1")
    monkeypatch.setenv("CREDITS_PORT_8080_TCP_ADDR", "192.0.2.1")
    monkeypatch.setenv("HOST", "elsewhere")
    monkeypatch.setenv("PORT", "1")

    settings = _load()

    assert (settings.host, settings.port) == ("127.0.0.1", 8080)


def test_given_beats_environment_beats_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A command line's option wins over the environment, and that over the .env file."""
    env_file = tmp_path / ".env"
    env_file.write_text("CREDITS_PORT=1\nCREDITS_HOST=file\nCREDITS_CURRENCY=eur\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("CREDITS_PORT", "2")
    monkeypatch.setenv("CREDITS_HOST", "environment")
    monkeypatch.setenv("CREDITS_CURRENCY", "")

    settings = load_settings(Profile.DEMO, env_file=env_file, port=3)

    assert (settings.port, settings.host, settings.currency) == (3, "environment", "EUR")


def test_an_unreadable_file_is_said(tmp_path: Path) -> None:
    """A .env file that is not text stops the start with a message about it."""
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"CREDITS_HOST=\xff\xfe\n")

    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings(Profile.DEMO, env_file=env_file)


def test_money_limits_are_exact() -> None:
    """Limits are kept as decimals and given out in whole millionths."""
    settings = _load(topup_minimum="0.000001", topup_maximum="1000000000")

    assert settings.topup_minimum == Decimal("0.000001")
    assert (settings.topup_minimum_micros, settings.topup_maximum_micros) == (1, 10**15)


def test_a_printed_settings_object_shows_no_secret() -> None:
    """`repr` and `str` hide every secret, the password in the Redis address included."""
    settings = _load(
        slack_bot_token=BOT,
        slack_signing_secret=SIGNING,
        redis_url="rediss://user:hunter%2F2@redis.example/0",
    )

    shown = repr(settings) + str(settings)

    assert isinstance(settings.redis_url, SecretStr)
    assert not any(secret in shown for secret in (BOT, SIGNING, "hunter"))
    assert "hunter/2" in settings.secrets


def test_the_web_address_of_slack_ends_in_a_slash() -> None:
    """Slack's client joins method names to the address, so a missing slash is added."""
    assert _load(slack_api_url="http://127.0.0.1:8080/api").slack_api_url == "http://127.0.0.1:8080/api/"


def test_webhooks_go_to_every_public_host_unless_told_otherwise() -> None:
    """On 443, and never to this machine."""
    assert _load().reach == Reach()


def test_where_webhooks_may_go_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divided by commas or spaces; a star or a dot stands for all names below."""
    monkeypatch.setenv("CREDITS_WEBHOOK_HOSTS", "Hooks.example.com, *.pbx.example .other.example")
    monkeypatch.setenv("CREDITS_WEBHOOK_PORTS", "8443, 9443")
    monkeypatch.setenv("CREDITS_WEBHOOK_LOOPBACK", "true")

    assert _load().reach == Reach(
        ("hooks.example.com", ".pbx.example", ".other.example"), frozenset({8443, 9443}), loopback=True
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CREDITS_WEBHOOK_HOSTS", "https://hooks.example.com"),
        ("CREDITS_WEBHOOK_HOSTS", "hooks.example.com:8443"),
        ("CREDITS_WEBHOOK_HOSTS", "*"),
        ("CREDITS_WEBHOOK_PORTS", "0"),
        ("CREDITS_WEBHOOK_PORTS", "443;8443"),
        ("CREDITS_WEBHOOK_PORTS", "65536"),
        ("CREDITS_WEBHOOK_LOOPBACK", "perhaps"),
    ],
)
def test_malformed_webhook_settings_are_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A list that lets nothing or everything through by a slip is no list."""
    monkeypatch.setenv(name, value)

    assert _refusal().names == (name,)
