"""Rate cards and tariffs."""

from typing import Any

import pytest

from store.tariff import MAX_PRICE_MICROS, Rate, RateCard, Tariff
from tests.store.rating import AT, card


@pytest.mark.parametrize(
    "changes",
    [
        {"service": "Calling"},
        {"currency": "XXQ"},
        {"valid_from_ms": -1},
        {"first_s": 0},
        {"next_s": 0},
        {"next_s": 3601},
        {"fee_micros": -1},
        {"fee_micros": MAX_PRICE_MICROS + 1},
        {"rates": ()},
        {"rates": (Rate("49", -1),)},
        {"rates": (Rate("49", MAX_PRICE_MICROS + 1),)},
        {"rates": (Rate("", 1),)},
        {"rates": (Rate("049", 1),)},
        {"rates": (Rate("+49", 1),)},
        {"rates": (Rate("٤٩", 1),)},
        {"rates": (Rate("1234567890123456", 1),)},
        {"rates": (Rate("49", 1), Rate("49", 2))},
    ],
)
def test_card_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    """Nothing out of range and no prefix twice gets into a card."""
    with pytest.raises(ValueError, match=r".+"):
        card(**changes)


def test_same_card_has_the_same_id() -> None:
    """The order in which rates are given does not matter; an id says what is in the card, on every machine."""
    one, other = card({"49": 1, "1425": 2}), card({"1425": 2, "49": 1})

    assert one.id == other.id == "f0777e6481"
    assert one == other


@pytest.mark.parametrize(
    "changes",
    [
        {"service": "conference"},
        {"currency": "EUR"},
        {"valid_from_ms": 1},
        {"first_s": 1},
        {"next_s": 1},
        {"fee_micros": 1},
        {"sample": True},
        {"prices": {"49": 15_001}},
        {"prices": {"48": 15_000}},
        {"rates": (Rate("49", 15_000, "elsewhere"),)},
        {"rates": (Rate("49", 15_000, "to 49", "Mobile"),)},
        {"rates": (Rate("49", 15_000, "to 49", "", "DE"),)},
    ],
)
def test_other_card_has_another_id(changes: dict[str, Any]) -> None:
    """All that a card says is in its id."""
    assert card(**{"prices": {"49": 15_000}, **changes}).id != card({"49": 15_000}).id


def test_versions_are_in_the_order_of_their_days() -> None:
    """A service's cards of one currency, each valid until the next, whatever order they came in."""
    late, early = card(valid_from_ms=AT), card()
    tariff = Tariff([late, card(service="fax"), card(currency="EUR"), early])

    assert tariff.versions("calling", "USD") == [early, late]
    assert tariff.versions("telex", "USD") == ()


def test_rates_are_immutable() -> None:
    """A card that was made stays as it is: it is the ground of what was charged."""
    made: RateCard = card()

    with pytest.raises(AttributeError):
        made.fee_micros = 1  # type: ignore[misc]
