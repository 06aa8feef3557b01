"""Telling changes: who gets them, who waits for them, and who fell behind."""

import asyncio

import pytest

from bot.playground.hub import STREAM_LIMIT, Hub


async def test_a_change_reaches_those_it_is_for() -> None:
    """An audience sees it, others do not; without an audience all do."""
    hub = Hub()
    with hub.subscribe("U1") as first, hub.subscribe("U2") as second:
        hub.publish({"type": "a"}, {"U1"})
        hub.publish({"type": "b"})

        assert [first.get_nowait(), first.get_nowait()] == [{"type": "a"}, {"type": "b"}]
        assert second.get_nowait() == {"type": "b"}
        assert second.empty()


async def test_a_reader_that_fell_behind_is_cut_off() -> None:
    """It gets the end, comes back and reads the whole state; memory stays bounded."""
    hub = Hub()
    with hub.subscribe("U1") as stream:
        for number in range(STREAM_LIMIT + 1):
            hub.publish({"number": number})

        assert stream.get_nowait() is None
        assert stream.empty()


async def test_a_stream_opened_at_the_end_ends() -> None:
    """After the close nobody waits for ever."""
    hub = Hub()
    hub.close()
    with hub.subscribe("U1") as stream:
        assert stream.get_nowait() is None


async def test_a_condition_is_asked_again_at_every_change() -> None:
    """The waiting one is woken by a change and gets the answer itself."""
    hub, seen = Hub(), list[str]()
    waiting = asyncio.create_task(hub.wait_for(lambda: seen[1:], timeout_s=5))
    await asyncio.sleep(0)

    for word in ("one", "two"):
        seen.append(word)
        hub.wake()
        await asyncio.sleep(0)

    assert await waiting == ["two"]


async def test_a_condition_that_never_holds_times_out() -> None:
    """The bound holds although changes keep coming, even from the question itself."""
    hub = Hub()

    def never() -> bool:
        hub.wake()
        return False

    with pytest.raises(TimeoutError):
        await hub.wait_for(never, timeout_s=0.02)
