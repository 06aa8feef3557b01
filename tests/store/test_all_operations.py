"""Any course of events, over all operations of an account, on a real server: a plain model of them agrees."""

import asyncio
import os
from functools import partial
from typing import cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from redis.asyncio import Redis

from tests.store.machine_all import WholeMachine

EXAMPLES = int(os.environ.get("CREDITS_TEST_EXAMPLES", "2000"))
"""A longer run by hand: `CREDITS_TEST_EXAMPLES=20000 pytest tests/store/test_all_operations.py --timeout=3600`."""


@pytest.mark.redis
@pytest.mark.timeout(400 + EXAMPLES // 5)
def test_all_operations_agree_with_the_model(server: str) -> None:
    """Whatever is done in whatever order, each outcome is the model's, and in the end so is everything there is."""
    course = settings(
        max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    with asyncio.Runner() as runner:
        redis: Redis = Redis.from_url(server, decode_responses=True)
        machine = cast("type[WholeMachine]", partial(WholeMachine, runner, redis))  # whatever makes one will do
        run_state_machine_as_test(machine, settings=course)
        runner.run(redis.aclose())
