"""What was used: totals, a chart, a table, and buttons for another period or division."""

from collections.abc import Iterator, Sequence
from typing import Any

from babel.dates import format_skeleton
from babel.numbers import format_decimal, get_currency_precision

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit, pools
from handlers.views.pools import Share
from handlers.views.why import NAMED
from store.money import Money
from store.report import Part, Period, Point, Report, total_of
from store.tally import Tally

TOP = 5
"""Parts with a series of their own; the rest is one more."""
ROWS = 40
"""Rows of the table beside its head and the rest."""
_LINES = 12
_LABEL = 20
_PAGE = 10
_MICROS = 1_000_000
_CENT = 100


def message(
    report: Report, currency: str, texts: Texts, *, shares: Sequence[Share] = (), zone: str = "UTC"
) -> dict[str, Any]:
    """With a chart and a table; `shares` are what the pools have given this month, in whatever period."""
    blocks = [*_top(report, currency, texts, shares)]
    if report.total:
        blocks += [_chart(report, currency, texts), _table(report, currency, texts)]
    return kit.message(_title(report, texts), [*blocks, *_bottom(report, texts, zone)])


def plain(
    report: Report, currency: str, texts: Texts, *, shares: Sequence[Share] = (), zone: str = "UTC"
) -> dict[str, Any]:
    """The same without the blocks that a Slack may not know yet."""
    blocks = [*_top(report, currency, texts, shares)]
    if report.total:
        rows = [(_name(name, report.part, texts), tally) for name, tally in report.parts]
        lines = [_line(name, tally, currency, texts) for name, tally in _topped(rows, _LINES, texts)]
        blocks.append(kit.section(*lines))
    return kit.message(_title(report, texts), [*blocks, *_bottom(report, texts, zone)])


def _title(report: Report, texts: Texts) -> str:
    return texts(f"usage-title-{report.period}")


def _top(report: Report, currency: str, texts: Texts, shares: Sequence[Share]) -> Iterator[kit.Block]:
    yield kit.header(_title(report, texts))
    total = report.total
    given = list(pools.shares(shares, texts))
    included = [kit.section(*given)] if given else []
    if not total:
        yield kit.section(texts("usage-empty"))
        yield from included
        return
    lines = [
        texts(
            "usage-total",
            cost=_cost(total, currency, texts),
            calls=total.calls,
            minutes=_minutes(total.billed_s, texts),
            included=_minutes(total.pooled_s, texts),
            pooled="yes" if total.pooled_s else "no",
        )
    ]
    if report.before.micros > 0:
        change = round((total.micros - report.before.micros) * _CENT / report.before.micros)
        way = "more" if change > 0 else "less" if change < 0 else "same"
        lines.append(
            texts(
                "usage-before", way=way, percent=_number(abs(change), texts), cost=_cost(report.before, currency, texts)
            )
        )
    yield kit.section(*lines)
    yield from included
    if total.unrated:
        yield kit.context(texts("usage-unrated", calls=total.unrated))


def _chart(report: Report, currency: str, texts: Texts) -> kit.Block:
    in_money = report.total.micros > 0
    names = [name for name, _ in report.parts[:TOP]]
    series = [(_name(name, report.part, texts), [name]) for name in names]
    if len(report.parts) > TOP:
        series.append((texts("usage-other"), [name for name, _ in report.parts[TOP:]]))
    labels = [_day(point, texts) for point in report.points]
    spelled = _apart([kit.clip(name, _LABEL) for name, _ in series])
    return {
        "type": "data_visualization",
        "title": kit.clip(texts("usage-chart-cost" if in_money else "usage-chart-minutes", currency=currency), 50),
        "chart": {
            "type": "bar",
            "series": [
                {"name": name, "data": _points(report.points, labels, of, currency if in_money else "")}
                for name, (_, of) in zip(spelled, series, strict=True)
            ],
            "axis_config": {"categories": labels},
        },
    }


def _points(
    points: Sequence[Point], labels: Sequence[str], names: Sequence[str], currency: str
) -> list[dict[str, Any]]:
    """What these parts come to at each point: in units of the currency, or without one in minutes."""
    data = []
    for point, label in zip(points, labels, strict=True):
        tally = total_of(point.parts[name] for name in names if name in point.parts)
        value = tally.micros / _MICROS if currency else tally.billed_s / 60
        data.append(
            {"label": label, "value": round(max(value, 0), get_currency_precision(currency) if currency else 0)}
        )
    return data


def _table(report: Report, currency: str, texts: Texts) -> kit.Block:
    head = [_text(texts(f"usage-by-{report.part}")), *(_text(texts(f"usage-{each}")) for each in _COLUMNS)]
    rows = [(_name(name, report.part, texts), tally) for name, tally in report.parts]
    body = [_row(name, tally, currency, texts) for name, tally in _topped(rows, ROWS, texts)]
    return {
        "type": "data_table",
        "caption": texts(f"usage-by-{report.part}"),
        "rows": [head, *body],
        "page_size": _PAGE,
        "row_header_column_index": 0,
    }


_COLUMNS = ("calls", "minutes", "included-minutes", "cost")


def _row(name: str, tally: Tally, currency: str, texts: Texts) -> list[kit.Element]:
    return [
        _text(name),
        _figure(tally.calls, _number(tally.calls, texts)),
        _figure(_whole_minutes(tally.billed_s), _minutes(tally.billed_s, texts)),
        _figure(_whole_minutes(tally.pooled_s), _minutes(tally.pooled_s, texts)),
        _figure(tally.micros / _MICROS, _cost(tally, currency, texts)),
    ]


def _line(name: str, tally: Tally, currency: str, texts: Texts) -> str:
    return texts(
        "usage-line",
        name=kit.escape(name),
        cost=_cost(tally, currency, texts),
        calls=tally.calls,
        minutes=_minutes(tally.billed_s, texts),
    )


def _bottom(report: Report, texts: Texts, zone: str) -> Iterator[kit.Block]:
    yield kit.actions("usage_periods", *(_choice(each, report.part, report, texts) for each in Period))
    if report.total:
        yield kit.actions("usage_parts", *(_choice(report.period, each, report, texts, by=True) for each in Part))
    yield kit.context(texts("usage-zone", zone=kit.escape(zone)))


def _choice(period: Period, part: Part, report: Report, texts: Texts, *, by: bool = False) -> kit.Element:
    chosen = (period, part) == (report.period, report.part)
    text = texts(f"usage-by-{part}" if by else f"button-usage-{period}")
    action_id = ids.USAGE_PARTS[part] if by else ids.USAGE_PERIODS[period]
    return kit.button(text, action_id, value=f"{period} {part}", style="primary" if chosen else "")


def _topped(rows: Sequence[tuple[str, Tally]], count: int, texts: Texts) -> Iterator[tuple[str, Tally]]:
    """The first ones, and the rest as one."""
    yield from rows[:count]
    if len(rows) > count:
        yield texts("usage-other"), total_of(tally for _, tally in rows[count:])


def _name(name: str, part: Part, texts: Texts) -> str:
    """What people call it."""
    if not name:
        return texts(f"usage-no-{part}")
    if name == "*":
        return texts("usage-other")
    if part is Part.SERVICE and name in NAMED:
        return texts(f"service-{name}")
    return kit.clip(" ".join(name.split()) or name, 100)


def _apart(names: Sequence[str]) -> list[str]:
    """The same names, those that were cut to the same text numbered."""
    found: list[str] = []
    for name in names:
        other, number = name, 2
        while other in found:
            other, number = f"{name[: _LABEL - 3]} {number}", number + 1
        found.append(other)
    return found


def _day(point: Point, texts: Texts) -> str:
    return str(format_skeleton("MMMd", point.first, locale=texts.locale.replace("-", "_")))


def _cost(tally: Tally, currency: str, texts: Texts) -> str:
    return texts.money(Money(tally.micros, currency))


def _minutes(seconds: int, texts: Texts) -> str:
    return _number(_whole_minutes(seconds), texts)


def _whole_minutes(seconds: int) -> int:
    return -(-seconds // 60)


def _number(number: int, texts: Texts) -> str:
    return str(format_decimal(number, locale=texts.locale.replace("-", "_")))


def _text(text: str) -> kit.Element:
    return {"type": "raw_text", "text": text}


def _figure(value: float, text: str) -> kit.Element:
    return {"type": "raw_number", "value": value, "text": text}
