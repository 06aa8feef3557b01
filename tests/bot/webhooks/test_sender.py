"""One try: signed so that the reference implementation believes it, and every answer taken for what it means."""

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Standard
from standardwebhooks import WebhookVerificationError
from structlog.testing import capture_logs

from bot.webhooks.sender import MOST_READ, Sender
from bot.webhooks.signing import headers
from store.deliveries import Tried
from store.reach import Reach
from store.webhook import Webhook
from store.webhooks import new_secret
from tests.bot.webhooks.receiver import HANG, RESET, Receiver, answer, receiving
from tests.listening import listening

SECRETS = (new_secret(), new_secret())
BODY = json.dumps({"type": "webhook.test", "timestamp": "2026-11-18T11:06:40.123Z", "data": {"n": "ü"}})
TRYING = Reach(loopback=True)


def endpoint(url: str, *secrets: str) -> Webhook:
    """An endpoint there."""
    return Webhook(
        tenant="T0TEST",
        id="wh_1",
        url=url,
        events=(),
        account="",
        state="on",
        by="",
        created_ms=0,
        last_ms=0,
        failed_ms=0,
        why="",
        secrets=secrets or SECRETS[:1],
    )


async def send(receiver: Receiver, *, timeout_s: float = 60, message_id: str = "01-2") -> Tried:
    """Send to it."""
    return await Sender(TRYING, timeout_s=timeout_s).send(endpoint(receiver.url), message_id, BODY)


async def test_receiver_can_verify_what_it_is_sent(receiver: Receiver) -> None:
    """With the reference implementation; a JSON POST with the id that it was given."""
    assert await send(receiver, message_id="07-001795000000123-000004") == Tried()

    [request] = receiver.requests
    assert request.verify(SECRETS[0]) == json.loads(BODY)
    assert request.line == "POST /hook HTTP/1.1"
    assert request.id == "07-001795000000123-000004"
    assert request.headers["content-type"] == "application/json"
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    with pytest.raises(WebhookVerificationError):
        request.verify(SECRETS[1])


async def test_receiver_can_verify_with_either_secret_after_a_rotation(receiver: Receiver) -> None:
    """Both sign, the newest first."""
    await Sender(TRYING).send(endpoint(receiver.url, *SECRETS), "01-2", BODY)

    [request] = receiver.requests
    for secret in SECRETS:
        assert request.verify(secret) == json.loads(BODY)


@given(st.text(st.characters(exclude_characters=".", codec="ascii", categories=("L", "N")), min_size=1), st.text())
def test_signature_is_that_of_the_reference_implementation(message_id: str, body: str) -> None:
    """For whatever is signed; byte by byte."""
    at_s = 1_795_000_000
    ours = headers(message_id, at_s, body, SECRETS[:1])["webhook-signature"]

    assert ours == Standard(SECRETS[0]).sign(message_id, datetime.fromtimestamp(at_s, UTC), body)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_success_is_what_answers_2xx(receiver: Receiver, status: int) -> None:
    """Whatever else it says."""
    receiver.script = [answer(status, body=b"x" * 100 if status != 204 else b"")]

    assert await send(receiver) == Tried()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (answer(500), "status 500"),
        (answer(404), "status 404"),
        (answer(400), "status 400"),
        (answer(410), "gone"),
        (b"HTTP/1.0 410 \r\n\r\n", "gone"),
        (answer(301, "Location: /elsewhere"), "redirect 301"),
        (answer(302, "Location: http://127.0.0.1:1/"), "redirect 302"),
        (answer(307, "Location: https://hooks.example.com/"), "redirect 307"),
        (answer(304), "redirect 304"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "broken"),
        (b"HTTP/1.1 abc def\r\n\r\n", "broken"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: " + b"a" * 100_000 + b"\r\n\r\n", "broken"),
        (b"", "connection"),
        (RESET, "connection"),
        (HANG, "timeout"),
    ],
)
async def test_other_answers_are_failures(receiver: Receiver, given: bytes, why: str) -> None:
    """Each named for what it is, and made once: no redirect is followed, nothing sent again by itself."""
    receiver.script = [given]

    assert await send(receiver, timeout_s=1 if given == HANG else 60) == Tried(why)
    assert len(receiver.requests) == 1


async def test_endpoint_that_is_slow_has_its_time(receiver: Receiver) -> None:
    """A byte now and then does not lengthen it."""
    receiver.script, receiver.drip_s = [answer(200, *(f"A{n}: b" for n in range(99)))], 0.02

    before = time.monotonic()
    assert await send(receiver, timeout_s=0.5) == Tried("timeout")
    assert time.monotonic() - before < 10


async def test_nobody_there_is_a_failure() -> None:
    """A port that nothing listens on."""
    async with receiving() as receiver:
        gone = receiver.url

    assert await Sender(TRYING).send(endpoint(gone), "01-2", BODY) == Tried("connection")


async def test_unknown_name_is_a_failure() -> None:
    """Told as what it is."""

    async def unknown(_host: str, _port: int, _family: int) -> list[tuple[object, ...]]:
        raise OSError("Name or service not known")

    sender = Sender(Reach(), lookup=unknown)
    assert await sender.send(endpoint("https://hooks.example.com/"), "01-2", BODY) == Tried("dns")


async def test_name_without_an_address_is_a_failure() -> None:
    """An empty answer of the resolver is no address either."""

    async def nothing(_host: str, _port: int, _family: int) -> list[tuple[object, ...]]:
        return []

    sender = Sender(Reach(), lookup=nothing)
    assert await sender.send(endpoint("https://hooks.example.com/"), "01-2", BODY) == Tried("dns")


async def test_what_does_not_speak_tls_is_a_failure() -> None:
    """Where it was to; nothing that is signed is sent without it."""
    heard: list[bytes] = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(10_000))
        writer.write(answer(200))

    async with listening(greet) as port:
        tried = await Sender(TRYING).send(endpoint(f"https://127.0.0.1:{port}/"), "01-2", BODY)

    assert tried == Tried("tls")
    assert b"webhook" not in b"".join(heard)


async def test_endless_body_is_not_read(receiver: Receiver) -> None:
    """A few kB of it at most, and no longer than a moment."""
    receiver.script = [b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (MOST_READ * 500)]

    assert await send(receiver) == Tried()


async def test_body_that_never_ends_keeps_nobody(receiver: Receiver) -> None:
    """The status has said it all."""
    receiver.script = [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx"]
    before = time.monotonic()

    assert await send(receiver) == Tried()
    assert time.monotonic() - before < 30


async def test_compressed_body_is_not_unpacked(receiver: Receiver) -> None:
    """So it cannot grow on us, and a broken one does not matter."""
    receiver.script = [answer(200, "Content-Encoding: gzip", body=b"no gzip")]

    assert await send(receiver) == Tried()


NOW = 1_795_000_000


@pytest.mark.parametrize(
    ("asked", "pause_s"),
    [
        ("120", 120),
        ("0", 0),
        ("99999999999999999999", 999_999_999),
        (format_datetime(datetime.fromtimestamp(NOW + 90, UTC), usegmt=True), 90),
        (format_datetime(datetime.fromtimestamp(NOW - 90, UTC), usegmt=True), 0),
        ("Wed, 18 Nov 2026 11:08:10", 90),
        ("soon", 0),
        ("-5", 0),
        ("1e9", 0),
        ("²", 0),
        ("", 0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_heeded(receiver: Receiver, status: int, asked: str, pause_s: int) -> None:
    """Seconds or a date; what makes no sense is nothing."""
    receiver.script = [f"HTTP/1.1 {status} X\r\nRetry-After: {asked}\r\nContent-Length: 0\r\n\r\n".encode()]

    tried = await Sender(TRYING, clock=lambda: NOW).send(endpoint(receiver.url), "01-2", BODY)

    assert tried == Tried(f"status {status}", pause_s)


async def test_retry_after_of_other_answers_means_nothing(receiver: Receiver) -> None:
    """Only what asks to wait is waited for."""
    receiver.script = [answer(500, "Retry-After: 3600")]

    assert await send(receiver) == Tried("status 500")


async def test_each_try_has_a_connection_of_its_own(receiver: Receiver) -> None:
    """Else a connection would outlive the look at what a name resolves to."""
    keep = answer(200, "Connection: keep-alive")
    receiver.script = [keep, keep, keep]

    for _ in range(3):
        await send(receiver)

    assert receiver.connections == 3
    assert {each.headers.get("connection") for each in receiver.requests} == {"close"}


async def test_no_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor its cookies or passwords."""
    async with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        receiver.script = [answer(200, "Set-Cookie: a=b")]

        for _ in range(2):
            assert await send(receiver) == Tried()

    assert proxy.connections == 0
    assert not any("cookie" in each.headers or "authorization" in each.headers for each in receiver.requests)


async def test_address_that_is_not_allowed_any_more_is_not_sent_to(receiver: Receiver) -> None:
    """After the setting has changed, what was registered before is refused at each try."""
    assert await Sender(Reach()).send(endpoint(receiver.url), "01-2", BODY) == Tried("url")
    reach = replace(TRYING, hosts=("hooks.example.com",))
    assert await Sender(reach).send(endpoint("https://other.example/"), "01-2", BODY) == Tried("url")
    assert receiver.connections == 0


async def test_whatever_a_library_raises_is_a_failure(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """And stands in the log."""

    def broken(_self: object, _text: str) -> float:
        raise LookupError("never heard of")

    monkeypatch.setattr(Sender, "_asked", broken)
    receiver.script = [answer(429)]

    with capture_logs() as logs:
        assert await send(receiver) == Tried("broken")
    assert [each["event"] for each in logs] == ["webhook_failed_oddly"]
