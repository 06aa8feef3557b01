"""A small month of invented calls, as the usage report has them, for trying the import without a telephone system.

Drawn by the day, so that a call that comes again another day is the same call. Prices are samples.
"""

import csv
import io
import random
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

NAME = "sample-calls.csv"
DAYS = 28

_HEADING = (
    "UsageId,Call ID,Conference ID,User Location,AAD ObjectId,UPN,User Display Name,Caller ID,Call Type,Number Type,"
    "Domestic/International,Destination Dialed,Destination Number,Start Time,End Time,Duration Seconds,"
    "Connection Fee,Charge,Currency,Capability\r\n"
)
_PEOPLE = ("Sample Sales", "Sample Support", "Sample Office")
_KINDS = (
    # call type, number type, where, destination, number, price a minute, capability
    ("user_out", "Subscriber", "Domestic", "United States", "+1425555{:04d}", "0.013", "MCOPSTNPP"),
    ("user_out", "Subscriber", "International", "United Kingdom, mobile", "+447700900{:03d}", "0.32", "MCOPSTNPP"),
    ("conf_out", "ConferenceService", "International", "United Kingdom", "+447700900{:03d}", "0.015", "MCOPSTNPP"),
    ("ucap_in", "ServiceTollFree", "Domestic", "Toll-free", "+1800555{:04d}", "0.022", "MCOPSTNPP"),
    ("user_out", "Subscriber", "Domestic", "United States", "+1425555{:04d}", "0", "MCOPSTN1"),
)
_NAMESPACE = uuid.UUID("6f6d1f0e-2c6f-4a75-9d0a-0d5c7c2e1a3b")
_ODD = 9
"""On every so many days one call has a code that nobody knows, on the next a line is broken: that happens, too."""


def sample(today: date) -> bytes:
    """The calls of the 28 days before, as CSV in US dollars."""
    written = io.StringIO()
    rows = csv.writer(written)
    written.write(_HEADING)
    for back in range(DAYS, 0, -1):
        rows.writerows(_calls(today - timedelta(days=back)))
    return written.getvalue().encode()


def _calls(day: date) -> list[list[str]]:
    draw = random.Random(day.toordinal())  # noqa: S311 drawn to be repeatable, not to be secret
    calls = [_call(day, number, draw) for number in range(draw.randint(1, 3) if day.weekday() < 5 else 1)]  # noqa: PLR2004 Saturday
    if day.toordinal() % _ODD == 0:
        calls[0][-1] = "SAMPLE_NEW_CODE"
    if day.toordinal() % _ODD == 1:
        calls.append([*_call(day, len(calls), draw)[:15], "-5", *calls[0][16:]])
    return calls


def _call(day: date, number: int, draw: random.Random) -> list[str]:
    call_type, number_type, where, destination, callee, price, capability = draw.choice(_KINDS)
    begun = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=draw.randint(8 * 3600, 18 * 3600))
    seconds, person = draw.randint(20, 300), draw.choice(_PEOPLE)
    cost = (Decimal(price) * -(-seconds // 60)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    user = person.lower().replace(" ", ".")
    return [
        str(uuid.uuid5(_NAMESPACE, f"{day}/{number}")),
        f"sample-{day}-{number}",
        "",
        "US",
        str(uuid.uuid5(_NAMESPACE, person)),
        f"{user}@contoso.example",
        person,
        "+14255550100",
        call_type,
        number_type,
        where,
        destination,
        callee.format(100 + draw.randint(0, 99)),
        begun.strftime("%Y-%m-%dT%H:%M:%SZ"),
        (begun + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        str(seconds),
        "0.00",
        str(cost),
        "USD",
        capability,
    ]
