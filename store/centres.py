"""Cost centres: rules that say who bears a call, the first that matches; kept for each workspace, all versions."""

import csv
import io
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from store import keys
from store.call import is_service
from store.keys import AccountRef
from store.operations import decode_change, harmless
from store.outcomes import Change
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts
from store.tariff import is_prefix

if TYPE_CHECKING:
    from store.calls import Batch
    from store.charged import Assigned

COLUMNS = ("Match", "Value", "Cost centre", "Account")
MAX_RULES = 10_000
MAX_BYTES = 2**20
LONGEST_TEXT = 120
REMEMBERED = 256
_FORMULA = ("=", "+", "-", "@")


class Match(StrEnum):
    """What of a call a rule looks at."""

    USER = "user"
    """The whole name, whatever its case."""
    DEPARTMENT = "department"
    """The whole name, whatever its case."""
    NUMBER = "number"
    """How the number begins, country code first."""
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Rule:
    """Calls whose `match` is `value` are borne by the cost centre; `account` pays, or the one named, where it is ""."""

    match: Match
    value: str
    centre: str
    account: str = ""


class CentresError(ValueError):
    """A file that has no rules for cost centres: `line` says where, 0 for nowhere in particular, `str()` what."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}" if line else what)
        self.line = line


def read_rules(data: bytes) -> tuple[Rule, ...]:
    """The rules of a CSV file with `COLUMNS`, in their order; the last column may be missing.

    Raises:
        CentresError: the first thing that is wrong.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CentresError(0, "this is no CSV file in UTF-8") from None
    if len(data) > MAX_BYTES or "\0" in text:
        raise CentresError(0, "this is no CSV file, or larger than 1 MB")
    rows = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(";\t,", key=text.partition("\n")[0].count), strict=True
    )
    try:
        head = [" ".join(each.split()).lower() for each in next(rows, [])]
        missing = [each for each in COLUMNS[:3] if each.lower() not in head]
        if missing:
            raise CentresError(1, f"the column {missing[0]} is missing")
        rules = tuple(_rules(rows, {each: head.index(each.lower()) for each in COLUMNS if each.lower() in head}))
    except csv.Error:
        raise CentresError(rows.line_num, "this is no CSV") from None
    if len(rules) > MAX_RULES:
        raise CentresError(0, f"there are more than {MAX_RULES} rules")
    return rules


def write_rules(rules: tuple[Rule, ...]) -> str:
    """The rules as a file that reads as the same rules."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows((each.match, each.value, each.centre, each.account) for each in rules)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Version:
    """Rules as they were loaded: which version, when, by whom. Version 0 is that there are none."""

    number: int
    loaded_ms: int
    by: str
    rules: tuple[Rule, ...]


class CentreRules:
    """Loads the rules, and assigns calls by them."""

    def __init__(self, redis: Client, roles: Roles) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._roles = roles
        self._read: OrderedDict[tuple[str, int], Version] = OrderedDict()

    async def load(self, actor: Actor | Operator, tenant: str, rules: tuple[Rule, ...]) -> Change:
        """From now on calls are assigned by these; those that were charged stay where they are.

        The answer's `result` is "changed", or "unchanged" where they are the present ones. Refused: STRANGER,
        NOT_A_MANAGER.
        """
        refused = await self._roles.refuse_manage(actor, AccountRef(tenant))
        if refused:
            return refused
        answer = await self._scripts.call(
            "load_centres",
            {"centres": keys.centres(tenant), "outbox": keys.outbox(keys.partition_of(tenant))},
            tenant=tenant,
            account_id=keys.DEFAULT_ACCOUNT,
            actor=harmless(actor.id),
            count=len(rules),
            content=harmless(write_rules(rules)) if rules else "",
        )
        return decode_change(answer)

    async def version(self, tenant: str) -> Version:
        """The present rules."""
        number = int(await self._redis.hget(keys.centres(tenant), "number") or 0)
        if not number:
            return Version(0, 0, "", ())
        if (known := self._read.get((tenant, number))) is None:
            loaded_ms, by, _, content = (await self._redis.hget(keys.centres(tenant), str(number))).split("\t", 3)
            rules = read_rules(content.encode()) if content else ()
            known = self._read[tenant, number] = Version(number, int(loaded_ms), by, rules)
            while len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        return known

    async def assign(self, ref: AccountRef, calls: "Batch") -> "Assigned":
        """Who bears each of these calls, which somebody charges to `ref`."""
        from store.assigning import assign  # noqa: PLC0415 it loads pyarrow, which nobody else waits for

        return assign((await self.version(ref.tenant)).rules, calls)


def _rules(rows: Iterator[list[str]], places: dict[str, int]) -> Iterator[Rule]:
    for row in rows:
        line = rows.line_num  # type: ignore[attr-defined]
        match, value, centre, account = (
            " ".join(row[places[each]].split()) if each in places and places[each] < len(row) else ""
            for each in COLUMNS
        )
        if not (match or value or centre or account):
            continue
        if match.lower() not in {*Match}:
            raise CentresError(line, f"a rule looks at {', '.join(Match)}, not at “{match}”")
        kind = Match(match.lower())
        if kind is Match.NUMBER:
            value = value[1:] if value.startswith("+") else value.removeprefix("00")
        wrong = (
            (kind is Match.NUMBER and not is_prefix(value))
            or (kind is Match.SERVICE and not is_service(value))
            or not value
            or not centre
        )
        if wrong:
            raise CentresError(line, f"“{value}” and “{centre}” are no rule")
        if any(
            len(each) > LONGEST_TEXT or each.startswith(_FORMULA) or not each.isprintable() for each in (value, centre)
        ):
            raise CentresError(line, f"a text is {LONGEST_TEXT} characters at most and begins with none of = + - @")
        if account:
            try:
                AccountRef("T", account)
            except ValueError:
                raise CentresError(line, f"“{account}” is no account's name") from None
        yield Rule(kind, value, centre, account)
