"""What each cost centre bears of a month, reckoned anew from every entry, and proven against the ledger's own count."""

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from store import keys
from store.folding import Chunk, Finder, fold
from store.keys import AccountRef
from store.manifest import ArchiveError
from store.money import Money
from store.past import Past
from store.plans import DEFAULT_ZONE
from store.report import date_of, total_of
from store.scripts import Client
from store.tally import Group, Tally
from store.usage import Usage

UNASSIGNED = "unassigned"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """What a cost centre bears of a service; `centre` is "" for what no rule assigned."""

    centre: str
    service: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of an account.

    Attributes:
        account: whose.
        month: which, "2026-11", by the clock of `zone`.
        zone: an IANA name.
        currency: of all amounts.
        lines: by cost centre and service, what is unassigned last.
        total: all of them; of one cost centre only, its own.
        elsewhere_micros: what the calls of all other months cost, millionths; with a `total` of all cost centres both
            together are what the ledger counts, or there is no statement.
    """

    account: str
    month: str
    zone: str
    currency: str
    lines: Sequence[Line]
    total: Tally
    elsewhere_micros: int


async def state(
    redis: Client, ref: AccountRef, month: str, *, centre: str | None = None, past: Past | None = None
) -> Statement:
    """The statement of a month ("2026-11"), of one cost centre ("" for what is unassigned) or of all.

    Reads every entry of the account, half a million lines a second or so.

    Raises:
        LookupError: there is no such account.
        ArchiveError: an entry is missing, or the entries do not come to what the ledger counts.
        ValueError: an entry cannot be read.
    """
    record = await redis.hgetall(keys.account(ref))
    if not record:
        raise LookupError(ref)
    zone = await redis.hget(keys.plans(ref.tenant), "zone") or DEFAULT_ZONE
    elsewhere, totals = 0, Counter[str]()
    tallies: dict[Group, Tally] = {}
    last = int(record["version"])
    async for entries in Usage(redis, past=past).chunks(ref, ""):
        wanted = [each for each in entries if each.version <= last]
        if not wanted:
            break
        chunk = await asyncio.to_thread(Chunk.of, wanted)
        folded = await asyncio.to_thread(fold, chunk, zone, await Finder(redis, past, ref).originals(chunk))
        totals.update(folded.totals)
        for number, day in folded.days.items():
            for group, tally in day.groups.items():
                if date_of(number).strftime("%Y-%m") == month:
                    tallies.setdefault(Group(group.service, "", group.centre), Tally()).add(tally)
                else:
                    elsewhere += tally.micros
    _prove(ref, record, totals, total_of(tallies.values()).micros + elsewhere)
    lines = [
        Line(group.centre, group.service, tally)
        for group, tally in sorted(
            tallies.items(), key=lambda each: (not each[0].centre, each[0].centre, each[0].service)
        )
        if tally and centre in {None, group.centre}
    ]
    total = total_of(each.tally for each in lines)
    return Statement(ref.account, month, zone, record["currency"], lines, total, elsewhere)


def _prove(ref: AccountRef, record: dict[str, str], totals: Counter[str], micros: int) -> None:
    """ArchiveError where the entries come to something else than the ledger counted, service by service."""
    counted = {
        name.removeprefix("total:usage:"): int(each) for name, each in record.items() if name.startswith("total:usage:")
    }
    for service in sorted({*counted, *totals}):
        if counted.get(service, 0) != totals[service]:
            raise ArchiveError(
                f"{ref.tenant}/{ref.account}: entries of usage:{service} come to {totals[service]} millionths, the"
                f" ledger counts {counted.get(service, 0)}. `credits verify` says more."
            )
    if micros != sum(counted.values()):
        raise ArchiveError(f"{ref.tenant}/{ref.account}: the calls come to {micros} millionths, which no ledger counts")


def as_text(made: Statement) -> str:
    """For people: amounts to the last millionth."""
    rows: list[tuple[str, ...]] = [
        ("Cost centre", "Service", "Calls", "Minutes", "Included", f"Amount ({made.currency})")
    ]
    rows += [_row(each.centre or UNASSIGNED, each.service, each.tally, made.currency) for each in made.lines]
    rows.append(_row("Total", "", made.total, made.currency))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [f"Account {made.account}, {made.month}, months of {made.zone}"]
    for row in rows:
        cells = [row[0].ljust(widths[0]), row[1].ljust(widths[1])]
        cells += [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def as_csv(made: Statement) -> str:
    """For spreadsheets."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(
        (
            "account",
            "month",
            "cost_centre",
            "service",
            "calls",
            "billed_s",
            "included_s",
            "unrated",
            "amount",
            "currency",
        )
    )
    for each in made.lines:
        tally = each.tally
        amount = Money(tally.micros, made.currency).plain()
        centre = f"'{each.centre}" if each.centre.startswith(_FORMULA) else each.centre
        figures = tally.calls, tally.billed_s, tally.pooled_s, tally.unrated
        rows.writerow((made.account, made.month, centre or UNASSIGNED, each.service, *figures, amount, made.currency))
    return out.getvalue()


def as_json(made: Statement) -> str:
    """For programs: amounts in millionths; `cost_centre` is null for what is unassigned."""
    return json.dumps(
        {
            "account": made.account,
            "month": made.month,
            "zone": made.zone,
            "currency": made.currency,
            "lines": [
                {"cost_centre": each.centre or None, "service": each.service, **_figures(each.tally)}
                for each in made.lines
            ],
            "total": _figures(made.total),
            "other_months_micros": made.elsewhere_micros,
        },
        ensure_ascii=False,
        indent=2,
    )


def _figures(tally: Tally) -> dict[str, int]:
    return {
        "calls": tally.calls,
        "micros": tally.micros,
        "billed_s": tally.billed_s,
        "included_s": tally.pooled_s,
        "unrated": tally.unrated,
    }


def _row(centre: str, service: str, tally: Tally, currency: str) -> tuple[str, ...]:
    minutes = (f"{-(-seconds // 60)}" for seconds in (tally.billed_s, tally.pooled_s))
    return centre, service, str(tally.calls), *minutes, Money(tally.micros, currency).plain()
