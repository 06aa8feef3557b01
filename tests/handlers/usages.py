"""Usage to be shown: usual, and as much as data can make it."""

from store import basis
from store.account import Entry
from store.money import MAX_MICROS, Money
from store.records import UsageRecord
from store.report import Part, Period, Report, report
from store.tally import Day, Group, Tally
from store.why import Explained, Paid
from tests.handlers.happenings import AT_MS
from tests.store.recorded import pack

TODAY = 20_780
RATE = "rate 00ff00ff00 447 320000 60/60 50000 360 pool office 120"
GROUNDS = (
    *("", RATE, f"{RATE} late 1700000000000-12", "own 700000 50000", "rate 00ff00ff00 447 320000 60/60 0 60 pool x 60"),
    *(basis.text(each) for each in (*basis.Why, *basis.Unrated)),
)
CALL = "5b1f0a52-0000-4000-8000-00000000000a"


def usual(period: Period, part: Part) -> Report:
    """Two services, three destinations and two cost centres over two months."""
    days = {}
    for number in range(70):
        day = days[TODAY - number] = Day()
        day.groups[Group("calling", "United Kingdom, mobile", "Sales")].add(
            Tally(3 + number % 4, 960_000 * (1 + number % 5), 600, 120, 0)
        )
        day.groups[Group("calling", "Germany", "")].add(Tally(9, 135_000, 3600, 0, 1))
        day.groups[Group("toll-free", "", "Support")].add(Tally(2, 44_000, 120, 0, 0))
    return report(period, part, TODAY, days)


def largest() -> Report:
    """A hundred destinations with long names of others' making, each as dear as can be."""
    days = {TODAY - number: Day() for number in range(60)}
    for day in days.values():
        for place in range(100):
            group = Group("calling", f"<!channel> {'A very long destination ' * 9}{place}", "c" * 200)
            day.groups[group].add(Tally(10**6, MAX_MICROS // 6_000, 10**9, 10**8, 10**5))
    return report(Period.DAYS, Part.DESTINATION, TODAY, days)


def explained(ground: str, amount: Money, *, long: bool = False) -> Explained:
    """A call with this ground."""
    text = "<https://example.org|x> " + "y" * 170 if long else "United Kingdom, mobile"
    line = UsageRecord(CALL, amount, AT_MS, text, "", "calling", 307, "+447700900123", text, text, ground)
    entry = Entry(
        *("1700000000000-17", "records", "wallet", "usage:calling", amount, amount, 17),
        *("1", "ingest", "", "", pack([line])),
    )
    paid = [Paid("1", amount.micros), Paid("", amount.micros)] * (9 if long else 1)
    return Explained(entry, line, basis.read(ground) if ground else None, paid, "1700000000000-18" if long else "")


def whole(kind: str, amount: Money) -> Explained:
    """An entry of this kind."""
    memo = pack([UsageRecord(CALL, amount, AT_MS)]) if kind == "records" else "<!channel> a memo"
    sides = ("wallet", "usage:calling") if kind in {"usage", "records"} else ("promotional", "wallet")
    entry = Entry("1700000000000-17", kind, *sides, amount, amount, 17, "1", "slack:U1", "", "", memo)
    return Explained(entry, None, None, [Paid("1", amount.micros)], "")
