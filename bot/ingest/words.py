"""What has become of an import, in plain words."""

from collections.abc import Iterator, Mapping

from bot.ingest.refusals import Reason as Unread
from bot.ingest.tally import Tally
from store.money import Money, format_money
from store.outcomes import Reason

MOST = 8
"""So many destinations, codes or reasons are named, those that most records have."""

REFUSED = {
    Unread.COLUMNS: "not as many columns as the heading has",
    Unread.QUOTES: "a quote that is not closed, or stands where none can",
    Unread.STRAY_RETURN: "a carriage return within the line",
    Unread.ZERO_BYTE: "a zero byte",
    Unread.NOT_UTF8: "not UTF-8",
    Unread.LINE_TOO_LONG: "the line is too long",
    Unread.NOT_JSON: "no JSON",
    Unread.NOT_A_RECORD: "JSON, but no record",
    Unread.ID_MISSING: "the id is missing",
    Unread.ID_MALFORMED: "the id is longer than 64 characters, or has others than printable ASCII in it",
    Unread.START_MISSING: "the start is missing",
    Unread.START_MALFORMED: "the start is no time such as 2026-11-04T09:15:02Z",
    Unread.DURATION_MISSING: "the duration is missing",
    Unread.DURATION_MALFORMED: "the duration is no whole number of seconds",
    Unread.DURATION_NEGATIVE: "the duration is negative",
    Unread.DURATION_TOO_LONG: "the call would have lasted more than ten days",
    Unread.CHARGE_MALFORMED: "the charge is no amount such as 0.70",
    Unread.CHARGE_NEGATIVE: "the charge is negative",
    Unread.CHARGE_TOO_FINE: "the charge has more decimals than such records have",
    Unread.CHARGE_TOO_LARGE: "the charge is larger than can be kept exactly",
    Unread.CURRENCY_MISSING: "there is a charge, and no currency",
    Unread.CURRENCY_MALFORMED: "the currency is no code such as USD",
    Unread.CALL_TYPE_MISSING: "neither a call type nor a service",
    Unread.SERVICE_MALFORMED: "the service has others than a-z, 0-9 and - in it",
    Unread.TEXT_TOO_LONG: "a text of more than 256 bytes",
    Reason.OPERATION_CONFLICT: "the id is known, for another call",
    Reason.CURRENCY_MISMATCH: "the charge is not in the account's currency",
    Reason.TIME_IMPLAUSIBLE: "the call would have begun years ago, or is still to come",
    Reason.TOO_OLD: "the call began more than 89 days ago, and may have been charged before (--old charges it)",
    Reason.SERVICES_TOO_MANY: "the service is new, and the account has fifty already; a rate card may list it",
    Reason.ACCOUNT_CLOSED: "the account is closed",
    Reason.UNKNOWN_ACCOUNT: "there is no such account",
    Reason.BALANCE_LIMIT: "the balance would become larger than can be kept exactly",
    Reason.AMOUNT_INVALID: "the amount cannot be charged",
}
"""Why lines are refused."""


def lines(tally: Tally, currency: str) -> Iterator[str]:
    """The counts that are not nothing, a line each; `currency` is the account's.

    What services cost is not said where accounts of several currencies paid.
    """
    yield f"{tally.lines:,} lines read, {_calls(tally.records)} in them."
    if tally.charged:
        count, micros = (sum(each) for each in zip(*tally.charged.values(), strict=True))
        amounts = tally.amounts or {currency: micros}
        yield f"Charged: {_calls(count)}, {' and '.join(_money(amounts[each], each) for each in sorted(amounts))}"
        for service, (each, cost) in sorted(tally.charged.items(), key=lambda item: -item[1][1]):
            yield f"  {service}: {_calls(each)}" + (f", {_money(cost, *amounts)}" if len(amounts) == 1 else "")
    if tally.pooled or tally.pooled_s:
        yield f"Paid with included minutes alone: {_calls(tally.pooled)}"
        for pool, seconds in sorted(tally.pooled_s.items()):
            yield f"  {pool}: {seconds / 60:,.1f} minutes used"
    if tally.free:
        yield f"Free: {_calls(tally.free)}"
    if tally.repeated:
        yield f"Known before, so nothing was changed: {_calls(tally.repeated)}"
    if tally.unrated:
        yield f"Without a price until a rate card has their prefixes: {_calls(sum(tally.unrated.values()))}"
        yield from _named({place or "no number": count for place, count in tally.unrated.items()})
    if tally.refused:
        yield f"Refused: {_counted(sum(tally.refused.values()), 'line')}"
        yield from _named(_said(tally.refused))
    if tally.unknown:
        yield "Codes that are not known; the calls were taken all the same:"
        yield from _named(tally.unknown)


def speed(tally: Tally) -> str:
    """How long it took."""
    return f"{tally.seconds:.1f} s, {tally.records / max(tally.seconds, 0.001):,.0f} calls a second"


def _said(refused: Mapping[str, int]) -> dict[str, int]:
    words: Mapping[str, str] = {str(reason): text for reason, text in REFUSED.items()}
    return {words.get(reason, reason): count for reason, count in refused.items()}


def _named(counts: Mapping[str, int]) -> Iterator[str]:
    most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    for word, count in most[:MOST]:
        yield f"  {word}: {count:,}"
    if rest := sum(count for _, count in most[MOST:]):
        yield f"  others: {rest:,}"


def _calls(count: int) -> str:
    return _counted(count, "call")


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"


def _money(micros: int, currency: str) -> str:
    return format_money(Money(micros, currency), "en", exact=True)
