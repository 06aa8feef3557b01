"""What a call to a number costs, and how that comes about."""

from collections.abc import Sequence
from typing import Any

from handlers.locales import Texts
from handlers.parsing import Number
from handlers.views import kit
from handlers.views.why import arithmetic, clock, service_name
from store import basis
from store.basis import ByRate, Unrated
from store.call import CallRecord
from store.money import Money
from store.rating import Charge
from store.tariff import RateCard

_PRICES = 6


def message(
    number: Number,
    card: RateCard | None,
    examples: Sequence[tuple[CallRecord, Charge]],
    currency: str,
    texts: Texts,
) -> dict[str, Any]:
    """The rate, and what each of the example calls comes to."""
    title = texts("rate-title", number=kit.escape(number.shown))
    service = service_name(number.service, texts)
    _, charge = examples[0]
    ground = basis.read(charge.basis)
    if isinstance(ground, ByRate):
        lines = [_rate(ground, charge, currency, texts)]
        lines += [
            f"{clock(call.duration_s)}: {arithmetic(basis.read(each.basis), each.amount_micros, currency, texts)}"
            for call, each in examples
        ]
    elif ground is Unrated.MASKED and card:
        lines = [texts("rate-depends"), *_possible(number, card, currency, texts)]
    elif isinstance(ground, Unrated):
        lines = [texts(f"unrated-{ground}", service=service)]
    else:
        lines = [texts("rate-free", service=service)]
    small = [texts("rate-card", card=card.id, service=service, first=card.first_s, next=card.next_s)] if card else []
    if card and card.sample:
        small.append(texts("rate-sample"))
    return kit.message(title, [kit.header(title), kit.section(*lines), *([kit.context(*small)] if small else [])])


def _rate(ground: ByRate, charge: Charge, currency: str, texts: Texts) -> str:
    price = texts.money(Money(ground.micros_per_minute, currency), exact=True)
    fee = texts.money(Money(ground.fee_micros, currency), exact=True)
    return texts(
        "rate-line",
        destination=kit.escape(charge.destination) or ground.prefix,
        price=price,
        prefix=ground.prefix,
        fee=fee,
        with_fee="yes" if ground.fee_micros else "no",
    )


def _possible(number: Number, card: RateCard, currency: str, texts: Texts) -> list[str]:
    """The prices that the digits which are not typed decide between."""
    found = [
        each for each in card.rates if each.prefix.startswith(number.digits) or number.digits.startswith(each.prefix)
    ]
    lines = [
        texts(
            "rate-possible",
            destination=kit.escape(each.name) or each.prefix,
            prefix=each.prefix,
            price=texts.money(Money(each.micros_per_minute, currency), exact=True),
        )
        for each in found[:_PRICES]
    ]
    return lines + ([texts("rate-more", count=len(found) - _PRICES)] if len(found) > _PRICES else [])
