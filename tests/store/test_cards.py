"""Rate cards in Redis: loaded once, listed, read again, and noticed by whoever rates."""

import pytest

from store import keys
from store.cards import REMEMBERED, Cards
from store.events import SettingsChanged
from store.keys import AccountRef
from store.outcomes import Done, Reason, Refused
from store.roles import Actor, Operator
from store.scripts import Client
from store.tariff import Rate
from tests.controls import MANAGER, MEMBER, OWNER, REF, STRANGER, Bank
from tests.store.banks import bank_by
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.rating import AT, card

TENANT = REF.tenant
OPERATOR = Operator("anna")
UMLAUT = card(rates=(Rate("49", 15_000, "Österreich, naher Osten"),), sample=True)


async def arrange(redis: Client) -> Bank:
    """No card."""
    return await Bank.open(redis)


bank = bank_by(arrange)


def cards_of(bank: Bank) -> Cards:
    """A process of its own, as it were: nothing in memory."""
    return Cards(bank.redis, bank.roles)


async def test_card_is_loaded(bank: Bank, clock: Clock) -> None:
    """It is listed with who loaded it when, told once, and read again as it was."""
    cards = cards_of(bank)

    outcome = await cards.load(MANAGER, TENANT, UMLAUT)

    [listed], [event] = await cards.loaded(TENANT), await outline(bank, SettingsChanged)
    assert outcome == Done("loaded")
    assert (listed.id, listed.number, listed.by, listed.rates, listed.sample) == (UMLAUT.id, 1, MANAGER.id, 1, True)
    assert (listed.service, listed.currency, listed.valid_from_ms) == ("calling", "USD", 0)
    assert listed.loaded_ms == event.at_ms
    told = f"calling USD 1970-01-01 ({UMLAUT.id}) SAMPLE"
    assert (event.topic, event.by, event.pairs) == ("rates", MANAGER.id, (("card", "", told),))
    assert (await cards_of(bank).tariff(TENANT)).cards == (UMLAUT,)


async def test_same_card_is_loaded_once(bank: Bank) -> None:
    """Loading it again, by whomever, changes and tells nothing."""
    cards = cards_of(bank)
    await cards.load(MANAGER, TENANT, card())
    before = await cards.loaded(TENANT)

    assert await cards.load(OPERATOR, TENANT, card()) == Done("known")
    assert await cards.loaded(TENANT) == before
    assert len(await outline(bank, SettingsChanged)) == 1


async def test_cards_are_listed_newest_first(bank: Bank) -> None:
    """The order is that of loading, which also decides between two for the same moment."""
    cards, first, second, third = cards_of(bank), card({"49": 1}), card({"49": 2}), card({"49": 3}, valid_from_ms=AT)
    for each in (third, first, second):
        await cards.load(OPERATOR, TENANT, each)

    assert [each.id for each in await cards.loaded(TENANT)] == [second.id, first.id, third.id]
    tariff = await cards.tariff(TENANT)
    assert tariff.card("calling", "USD", AT - 1) == second
    assert tariff.card("calling", "USD", AT) == third


async def test_new_card_is_noticed(bank: Bank) -> None:
    """A tariff in memory is given again as long as nobody loaded a card, here or elsewhere; and then no longer."""
    cards = cards_of(bank)
    await cards.load(OPERATOR, TENANT, card())
    before = await cards.tariff(TENANT)

    again = await cards.tariff(TENANT)
    await cards_of(bank).load(OPERATOR, TENANT, UMLAUT)
    after = await cards.tariff(TENANT)

    assert again is before
    assert after.cards == (card(), UMLAUT)
    assert after.cards[0] is before.cards[0]  # what was read is not read again


async def test_each_tenant_has_its_own_cards(bank: Bank) -> None:
    """Another workspace's cards are not seen, however many tariffs are in memory."""
    cards, others = cards_of(bank), [f"T0OTHER{number}" for number in range(REMEMBERED)]
    await cards.load(OPERATOR, TENANT, card())
    for each in others:
        assert (await cards.tariff(each)).cards == ()

    assert (await cards.tariff(TENANT)).cards == (card(),)
    assert await cards.loaded(others[0]) == []


@pytest.mark.parametrize(
    ("actor", "reason"), [(MEMBER, "not_a_manager"), (OWNER, "not_a_manager"), (STRANGER, "stranger")]
)
async def test_only_managers_load_cards(bank: Bank, actor: Actor, reason: str) -> None:
    """Members, administrators and strangers load nothing; nor does a manager for another workspace."""
    cards = cards_of(bank)

    assert await cards.load(actor, TENANT, card()) == Refused(Reason(reason))
    assert await cards.load(MANAGER, "T0OTHER", card()) == Refused(Reason.STRANGER)
    assert await cards.loaded(TENANT) == await cards.loaded("T0OTHER") == []


async def test_damaged_card_is_not_used(bank: Bank) -> None:
    """A card whose content is lost, unreadable or another's is an error, and not a price."""
    cards, key = cards_of(bank), keys.card(TENANT, card().id)
    await cards.load(OPERATOR, TENANT, card())
    await cards.load(OPERATOR, TENANT, UMLAUT)
    other = await bank.redis.get(keys.card(TENANT, UMLAUT.id))

    for content in ("", "eJw=", other):
        await bank.redis.set(key, content)
        with pytest.raises(ValueError, match=card().id):
            await cards.tariff(TENANT)


async def test_card_needs_no_account(bank: Bank) -> None:
    """Rates can be there before the first account is."""
    assert await cards_of(bank).load(OPERATOR, AccountRef("T0NEW").tenant, card()) == Done("loaded")
