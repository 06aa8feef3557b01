"""The gate: a connection is made to nothing but what was looked at, whatever a name resolves to and when."""

import asyncio
import ipaddress
import socket
import threading
from collections import Counter
from typing import Any

import pytest

from bot.webhooks.gate import ForbiddenAddressError, Found, Gate, look_up
from bot.webhooks.sender import Sender
from store.deliveries import Tried
from store.reach import Reach
from tests.bot.webhooks.receiver import receiving
from tests.bot.webhooks.test_sender import BODY, TRYING, endpoint
from tests.store.test_reach import CLOSED

NAME = "https://hooks.example.com/hook"
PUBLIC = "8.8.8.8"


def found(*addresses: str, port: int = 443) -> Found:
    """What the system answers."""
    kinds = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
    return [
        (
            kind,
            socket.SOCK_STREAM,
            socket.IPPROTO_TCP,
            "",
            (each, port) if kind == socket.AF_INET else (each, port, 0, 0),
        )
        for kind, each in zip(kinds, addresses, strict=True)
    ]


class Names:
    """A name server that answers in turn, the last answer for ever."""

    def __init__(self, *answers: Found) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, _host: str, _port: int, _family: int) -> Found:
        """Answer."""
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Where connections were begun to; none of them is made, so that no test leaves this machine."""
    seen: Counter[str] = Counter()

    async def connect(_loop: object, _socket: socket.socket, address: tuple[Any, ...]) -> None:
        seen[address[0]] += 1
        raise ConnectionRefusedError(111, "not in a test")

    monkeypatch.setattr("asyncio.selector_events.BaseSelectorEventLoop.sock_connect", connect)
    return seen


@pytest.mark.parametrize("written", [each for each in CLOSED if "%" not in each])
async def test_name_that_leads_to_what_is_not_public_is_not_connected_to(written: str, connected: Counter[str]) -> None:
    """IPv4, IPv6, mapped or translated."""
    assert await Sender(Reach(), lookup=Names(found(written))).send(endpoint(NAME), "01-2", BODY) == Tried("address")
    assert not connected


@pytest.mark.parametrize("answers", [(PUBLIC, "10.0.0.1"), ("10.0.0.1", PUBLIC), (PUBLIC, "::1")])
async def test_name_that_leads_there_beside_public_addresses_is_not_connected_to(
    answers: tuple[str, ...], connected: Counter[str]
) -> None:
    """None of them: such an answer is no accident."""
    tried = await Sender(Reach(), lookup=Names(found(*answers))).send(endpoint(NAME), "01-2", BODY)

    assert tried == Tried("address")
    assert not connected


async def test_name_is_resolved_once_and_that_is_what_is_connected_to(connected: Counter[str]) -> None:
    """A name that resolves to something else a moment later gains nothing by it."""
    names = Names(found(PUBLIC), found("127.0.0.1"))

    first = await Sender(Reach(), lookup=names).send(endpoint(NAME), "01-2", BODY)

    assert (first, names.asked) == (Tried("connection"), 1)
    assert set(connected) == {PUBLIC}
    second = await Sender(Reach(), lookup=names).send(endpoint(NAME), "01-2", BODY)
    assert (second, names.asked) == (Tried("address"), 2)
    assert set(connected) == {PUBLIC}


async def test_rebound_name_never_reaches_this_machine() -> None:
    """A receiver on loopback behind a name that is public at one try and loopback at the next hears nothing."""
    async with receiving() as receiver:
        url = f"https://rebind.example:{receiver.port}/"
        sender = Sender(Reach(ports=frozenset({receiver.port})), lookup=Names(found("127.0.0.1", port=receiver.port)))

        assert await sender.send(endpoint(url), "01-2", BODY) == Tried("address")
        assert receiver.connections == 0


async def test_address_that_was_never_resolved_is_looked_at_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number needs no resolution: were the check of the address itself gone, no socket would be made for it."""
    async with receiving() as receiver:
        monkeypatch.setattr(Reach, "problem", lambda _self, _url: "")
        names = Names(found(PUBLIC))

        tried = await Sender(Reach(), lookup=names).send(endpoint(receiver.url), "01-2", BODY)

        assert (tried, names.asked, receiver.connections) == (Tried("address"), 0, 0)


@pytest.mark.parametrize("written", ["10.0.0.1", "fe80::1%lo", "::ffff:127.0.0.1"])
def test_no_socket_is_made_for_what_is_not_public(written: str) -> None:
    """The last look, whoever asks for the connection."""
    with pytest.raises(ForbiddenAddressError):
        Gate(Reach(), to_loopback=False).socket(found(written)[0])


async def test_localhost_leads_only_to_this_machine(connected: Counter[str]) -> None:
    """Where loopback is allowed for trying, a name of this machine that leads elsewhere is not followed without TLS."""
    tried = await Sender(TRYING, lookup=Names(found(PUBLIC))).send(endpoint("http://localhost:1/"), "01-2", BODY)

    assert tried == Tried("address")
    assert not connected


async def test_localhost_is_reached_where_a_setting_allows_it() -> None:
    """By its name."""
    async with receiving() as receiver:
        url = receiver.url.replace("127.0.0.1", "localhost")
        names = Names(found("127.0.0.1", port=receiver.port))

        assert await Sender(TRYING, lookup=names).send(endpoint(url), "01-2", BODY) == Tried()
        assert [each.headers["host"] for each in receiver.requests] == [f"localhost:{receiver.port}"]


async def test_system_is_asked_on_a_thread_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that gets no answer keeps neither the loop nor other names waiting, and is given up in time."""
    hung = threading.Event()

    def getaddrinfo(host: str, *_more: object) -> Found:
        if host == "hung.example":
            hung.wait(90)
        return found(PUBLIC)

    monkeypatch.setattr("bot.webhooks.gate.socket.getaddrinfo", getaddrinfo)
    stuck = [asyncio.create_task(look_up("hung.example", 443, 0)) for _ in range(40)]

    try:
        assert await asyncio.wait_for(look_up("quick.example", 443, 0), 30) == found(PUBLIC)
        sender = Sender(Reach(), timeout_s=0.1)
        assert await sender.send(endpoint("https://hung.example/"), "01-2", BODY) == Tried("timeout")
    finally:
        hung.set()
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)


async def test_systems_own_answer_is_understood() -> None:
    """As it comes, for a name that every machine knows; and for one that none knows, an error."""
    answers = await look_up("localhost", 443, 0)

    assert all(ipaddress.ip_address(each[4][0]).is_loopback for each in answers)
    with pytest.raises(OSError, match=r"."):
        await look_up("no-such-name.invalid", 443, 0)
    with pytest.raises(OSError, match=r"."):
        await look_up("a" * 70 + ".example", 443, 0)
