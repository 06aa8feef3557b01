"""What Graph says that is not to be believed, followed or waited for: it is told, and gives nothing away."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.ingest.graph.problems import GraphError, Problem
from bot.ingest.graph.windows import Window
from tests.ingest.graph_asking import WINDOW, read, refusal, service
from tests.ingest.graph_service import HOUR_MS, NOW_MS, PERSON, opened

ELSEWHERE = "/v1.0/communications/callRecords/elsewhere"


async def test_server_that_nobody_listens_at_is_away() -> None:
    """Said with where, and without the rest of the address."""
    stand_in = service()
    async with opened(stand_in) as graph:
        pass
    async with aiohttp.ClientSession() as session:
        graph._session = session
        with pytest.raises(GraphError, match=r"no connection to 127\.0\.0\.1") as caught:
            await read(graph)

    assert caught.value.problem is Problem.AWAY


async def test_connection_that_takes_too_long_is_no_window_that_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is away: halving would not help."""

    def unreachable(*_: Any, **__: Any) -> None:
        raise aiohttp.ConnectionTimeoutError

    async with opened(service()) as graph:
        monkeypatch.setattr(aiohttp.ClientSession, "get", unreachable)
        with pytest.raises(GraphError) as caught:
            await read(graph)

    assert caught.value.problem is Problem.AWAY


async def test_fresh_token_that_is_refused_is_not_replaced_again() -> None:
    """Once is enough."""
    stand_in = service()
    stand_in.token_life_ms = -1

    assert (await refusal(stand_in)).problem is Problem.TOKEN_REFUSED
    assert len(stand_in.asked) == 2


async def test_missing_permission_is_named() -> None:
    """With what to do; Graph's own message is left out."""
    stand_in = service()
    body = {"error": {"code": "Forbidden", "message": f"{PERSON} may not"}}
    stand_in.faults = lambda _: web.json_response(body, status=403)

    error = await refusal(stand_in)

    assert error.problem is Problem.FORBIDDEN
    assert "CallRecord-PstnCalls.Read.All" in str(error)
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"error": {"code": "BadRequest", "message": "+447700900123"}}', "BadRequest"),
        ('{"error": {"code": "+447700900123"}}', "no reason"),
        ('{"error": "x"}', "no reason"),
        ("<html>", "no reason"),
    ],
)
async def test_refusal_is_told_by_its_code(body: str, said: str) -> None:
    """And by nothing else of it."""
    stand_in = service()
    stand_in.faults = lambda _: web.Response(status=400, text=body)

    assert str(await refusal(stand_in)) == f"Microsoft Graph refuses the request: status 400, {said}."


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1.example.test/v1.0/x",
        "http://127.0.0.1:1/v1.0/x",
        "//example.test/x",
        "/v1.0/x",
        "{root}@example.test/x",
        "http://user:word@{host}/x",
        "file:///x",
        "",
        7,
        None,
    ],
)
async def test_link_elsewhere_is_not_followed(link: str | int | None) -> None:
    """Whoever answers there would get our token."""
    stand_in = service()

    def answer(_: web.Request) -> web.Response:
        told = link.format(root=stand_in.root, host=stand_in.root[7:]) if isinstance(link, str) else link
        return web.json_response({"value": [], "@odata.nextLink": told})

    stand_in.faults = answer
    if link is None:  # as good as none
        async with opened(stand_in) as graph:
            assert await read(graph) == []
    else:
        assert (await refusal(stand_in)).problem is Problem.FOREIGN_LINK
    assert len(stand_in.asked) == 1


async def test_redirect_is_not_followed() -> None:
    """For the same reason."""
    stand_in = service()
    stand_in.faults = lambda _: web.Response(status=302, headers={"Location": f"{stand_in.root}{ELSEWHERE}"})

    assert (await refusal(stand_in)).problem is Problem.REFUSED
    assert len(stand_in.asked) == 1


async def test_pages_that_go_round_in_circles_end() -> None:
    """The same link twice is one too many."""
    stand_in = service()
    stand_in.faults = lambda request: web.json_response(
        {"value": [], "@odata.nextLink": f"{stand_in.root}{request.path}?$skiptoken=again"}
    )

    assert (await refusal(stand_in)).problem is Problem.NEVER_ENDING
    assert len(stand_in.asked) == 2


async def test_page_that_is_too_large_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacked it counts."""
    monkeypatch.setattr("bot.ingest.graph.client.LARGEST", 1000)

    assert (await refusal(service(10))).problem is Problem.BROKEN


@pytest.mark.parametrize(("hours", "is_told"), [(0.5, False), (2, True)])
async def test_clock_that_is_ahead_is_told(hours: float, is_told: bool) -> None:
    """It would be written down that calls are read which are still to come."""
    stand_in = service()
    async with opened(stand_in) as graph:
        window = Window(WINDOW.from_ms, int(NOW_MS + hours * HOUR_MS))
        if is_told:
            with pytest.raises(GraphError, match=r"2\.0 hours ahead"):
                await read(graph, window)
        else:
            await read(graph, window)
