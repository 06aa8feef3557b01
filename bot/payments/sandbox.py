"""A payment provider that moves no money: test cards that succeed, decline, time out, or need a confirmation.

It behaves as a careful provider does: an idempotency key is remembered with what it was first asked for and what came
of it, a repeat is answered the same, the same key with other contents is an error. Its memory is in Redis, so that it
outlives the bot's processes as a real provider would. Switched on by CREDITS_SANDBOX only.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from bot.payments.gateway import (
    Answer,
    Charge,
    Declined,
    GatewayUnknownError,
    NeedsAction,
    Succeeded,
)
from handlers.services import PaymentMethod
from store import keys
from store.keys import AccountRef
from store.money import Money
from store.scripts import Client

KEEP_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Card:
    """A test card and what happens with it."""

    id: str
    label: str
    outcome: str
    code: str = ""


CARDS = (
    Card("sandbox_ok", "Visa •••• 4242", "succeeds"),
    Card("sandbox_declines", "Visa •••• 9995 (declines)", "declines", "insufficient_funds"),
    Card("sandbox_lost", "Visa •••• 9987 (reported lost)", "dies", "lost_card"),
    Card("sandbox_timeout", "Visa •••• 0119 (answers late)", "times_out"),
    Card("sandbox_confirm", "Visa •••• 3155 (asks the bank)", "confirms", "authentication_required"),
)

_BY_ID = {card.id: card for card in CARDS}


class KeyReusedError(Exception):
    """An idempotency key came again with other contents: a mistake of the caller."""


class Sandbox:
    """The sandbox provider."""

    sandbox = True

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:  # noqa: ARG002 the protocol's
        """The test cards."""
        return tuple(PaymentMethod(card.id, card.label) for card in CARDS)

    async def charge(self, charge: Charge) -> Answer:
        """Answer as the card does; see `Gateway.charge`. The late card loses its first answer, not the money."""
        card = _BY_ID.get(charge.method)
        if card is None:
            return Declined("unknown_card", dead=True)
        record = {
            "contents": [charge.ref.tenant, charge.ref.account, charge.amount.micros, charge.amount.currency, card.id],
            "charge_ref": f"sandbox_{secrets.token_hex(12)}",
        }
        first = await self._redis.set(keys.sandbox(charge.key), json.dumps(record), nx=True, ex=KEEP_S)
        if not first:
            record = await self._recall(charge.key, record)
        if card.outcome == "times_out" and first:
            raise GatewayUnknownError("the answer was lost")
        return _answer(card, charge, str(record["charge_ref"]))

    async def _recall(self, key: str, asked: dict[str, Any]) -> dict[str, Any]:
        known: dict[str, Any] = json.loads(await self._redis.get(keys.sandbox(key)))
        if known["contents"] != asked["contents"]:
            raise KeyReusedError(key)
        return known


def _answer(card: Card, charge: Charge, charge_ref: str) -> Answer:
    if card.outcome == "declines":
        return Declined(card.code)
    if card.outcome == "dies":
        return Declined(card.code, dead=True)
    if card.outcome == "confirms" and charge.attempt == 1:
        return NeedsAction(card.code)
    return Succeeded(charge_ref, Money(charge.amount.micros, charge.amount.currency))
