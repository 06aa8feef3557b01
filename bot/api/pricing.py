"""Calls and rates over HTTP, by the workspace's own tariff: what `bot.api.ports` asks for, from the credit domain."""

import asyncio
import importlib
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.api.ports import CallOutcome, Outcome, RateFound
from store.call import CallRecord
from store.cards import Cards
from store.centres import CentreRules
from store.keys import AccountRef
from store.money import Money
from store.numbers import dialled
from store.plans import Plans
from store.roles import Roles
from store.scripts import Client

if TYPE_CHECKING:
    from store import charged
    from store.charging import Charging


class TariffCharges:
    """Charges calls as an import does, by the same cards and pools, and each once with it."""

    def __init__(self, redis: Client, cards: Cards, plans: Plans, *, clock: Callable[[], int] | None = None) -> None:
        """`clock`: now, ms since the epoch; the machine's, if there is none."""
        self._redis = redis
        self._cards = cards
        self._plans = plans
        self._centres = CentreRules(redis, Roles(redis))
        self._given = {"clock": clock} if clock else {}
        self._charging: Charging | None = None

    async def charge(
        self, ref: AccountRef, calls: Sequence[CallRecord], *, actor: str, moves: bool
    ) -> Sequence[CallOutcome]:
        """As `bot.api.ports.Charger`."""
        charging = await self._ready()
        outcomes = await charging.charge_each(ref, calls, actor=actor, moves=moves)
        return [_outcome(each) for each in outcomes]

    async def _ready(self) -> "Charging":
        """What charges, which takes longer to load than the bot to start: it is loaded with the first call."""
        if self._charging is None:
            module = await asyncio.to_thread(importlib.import_module, "store.charging")
            self._charging = module.Charging(self._redis, self._cards, self._plans, self._centres, **self._given)
        return self._charging


class TariffRates:
    """The rates of the cards that a workspace has loaded."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    async def rate(self, tenant: str, service: str, currency: str, number: str) -> RateFound | None:
        """As `bot.api.ports.Rates`: by the card that is valid now, None without one or without a prefix in it."""
        tariff = await self._cards.tariff(tenant)
        card, digits = tariff.card(service, currency, time.time_ns() // 1_000_000), dialled(number)
        found = card.rate(digits) if card and digits else None
        if not card or not found:
            return None
        return RateFound(
            prefix=found.prefix,
            name=found.name,
            country=found.country,
            per_minute=Money(found.micros_per_minute, currency),
            fee=Money(card.fee_micros, currency),
            first_s=card.first_s,
            next_s=card.next_s,
            valid_from_ms=card.valid_from_ms,
            sample=card.sample,
        )


def _outcome(became: "charged.CallOutcome") -> CallOutcome:
    if became.refused:
        return CallOutcome(Outcome.REFUSED, reason=became.refused.value)
    if became.repeated or became.state is None:
        return CallOutcome(Outcome.REPEATED)
    reason = became.basis.removeprefix("unrated ") if became.state.value == Outcome.UNRATED else ""
    amount = Money(became.amount_micros, became.currency) if became.amount_micros else None
    return CallOutcome(Outcome(became.state.value), amount, reason)
