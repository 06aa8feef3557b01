"""Why something was charged: the call, its rate, the arithmetic, what paid, and what was corrected since."""

from collections.abc import Iterator, Sequence
from typing import Any

from handlers.locales import Texts
from handlers.views import kit
from store.basis import Basis, ByRate, OwnCharge, Unrated, Why
from store.money import Money
from store.rating import rounded
from store.records import UsageRecord, count_of
from store.services import KNOWN
from store.why import Explained

NAMED = frozenset({*KNOWN, "calls"})
"""Services that the catalogues have names for; others are called as whoever reports calls chose to."""
_MOST = 5
_HIDDEN = 3
"""So many of a number's last digits see managers alone."""


def message(name: str, found: Sequence[Explained], texts: Texts, *, may_manage: bool) -> dict[str, Any]:
    """All that is known by this name; who called and the whole number are for managers."""
    title = texts("why-title", name=kit.escape(kit.clip(name, 80)))
    blocks = [kit.header(title)]
    if len(found) > 1:
        late = any(isinstance(each.ground, ByRate) and each.ground.late for each in found)
        blocks.append(kit.section(texts("why-late-twice" if late else "why-several", count=len(found))))
    for each in found[-_MOST:]:
        blocks.append(kit.section(*(_call(each, each.line, texts, may_manage) if each.line else _entry(each, texts))))
        blocks.append(kit.context(*_small(each, texts)))
    return kit.message(title, blocks)


def _call(found: Explained, line: UsageRecord, texts: Texts, may_manage: bool) -> Iterator[str]:
    where = kit.escape(" ".join(line.destination.split())) or texts("why-somewhere")
    number = _number(line.number, may_manage)
    yield texts(
        "why-call",
        amount=texts.money(line.amount, exact=True),
        service=service_name(line.service, texts),
        where=f"{where} ({number})" if number else where,
        time=texts.time(line.start_ms),
        duration=clock(line.duration_s),
    )
    if may_manage and line.user:
        yield texts("why-user", user=kit.escape(line.user))
    if line.centre:
        yield texts("why-centre", centre=kit.escape(line.centre))
    if found.ground is None:
        yield texts("why-no-ground")
    else:
        yield from _ground(found.ground, line, texts)


def _ground(ground: Basis, line: UsageRecord, texts: Texts) -> Iterator[str]:
    currency = line.amount.currency
    match ground:
        case ByRate():
            price = texts.money(Money(ground.micros_per_minute, currency), exact=True)
            yield texts("why-rate", price=price, prefix=ground.prefix, card=ground.card)
            yield texts(
                "why-billed", billed=ground.billed_s, duration=line.duration_s, first=ground.first_s, next=ground.next_s
            )
            for pool, seconds in ground.pooled:
                yield texts("why-pool", pool=kit.escape(pool), seconds=seconds)
            yield arithmetic(ground, line.amount.micros, currency, texts)
        case OwnCharge(charge, fee):
            shown = [texts.money(Money(each, currency), exact=True) for each in (charge, fee)]
            yield texts("why-own", charge=shown[0], fee=shown[1])
        case Unrated():
            yield texts(f"unrated-{ground}", service=service_name(line.service, texts))
        case Why():
            yield texts(f"why-free-{ground}", service=service_name(line.service, texts))


def _entry(found: Explained, texts: Texts) -> Iterator[str]:
    entry, lines = found.entry, count_of(found.entry)
    kind = texts("kind-records", count=lines) if lines else texts(f"kind-{entry.kind}")
    yield texts("why-entry", amount=texts.signed(entry.amount), kind=kind, time=texts.time(entry.at_ms))
    if entry.memo and not lines:
        yield kit.escape(kit.clip(entry.memo, 200))
    yield texts("why-after", after=texts.money(entry.after, exact=True))
    if lines:
        yield texts("why-lines")


def _small(found: Explained, texts: Texts) -> Iterator[str]:
    entry = found.entry
    yield texts("why-in-entry", entry=entry.id, time=texts.time(entry.at_ms))
    if found.paid and entry.debit == "wallet":
        currency = entry.moved.currency
        shares = [
            texts(
                "why-lot" if each.lot else "why-no-lot",
                lot=each.lot,
                amount=texts.money(Money(each.micros, currency), exact=True),
            )
            for each in found.paid[:_MOST]
        ]
        yield texts("why-paid", lots=", ".join(shares))
    if isinstance(found.ground, ByRate) and found.ground.late:
        yield texts("why-late", entry=found.ground.late)
    if found.reversed_by:
        yield texts("why-reversed", entry=found.reversed_by)
    if found.returned_s:
        yield texts("why-returned", seconds=found.returned_s)


def arithmetic(ground: Basis, micros: int, currency: str, texts: Texts) -> str:
    """How the amount comes about, written out."""
    amount = texts.money(Money(micros, currency), exact=True)
    if not isinstance(ground, ByRate) or not ground.charged_s:
        return texts("why-sum-none", amount=amount)
    return texts(
        "why-sum",
        price=texts.money(Money(ground.micros_per_minute, currency), exact=True),
        seconds=ground.charged_s,
        minutes=texts.money(Money(rounded(ground.micros_per_minute, ground.charged_s), currency), exact=True),
        fee=texts.money(Money(ground.fee_micros, currency), exact=True),
        with_fee="yes" if ground.fee_micros else "no",
        amount=amount,
    )


def clock(seconds: int) -> str:
    """A duration: 5:07, or 1:05:07."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def service_name(service: str, texts: Texts) -> str:
    """What people call a service."""
    return texts(f"service-{service}") if service in NAMED else kit.escape(service)


def _number(number: str, may_manage: bool) -> str:
    shown = number if may_manage or not number else f"{number[:-_HIDDEN]}***"
    return kit.escape(shown)
