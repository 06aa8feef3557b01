"""The settings for Microsoft Graph, a part of `bot.settings.Settings`."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from bot.ingest.graph.access import Cloud
from store.keys import DEFAULT_ACCOUNT, AccountRef

REQUIRED: Final = {
    "graph_tenant_id": "CREDITS_GRAPH_TENANT_ID",
    "graph_client_id": "CREDITS_GRAPH_CLIENT_ID",
    "graph_client_secret": "CREDITS_GRAPH_CLIENT_SECRET",
    "graph_workspace": "CREDITS_GRAPH_WORKSPACE",
}
"""All of these, or none."""


def _one_of_ours(value: str) -> str:
    """A workspace's id or an account's name."""
    try:
        return AccountRef(value).tenant if value else value
    except ValueError:
        raise ValueError("must be 1 to 64 of A-Z a-z 0-9 _ . -") from None


def _organisation(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", value):
        raise ValueError("must be the organisation's id or domain")
    return value


class GraphSettings(BaseSettings):
    """Whose records are polled, who asks for them, and which account they are charged to."""

    graph_tenant_id: Annotated[str, AfterValidator(_organisation)] = Field(
        "", validation_alias="CREDITS_GRAPH_TENANT_ID"
    )
    graph_client_id: str = Field("", pattern=r"^[A-Za-z0-9-]*$", validation_alias="CREDITS_GRAPH_CLIENT_ID")
    graph_client_secret: SecretStr | None = Field(None, validation_alias="CREDITS_GRAPH_CLIENT_SECRET")
    graph_workspace: Annotated[str, AfterValidator(_one_of_ours)] = Field(
        "", validation_alias="CREDITS_GRAPH_WORKSPACE"
    )
    graph_account: Annotated[str, AfterValidator(_one_of_ours)] = Field(
        DEFAULT_ACCOUNT, validation_alias="CREDITS_GRAPH_ACCOUNT"
    )
    graph_cloud: Cloud = Field(Cloud.GLOBAL, validation_alias="CREDITS_GRAPH_CLOUD")
    graph_every_minutes: float = Field(15, ge=1, le=1440, validation_alias="CREDITS_GRAPH_EVERY_MINUTES")
    graph_days_back: int = Field(3, ge=1, le=7, validation_alias="CREDITS_GRAPH_DAYS_BACK")
    """How late a record can be; each round asks again for so many days."""
    graph_first_days: int = Field(3, ge=1, le=89, validation_alias="CREDITS_GRAPH_FIRST_DAYS")
    """How far back the very first round goes; what it finds is charged."""

    @property
    def polls_graph(self) -> bool:
        """Whether there is something to poll."""
        return bool(self.graph_tenant_id)


def missing(settings: GraphSettings) -> dict[str, str]:
    """What is missing of the settings that go together."""
    absent = {name for field, name in REQUIRED.items() if not getattr(settings, field)}
    if len(absent) == len(REQUIRED):
        return {}
    return {name: "is missing: polling Microsoft Graph needs it." for name in REQUIRED.values() if name in absent}


EXAMPLES: Final[Mapping[str, str]] = {
    "CREDITS_GRAPH_TENANT_ID": "CREDITS_GRAPH_TENANT_ID=contoso.onmicrosoft.com  (the directory's id or domain)",
    "CREDITS_GRAPH_CLIENT_ID": "CREDITS_GRAPH_CLIENT_ID=…  (Entra admin center, App registrations, Application ID)",
    "CREDITS_GRAPH_CLIENT_SECRET": "CREDITS_GRAPH_CLIENT_SECRET=…  (there, Certificates & secrets: the value)",
    "CREDITS_GRAPH_WORKSPACE": "CREDITS_GRAPH_WORKSPACE=T0123456789  (Slack's id of the workspace that pays)",
    "CREDITS_GRAPH_ACCOUNT": "CREDITS_GRAPH_ACCOUNT=default",
    "CREDITS_GRAPH_CLOUD": "CREDITS_GRAPH_CLOUD=global  (us or us-dod for the US government's)",
    "CREDITS_GRAPH_EVERY_MINUTES": "CREDITS_GRAPH_EVERY_MINUTES=15",
    "CREDITS_GRAPH_DAYS_BACK": "CREDITS_GRAPH_DAYS_BACK=3",
    "CREDITS_GRAPH_FIRST_DAYS": "CREDITS_GRAPH_FIRST_DAYS=3  (89 charges the calls of the last three months)",
}
EXPECTED: Final[Mapping[str, str]] = {
    "CREDITS_GRAPH_CLIENT_ID": "must be the app's id",
    "CREDITS_GRAPH_CLOUD": "must be global, us or us-dod",
    "CREDITS_GRAPH_EVERY_MINUTES": "must be a number of minutes from 1 to 1440",
    "CREDITS_GRAPH_DAYS_BACK": "must be a whole number of days from 1 to 7",
    "CREDITS_GRAPH_FIRST_DAYS": "must be a whole number of days from 1 to 89",
}
