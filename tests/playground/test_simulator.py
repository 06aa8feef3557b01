"""The call simulator's panel: which calls it places, at which pace, and what stops them."""

import aiohttp
import pytest

from bot.playground.config import Json
from bot.playground.people import OWNER
from bot.playground.server import Playground, PlaygroundConfig
from bot.playground.simulator import BUSY_CALLS, NOT_CONNECTED, InvalidSetting
from tests.playground.controls import CountingExchange, Hands, Purse


async def test_the_state_tells_what_was_charged(playground: Playground, exchange: CountingExchange) -> None:
    """Calls, their sum, the balance left, and the last calls, newest first."""
    await playground.simulator.call()
    state = await playground.simulator.call()

    charged = [-(-each["duration_s"] // 60) * 320_000 for each in exchange.records]
    assert (state["calls"], state["charged_micros"]) == (2, sum(charged))
    assert (state["balance_micros"], state["currency"]) == (10_000_000 - sum(charged), "USD")
    assert [call["amount_micros"] for call in state["last"]] == charged[::-1]
    assert [call["id"] for call in state["last"]] == [each["id"] for each in exchange.records][::-1]


async def test_the_same_seed_draws_the_same_calls(config: PlaygroundConfig) -> None:
    """A run can be repeated."""
    runs: list[list[Json]] = []
    for _ in range(2):
        exchange = CountingExchange()
        async with Playground(config) as playground:
            playground.simulator.connect(exchange)
            for _ in range(5):
                await playground.simulator.call()
        runs.append(exchange.records)

    assert len(runs[0]) == 5
    assert runs[0] == runs[1]


async def test_a_call_has_begun_so_long_before_it_ends(
    playground: Playground, exchange: CountingExchange, hands: Hands
) -> None:
    """Its minutes pass faster than the clock, so that its record's start lies in the past."""
    await playground.simulator.call()

    [record] = exchange.records
    state = await playground.simulator.state()
    assert state["last"][0]["at"] == hands.now_s - record["duration_s"]


async def test_it_runs_until_it_is_stopped(playground: Playground, exchange: CountingExchange) -> None:
    """At 600 a minute calls follow each other; stopped, no more come."""
    await playground.simulator.set({"pace": 600, "running": True})
    await playground.wait_for(lambda: len(exchange.records) >= 3)
    state = await playground.simulator.set({"running": False})
    await playground.simulator.stop()
    placed = len(exchange.records)

    assert state["running"] is False
    assert (await playground.simulator.state())["calls"] == placed


async def test_a_new_pace_counts_at_once(playground: Playground, exchange: CountingExchange) -> None:
    """Nobody waits a minute for a faster pace."""
    await playground.simulator.set({"pace": 1, "running": True})
    await playground.wait_for(lambda: len(exchange.records) == 1)

    await playground.simulator.set({"pace": 600})

    assert await playground.wait_for(lambda: len(exchange.records) >= 2)


async def test_a_busy_day_is_the_last_one(playground: Playground, exchange: CountingExchange, hands: Hands) -> None:
    """All its calls are of the last 24 hours; while it is played, there is no other."""
    begun = playground.simulator.play_busy_day()
    again = playground.simulator.play_busy_day()
    await playground.wait_for(lambda: not playground.simulator.busy)

    state = await playground.simulator.state()
    assert (begun["busy"], again["busy"], state["busy"]) == (True, True, False)
    assert (state["calls"], len(exchange.records)) == (BUSY_CALLS, BUSY_CALLS)
    assert all(hands.now_s - 86_400 <= call["at"] < hands.now_s for call in state["last"])


@pytest.mark.parametrize(
    "changes",
    [
        {"pace": 0},
        {"pace": 601},
        {"pace": True},
        {"pace": "60"},
        {"mix_id": "moon"},
        {"card_id": "stolen"},
        {"running": "yes"},
        {"colour": "red"},
        {"pace": 120, "mix_id": "moon"},
    ],
)
async def test_a_setting_that_does_not_exist_changes_nothing(playground: Playground, changes: Json) -> None:
    """Refused as a whole."""
    before = await playground.simulator.state()

    with pytest.raises(InvalidSetting):
        await playground.simulator.set(changes)

    assert await playground.simulator.state() == before


async def test_a_card_is_chosen_from_the_wallet(playground: Playground, purse: Purse) -> None:
    """The playground keeps no card of its own."""
    state = await playground.simulator.set({"card_id": "bad"})

    assert purse.chosen == "bad"
    assert state["card_id"] == "bad"
    assert [card["id"] for card in state["cards"]] == ["good", "bad"]


async def test_what_keeps_calls_from_being_paid_stops_them(playground: Playground, exchange: CountingExchange) -> None:
    """The panel shows why; the next successful call clears it."""
    exchange.broken = True
    await playground.simulator.set({"pace": 600, "running": True})
    await playground.wait_for(lambda: playground.simulator.error)
    stopped = await playground.simulator.state()
    exchange.broken = False
    again = await playground.simulator.call()

    assert stopped["running"] is False
    assert (stopped["error"], stopped["last"][0]["state"]) == ("no ledger", "lost")
    assert (again["error"], again["calls"]) == (None, 1)


async def test_before_the_bot_runs_no_call_is_paid(config: PlaygroundConfig) -> None:
    """The panel is there, and says what is missing."""
    async with Playground(config) as playground:
        state = await playground.simulator.call()

    assert (state["calls"], state["balance_micros"], state["cards"], state["docs"]) == (0, None, [], None)
    assert state["error"] == NOT_CONNECTED


async def test_the_panel_over_http(playground: Playground, exchange: CountingExchange) -> None:
    """The page reads, changes and calls; a wrong setting is a 400."""
    async with aiohttp.ClientSession(playground.url) as web:
        async with web.post("/play/simulator", json={"mix_id": "mobile"}) as response:
            changed = await response.json()
        async with web.post("/play/simulator/call", json={}) as response:
            assert response.ok
        await playground.wait_for(lambda: exchange.records)
        async with web.post("/play/simulator/busy-day", json={}) as response:
            busy = await response.json()
        async with web.post("/play/simulator", json={"pace": 0}) as response:
            refused = response.status
        async with web.get("/play/simulator", params={"user": OWNER}) as response:
            read = await response.json()

    assert (changed["mix_id"], busy["busy"], refused) == ("mobile", True, 400)
    assert read["calls"] >= 1
