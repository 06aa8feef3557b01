"""The settings of polling Microsoft Graph: read, missing, malformed, each with its example."""

import pytest

from bot.graph_settings import EXAMPLES, EXPECTED, REQUIRED, GraphSettings
from bot.ingest.graph.access import Cloud
from bot.polling import feed_of
from bot.settings import Profile, Settings, SettingsError, load_settings
from store.scripts import Client
from tests.bot.graph_shell import GIVEN, set_up
from tests.ingest.graph_service import ORGANISATION, SECRET


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shell in which polling is set up, and nothing else."""
    return set_up(monkeypatch)


def test_organisations_have_feeds_of_their_own(given: pytest.MonkeyPatch, real_redis: Client) -> None:
    """However its id is written it is the same; the app that reads it may change."""

    def name(**changed: str) -> str:
        return feed_of(_load(**changed), real_redis)._record

    assert name() == name(graph_tenant_id=ORGANISATION.upper()) == name(graph_client_id="another")
    assert len({name(), name(graph_tenant_id="contoso.example"), name(graph_account="sales")}) == 3


def _load(**changed: str) -> Settings:
    return load_settings(Profile.TOOL, env_file=None, **changed)


def test_settings_are_read(given: pytest.MonkeyPatch) -> None:
    """With what is usual for the others; the log knows the secret as one."""
    settings = _load()

    assert settings.polls_graph
    assert (settings.graph_account, settings.graph_cloud) == ("default", Cloud.GLOBAL)
    assert (settings.graph_every_minutes, settings.graph_days_back, settings.graph_first_days) == (15, 3, 3)
    assert SECRET in settings.secrets
    assert SECRET not in repr(settings)


@pytest.mark.parametrize("name", GIVEN)
def test_setting_that_is_missing_is_named(given: pytest.MonkeyPatch, name: str) -> None:
    """All four go together."""
    given.delenv(name)

    with pytest.raises(SettingsError, match=f"{name} is missing"):
        _load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CREDITS_GRAPH_TENANT_ID", "https://login.example/contoso"),
        ("CREDITS_GRAPH_TENANT_ID", "contoso/.."),
        ("CREDITS_GRAPH_CLIENT_ID", "my app"),
        ("CREDITS_GRAPH_WORKSPACE", "T0 TEST"),
        ("CREDITS_GRAPH_ACCOUNT", "a:b"),
        ("CREDITS_GRAPH_CLOUD", "china"),
        ("CREDITS_GRAPH_EVERY_MINUTES", "0"),
        ("CREDITS_GRAPH_DAYS_BACK", "8"),
        ("CREDITS_GRAPH_FIRST_DAYS", "90"),
    ],
)
def test_setting_that_is_malformed_is_named(given: pytest.MonkeyPatch, name: str, value: str) -> None:
    """With an example."""
    given.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        _load()

    assert caught.value.names == (name,)
    assert EXAMPLES[name] in str(caught.value)


def test_every_setting_has_its_example() -> None:
    """And whatever pydantic checks says what it expects."""
    fields = {str(each.validation_alias) for each in GraphSettings.model_fields.values()}

    assert set(EXAMPLES) == fields
    assert set(EXPECTED) < fields
    assert set(REQUIRED.values()) < fields
