"""What a usage report must cost, reckoned by DuckDB from the words of the product: an import is held against it.

Nothing here knows the ledger's code, and nothing of it may: the report is taken as lines of text, and all rules are
SQL. A line of a report may not go over several lines here; those of `tests.usage_month` do not.
"""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from tests.usage_month import COLUMNS

_CELL = r'(?:"(?:[^"]|"")*"|[^",\r]*)'
_WHOLE = ",".join([_CELL] * len(COLUMNS))

_LINES = r"""
copy (
  select line from read_csv($report, header = false, skip = 1, columns = {'line': 'VARCHAR'}, delim = '\x01',
    quote = '', escape = '', new_line = '\r\n', auto_detect = false, ignore_errors = true, strict_mode = false,
    parallel = false)
  where regexp_full_match(line, $whole) and not contains(line, chr(0))
) to '{lines}' (header false, delimiter '\x01', quote '', escape '')
"""

_CALLS = r"""
create table calls as
with
  cells as (
    select *, row_number() over () as n
    from read_csv('{lines}', header = false, columns = {columns}, delim = ',', quote = '"', escape = '"',
      nullstr = '\x02', auto_detect = false, parallel = false)
  ),
  good as (
    select
      n,
      case when regexp_full_match("UsageId", '(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}') then lower("UsageId")
        else "UsageId" end as id,
      "Call Type" as kind,
      regexp_replace(lower("Number Type"), '[^a-z]', '', 'g') like '%tollfree%' as free_number,
      regexp_replace(regexp_replace("Destination Number", '[^0-9*]', '', 'g'), '^00', '') as number,
      try_cast(rtrim("Start Time"[:23], 'Z') || 'Z' as timestamptz) as start,
      try_cast("Duration Seconds" as bigint) as seconds,
      coalesce(try_cast("Charge" as decimal(18, 2)), 0) + coalesce(try_cast("Connection Fee" as decimal(18, 2)), 0)
        as own,
      "Charge" || "Connection Fee" <> '' as has_own,
      "Capability" as capability
    from cells
    where regexp_full_match("UsageId", '[!-~]{1,64}')
      and "Call Type" <> ''
      and regexp_full_match("Start Time", '\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?Z')
      and try_cast("Start Time"[:10] as date) is not null
      and regexp_full_match("Duration Seconds", '\d{1,6}') and "Duration Seconds"::int <= 864000
      and regexp_full_match("Charge", '(\d{1,10}(\.\d\d?)?)?')
      and regexp_full_match("Connection Fee", '(\d{1,10}(\.\d\d?)?)?')
      and regexp_full_match("Currency", '[A-Z]{3}')
  )
select
  *,
  row_number() over (partition by id order by n) > 1 as again,
  case
    when kind like 'dr\_%' escape '\' then 'direct-routing'
    when kind in ('conf_in', 'user_in', 'ucap_in', 'unassigned_in') and free_number then 'toll-free'
    when kind in ('conf_in', 'user_in', 'ucap_in', 'unassigned_in') then 'inbound'
    when kind in ('conf_out', 'user_out_conf') then 'conference'
    when kind like '%out%' then 'calling'
    else 'inbound'
  end as service,
  strftime(start at time zone $zone, '%Y-%m') as month,
  rtrim(number, '*') as digits,
  number like '%*' as masked
from good
"""

_RATED = """
create table rated as
with
  carded as (
    select calls.*, cards.card
    from calls asof left join cards on calls.service = cards.service and calls.start >= cards.valid_from
    where not again
  ),
  numbers as (select distinct card, digits, masked from carded where card is not null and digits <> ''),
  longest as (
    select numbers.card, digits, masked, max_by(price, length(prefix)) as price
    from numbers
    cross join range(1, 16) as lengths(length)
    join rates on rates.card = numbers.card and rates.prefix = left(digits, length) and length(digits) >= length
    group by all
  ),
  guessed as (
    select distinct numbers.card, numbers.digits, numbers.masked
    from numbers
    join rates on rates.card = numbers.card
    left join longest
      on (longest.card, longest.digits, longest.masked) = (numbers.card, numbers.digits, numbers.masked)
    where numbers.masked and starts_with(prefix, numbers.digits)
      and length(prefix) > length(numbers.digits) and rates.price is distinct from longest.price
  ),
  priced as (
    select carded.*, first_s, next_s, fee, longest.price, guessed.card is not null as guess
    from carded
    left join cards using (card)
    left join longest on (longest.card, longest.digits, longest.masked) = (carded.card, carded.digits, carded.masked)
    left join guessed on (guessed.card, guessed.digits, guessed.masked) = (carded.card, carded.digits, carded.masked)
  )
select
  *,
  case
    when capability = 'MCOPSTNPP' and has_own then 'own'
    when capability = 'FREECALL' or seconds = 0 then 'free'
    when card is null and service in ('inbound', 'direct-routing') then 'free'
    when card is null or guess or price is null then 'unrated'
    else 'rate'
  end as ground,
  case when seconds <= first_s then first_s else first_s + (seconds - first_s + next_s - 1) // next_s * next_s end
    as billed
from priced
"""

_USED = """
create table used as
select *, case when ground = 'rate' then billed else 0 end as left_s, []::bigint[] as parts from rated
"""

_POOL = """
create or replace table used as
with
  wanted as (
    select *, left_s > 0 and list_contains($services, service)
      and (len($prefixes) = 0 or len(list_filter($prefixes, lambda prefix: starts_with(digits, prefix))) > 0) as takes
    from used
  ),
  before as (
    select *, coalesce(sum(left_s) filter (takes) over (
      partition by month order by n rows between unbounded preceding and 1 preceding), 0) as gone
    from wanted
  ),
  taken as (select *, case when takes then least(left_s, greatest(0, $seconds - gone)) else 0 end as part from before)
select * exclude (takes, gone, part, left_s, parts), left_s - part as left_s, list_append(parts, part) as parts
from taken
"""

_COSTS = """
create table costs as
select
  *,
  case ground
    when 'own' then (own * 1000000)::hugeint
    when 'rate' then case when left_s > 0 then (price * left_s * 2 + 60) // 120 + fee else 0 end
    else 0
  end as micros,
  case
    when ground = 'unrated' then 'unrated'
    when micros > 0 then 'charged'
    when ground = 'rate' and list_sum(parts) > 0 then 'pooled'
    else 'free'
  end as state
from used
"""


@dataclass(frozen=True, slots=True)
class Card:
    """A rate card as CSV, and what it is for. `valid_from` is an ISO 8601 time."""

    file: Path
    service: str
    valid_from: str = "1970-01-01T00:00:00Z"
    first_s: int = 60
    next_s: int = 60
    fee_micros: int = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """Seconds included in each month, for calls of these services to these prefixes, or to all where there are none."""

    name: str
    services: tuple[str, ...]
    seconds: int
    prefixes: tuple[str, ...] = ()


@dataclass(slots=True)
class Totals:
    """What a report comes to.

    Attributes:
        records: lines that are records; `repeated` of these came earlier.
        states: of the others, how many are charged, pooled, free and unrated.
        charged_micros: by service; only what is charged.
        pooled_s: by pool and month.
    """

    records: int = 0
    repeated: int = 0
    states: dict[str, int] = field(default_factory=Counter)
    charged_micros: dict[str, int] = field(default_factory=Counter)
    pooled_s: dict[tuple[str, str], int] = field(default_factory=Counter)


def totals(report: Path, cards: Sequence[Card], pools: Sequence[Pool] = (), zone: str = "UTC") -> Totals:
    """What the report comes to, its lines charged one after the other. Pools are used in their order."""
    with duckdb.connect() as base, tempfile.TemporaryDirectory() as folder:
        _read(base, report, Path(folder) / "lines", zone)
        _load(base, cards)
        base.execute(_RATED)
        base.execute(_USED)
        for pool in pools:
            base.execute(_POOL, {"services": [*pool.services], "prefixes": [*pool.prefixes], "seconds": pool.seconds})
        base.execute(_COSTS)
        return _summed(base, pools)


def _read(base: duckdb.DuckDBPyConnection, report: Path, lines: Path, zone: str) -> None:
    columns = "{" + ", ".join(f"'{each}': 'VARCHAR'" for each in COLUMNS) + "}"
    base.execute(_LINES.replace("{lines}", str(lines)), {"report": str(report), "whole": _WHOLE})
    base.execute(_CALLS.replace("{lines}", str(lines)).replace("{columns}", columns), {"zone": zone})


def _load(base: duckdb.DuckDBPyConnection, cards: Sequence[Card]) -> None:
    base.execute(
        "create table cards (card int, service text, valid_from timestamptz, first_s bigint, next_s bigint, fee bigint)"
    )
    base.execute("create table rates (card int, prefix text, price hugeint)")
    for number, each in enumerate(cards):
        values = (number, each.service, each.valid_from, each.first_s, each.next_s, each.fee_micros)
        base.execute("insert into cards values (?, ?, ?, ?, ?, ?)", values)
        base.execute(
            """insert into rates select $card, trim("Prefix"), ("Price / min"::decimal(18, 6) * 1000000)::hugeint
            from read_csv($file, header = true, all_varchar = true, delim = ',', quote = '"')""",
            {"card": number, "file": str(each.file)},
        )


def _summed(base: duckdb.DuckDBPyConnection, pools: Sequence[Pool]) -> Totals:
    found = Totals()
    found.records, found.repeated = base.sql("select count(*), count(*) filter (again) from calls").fetchall()[0]
    for service, state, count, micros in base.sql(
        "select service, state, count(*), sum(micros)::hugeint from costs group by all"
    ).fetchall():
        found.states[state] += count
        if micros:
            found.charged_micros[service] += int(micros)
    for place, pool in enumerate(pools, 1):
        for month, seconds in base.execute(
            "select month, sum(parts[?])::bigint from costs group by all having sum(parts[?]) > 0", (place, place)
        ).fetchall():
            found.pooled_s[pool.name, month] += seconds
    return found
