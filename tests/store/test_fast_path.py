"""The path without functions is a short cut: without it, everything comes out the same."""

import os
from collections.abc import Callable
from itertools import zip_longest
from random import Random

import pytest

from store.scripts import Client, Script
from tests.store import pair
from tests.store.clock import Clock, with_source
from tests.store.course import Course

SEEDS = int(os.environ.get("CREDITS_TEST_SEEDS", "4"))
"""A longer run by hand: `CREDITS_TEST_SEEDS=200 pytest tests/store/test_fast_path.py`."""
SHORT_CUTS = {
    "post_usage": "if amount and balance",
    "place_hold": "if amount and currency",
    "capture_hold": "if held and amount and currency",
    "release_hold": "if held then",
}
"""How the path without functions begins."""

Load = Callable[[str], Script]


def the_long_way(load: Load) -> Load:
    """The scripts, none with a short cut."""

    def longer(name: str) -> Script:
        script = load(name)
        if name not in SHORT_CUTS:
            return script
        begins = SHORT_CUTS[name]
        assert script.source.count(begins) == 1, f"{name}: the short cut begins in another way"
        return with_source(script, script.source.replace(begins, begins.replace("if", "if false and")))

    return longer


async def live(redis: Client, seed: int, load: Load) -> Course:
    """A course from its beginning, on an empty Redis, by these scripts."""
    await redis.flushall()
    clock = Clock(load)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.scripts.load", clock.load)
        course = Course(await pair.arrange(redis), clock, Random(seed))  # noqa: S311 a replay, not a secret
        await course.run()
    return course


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_short_cut_changes_nothing(redis: Client, clock: Clock, seed: int) -> None:
    """Whatever happens, outcomes, accounts, journals, operations, holds, events and schedule are those of the rules."""
    short = await live(redis, seed, clock._load)
    long = await live(redis, seed, the_long_way(clock._load))

    print(f"seed {seed}: {len(short.cut)} short cuts")  # noqa: T201
    assert short.cut
    assert not long.cut
    for number, (one, other) in enumerate(zip_longest(short.seen, long.seen)):
        assert one == other, f"seed {seed}, seen {number}"
