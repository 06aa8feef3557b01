"""Asking Graph: pages, patience and tokens."""

from collections.abc import Callable
from email.utils import formatdate

import pytest
from aiohttp import web

from bot.ingest.graph.client import ATTEMPTS, LONGEST_WAIT_S, PER_MINUTE
from bot.ingest.graph.problems import GraphError, Problem
from tests.ingest.graph_asking import WINDOW, read, refusal, service
from tests.ingest.graph_service import NOW_MS, Call, GraphService, dropped, opened


async def test_all_pages_are_read() -> None:
    """1,000 rows each; rows that are on two pages come twice."""
    stand_in = service(2500)

    async with opened(stand_in) as graph:
        pages = [page async for page in graph.pages(WINDOW)]

    assert [len(each.rows) for each in pages][:2] == [1000, 1000]
    assert [each.last for each in pages] == [False, False, True]
    assert {row["id"].lower() for each in pages for row in each.rows} == {each.id for each in stand_in.rows}
    assert stand_in.windows == [(WINDOW.from_ms, WINDOW.to_ms)]


async def test_both_ends_are_in_the_window() -> None:
    """Neither is passed over."""
    stand_in = service(0)
    stand_in.rows = [Call(1, WINDOW.from_ms, 0, 5), Call(2, WINDOW.to_ms, 0, 5)]

    async with opened(stand_in) as graph:
        assert await read(graph) == [each.id for each in stand_in.rows]


async def test_amounts_stay_as_they_are_written() -> None:
    """No float on the way."""
    async with opened(service(1)) as graph:
        [row] = [row async for page in graph.pages(WINDOW) for row in page.rows]

    assert isinstance(row["charge"], str)
    assert isinstance(row["duration"], str)


TROUBLES: dict[str, Callable[[GraphService], web.StreamResponse | Callable[[web.Request], web.StreamResponse]]] = {
    "500": lambda _: web.Response(status=500),
    "502": lambda _: web.Response(status=502, text="<html>"),
    "504": lambda _: web.Response(status=504),
    "429": lambda one: one.busy(17),
    "429 without a time": lambda _: web.Response(status=429),
    "429 with nonsense": lambda _: web.Response(status=429, headers={"Retry-After": "soon"}),
    "503 with a date": lambda one: one.busy(90, status=503, as_date=True),
    "truncated": lambda _: web.Response(text='{"value": [{"id": "'),
    "no object": lambda _: web.Response(text="[]"),
    "no records": lambda _: web.Response(text='{"value": {}}'),
    "not UTF-8": lambda _: web.Response(body=b'{"value": ["\xff"]}'),
    "too deep": lambda _: web.Response(text="[" * 100_000),
    "dropped": lambda _: dropped,
}


@pytest.mark.parametrize("kind", TROUBLES)
async def test_what_passes_is_waited_for(kind: str) -> None:
    """On the first page and on the next ones; never sooner than it was said."""
    stand_in = service(30, page=10)
    stand_in.says += [lambda request: _made(TROUBLES[kind](stand_in), request), None] * 4

    async with opened(stand_in) as graph:
        found = await read(graph)

    assert set(found) == {each.id for each in stand_in.rows}
    assert stand_in.rude == 0
    assert stand_in.clock.now_ms() > NOW_MS


def _made(
    said: web.StreamResponse | Callable[[web.Request], web.StreamResponse], request: web.Request
) -> web.StreamResponse:
    return said(request) if callable(said) else said


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("500", Problem.AWAY), ("429", Problem.BUSY), ("truncated", Problem.BROKEN), ("dropped", Problem.AWAY)],
)
async def test_patience_ends(kind: str, problem: Problem) -> None:
    """After eight times; the rest is for the next round."""
    stand_in = service()
    stand_in.faults = lambda request: _made(TROUBLES[kind](stand_in), request)

    assert (await refusal(stand_in)).problem is problem
    assert len(stand_in.asked) >= ATTEMPTS
    assert stand_in.rude == 0


async def test_long_wait_is_left_to_the_next_round() -> None:
    """It is told how long, and nothing is asked meanwhile."""
    stand_in = service()
    stand_in.says.append(stand_in.busy(1200))

    error = await refusal(stand_in)

    assert (error.problem, error.wait_s) == (Problem.BUSY, 1200)
    assert error.wait_s > LONGEST_WAIT_S
    assert len(stand_in.asked) == 1
    assert stand_in.clock.now_ms() == NOW_MS


@pytest.mark.parametrize("kind", ["hangs", "504"])
async def test_window_that_is_too_much_is_told_from_a_server_that_is_away(kind: str) -> None:
    """After two times: a shorter one may not be."""
    stand_in = service()
    stand_in.faults = lambda _: web.Response(status=504)
    async with opened(stand_in, timeout_s=0.001 if kind == "hangs" else 5) as graph:
        with pytest.raises(GraphError) as caught:
            await read(graph)

    assert caught.value.problem is Problem.TOO_SLOW


async def test_token_that_has_expired_is_replaced() -> None:
    """In the middle of the pages, as often as that happens; each time once."""
    stand_in = service(100, page=10)

    def expire(_: web.Request) -> None:
        stand_in.tokens.clear()

    stand_in.says += [None, expire, None, None, None, expire]

    async with opened(stand_in) as graph:
        assert set(await read(graph)) == {each.id for each in stand_in.rows}

    assert stand_in.refused == 2


async def test_token_is_asked_for_once() -> None:
    """All pages of all windows come by one."""
    stand_in = service(50, page=10)

    async with opened(stand_in) as graph:
        await read(graph)
        await read(graph)

    assert len(stand_in.tokens) == 1


async def test_date_to_wait_for_is_of_the_servers_clock() -> None:
    """Ours may be behind or ahead of it."""
    for hours in (-0.5, 0.5):
        stand_in = service()
        theirs = NOW_MS / 1000 + hours * 3600
        told = {"Date": formatdate(theirs, usegmt=True), "Retry-After": formatdate(theirs + 50, usegmt=True)}
        stand_in.says.append(web.Response(status=429, headers=told))

        async with opened(stand_in) as graph:
            await read(graph)

        assert 50_000 <= stand_in.clock.now_ms() - NOW_MS < 70_000


async def test_requests_are_spread() -> None:
    """Graph allows 50 a minute for all who ask; we take fewer, and are never told to wait."""
    stand_in = service(1500, page=10)

    async with opened(stand_in) as graph:
        assert set(await read(graph)) == {each.id for each in stand_in.rows}

    for at, moment in enumerate(stand_in.asked):
        assert sum(moment <= each < moment + 60_000 for each in stand_in.asked[at:]) <= PER_MINUTE
