"""A payment provider that moves no money: test cards that succeed, decline, time out, or need a confirmation.

It behaves as a careful provider does: an idempotency key is remembered with what it was first asked for and what came
of it, a repeat is answered the same, the same key with other contents is an error. A charge that asks the bank waits
until it ends, once: confirmed, as which an asking for it counts here, or cancelled. Its memory is in Redis, so that it
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
    NotCharged,
    Succeeded,
)
from handlers.services import Note, PaymentMethod
from store import keys
from store.keys import AccountRef
from store.scripts import Client

KEEP_S = 30 * 24 * 3600
SUCCEEDED, CANCELLED = "succeeded", "cancelled"


@dataclass(frozen=True, slots=True)
class Card:
    """A test card and what happens with it."""

    id: str
    label: str
    outcome: str
    code: str = ""
    note: Note | None = None


CARDS = (
    Card("sandbox_ok", "Visa •••• 4242", "succeeds"),
    Card("sandbox_declines", "Visa •••• 9995", "declines", "insufficient_funds", Note.DECLINES),
    Card("sandbox_lost", "Visa •••• 9987", "dies", "lost_card", Note.LOST),
    Card("sandbox_timeout", "Visa •••• 0119", "times_out", note=Note.LATE),
    Card("sandbox_confirm", "Visa •••• 3155", "confirms", "authentication_required", Note.ASKS_THE_BANK),
)

_BY_ID = {card.id: card for card in CARDS}
_FIRST = {
    "succeeds": SUCCEEDED,
    "times_out": SUCCEEDED,
    "declines": "declined",
    "dies": "declined",
    "confirms": "waiting",
}
"""A charge's state when it is first asked for. One that waits ends once: what comes first holds."""


class KeyReusedError(Exception):
    """An idempotency key came again with other contents: a mistake of the caller."""


class Sandbox:
    """The sandbox provider."""

    sandbox = True

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:  # noqa: ARG002 the protocol's
        """The test cards."""
        return tuple(PaymentMethod(card.id, card.label, card.note) for card in CARDS)

    async def charge(self, charge: Charge) -> Answer:
        """Answer as the card does; see `Gateway.charge`. The late card loses its first answer, not the money."""
        card = _BY_ID.get(charge.method)
        if card is None:
            return Declined("unknown_card", dead=True)
        first = await self._open(charge, _FIRST[card.outcome])
        if card.outcome == "times_out" and first:
            raise GatewayUnknownError("the answer was lost")
        answer = await self._recall(charge)
        return Declined("cancelled") if isinstance(answer, NotCharged) else answer

    async def find(self, charge: Charge) -> Answer | NotCharged:
        """See `Gateway.find`. A charge that asks the bank is confirmed by this."""
        return await self._end(charge, SUCCEEDED)

    async def cancel(self, charge: Charge) -> Answer | NotCharged:
        """See `Gateway.cancel`. A key that is cancelled before it was asked for is remembered, too."""
        await self._open(charge, CANCELLED)
        return await self._end(charge, CANCELLED)

    async def _open(self, charge: Charge, state: str) -> bool:
        """Remember a key with its contents and its state if it is new; whether it is."""
        key, charge_ref = keys.sandbox(charge.key), f"sandbox_{secrets.token_hex(12)}"
        record = {"contents": _contents(charge), "charge_ref": charge_ref, "state": state}
        first = await self._redis.hsetnx(key, "record", json.dumps(record))
        await self._redis.expire(key, KEEP_S)
        return bool(first)

    async def _end(self, charge: Charge, state: str) -> Answer | NotCharged:
        """End a charge that waits, if nothing has ended it yet; then what has become of it."""
        if isinstance(await self._recall(charge), NeedsAction):
            await self._redis.hsetnx(keys.sandbox(charge.key), "end", state)
        return await self._recall(charge)

    async def _recall(self, charge: Charge) -> Answer | NotCharged:
        """What has become of a key."""
        known = await self._redis.hgetall(keys.sandbox(charge.key))
        card = _BY_ID.get(charge.method)
        if not known or card is None:
            return NotCharged()
        record: dict[str, Any] = json.loads(known["record"])
        if record["contents"] != _contents(charge):
            raise KeyReusedError(charge.key)
        match known.get("end", record["state"]):
            case "succeeded":
                return Succeeded(record["charge_ref"], charge.amount)
            case "waiting":
                return NeedsAction(card.code, charge_ref=record["charge_ref"])
            case "declined":
                return Declined(card.code, dead=card.outcome == "dies")
            case _:
                return NotCharged()


def _contents(charge: Charge) -> list[str | int]:
    return [charge.ref.tenant, charge.ref.account, charge.amount.micros, charge.amount.currency, charge.method]
