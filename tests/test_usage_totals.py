"""The independent reckoning of a report, itself held against sums that a person can do."""

import csv
import io
from pathlib import Path

import pytest

from tests.usage_month import COLUMNS, Month, write
from tests.usage_totals import Card, Pool, Totals, totals

RATES = """\
Destination Name,Destination Type,Country,Prefix,Price / min
Germany,Fixed,DE,49,0.015
Germany Berlin,Fixed,DE,4930,0.01
Germany Berlin East,Fixed,DE,493055599,0.02
United Kingdom,Fixed,GB,44,0.0155
United Kingdom Mobile,Mobile,GB,447,0.32
Nearly free,Fixed,,881,0.000003
Austria,Fixed,AT,43,0.03
Austria Vienna,Fixed,AT,431,0.03
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A rate card."""
    path = tmp_path / "card.csv"
    path.write_text(RATES)
    return path


def _report(folder: Path, *calls: dict[str, str]) -> Path:
    """A report of these calls; ids are their numbers, what they do not say is usual."""
    usual = {
        "Call Type": "user_out", "Destination Number": "+4989555010", "Start Time": "2026-10-05T09:00:00.1234567Z",
        "Duration Seconds": "60", "Connection Fee": "0.00", "Charge": "0.00", "Currency": "USD",
        "Capability": "MCOPSTN1", "User Display Name": 'Room "7", second floor',
    }  # fmt: skip
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS, restval="")
    table.writeheader()
    for number, call in enumerate(calls):
        table.writerow({"UsageId": f"call-{number}"} | usual | {key.replace("_", " "): call[key] for key in call})
    path = folder / "report.csv"
    path.write_text(written.getvalue(), newline="")
    return path


def _to(number: str, seconds: int = 60, **more: str) -> dict[str, str]:
    return {"Destination_Number": number, "Duration_Seconds": str(seconds)} | more


def test_longest_prefix_decides_and_started_minutes_count(tmp_path: Path, card: Path) -> None:
    """2 x 0.015 + 1 x 0.01 + 0.02 + 3 x 0.32 = 1.02; a mask over what decides is no price, one behind it is."""
    report = _report(
        tmp_path,
        _to("+4989555010", 61),
        _to("00493055510", 1),
        _to("+493055599010", 60),
        _to("+447700900***", 121),
        _to("+4930555***"),
        _to("+33199005550"),
        _to("+4989555010", 0),
    )

    assert totals(report, [Card(card, "calling")]) == Totals(
        7, 0, {"charged": 4, "unrated": 2, "free": 1}, {"calling": 1_020_000}
    )


def test_mask_hides_no_price_where_all_that_it_may_hide_costs_the_same(tmp_path: Path, card: Path) -> None:
    """Whichever Austrian number it is, a minute is 0.03."""
    report = _report(tmp_path, _to("+43***"), _to("+49***"))

    assert totals(report, [Card(card, "calling")]) == Totals(2, 0, {"charged": 1, "unrated": 1}, {"calling": 30_000})


def test_increments_and_fee_are_the_cards_and_half_a_millionth_is_rounded_up(tmp_path: Path, card: Path) -> None:
    """61 s at 0.0155 are 15,758.33 millionths, 1 s is 258.33, 10 s at 0.000003 are 0.5; each has a fee of 0.05."""
    report = _report(tmp_path, _to("+442079460123", 61), _to("+442079460123", 1), _to("+88100010", 10), _to("+44", 0))
    by_second = Card(card, "calling", first_s=1, next_s=1, fee_micros=50_000)

    assert totals(report, [by_second]).charged_micros == {"calling": 15_758 + 258 + 1 + 150_000}
    assert totals(report, [Card(card, "calling", first_s=30, next_s=6)]).charged_micros == {
        "calling": 17_050 + 7750 + 2
    }


def test_own_charge_counts_where_credit_paid_and_nothing_else_is_asked(tmp_path: Path) -> None:
    """Without any card: 0.70 + 0.05; a plan's call is unrated, a failed pricing free, an incoming call free."""
    report = _report(
        tmp_path,
        {"Charge": "0.70", "Connection_Fee": "0.05", "Capability": "MCOPSTNPP"},
        {"Charge": "", "Connection_Fee": "", "Capability": "MCOPSTNPP"},
        {"Charge": "0.70"},
        {"Charge": "0.70", "Capability": "FREECALL"},
        {"Call_Type": "user_in"},
        {"Call_Type": "dr_out"},
        {"Call_Type": "conf_in", "Number_Type": "Service Toll-Free"},
    )

    assert totals(report, []) == Totals(7, 0, {"charged": 1, "unrated": 3, "free": 3}, {"calling": 750_000})


def test_card_that_is_valid_at_the_start_counts(tmp_path: Path, card: Path) -> None:
    """From its first moment on; before the first card there is no price."""
    starts = ("2026-10-01T00:00:00Z", "2026-10-04T23:59:59.9999999Z", "2026-10-05T00:00:00Z")
    report = _report(tmp_path, *({"Start_Time": each} for each in starts))
    cards = [Card(card, "calling", "2026-10-02T00:00:00Z"), Card(card, "calling", "2026-10-05T00:00:00Z", 120, 120)]

    assert totals(report, cards) == Totals(3, 0, {"charged": 2, "unrated": 1}, {"calling": 15_000 + 30_000})


def test_pools_come_first_and_a_call_across_their_end_is_split(tmp_path: Path, card: Path) -> None:
    """60 s and 30 s of the first, then 30 s of the second, then 60 s that cost; London has the second alone."""
    report = _report(
        tmp_path, _to("+4989555010"), _to("+4989555010"), _to("+442079460123"), _to("+442079460123"), _to("+4989555010")
    )
    pools = [Pool("home", ("calling",), 90, ("49",)), Pool("all", ("conference", "calling"), 120)]

    assert totals(report, [Card(card, "calling")], pools) == Totals(
        5,
        0,
        {"pooled": 3, "charged": 2},
        {"calling": 7750 + 15_000},
        {("home", "2026-10"): 90, ("all", "2026-10"): 120},
    )


def test_pools_are_full_again_at_the_turn_of_the_month_in_their_zone(tmp_path: Path, card: Path) -> None:
    """October begins in Berlin two hours earlier than in Greenwich."""
    starts = ("2026-09-30T21:59:59Z", "2026-09-30T22:00:00Z", "2026-09-30T23:00:00Z")
    report = _report(tmp_path, *({"Start_Time": each} for each in starts))
    cards, pools = [Card(card, "calling")], [Pool("all", ("calling",), 60)]

    berlin = totals(report, cards, pools, "Europe/Berlin")

    assert berlin.pooled_s == {("all", "2026-09"): 60, ("all", "2026-10"): 60}
    assert totals(report, cards, pools).pooled_s == {("all", "2026-09"): 60}


def test_line_that_comes_again_costs_nothing_and_a_broken_one_is_no_line(tmp_path: Path, card: Path) -> None:
    """A GUID is the same in capitals."""
    same = "5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11"
    report = _report(
        tmp_path, {"UsageId": same, "Duration_Seconds": "-1"}, {"UsageId": same}, {"UsageId": same.upper()}
    )

    assert totals(report, [Card(card, "calling")]) == Totals(2, 1, {"charged": 1}, {"calling": 15_000})


def test_made_up_month_is_reckoned_with_all_its_lines(tmp_path: Path, card: Path) -> None:
    """As many as were made, and no broken one."""
    path = tmp_path / "month.csv"
    with path.open("wb") as file:
        made = write(Month(5000), file)

    found = totals(path, [Card(card, "calling")])

    assert (found.records, found.repeated) == (made.good, made.repeated)
    assert sum(found.states.values()) == made.good - made.repeated
