"""A shell in which polling Microsoft Graph is set up."""

import os

import pytest

from tests.controls import REF
from tests.ingest.graph_service import APP, ORGANISATION, SECRET

GIVEN = {
    "CREDITS_GRAPH_TENANT_ID": ORGANISATION,
    "CREDITS_GRAPH_CLIENT_ID": APP,
    "CREDITS_GRAPH_CLIENT_SECRET": SECRET,
    "CREDITS_GRAPH_WORKSPACE": REF.tenant,
}


def set_up(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Leave nothing else in the environment."""
    for name in list(os.environ):
        if name.startswith(("CREDITS_", "SLACK_", "REDIS_")):
            monkeypatch.delenv(name)
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch
