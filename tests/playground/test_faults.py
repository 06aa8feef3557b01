"""Faults on demand: how each looks to the bot, and whether the method was carried out."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.people import ALERTS, OWNER
from bot.playground.server import Fault, Playground
from tests.playground.controls import TOKEN


@pytest.fixture
async def web(playground: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain client, on which every broken connection shows."""
    async with aiohttp.ClientSession(playground.url, headers={"Authorization": f"Bearer {TOKEN}"}) as session:
        yield session


def texts(playground: Playground) -> list[str]:
    """What stands in the channel."""
    return [message["text"] for message in playground.messages(ALERTS, OWNER)]


async def post(web: aiohttp.ClientSession, text: str = "x") -> int:
    """Post a message; answers the status."""
    async with web.post("/api/chat.postMessage", json={"channel": ALERTS, "text": text}) as response:
        await response.read()
        return response.status


async def test_an_error_is_answered_as_often_as_asked(playground: Playground, client: AsyncWebClient) -> None:
    """Two calls fail, the third passes; nothing is noted, the bot is not to blame."""
    playground.faults.inject("chat.postMessage", Fault("error", error="internal_error"), times=2)

    for _ in range(2):
        with pytest.raises(SlackApiError, match="internal_error"):
            await client.chat_postMessage(channel=ALERTS, text="x")
    await client.chat_postMessage(channel=ALERTS, text="passed")

    assert texts(playground) == ["passed"]
    assert playground.violations == []


async def test_a_429_tells_when_to_come_back(playground: Playground, client: AsyncWebClient) -> None:
    """Retry-After is what the test asked for."""
    playground.faults.inject("chat.postMessage", Fault("rate_limited", seconds=7))

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=ALERTS, text="x")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"


async def test_a_500_carries_nothing_out(playground: Playground, web: aiohttp.ClientSession) -> None:
    """Slack's outage."""
    playground.faults.inject("*", Fault("http_500"))

    assert await post(web) == 500
    assert texts(playground) == []


@pytest.mark.parametrize(("kind", "left"), [("drop_before", []), ("drop_after", ["x"])])
async def test_a_dropped_connection_leaves_it_open_what_happened(
    playground: Playground, web: aiohttp.ClientSession, kind: str, left: list[str]
) -> None:
    """The client sees the same; before or after makes the difference."""
    playground.faults.inject("chat.postMessage", Fault(kind))  # type: ignore[arg-type]

    with pytest.raises(aiohttp.ClientConnectionError):
        await post(web)

    assert texts(playground) == left
    assert await post(web, "again") == 200


async def test_a_hanging_call_hangs_until_released(playground: Playground, web: aiohttp.ClientSession) -> None:
    """Nothing is answered; released, the connection breaks."""
    playground.faults.inject("chat.postMessage", Fault("hang"))

    call = asyncio.create_task(post(web))
    done, _ = await asyncio.wait([call], timeout=0.1)
    playground.faults.clear()

    assert not done
    with pytest.raises(aiohttp.ClientConnectionError):
        await call
    assert texts(playground) == []


async def test_a_delayed_call_is_carried_out_late(playground: Playground, web: aiohttp.ClientSession) -> None:
    """A slow Slack is still Slack."""
    playground.faults.inject("chat.postMessage", Fault("delay", seconds=0.01))

    assert await post(web) == 200
    assert texts(playground) == ["x"]


async def test_a_response_url_can_fail_as_well(playground: Playground, web: aiohttp.ClientSession) -> None:
    """Its name for faults is response_url."""
    playground.faults.inject("response_url", Fault("http_500"))

    async with web.post("/response/any", json={"text": "x"}) as response:
        assert response.status == 500


async def test_waiting_for_what_does_not_come_ends_and_tells_why(playground: Playground) -> None:
    """A bound, and the violations so far in the message."""
    playground.oracle.record("late_acknowledgement", "command", "no acknowledgement")

    with pytest.raises(TimeoutError, match="late_acknowledgement"):
        await playground.wait_for(lambda: False, timeout_s=0.05)
