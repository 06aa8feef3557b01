"""Rules for cost centres: read, kept, and applied to whole columns as to one call after the other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import keys
from store.assigning import assign
from store.call import CallRecord
from store.calls import to_columns
from store.centres import CentreRules, CentresError, Match, Rule, read_rules, write_rules
from store.events import SettingsChanged
from store.numbers import dialled
from store.outcomes import Done, Reason, Refused
from store.scripts import Client
from tests.controls import MANAGER, MEMBER, REF, Bank
from tests.store.banks import bank_by
from tests.store.outline import outline

RULES = (
    Rule(Match.USER, "anna@contoso.example", "Sales"),
    Rule(Match.DEPARTMENT, "Support", "Support", "support"),
    Rule(Match.NUMBER, "44", "Britain"),
    Rule(Match.SERVICE, "toll-free", "Hotline"),
)
FILE = """Match;Value;Cost centre;Account
user;anna@contoso.example;Sales;
Department;Support;Support;support

number;+44;Britain
service;toll-free;Hotline;
"""


async def arrange(redis: Client) -> Bank:
    """No rules."""
    return await Bank.open(redis)


bank = bank_by(arrange)


def test_rules_are_read() -> None:
    """Whatever divides the columns, the last of which may be missing; written again they are the same."""
    assert read_rules(FILE.encode()) == RULES
    assert read_rules(FILE.replace(";", ",").encode("utf-8-sig")) == RULES
    assert read_rules(write_rules(RULES).encode()) == RULES
    assert read_rules(b"Match,Value,Cost centre\n") == ()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("planet,Mars,Sales", "looks at user, department, number, service"),
        ("number,0,Sales", "are no rule"),
        ("service,No Service,Sales", "are no rule"),
        ("user,,Sales", "are no rule"),
        ("user,anna,", "are no rule"),
        ("user,anna,=1+1", "begins with none of"),
        (f"user,anna,{'x' * 121}", "120 characters"),
        ("user,anna,Sales,a:b", "no account's name"),
    ],
)
def test_what_is_no_rule_is_told_with_its_line(line: str, told: str) -> None:
    """And nothing else of the file is taken."""
    with pytest.raises(CentresError, match=told) as error:
        read_rules(f"Match,Value,Cost centre,Account\nuser,bob,Sales,\n{line}\n".encode())

    assert error.value.line == 3


@pytest.mark.parametrize("data", [b"", b"Value,Cost centre\n", b"\xff\xfe", b"a\0b"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    """With what is missing."""
    with pytest.raises(CentresError):
        read_rules(data)


async def test_rules_are_loaded_and_kept(bank: Bank) -> None:
    """Version by version, with who did it; the same again is no change."""
    rules = CentreRules(bank.redis, bank.roles)

    assert await rules.load(MANAGER, REF.tenant, RULES) == Done("changed")
    assert await rules.load(MANAGER, REF.tenant, RULES) == Done("unchanged")
    assert await rules.load(MANAGER, REF.tenant, RULES[:1]) == Done("changed")

    found = await CentreRules(bank.redis, bank.roles).version(REF.tenant)
    assert (found.number, found.by, found.rules) == (2, MANAGER.id, RULES[:1])
    assert [event.pairs for event in await outline(bank, SettingsChanged)] == [
        (("centres", "0", "4"),),
        (("centres", "4", "1"),),
    ]
    assert "Hotline" in await bank.redis.hget(keys.centres(REF.tenant), "1")


async def test_all_rules_can_be_taken_away(bank: Bank) -> None:
    """Then nobody bears anything."""
    rules = CentreRules(bank.redis, bank.roles)
    assert await rules.load(MANAGER, REF.tenant, ()) == Done("unchanged")
    await rules.load(MANAGER, REF.tenant, RULES)

    assert await rules.load(MANAGER, REF.tenant, ()) == Done("changed")

    assert (await rules.version(REF.tenant)).rules == ()
    assert (await rules.assign(REF, to_columns([CallRecord("1", "toll-free", 0, 1)]))).centres is None


async def test_only_managers_load_rules(bank: Bank) -> None:
    """Others are refused, and nothing changes."""
    rules = CentreRules(bank.redis, bank.roles)

    assert await rules.load(MEMBER, REF.tenant, RULES) == Refused(Reason.NOT_A_MANAGER)

    assert (await rules.version(REF.tenant)).number == 0


VALUES = {
    Match.USER: ("anna@contoso.example", "BOB@contoso.example"),
    Match.DEPARTMENT: ("Sales", "support", ""),
    Match.NUMBER: ("44", "447", "4477009", "1"),
    Match.SERVICE: ("calling", "toll-free"),
}
some_rules = st.lists(
    st.sampled_from(Match).flatmap(
        lambda match: st.builds(
            Rule,
            st.just(match),
            st.sampled_from([each for each in VALUES[match] if each]),
            st.sampled_from(("A", "B", "C")),
            st.sampled_from(("", "branch")),
        )
    ),
    max_size=8,
)
some_calls = st.lists(
    st.builds(
        CallRecord,
        st.just("1"),
        st.sampled_from(VALUES[Match.SERVICE]),
        st.just(0),
        st.just(1),
        st.sampled_from(("", "+447700900***", "+44770", "0044 7700 900123", "+15550100", "x", "4477009 ext 5")),
        st.sampled_from(("Anna@Contoso.example", "bob@contoso.example", "")),
        st.sampled_from(VALUES[Match.DEPARTMENT]),
    ),
    max_size=10,
)


def matches(rule: Rule, call: CallRecord) -> bool:
    """As people understand a rule."""
    if rule.match is Match.NUMBER:
        number = dialled(call.number)
        return number is not None and number.digits.startswith(rule.value)
    return str(getattr(call, rule.match)).casefold() == rule.value.casefold()


@settings(deadline=None)
@given(rules=some_rules, calls=some_calls)
def test_columns_are_assigned_as_calls_are(rules: list[Rule], calls: list[CallRecord]) -> None:
    """The first rule that matches a call counts."""
    first = [next((each for each in rules if matches(each, call)), None) for call in calls]

    assigned = assign(rules, to_columns(calls))

    told = [["" for _ in calls] if each is None else each.to_pylist() for each in (assigned.centres, assigned.accounts)]
    assert told == [[each.centre if each else "" for each in first], [each.account if each else "" for each in first]]
