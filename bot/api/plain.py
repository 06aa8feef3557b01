"""Charging without a tariff: records that bring their own charge; the others are refused."""

from collections.abc import Mapping, Sequence

from bot.api.ports import Call, CallOutcome, Outcome, RateFound
from store.keys import AccountRef
from store.ledger import Ledger
from store.money import Money
from store.records import UsageRecord

_NO_TARIFF = "no_tariff"


class OwnCharges:
    """Posts calls at the charge that they bring."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def charge(self, ref: AccountRef, calls: Sequence[Call], *, actor: str) -> Sequence[CallOutcome]:
        """As `bot.api.ports.Charger`; without a charge of its own a call is refused as "no_tariff"."""
        lines = {place: _line(each) for place, each in enumerate(calls) if each.own_micros}
        recorded = await self._ledger.post_records(ref, list(lines.values()), actor=actor)
        repeated = {id(each) for each in recorded.repeated}
        refused = {id(each): reason for each, reason in recorded.refused}
        return [_outcome(each, lines.get(place), repeated, refused) for place, each in enumerate(calls)]


class NoRates:
    """No rate card is loaded."""

    async def rate(self, tenant: str, service: str, currency: str, number: str) -> RateFound | None:
        """Nobody has said."""
        del tenant, service, currency, number
        return None


def _line(call: Call) -> UsageRecord:
    amount = Money(call.own_micros or 0, call.currency)
    return UsageRecord(call.id, amount, call.start_ms, call.destination or call.number, service=call.service)


def _outcome(call: Call, line: UsageRecord | None, repeated: set[int], refused: Mapping[int, str]) -> CallOutcome:
    if line is None and call.own_micros is None:
        return CallOutcome(call.id, Outcome.REFUSED, reason=_NO_TARIFF)
    if line is None:
        return CallOutcome(call.id, Outcome.FREE)
    if id(line) in repeated:
        return CallOutcome(call.id, Outcome.REPEATED)
    if id(line) in refused:
        return CallOutcome(call.id, Outcome.REFUSED, reason=refused[id(line)])
    return CallOutcome(call.id, Outcome.CHARGED, line.amount)
