"""The tests notice: each deliberate fault in a script is found by the test that guards against it."""

import inspect
import sys
from collections.abc import Callable
from functools import cache

import fakeredis
import pytest
from lupa import lua51

from store import scripts
from store.scripts import Client, Script
from tests.store.clock import Clock
from tests.store.mutants import ALL, Mutant


def broken_by(mutant: Mutant) -> Callable[[str], Script]:
    """What takes the place of `scripts.load`, with the fault in the mutant's file."""
    own = scripts._text

    @cache
    def load(name: str) -> Script:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "store.scripts._text",
                lambda file: own(file).replace(mutant.old, mutant.new) if file == mutant.file else own(file),
            )
            return scripts.load.__wrapped__(name)

    return load


def text_of(file: str) -> str:
    """A script's or a shared part's own text."""
    return (scripts._LUA / f"{file}.lua").read_text("utf-8")


async def run(mutant: Mutant, redis: Client, clock: Clock) -> None:
    """Call the test that should notice, with what it asks for."""
    module = sys.modules[mutant.killer.__module__]
    known = {"redis": redis, "clock": clock, **mutant.given}
    wanted = inspect.signature(mutant.killer).parameters
    for name in {"bank", "outbox", "roles"} & set(wanted):
        known[name] = await module.arrange(redis)
    answer = mutant.killer(**{name: known[name] for name in wanted})
    if inspect.isawaitable(answer):
        await answer


@pytest.mark.parametrize("mutant", ALL, ids=str)
async def test_fault_is_noticed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the fault the test fails; without it, it passes; and the fault is really there and is valid Lua."""
    assert text_of(mutant.file).count(mutant.old) >= 1, "the text to break is not there any more"
    load, break_it = scripts.load, broken_by(mutant)
    user = next(name for name in scripts.names() if break_it(name) != load(name))
    lua51.LuaRuntime().compile(break_it(user).source)

    for broken in (False, True):
        clock = Clock(break_it if broken else load)
        monkeypatch.setattr("store.scripts.load", clock.load)
        redis = fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer(version=(7, 0)), decode_responses=True)
        if not broken:
            await run(mutant, redis, clock)
            continue
        with pytest.raises((Exception, pytest.fail.Exception)):
            await run(mutant, redis, clock)


PARTS = (
    "account",
    "back",
    "clock",
    "correction",
    "freed",
    "grow",
    "hold",
    "lots",
    "marks",
    "minutes",
    "name",
    "operation",
    "original",
    "over",
    "payment",
    "place",
    "pooled",
    "posting",
    "records",
    "reversal",
    "rules",
    "services",
    "unpriced",
    "wallet",
    "write",
)


def test_every_script_has_its_mutants() -> None:
    """No script and no shared part is left without a deliberate fault."""
    files = {
        *scripts.names(),
        *(f"lib/{part}" for part in PARTS),
    }

    assert {each.file for each in ALL} == files
    assert len(ALL) >= 150
