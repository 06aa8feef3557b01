"""The call simulator: what calls cost, at which pace, and what stops them."""

import aiohttp
import pytest

from bot.playground.config import Json
from bot.playground.people import OWNER
from bot.playground.server import Playground, PlaygroundConfig
from bot.playground.simulator import TARIFFS, InvalidSetting
from tests.playground.controls import CountingMeter


async def test_a_call_is_charged_by_started_minutes(playground: Playground, meter: CountingMeter) -> None:
    """The charge is minutes times the tariff's rate, told with masked number and length, under its own id."""
    await playground.simulator.set({"tariff_id": "uk-mobile"})

    for _ in range(20):
        await playground.simulator.call()

    minutes = [amount // 320_000 for amount, _, _ in meter.charges]
    assert all(amount % 320_000 == 0 for amount, _, _ in meter.charges)
    assert set(minutes) <= {1, 2, 3, 4, 5}
    assert all(f" · {told} min" in memo for told, (_, memo, _) in zip(minutes, meter.charges, strict=True))
    assert all(memo.startswith("+44 7700 ••••• ") for _, memo, _ in meter.charges)
    assert len({operation for _, _, operation in meter.charges}) == 20


async def test_the_state_tells_what_was_charged(playground: Playground, meter: CountingMeter) -> None:
    """Calls, their sum, the balance left, and the last calls, newest first."""
    await playground.simulator.call()
    state = await playground.simulator.call()

    charged = [amount for amount, _, _ in meter.charges]
    assert (state["calls"], state["charged_micros"]) == (2, sum(charged))
    assert (state["balance_micros"], state["currency"]) == (10_000_000 - sum(charged), "USD")
    assert [call["amount_micros"] for call in state["last"]] == charged[::-1]


async def test_the_same_seed_draws_the_same_calls(config: PlaygroundConfig) -> None:
    """A run can be repeated."""
    runs: list[list[tuple[int, str, str]]] = []
    for _ in range(2):
        meter = CountingMeter()
        playground = Playground(config, meter)
        for _ in range(5):
            await playground.simulator.call()
        await playground.stop()
        runs.append(meter.charges)

    assert runs[0] == runs[1]


async def test_it_runs_until_it_is_stopped(playground: Playground, meter: CountingMeter) -> None:
    """At 600 a minute calls follow each other; stopped, no more come."""
    await playground.simulator.set({"pace": 600, "running": True})
    await playground.wait_for(lambda: len(meter.charges) >= 3)
    state = await playground.simulator.set({"running": False})
    placed = len(meter.charges)
    await playground.simulator.stop()

    assert state["running"] is False
    assert len(meter.charges) == placed


async def test_a_new_pace_counts_at_once(playground: Playground, meter: CountingMeter) -> None:
    """Nobody waits a minute for a faster pace."""
    await playground.simulator.set({"pace": 1, "running": True})
    await playground.wait_for(lambda: len(meter.charges) == 1)

    await playground.simulator.set({"pace": 600})

    assert await playground.wait_for(lambda: len(meter.charges) >= 2, timeout_s=2)


@pytest.mark.parametrize(
    "changes",
    [
        {"pace": 0},
        {"pace": 601},
        {"pace": True},
        {"pace": "60"},
        {"tariff_id": "moon"},
        {"card_id": "stolen"},
        {"running": "yes"},
        {"colour": "red"},
        {"pace": 120, "tariff_id": "moon"},
    ],
)
async def test_a_setting_that_does_not_exist_changes_nothing(playground: Playground, changes: Json) -> None:
    """Refused as a whole."""
    before = await playground.simulator.state()

    with pytest.raises(InvalidSetting):
        await playground.simulator.set(changes)

    assert await playground.simulator.state() == before


async def test_a_card_is_chosen_through_the_meter(playground: Playground, meter: CountingMeter) -> None:
    """The playground keeps no card of its own."""
    state = await playground.simulator.set({"card_id": "bad"})

    assert meter.chosen == "bad"
    assert state["card_id"] == "bad"
    assert [card["id"] for card in state["cards"]] == ["good", "bad"]


async def test_a_ledger_that_fails_stops_the_calls_and_is_told(playground: Playground, meter: CountingMeter) -> None:
    """The panel shows why; the next successful call clears it."""
    meter.broken = True
    await playground.simulator.set({"pace": 600, "running": True})
    await playground.wait_for(lambda: playground.simulator.error)
    stopped = await playground.simulator.state()
    meter.broken = False
    again = await playground.simulator.call()

    assert stopped["running"] is False
    assert "no ledger" in stopped["error"]
    assert (again["error"], again["calls"]) == (None, 1)


async def test_without_a_meter_calls_cost_nobody(config: PlaygroundConfig) -> None:
    """The panel works before a ledger is there."""
    async with Playground(config) as playground:
        state = await playground.simulator.call()

    assert (state["calls"], state["balance_micros"], state["cards"]) == (1, None, [])


def test_tariffs_reach_from_cents_to_satellites() -> None:
    """Every rate is marked as a sample; the dearest empties a balance before one's eyes."""
    rates = sorted(tariff.micros_per_minute for tariff in TARIFFS.values())

    assert (rates[0], rates[-1]) == (13_000, 4_500_000)
    assert all("(sample)" in tariff.labels["en"] for tariff in TARIFFS.values())
    assert all("(Beispiel)" in tariff.labels["de"] for tariff in TARIFFS.values())


async def test_the_panel_over_http(playground: Playground, meter: CountingMeter) -> None:
    """The page reads, changes and calls; a wrong setting is a 400."""
    async with aiohttp.ClientSession(playground.url) as web:
        async with web.post("/play/simulator", json={"tariff_id": "us"}) as response:
            changed = await response.json()
        async with web.post("/play/simulator/call", json={}) as response:
            called = await response.json()
        async with web.post("/play/simulator", json={"pace": 0}) as response:
            refused = response.status
        async with web.get("/play/simulator", params={"user": OWNER}) as response:
            read = await response.json()

    assert changed["tariff_id"] == "us"
    assert (called["calls"], read["calls"], refused) == (1, 1, 400)
