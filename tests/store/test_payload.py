"""What a receiver is sent: small, exact, and ordered; nothing that is nobody's business outside."""

import json
from typing import Any

import pytest

from store.events import (
    BalanceExhausted,
    BalanceRecovered,
    CreditExpiring,
    Event,
    RechargeBlocked,
    Recharged,
    RechargeDeclined,
    ServicesHalted,
    ServiceStopped,
)
from store.payload import delivery_id, payload
from store.scripts import Client
from tests.controls import REF, Bank
from tests.store.pier import event

AT_MS = 1_795_000_000_123
BASE: dict[str, Any] = {"id": "07-1795000000123-4", "ref": REF, "at_ms": AT_MS}
MONEY: dict[str, Any] = {"payment": "p1", "amount_micros": 50_000_000, "currency": "USD", "method": "card_1"}
TROUBLE: dict[str, Any] = {**MONEY, "kind": "recharge", "reason": "lost_card", "attempt": "1", "by": "", "channel": "C"}


def data_of(told: Event) -> dict[str, Any]:
    """The data of its body, without what every one has."""
    found: dict[str, Any] = json.loads(payload(told, None)[1])["data"]
    return {key: each for key, each in found.items() if key not in {"workspace", "sequence", "account"}}


async def test_body_says_what_happened_and_how_the_account_stands(redis: Client) -> None:
    """Type and moment as Standard Webhooks recommends; amounts exact, as text; the version orders what came late."""
    bank = await Bank.open(redis, balance=100)
    await bank.spend(90)
    told = BalanceExhausted(**BASE, balance_micros=-10_000, currency="USD")

    type_, body = payload(told, await bank.account())

    assert type_ == "balance.exhausted"
    assert json.loads(body) == {
        "type": "balance.exhausted",
        "timestamp": "2026-11-18T11:06:40.123Z",
        "data": {
            "workspace": REF.tenant,
            "sequence": "001795000000123-000004",
            "account": {
                "name": REF.account,
                "version": 2,
                "currency": "USD",
                "balance": "10",
                "available": "10",
                "held": "0",
                "state": "open",
                "exhausted": False,
            },
            "balance": "-0.01",
        },
    }
    assert len(body) < 500
    assert body.isascii()


@pytest.mark.parametrize(
    ("told", "data"),
    [
        (event(), {"balance": "4.99", "level": "5"}),
        (
            BalanceRecovered(
                **BASE, balance_micros=60_000_000, currency="USD", level_micros=0, was_exhausted="1", cause="recharge"
            ),
            {"balance": "60", "level": None, "was_exhausted": True, "cause": "recharge"},
        ),
        (
            CreditExpiring(**BASE, lot="7", amount_micros=1, currency="USD", expires_ms=AT_MS, days="30"),
            {"amount": "0.000001", "expires": "2026-11-18T11:06:40.123Z", "days": 30},
        ),
        (
            Recharged(**BASE, **MONEY, entry="1-1", balance_micros=2, by="", channel="C1"),
            {"amount": "50", "balance": "0.000002"},
        ),
        (
            RechargeDeclined(**BASE, **TROUBLE, next_ms=0),
            {"amount": "50", "kind": "recharge", "reason": "lost_card", "next": None},
        ),
        (
            RechargeBlocked(
                **BASE, reason="monthly_cap", amount_micros=1, cap_micros=2_000_000, per_day="3", currency="USD"
            ),
            {"reason": "monthly_cap", "amount": "0.000001", "cap": "2", "per_day": 3},
        ),
        (
            ServiceStopped(**BASE, service="toll-free", by="slack:U1", reason="A loop of calls"),
            {"service": "toll-free", "by": "slack:U1", "reason": "A loop of calls"},
        ),
        (
            ServicesHalted(**BASE, balance_micros=-5_000_000, currency="USD", reason="exhausted", overdraft_micros=5),
            {"reason": "exhausted", "balance": "-5", "overdraft": "0.000005"},
        ),
    ],
)
def test_events_own_fields_are_told(told: Event, data: dict[str, Any]) -> None:
    """Nothing of payments, cards, channels and entries; who it was only where a service was stopped by hand."""
    assert data_of(told) == data


def test_ids_are_ordered_as_text() -> None:
    """Of one account, in the order of the stream; without a full stop, which divides what is signed."""
    ids = ["07-9-3", "07-10-0", "07-1795000000123-4", "07-1795000000123-10", "07-1795000000124-0"]
    found = [delivery_id(BalanceExhausted(**{**BASE, "id": each}, balance_micros=0, currency="USD")) for each in ids]

    assert found == sorted(found)
    assert len(set(found)) == 5
    assert "." not in "".join(found)
