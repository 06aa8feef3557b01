"""What reaches the bot: once, signed, from now; anything else is turned away."""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qsl, urlencode

import pytest
from redis.asyncio import Redis

from bot.playground.delivery import FORM, JSON
from bot.playground.people import MANAGER, MEMBER
from store.scripts import Client
from tests.handlers.driver import appoint_both, count, deliver, deliver_body, press, state
from tests.lossy import lossy
from tests.world import SECRET, World, open_world, texts_in

GARBAGE = (
    *("abc", "", " ", "1e9", "-1", "+1", "0", "1.5", "0x10", "9" * 30, "1_000", "NaN", "inf", "null"),
    "١٢٣",
)


def _signed(body: bytes, timestamp: str, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": FORM}


def _command(world: World, text: str = "balance") -> bytes:
    """The body of a command that was sent before, with another text."""
    sent = next(each for each in world.playground.sent if each.kind == "command")
    return sent.body.replace(b"text=help", urlencode({"text": text}).encode())


async def _sent_help(world: World) -> bytes:
    await world.answer(MANAGER, "/credits help")
    return _command(world)


async def test_the_same_signed_command_twice(world: World) -> None:
    """An identical signed request is acknowledged again and answered once."""
    await world.answer(MANAGER, "/credits balance")
    (sent,) = world.playground.sent
    before = count(world, MANAGER)

    status, body = await world.playground.post_raw(sent.headers, sent.body)
    await world.answer(MANAGER, "/credits help")

    assert (status, body) == (200, b"")
    assert count(world, MANAGER) == before + 1


async def test_the_same_signed_submission_twice(world: World) -> None:
    """A submitted confirmation that comes again asks for one payment."""
    view = await world.modal(MANAGER, "/credits add 50", "add_confirm")
    assert (await world.submit(MANAGER, view)).response_action == "clear"
    sent = world.playground.sent[-1]
    once = await state(world)

    answers = [await world.playground.post_raw(sent.headers, sent.body) for _ in range(3)]

    assert [status for status, _ in answers] == [200, 200, 200]
    assert await state(world) == once


@pytest.mark.parametrize(("user", "text"), [(MANAGER, "was sent twice"), (MEMBER, "kam zweimal an")])
async def test_a_repeated_submission_is_not_closed_as_if_saved(world: World, user: str, text: str) -> None:
    """A submission that comes again is answered in the modal, in the person's language: it was sent twice."""
    await appoint_both(world)
    view = await world.modal(user, "/credits add 50" if user == MANAGER else "/credits aufladen 50", "add_confirm")
    await world.submit(user, view)
    sent = world.playground.sent[-1]

    _, body = await world.playground.post_raw(sent.headers, sent.body)

    answer = json.loads(body)
    assert answer["response_action"] == "update"
    assert text in texts_in(answer["view"])


async def test_a_submission_whose_mark_is_answered_late(real_redis: Client, blocking: Client, server: str) -> None:
    """Where Redis' answer to the mark of a submission is lost, the submission is carried out, not taken for another."""
    async with lossy(server) as proxy:
        redis: Client = Redis(unix_socket_path=str(proxy.path), decode_responses=True)
        async with open_world(redis, blocking, worker=False) as world:
            view = await world.modal(MANAGER, "/credits add 50", "add_confirm")
            proxy.lose_after = b":seen:"

            delivery = await world.submit(MANAGER, view)

            assert proxy.lost == 1
            assert delivery.response_action == "clear"
            assert [key async for key in real_redis.scan_iter("*:payment:*")]
        await redis.aclose()


async def test_identical_submissions_at_once(world: World) -> None:
    """Even at the same moment, identical submissions ask for one payment."""
    view = await world.modal(MANAGER, "/credits add 50", "add_confirm")
    await world.submit(MANAGER, view)
    first = await state(world)
    other = await world.modal(MANAGER, "/credits add 60", "add_confirm")
    await world.submit(MANAGER, other)
    sent = world.playground.sent[-1]
    payload = json.loads(dict(_pairs(sent.body))["payload"])

    await asyncio.gather(*(deliver(world, payload) for _ in range(4)))

    payments = [key for key in await state(world) if ":payment:" in key]
    assert len(payments) == len([key for key in first if ":payment:" in key]) + 1


def _pairs(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode())


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0="},
        {"X-Slack-Signature": "nonsense"},
        {"X-Slack-Signature": None},
        {"X-Slack-Request-Timestamp": None},
        {"X-Slack-Signature": None, "X-Slack-Request-Timestamp": None},
    ],
)
async def test_forged_or_missing_signatures(world: World, change: dict[str, str | None]) -> None:
    """A request that is not signed by Slack is 401, and does nothing."""
    body = await _sent_help(world)
    headers = {**_signed(body, str(int(time.time()))), **change}
    before, messages = await state(world), count(world, MANAGER)

    status, _ = await world.playground.post_raw({k: v for k, v in headers.items() if v is not None}, body)

    assert status == 401
    assert (await state(world), count(world, MANAGER)) == (before, messages)


async def test_another_secret(world: World) -> None:
    """A request signed with another app's secret is 401."""
    body = await _sent_help(world)

    status, _ = await world.playground.post_raw(_signed(body, str(int(time.time())), "f" * 32), body)

    assert status == 401


async def test_a_signed_body_that_is_no_text(world: World) -> None:
    """Bytes that are not UTF-8 come from nobody whom we know, whatever they are signed with."""
    body = await _sent_help(world) + b"\xff\xfe"

    status, _ = await world.playground.post_raw(_signed(body, str(int(time.time()))), body)

    assert status == 401


@pytest.mark.parametrize("body", [b"payload=", b"payload=%5B%5D", b"\xff\xfe", b"{", b"[1]"])
async def test_unsigned_garbage(world: World, body: bytes) -> None:
    """What is no request and not signed either is 401: nobody can make the bot stumble."""
    headers = {**_signed(body, str(int(time.time())), "f" * 32), "Content-Type": JSON if body[0] in b"{[" else FORM}

    status, _ = await world.playground.post_raw(headers, body)

    assert status == 401


async def test_a_body_changed_on_the_way(world: World) -> None:
    """A signature of another body is 401."""
    body = await _sent_help(world)

    status, _ = await world.playground.post_raw(_signed(body, str(int(time.time()))), body + b"x")

    assert status == 401


@pytest.mark.parametrize("age_s", [301, 3_600, 10**9, -301, -3_600])
async def test_stale_requests(world: World, age_s: int) -> None:
    """A correctly signed request from more than five minutes ago, or ahead, is 401."""
    body = await _sent_help(world)

    status, _ = await world.playground.post_raw(_signed(body, str(int(time.time()) - age_s)), body)

    assert status == 401


async def test_garbage_timestamps(world: World, subtests: pytest.Subtests) -> None:
    """A timestamp that is no recent number is 401, however it is signed."""
    body = await _sent_help(world)

    for stamp in GARBAGE:
        with subtests.test(stamp=stamp):
            status, _ = await world.playground.post_raw(_signed(body, stamp), body)
            assert status == 401


async def test_an_endless_timestamp(world: World) -> None:
    """A timestamp of 400 digits is 401, too."""
    body = await _sent_help(world)

    status, _ = await world.playground.post_raw(_signed(body, "9" * 400), body)

    assert status == 401


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b""),
        (FORM, b"hello"),
        (FORM, b"payload="),
        (FORM, b"payload=%5B%5D"),
        (JSON, b"[1]"),
        (JSON, b"{"),
        (FORM, b"payload=%7B%7D"),
        (FORM, b"a=1&a=2&&&==="),
        (FORM, b"command=%2Fother&text=x&user_id=U0MANAGER&team_id=T0PLAYGROUND"),
        (FORM, b"\x00" * 50),
        (JSON, b"{}"),
        (JSON, b'{"type": "event_callback"}'),
        (JSON, b'{"type": "event_callback", "event": {"type": "unheard_of"}}'),
        ("text/plain", b"balance"),
        ("application/xml", b"<a/>"),
    ],
)
async def test_bodies_that_are_no_request(world: World, content_type: str, body: bytes) -> None:
    """A signed body that asks for nothing we know is not carried out and breaks nothing."""
    before = await state(world)
    headers = {**_signed(body, str(int(time.time()))), "Content-Type": content_type}

    status, _ = await world.playground.post_raw(headers, body)

    assert status in {200, 400, 404}
    assert await state(world) == before


async def test_url_verification(world: World) -> None:
    """Slack's question whether the address is ours is answered with its challenge."""
    body = json.dumps({"type": "url_verification", "challenge": "c-123"}).encode()
    headers = {**_signed(body, str(int(time.time()))), "Content-Type": JSON}

    status, answer = await world.playground.post_raw(headers, body)

    assert (status, json.loads(answer)) == (200, {"challenge": "c-123"})


@pytest.mark.parametrize("action_id", ["unknown", "", "open_addd", "OPEN_ADD"])
async def test_unknown_buttons(world: World, action_id: str) -> None:
    """A button that is not ours is not carried out."""
    before = await state(world)

    status, _ = await deliver(world, press(world, MANAGER, action_id, value="x"))

    assert status == 404
    assert await state(world) == before


async def test_an_event_twice(world: World) -> None:
    """An event that Slack sends again under the same id draws the Home tab once."""
    await world.playground.open_home(MANAGER)
    await world.playground.wait_for(lambda: world.playground.home(MANAGER))
    event = world.playground.sent[-1].body

    body = event + b" "
    headers = {**_signed(body, str(int(time.time()))), "Content-Type": JSON, "x-slack-retry-num": "1"}
    status, _ = await world.playground.post_raw(headers, body)
    await world.answer(MANAGER, "/credits help")

    assert status == 200
    assert [call.method for call in world.playground.calls].count("views.publish") == 1


async def test_a_command_from_elsewhere(world: World) -> None:
    """A command that names a team with characters no id has changes nothing."""
    body = (await _sent_help(world)).replace(b"team_id=T0PLAYGROUND", b"team_id=%7Bp07%7D%3A%2A")
    before = await state(world)

    status, _ = await deliver_body(world, body)

    assert status == 200
    assert await state(world) == before
