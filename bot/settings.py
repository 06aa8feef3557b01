"""What the process is told from outside: the one reader of the environment.

Every setting is an environment variable, or a line of a `.env` file (the environment wins). A setting that is
missing or malformed stops the start with one `SettingsError` that names every wrong setting and shows an
example. No message and no `repr` contains a value: a token pasted into the wrong variable stays unseen.
"""

import difflib
import os
import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from babel.core import get_global
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.addresses import is_address

MICROS: Final = 1_000_000
LOOPBACK: Final = "127.0.0.1"


class Profile(StrEnum):
    """What is being started; it decides which settings are required."""

    SERVE = "serve"
    """Answers Slack: the bot's token, and a signing secret (HTTP) or an app-level token (Socket Mode)."""
    WORKER = "worker"
    """Only posts to Slack: the bot's token."""
    DEMO = "demo"
    """The playground makes up its own tokens: nothing is required."""
    TOOL = "tool"
    """A command that reads or writes the ledger and never calls Slack: nothing is required."""


class SettingsError(Exception):
    """The start is refused; `str()` is the whole message for the person who starts the process.

    Attributes:
        names: the settings that are wrong, in the order of the message.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        self.names = tuple(problems)
        count = "one setting needs" if len(problems) == 1 else f"{len(problems)} settings need"
        lines = [f"Credits cannot start: {count} your attention.", ""]
        for name, problem in problems.items():
            lines += [f"  {name} {problem}", f"    for example: {_EXAMPLES[name]}", ""]
        lines.append("Set them in the environment or in a file named .env in the folder you start from.")
        super().__init__("\n".join(lines))


def _matching(pattern: str, expected: str) -> AfterValidator:
    """A secret whose text must match `pattern`; `expected` completes "NAME …" for people."""
    compiled = re.compile(pattern)

    def check(value: SecretStr) -> SecretStr:
        text = value.get_secret_value().strip()
        if not compiled.fullmatch(text):
            raise ValueError(expected)
        return SecretStr(text)

    return AfterValidator(check)


def _web_address(value: str) -> str:
    """An http(s) address that ends in a slash, as Slack's client joins method names to it."""
    expected = "must be an http:// or https:// address"
    parts = _split(value, expected)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(expected)
    return value if value.endswith("/") else value + "/"


def _redis_address(value: SecretStr) -> SecretStr:
    expected = "must be a redis://, rediss:// (TLS) or unix:// address, a password's / @ : # as %2F %40 %3A %23"
    if not is_address(value.get_secret_value()):
        raise ValueError(expected)
    return value


def _split(address: str, expected: str) -> SplitResult:
    """The parts of an address. The library's own errors quote it, password and all, so they are replaced."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises when it is no port number
    except ValueError:
        raise ValueError(expected) from None
    return parts


def _port_text(value: object) -> object:
    if isinstance(value, str) and value.startswith("tcp://"):
        raise ValueError(
            "was set by Kubernetes for a Service named `credits`, not by you: give the pod"
            " `enableServiceLinks: false` or name the Service differently"
        )
    return value


def _currency(value: str) -> str:
    code = value.strip().upper()
    if code not in get_global("all_currencies"):
        raise ValueError("must be the three letters of an ISO 4217 currency")
    return code


_Money = Annotated[Decimal, Field(gt=0, le=1_000_000_000, decimal_places=6, allow_inf_nan=False)]


class Settings(BaseSettings):
    """The settings of one process, checked and immutable. Build it with `load_settings`."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,  # compose files pass NAME= for what is not set
        env_file_encoding="utf-8",
        extra="ignore",  # a .env file may serve other programs too
        frozen=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: (
        Annotated[SecretStr, _matching(r"xoxb-[A-Za-z0-9-]+", "must be a bot token, which starts with xoxb-")] | None
    ) = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_signing_secret: (
        Annotated[
            SecretStr,
            _matching(
                r"(?!xox|xapp-)[A-Za-z0-9_-]{16,128}",
                "must be the app's signing secret (32 digits and letters)",
            ),
        ]
        | None
    ) = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_app_token: (
        Annotated[SecretStr, _matching(r"xapp-[A-Za-z0-9-]+", "must be an app-level token, which starts with xapp-")]
        | None
    ) = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_api_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL"
    )
    redis_url: Annotated[SecretStr, AfterValidator(_redis_address)] | None = Field(None, validation_alias="REDIS_URL")
    """None: the embedded server in `data_dir`."""
    host: str = Field(LOOPBACK, validation_alias="CREDITS_HOST")
    """Loopback unless said otherwise; a container says 0.0.0.0."""
    port: Annotated[int, BeforeValidator(_port_text), Field(ge=0, le=65_535)] = Field(
        8080, validation_alias="CREDITS_PORT"
    )
    """0: any free port, which the process then prints."""
    data_dir: Path = Field(Path("data"), validation_alias="CREDITS_DATA_DIR")
    currency: Annotated[str, AfterValidator(_currency)] = Field("USD", validation_alias="CREDITS_CURRENCY")
    sandbox: bool = Field(False, validation_alias="CREDITS_SANDBOX")
    """True: recharges go to the sandbox gateway and are marked as such; no real money moves."""
    topup_minimum: _Money = Field(Decimal(5), validation_alias="CREDITS_TOPUP_MINIMUM")
    topup_maximum: _Money = Field(Decimal(5000), validation_alias="CREDITS_TOPUP_MAXIMUM")
    recharge_cooldown_s: int = Field(900, ge=0, le=86_400, validation_alias="CREDITS_RECHARGE_COOLDOWN_S")
    recharges_per_day: int = Field(3, ge=1, le=100, validation_alias="CREDITS_RECHARGES_PER_DAY")
    api_requests_per_minute: int = Field(6_000, ge=1, le=1_000_000, validation_alias="CREDITS_API_REQUESTS_PER_MINUTE")
    """Of one API token."""
    left_workspace_days: float = Field(7, ge=0, le=365, validation_alias="CREDITS_LEFT_WORKSPACE_DAYS")
    """How long what is to be told in a workspace that the token is not for waits, before it is put aside."""
    archive_url: SecretStr | None = Field(None, validation_alias="CREDITS_ARCHIVE_URL")
    """Where closed days of the journal go: a folder, or an address of fsspec's. None: the journal stays in Redis."""
    archive_after_days: int = Field(90, ge=90, le=36_500, validation_alias="CREDITS_ARCHIVE_AFTER_DAYS")
    """How long an entry stays in Redis at least; operations are remembered as long."""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(lambda text: str(text).lower())
    ] = Field("info", validation_alias="CREDITS_LOG_LEVEL")
    log_format: Literal["console", "json"] | None = Field(None, validation_alias="CREDITS_LOG_FORMAT")
    """None: console where a person watches a terminal, JSON elsewhere."""
    shutdown_grace_s: float = Field(20, gt=0, le=600, validation_alias="CREDITS_SHUTDOWN_GRACE_S")

    @property
    def topup_minimum_micros(self) -> int:
        """The smallest top-up in millionths of the currency unit, exactly."""
        return int(self.topup_minimum * MICROS)

    @property
    def topup_maximum_micros(self) -> int:
        """The largest top-up in millionths of the currency unit, exactly."""
        return int(self.topup_maximum * MICROS)

    @property
    def left_workspace_s(self) -> float:
        """The same in seconds."""
        return self.left_workspace_days * 86_400

    @property
    def socket_mode(self) -> bool:
        """Socket Mode, not HTTP: every app has a signing secret, but an app-level token is made for this."""
        return self.slack_app_token is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value that was set, for the log's redaction; never for display."""
        fields = (self.slack_bot_token, self.slack_signing_secret, self.slack_app_token)
        found = [field.get_secret_value() for field in fields if field]
        for url in filter(None, (self.redis_url, self.archive_url)):
            if password := urlsplit(url.get_secret_value()).password:
                found += [*{password, unquote(password)}]
        return tuple(found)


_EXAMPLES: Final = {
    ".env": "CREDITS_PORT=8080  (one setting a line)",
    "SLACK_BOT_TOKEN": "SLACK_BOT_TOKEN=xoxb-…  (your app's page, OAuth & Permissions, after installing it)",
    "SLACK_SIGNING_SECRET": "SLACK_SIGNING_SECRET=…  (your app's page, Basic Information, App Credentials)",
    "SLACK_APP_TOKEN": "SLACK_APP_TOKEN=xapp-…  (your app's page, Basic Information, App-Level Tokens)",
    "SLACK_API_URL": "SLACK_API_URL=https://slack.com/api/",
    "REDIS_URL": "REDIS_URL=rediss://user:password@redis.example:6379/0  (of a cluster: …@node-1:6379,node-2:6379)",
    "CREDITS_HOST": "CREDITS_HOST=127.0.0.1",
    "CREDITS_PORT": "CREDITS_PORT=8080  (0 takes any free port)",
    "CREDITS_DATA_DIR": "CREDITS_DATA_DIR=./data",
    "CREDITS_CURRENCY": "CREDITS_CURRENCY=USD",
    "CREDITS_SANDBOX": "CREDITS_SANDBOX=true",
    "CREDITS_TOPUP_MINIMUM": "CREDITS_TOPUP_MINIMUM=5",
    "CREDITS_TOPUP_MAXIMUM": "CREDITS_TOPUP_MAXIMUM=5000.00",
    "CREDITS_RECHARGE_COOLDOWN_S": "CREDITS_RECHARGE_COOLDOWN_S=900  (seconds)",
    "CREDITS_RECHARGES_PER_DAY": "CREDITS_RECHARGES_PER_DAY=3",
    "CREDITS_API_REQUESTS_PER_MINUTE": "CREDITS_API_REQUESTS_PER_MINUTE=6000  (of one token)",
    "CREDITS_LEFT_WORKSPACE_DAYS": "CREDITS_LEFT_WORKSPACE_DAYS=7  (0: put aside at once)",
    "CREDITS_ARCHIVE_URL": "CREDITS_ARCHIVE_URL=./archive  (or s3://bucket/folder, where s3fs is installed)",
    "CREDITS_ARCHIVE_AFTER_DAYS": "CREDITS_ARCHIVE_AFTER_DAYS=90",
    "CREDITS_LOG_LEVEL": "CREDITS_LOG_LEVEL=info  (debug, info, warning, error)",
    "CREDITS_LOG_FORMAT": "CREDITS_LOG_FORMAT=json  (or console)",
    "CREDITS_SHUTDOWN_GRACE_S": "CREDITS_SHUTDOWN_GRACE_S=20  (seconds)",
}
_EXPECTED: Final = {
    "CREDITS_PORT": "must be a whole number from 0 to 65535",
    "CREDITS_SANDBOX": "must be true or false",
    "CREDITS_TOPUP_MINIMUM": "must be an amount above zero with at most six decimals and a decimal point",
    "CREDITS_TOPUP_MAXIMUM": "must be an amount above zero with at most six decimals and a decimal point",
    "CREDITS_RECHARGE_COOLDOWN_S": "must be a whole number of seconds from 0 to 86400",
    "CREDITS_RECHARGES_PER_DAY": "must be a whole number from 1 to 100",
    "CREDITS_API_REQUESTS_PER_MINUTE": "must be a whole number from 1 to 1000000",
    "CREDITS_LEFT_WORKSPACE_DAYS": "must be a number of days from 0 to 365",
    "CREDITS_ARCHIVE_AFTER_DAYS": "must be a whole number of days from 90",
    "CREDITS_LOG_LEVEL": "must be debug, info, warning or error",
    "CREDITS_LOG_FORMAT": "must be console or json",
    "CREDITS_SHUTDOWN_GRACE_S": "must be a number of seconds above 0, at most 600",
}


def load_settings(profile: Profile, *, env_file: Path | None = Path(".env"), **given: Any) -> Settings:
    """The settings for `profile`: `given` (by field name) before the environment before `env_file`.

    Raises:
        SettingsError: at least one setting is missing, malformed or misspelt; every one is named.
    """
    by_alias = {str(Settings.model_fields[field].validation_alias): value for field, value in given.items()}
    problems = _misspelt(os.environ)
    try:
        settings = Settings(_env_file=env_file, **by_alias)
    except ValidationError as error:
        problems |= _problems(error)
        # what else is missing shows once the malformed ones are out of the way
        defaults = {str(f.validation_alias): f.default for f in Settings.model_fields.values()}
        settings = Settings(_env_file=env_file, **by_alias | {name: defaults[name] for name in problems})
    except (UnicodeDecodeError, OSError):
        raise SettingsError({".env": "cannot be read as UTF-8 text."}) from None
    others = _missing_or_contradictory(settings, profile)
    if "SLACK_APP_TOKEN" in problems:
        others.pop("SLACK_SIGNING_SECRET", None)
    if problems := others | problems:
        raise SettingsError(problems)
    return settings


def _problems(error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_context=True, include_input=False):
        name = str(detail["loc"][0])
        told = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else _EXPECTED.get(name, "")
        found[name] = f"{told or 'is malformed'}."
    return found


def _missing_or_contradictory(settings: Settings, profile: Profile) -> dict[str, str]:
    found: dict[str, str] = {}
    if profile in {Profile.SERVE, Profile.WORKER} and settings.slack_bot_token is None:
        found |= {"SLACK_BOT_TOKEN": "is missing: the bot calls Slack with it."}
    if profile is Profile.SERVE and not (settings.slack_signing_secret or settings.slack_app_token):
        told = "is missing: requests over HTTP are checked with it. For Socket Mode set SLACK_APP_TOKEN instead."
        found |= {"SLACK_SIGNING_SECRET": told}
    if settings.topup_minimum > settings.topup_maximum:
        found["CREDITS_TOPUP_MAXIMUM"] = "must not be less than CREDITS_TOPUP_MINIMUM."
    return found


def _misspelt(environment: os._Environ[str]) -> dict[str, str]:
    """Names that are nearly a setting's: a limit that is misspelt must not be silently without effect."""
    found: dict[str, str] = {}
    for name in environment:
        near = difflib.get_close_matches(name, _EXAMPLES, n=1, cutoff=0.9)
        if near and near[0] != name.upper() and near[0] not in environment:
            found[near[0]] = f"is not set, but {name} is: is that a misspelling?"
    return found
