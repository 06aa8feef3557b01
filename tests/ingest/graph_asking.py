"""Reading the stand-in for Microsoft Graph: some calls of two days, and what reading them ends with."""

import random

import pytest

from bot.ingest.graph.client import Graph
from bot.ingest.graph.problems import GraphError
from bot.ingest.graph.windows import Window
from tests.ingest.graph_service import DAY_MS, NOW_MS, NUMBER, PERSON, FastClock, GraphService, calls, opened

WINDOW = Window(NOW_MS - 2 * DAY_MS, NOW_MS)


def service(count: int = 3, *, page: int = 1000, seed: int = 1) -> GraphService:
    """Some calls of the last two days."""
    rng = random.Random(seed)  # noqa: S311 replays by its seed
    rows = calls(rng, count, WINDOW.from_ms, WINDOW.to_ms - 1000)
    return GraphService(FastClock(NOW_MS), rows, page=page, seed=seed)


async def read(graph: Graph, window: Window = WINDOW) -> list[str]:
    """The ids of all rows, as they come."""
    return [row["id"].lower() async for page in graph.pages(window) for row in page.rows]


async def refusal(stand_in: GraphService) -> GraphError:
    """What reading ends with."""
    async with opened(stand_in) as graph:
        with pytest.raises(GraphError) as caught:
            await read(graph)
    told = str(caught.value)
    assert not any(each in told for each in (PERSON, NUMBER, "token-", "http://", "skiptoken"))
    return caught.value
