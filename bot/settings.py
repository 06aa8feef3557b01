"""What the process is told from outside: the one reader of the environment.

Every setting is an environment variable, or a line of a `.env` file (the environment wins). A setting that is
missing or malformed stops the start with one `SettingsError` that names every wrong setting and shows an
example. No message and no `repr` contains a value: a token pasted into the wrong variable stays unseen.
"""

import difflib
import os
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import NoDecode, SettingsConfigDict

from bot import graph_settings
from bot.setting_kinds import currency_code, host_names, matching, port_numbers, port_text, redis_address, web_address
from bot.setting_words import EXAMPLES, EXPECTED
from store.reach import Reach

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
            lines += [f"  {name} {problem}", f"    for example: {EXAMPLES[name]}", ""]
        lines.append("Set them in the environment or in a file named .env in the folder you start from.")
        super().__init__("\n".join(lines))


_Money = Annotated[Decimal, Field(gt=0, le=1_000_000_000, decimal_places=6, allow_inf_nan=False)]


class Settings(graph_settings.GraphSettings):
    """The settings of one process, checked and immutable. Build it with `load_settings`."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True,  # compose files pass NAME= for what is not set
        env_file_encoding="utf-8",
        extra="ignore",  # a .env file may serve other programs too
        frozen=True,
        hide_input_in_errors=True,
    )

    slack_bot_token: (
        Annotated[SecretStr, matching(r"xoxb-[A-Za-z0-9-]+", "must be a bot token, which starts with xoxb-")] | None
    ) = Field(None, validation_alias="SLACK_BOT_TOKEN")
    slack_signing_secret: (
        Annotated[
            SecretStr,
            matching(
                r"(?!xox|xapp-)[A-Za-z0-9_-]{16,128}",
                "must be the app's signing secret (32 digits and letters)",
            ),
        ]
        | None
    ) = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_app_token: (
        Annotated[SecretStr, matching(r"xapp-[A-Za-z0-9-]+", "must be an app-level token, which starts with xapp-")]
        | None
    ) = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_api_url: Annotated[str, AfterValidator(web_address)] = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL"
    )
    redis_url: Annotated[SecretStr, AfterValidator(redis_address)] | None = Field(None, validation_alias="REDIS_URL")
    """None: the embedded server in `data_dir`."""
    host: str = Field(LOOPBACK, validation_alias="CREDITS_HOST")
    """Loopback unless said otherwise; a container says 0.0.0.0."""
    port: Annotated[int, BeforeValidator(port_text), Field(ge=0, le=65_535)] = Field(
        8080, validation_alias="CREDITS_PORT"
    )
    """0: any free port, which the process then prints."""
    data_dir: Path = Field(Path("data"), validation_alias="CREDITS_DATA_DIR")
    currency: Annotated[str, AfterValidator(currency_code)] = Field("USD", validation_alias="CREDITS_CURRENCY")
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
    webhook_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(host_names)] = Field(
        (), validation_alias="CREDITS_WEBHOOK_HOSTS"
    )
    """Hosts that webhooks may be sent to; none: every public one."""
    webhook_ports: Annotated[frozenset[int], NoDecode, BeforeValidator(port_numbers)] = Field(
        frozenset(), validation_alias="CREDITS_WEBHOOK_PORTS"
    )
    webhook_loopback: bool = Field(False, validation_alias="CREDITS_WEBHOOK_LOOPBACK")
    """True: webhooks may be sent to this machine, without TLS, for trying."""
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
    def reach(self) -> Reach:
        """Where webhooks may go."""
        return Reach(self.webhook_hosts, self.webhook_ports, self.webhook_loopback)

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
        fields = (self.slack_bot_token, self.slack_signing_secret, self.slack_app_token, self.graph_client_secret)
        found = [field.get_secret_value() for field in fields if field]
        for url in filter(None, (self.redis_url, self.archive_url)):
            if password := urlsplit(url.get_secret_value()).password:
                found += [*{password, unquote(password)}]
        return tuple(found)


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
        told = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else EXPECTED.get(name, "")
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
    return found | graph_settings.missing(settings)


def _misspelt(environment: os._Environ[str]) -> dict[str, str]:
    """Names that are nearly a setting's: a limit that is misspelt must not be silently without effect."""
    found: dict[str, str] = {}
    for name in environment:
        near = difflib.get_close_matches(name, EXAMPLES, n=1, cutoff=0.9)
        if near and near[0] != name.upper() and near[0] not in environment:
            found[near[0]] = f"is not set, but {name} is: is that a misspelling?"
    return found
