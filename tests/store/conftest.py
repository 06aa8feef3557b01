"""Fixtures of the ledger's tests."""

import pytest

from tests.store.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The scripts read this clock instead of the server's."""
    clock = Clock()
    monkeypatch.setattr("store.scripts.load", clock.load)
    return clock
