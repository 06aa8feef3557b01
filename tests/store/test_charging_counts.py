"""What is said of calls that were charged: by service, by pool, by destination."""

from store.call import CONFERENCE
from store.calls import to_columns
from store.pools import Pool
from store.scripts import Client
from tests.controls import REF
from tests.store.charging import NOW, arrange, charging
from tests.store.rating import call, card, terms


async def test_sums_are_told_by_service_pool_and_destination(redis: Client) -> None:
    """What has no price by the record's word, else by what the number begins with, which says nothing of anybody."""
    bank = await arrange(redis, terms(card(), card(service=CONFERENCE), pools=(Pool("plan", (CONFERENCE,), 60, 1),)))
    calls = [
        call("+49305550100", 60, id="1", start_ms=NOW),
        call("+49305550100", 60, id="2", start_ms=NOW),
        call("+49305550100", 120, id="3", start_ms=NOW, service=CONFERENCE),
        call("+999555010", 60, id="4", start_ms=NOW, destination="Nowhere"),
        call("+999555010", 60, id="5", start_ms=NOW, destination=""),
        call("", 60, id="6", start_ms=NOW, destination=""),
    ]

    charged = await charging(bank).charge(REF, to_columns(calls), actor="ingest")

    costs = {"calling": charged.costs["calling"], "conference": charged.costs["conference"]}
    assert dict(charged.charged) == {"calling": 2, "conference": 1}
    assert sum(costs.values()) == charged.micros.total() > 0
    assert costs["calling"] == 2 * costs["conference"]
    assert dict(charged.pools) == {"plan": 60}
    assert dict(charged.unrated) == {"Nowhere": 1, "+9995…": 1, "": 1}
    await bank.prove()
