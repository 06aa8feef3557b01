"""The fixture `bank` of a module: what its `arrange` makes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from store.scripts import Client
from tests.controls import Bank
from tests.store.clock import Clock

Arrange = Callable[[Client], Awaitable[Bank]]


def bank_by(arrange: Arrange) -> Any:
    """On the server's own time."""

    @pytest.fixture
    async def bank(redis: Client) -> Bank:
        """As `arrange` says."""
        return await arrange(redis)

    return bank


def bank_on_clock(arrange: Arrange) -> Any:
    """On a clock that stands until the test moves it."""

    @pytest.fixture
    async def bank(redis: Client, clock: Clock) -> Bank:
        """As `arrange` says, after the clock was put in."""
        return await arrange(redis)

    return bank
