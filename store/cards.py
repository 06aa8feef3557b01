"""A tenant's rate cards: loaded once, kept for ever, because what was charged was charged by them."""

import asyncio
import zlib
from base64 import b64decode, b64encode
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from store import keys
from store.cardfile import read_card, write_card
from store.keys import AccountRef
from store.operations import decode_change, harmless
from store.outcomes import Change
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts
from store.tariff import RateCard, Tariff

REMEMBERED = 32
"""Tenants whose tariffs are kept in memory: a card of 6,600 rates takes some 3 MB."""


@dataclass(frozen=True, slots=True)
class LoadedCard:
    """What is known of a card without reading it: what it is for, and who loaded it when.

    `number` counts the tenant's cards as they were loaded, from 1; `rates` is how many it has.
    """

    id: str
    number: int
    loaded_ms: int
    by: str
    service: str
    currency: str
    valid_from_ms: int
    rates: int
    sample: bool


class Cards:
    """Loads, lists and reads cards; a caller who is a person has their role checked here."""

    def __init__(self, redis: Client, roles: Roles) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._roles = roles
        self._tariffs: OrderedDict[str, tuple[frozenset[str], Tariff]] = OrderedDict()

    async def load(self, actor: Actor | Operator, tenant: str, card: RateCard) -> Change:
        """Keep a card, which is valid from its moment on; the answer's `result` is "loaded", or "known" if it was.

        Refused: STRANGER, NOT_A_MANAGER.
        """
        refused = await self._roles.refuse_manage(actor, AccountRef(tenant))
        if refused:
            return refused
        facts = (card.service, card.currency, card.valid_from_ms, len(card.rates), int(card.sample))
        answer = await self._scripts.call(
            "load_card",
            {
                "cards": keys.cards(tenant),
                "card": keys.card(tenant, card.id),
                "outbox": keys.outbox(keys.partition_of(tenant)),
            },
            tenant=tenant,
            account_id=keys.DEFAULT_ACCOUNT,
            card_id=card.id,
            actor=harmless(actor.id),
            content=await asyncio.to_thread(_packed, card),
            summary="\t".join(map(str, facts)),
            told=_told(card),
        )
        return decode_change(answer)

    async def loaded(self, tenant: str) -> list[LoadedCard]:
        """The tenant's cards, the one that was loaded last first."""
        found = await self._redis.hgetall(keys.cards(tenant))
        return sorted((_decoded(*each) for each in found.items()), key=lambda card: -card.number)

    async def tariff(self, tenant: str) -> Tariff:
        """What all of the tenant's cards say together; read anew only when there is another card.

        Raises:
            ValueError: a card is damaged.
        """
        ids = frozenset(await self._redis.hkeys(keys.cards(tenant)))
        had, tariff = self._tariffs.get(tenant, (frozenset[str](), Tariff()))
        if had != ids:
            ids_in_order = [each.id for each in reversed(await self.loaded(tenant))]
            tariff = await self._read(tenant, ids_in_order, tariff)
            ids = frozenset(card.id for card in tariff.cards)
        self._tariffs[tenant] = ids, tariff
        self._tariffs.move_to_end(tenant)
        if len(self._tariffs) > REMEMBERED:
            self._tariffs.popitem(last=False)
        return tariff

    async def _read(self, tenant: str, ids: list[str], before: Tariff) -> Tariff:
        known = {card.id: card for card in before.cards}
        for card_id in ids:
            if card_id not in known:
                content = await self._redis.get(keys.card(tenant, card_id))
                known[card_id] = await asyncio.to_thread(_unpacked, card_id, content)
        return Tariff(known[card_id] for card_id in ids)


def _told(card: RateCard) -> str:
    """How the event names a card: in no language, and labelled where its prices are invented."""
    day = datetime.fromtimestamp(card.valid_from_ms // 1000, UTC)
    return f"{card.service} {card.currency} {day:%Y-%m-%d} ({card.id}){' SAMPLE' if card.sample else ''}"


def _packed(card: RateCard) -> str:
    return b64encode(zlib.compress(write_card(card).encode(), 9)).decode()


def _unpacked(card_id: str, content: str | None) -> RateCard:
    try:
        card = read_card(zlib.decompress(b64decode(content or "", validate=True)))
    except (zlib.error, ValueError) as error:
        raise ValueError(f"rate card {card_id} cannot be read: {error}") from error
    if card.id != card_id:
        raise ValueError(f"rate card {card_id} is not what was loaded under this id, but {card.id}")
    return card


def _decoded(card_id: str, line: str) -> LoadedCard:
    number, loaded_ms, by, service, currency, valid_from_ms, rates, sample = line.split("\t")
    return LoadedCard(
        card_id, int(number), int(loaded_ms), by, service, currency, int(valid_from_ms), int(rates), sample == "1"
    )
