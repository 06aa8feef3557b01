"""The PSTN usage report: what a line becomes, and which are refused, each on its own."""

import csv
import io

import pytest

from bot.ingest.blocks import LONGEST
from tests.ingest.reading import CALL, RECORD, TITLES, line, part, read, report
from tests.usage_month import BROKEN, COLUMNS, HEADER, Month, write


def _one(**changed: str) -> dict[str, object]:
    (found,) = read(report(line(**changed))).records
    return found


def test_line_becomes_the_record_of_a_call() -> None:
    """Every column in its place, the charge with its fee in millionths."""
    assert _one() == RECORD


def test_id_that_is_a_guid_is_read_in_lower_case_and_another_as_it_is() -> None:
    """GUIDs are the same however they are written; what others mean, nobody knows."""
    lines = [
        line(UsageId=each) for each in (CALL["UsageId"].upper(), "Call-7A", "ABCDEFGH-ijkl-mnop-qrst-uvwxyz012345")
    ]

    assert read(report(*lines)).ids == [CALL["UsageId"], "Call-7A", "ABCDEFGH-ijkl-mnop-qrst-uvwxyz012345"]
    assert read(report(lines[0], lines[0])).ids == [CALL["UsageId"]] * 2


def test_columns_may_come_in_any_order_with_others_between_and_differently_written() -> None:
    """Only the letters of a title count."""
    titles = ["Operator", *reversed(CALL), "Caller ID"]
    text = ",".join(each.upper().replace(" ", "_") for each in titles)
    cells = ["Contoso", *reversed(CALL.values()), "+4930555010"]

    assert read(f"{text}\n{','.join(cells)}\n".encode()).records == [RECORD]


def test_department_is_read_where_somebody_has_added_it() -> None:
    """The report has none; cost centres want one."""
    assert read(f"{TITLES},Department\n{line().strip()},Sales\n".encode()).records == [RECORD | {"department": "Sales"}]


def test_mark_of_byte_order_and_line_ends_make_no_difference() -> None:
    """With and without a mark, with LF or CRLF, with and without an end of the last line, with empty lines."""
    lines = report(line(), "\r\n", line(), "\n", "\r\n", line())

    for data in (lines, b"\xef\xbb\xbf" + lines, lines.replace(b"\r\n", b"\n"), lines.rstrip()):
        told = read(data)
        assert told.records == [RECORD] * 3
        assert told.lines == [2, 4, 7]
        assert told.refused == []
    assert told.ends[-1].offset == len(lines.rstrip())


def test_user_without_a_name_is_told_by_the_id() -> None:
    """A cost centre's rule needs one of the two."""
    assert _one(UPN="")["user"] == CALL["AAD ObjectId"]
    assert _one(UPN="", AAD_ObjectId="")["user"] == ""


@pytest.mark.parametrize(
    ("call_type", "number_type", "service"),
    [
        ("conf_in", "Service Toll-Free", "toll-free"),
        ("ucap_in", "TollFree", "toll-free"),
        ("conf_in", "Service Toll", "inbound"),
        ("unassigned_in", "", "inbound"),
        ("conf_out", "", "conference"),
        ("user_out_forwarding", "Subscriber", "calling"),
        ("dr_in", "", "direct-routing"),
        ("user_out_by_fax", "", "calling"),
        ("echo", "", "inbound"),
    ],
)
def test_service_is_what_call_type_and_number_type_say(call_type: str, number_type: str, service: str) -> None:
    """As `store.call` has it."""
    assert _one(Call_Type=call_type, Number_Type=number_type)["service"] == service


def test_codes_that_nobody_knows_are_taken_and_counted() -> None:
    """Of lines that are taken; refused ones are not counted twice."""
    strange = line(Call_Type="echo", Capability="MCONEW7")
    told = read(report(strange, strange, line(), line(Call_Type="echo", UsageId="")))

    assert [each["capability"] for each in told.records] == ["MCONEW7", "MCONEW7", "MCOPSTNPP"]
    assert told.unknown == {("call_type", "echo"): 2, ("capability", "MCONEW7"): 2}


@pytest.mark.parametrize(
    ("charge", "fee", "own_micros", "fee_micros"),
    [
        ("", "", None, None),
        ("0.00", "0.00", 0, 0),
        ("0", "", 0, 0),
        ("", "0.05", 50_000, 50_000),
        (" 12.3 ", "0.1", 12_400_000, 100_000),
        ("-0.00", "0", 0, 0),
        ("9007199254.74", "0.00", 9_007_199_254_740_000, 0),
    ],
)
def test_charge_is_read_exactly(charge: str, fee: str, own_micros: int | None, fee_micros: int | None) -> None:
    """Without a float on the way; an empty cell is no charge of nothing."""
    found = _one(Charge=charge, Connection_Fee=fee)

    assert (found["own_micros"], found["fee_micros"]) == (own_micros, fee_micros)


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        ("UsageId", "", "id_missing"),
        ("UsageId", "47 11", "id_malformed"),
        ("UsageId", "né", "id_malformed"),
        ("UsageId", "7" * 65, "id_malformed"),
        ("Call Type", "", "call_type_missing"),
        ("Start Time", "", "start_missing"),
        ("Start Time", "04.11.2026 09:15", "start_malformed"),
        ("Duration Seconds", "", "duration_missing"),
        ("Duration Seconds", "1e3", "duration_malformed"),
        ("Duration Seconds", "٣", "duration_malformed"),
        ("Duration Seconds", "-1", "duration_negative"),
        ("Duration Seconds", "864001", "duration_too_long"),
        ("Charge", "0,70", "charge_malformed"),
        ("Charge", "0.701", "charge_too_fine"),
        ("Charge", "-0.01", "charge_negative"),
        ("Charge", "9007199254.75", "charge_too_large"),
        ("Charge", "9007199254.74", "charge_too_large"),  # with the fee
        ("Connection Fee", "free", "charge_malformed"),
        ("Currency", "", "currency_missing"),
        ("Currency", "EURO", "currency_malformed"),
        ("Currency", "£", "currency_malformed"),
        ("Destination Number", "5" * 257, "text_too_long"),
        ("Capability", "C" * 257, "text_too_long"),
    ],
)
def test_line_with_a_wrong_cell_is_refused_alone(title: str, text: str, reason: str) -> None:
    """With its number, why, and itself."""
    wrong = line(**{title.replace(" ", "_"): text})

    told = read(report(line(), wrong, line()))

    assert told.records == [RECORD] * 2
    assert told.lines == [2, 4]
    assert [(each.line, each.reason, each.text) for each in told.refused] == [(3, reason, wrong.rstrip())]


def test_call_without_a_charge_needs_no_currency() -> None:
    """0.00 of nothing is nothing."""
    assert _one(Charge="0.00", Connection_Fee="", Currency="")["currency"] == ""
    assert _one(Currency="eur")["currency"] == "EUR"


_REASONS = {
    "cut off": "columns",
    "a column more": "columns",
    "no line at all": "columns",
    "no id": "id_missing",
    "id with spaces": "id_malformed",
    "id too long": "id_malformed",
    "duration of words": "duration_malformed",
    "duration with decimals": "duration_malformed",
    "duration negative": "duration_negative",
    "duration missing": "duration_missing",
    "duration of a month": "duration_too_long",
    "no such day": "start_malformed",
    "no such hour": "start_malformed",
    "start in words": "start_malformed",
    "start missing": "start_missing",
    "charge too fine": "charge_too_fine",
    "charge of words": "charge_malformed",
    "charge negative": "charge_negative",
    "charge too large": "charge_too_large",
    "fee with a comma": "charge_malformed",
    "no such currency": "currency_malformed",
    "zero byte": "zero_byte",
    "not UTF-8": "not_utf8",
    "quote not closed": "quotes",
    "return in the line": "stray_return",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_every_kind_of_broken_line_is_refused_between_good_ones(kind: str) -> None:
    """Whatever it is, the lines before and after it are read."""
    made = io.BytesIO()
    write(Month(records=1, repeats=0, broken=0), made)
    good = made.getvalue().removeprefix(HEADER)
    cells = next(csv.reader([good.decode()]))
    cells[COLUMNS.index("User Display Name")] = '"Room 7, ""Büro"""'
    wrong = BROKEN[kind]([each.encode() for each in cells]) + b"\r\n"

    told = read(HEADER + good + wrong + good + wrong + wrong + good)

    assert told.reasons == [(each, _REASONS[kind]) for each in (3, 5, 6)]
    assert told.lines == [2, 4, 7]


def test_cell_may_go_over_lines_and_have_quotes_and_returns_in_it() -> None:
    """As RFC 4180 has it: the record's line is its first."""
    odd = line(Destination_Dialed='Room "7",\r\nsecond\rfloor')

    told = read(report(line(), odd, line(), line(Destination_Dialed="a\n\n\nb")))

    assert [each["destination"] for each in told.records] == [
        "United Kingdom",
        'Room "7",\r\nsecond\rfloor',
        "United Kingdom",
        "a\n\n\nb",
    ]
    assert told.lines == [2, 3, 5, 6]


@pytest.mark.parametrize("cell", ['"not closed', 'clo"sed', '"a"b', '"a""', 'a""b', '" x'])
def test_quote_out_of_its_place_costs_its_line_and_no_other(cell: str) -> None:
    """Even where a later line's quote would seem to close it."""
    odd = line().replace("Sales", cell)

    told = read(report(line(), odd, line(Destination_Dialed="a, b"), line(Destination_Dialed="c, d")))

    assert told.reasons == [(3, "quotes")]
    assert told.lines == [2, 4, 5]


def test_record_over_lines_with_other_columns_than_the_heading_costs_its_first_line() -> None:
    """A quote before the first comma may swallow whole lines; they are read again on their own."""
    swallowing = '"' + line() + line() + '",x\r\n'

    told = read(report(swallowing, line()))

    assert told.reasons == [(2, "columns"), (4, "quotes")]
    assert told.lines == [3, 5]


@pytest.mark.parametrize("ended", [b"\r\n", b""])
def test_line_that_is_too_long_is_refused_with_its_beginning(ended: bytes) -> None:
    """However long it is, in little memory; the lines around it are read."""
    long = line(Destination_Dialed="x" * 3 * LONGEST).encode().rstrip()
    around = report(line()) + long + ended

    for size in (1000, LONGEST, 1 << 22):
        told = read(around + (line().encode() if ended else b""), size)
        assert told.reasons == [(3, "line_too_long")]
        assert told.refused[0].text.startswith(CALL["UsageId"])
        assert len(told.refused[0].text) < 5000
        assert told.lines == ([2, 4] if ended else [2])


def test_quote_that_is_never_closed_costs_one_line_of_a_large_file() -> None:
    """What could be a record is looked for in a bounded part of the file."""
    lines = [line()] * 2000
    lines[5] = '"' + lines[5]

    told = read(report(*lines), 10_000)

    assert told.reasons == [(7, "quotes")]
    assert len(told.records) == 1999


def test_taker_can_refuse_a_record_with_its_own_line() -> None:
    """Whoever charges it may find what the reader could not."""
    (block,) = part(report(line(), line(UsageId=""), line(UsageId="x"))).blocks()

    found = block.refuse(1, "operation_conflict")

    assert (found.line, found.reason, found.text) == (4, "operation_conflict", line(UsageId="x").rstrip())


def test_report_without_lines_is_read_as_such() -> None:
    """A day without calls."""
    for data in (report(), TITLES.encode(), report("\r\n")):
        told = read(data)
        assert not told.records
        assert not told.refused
