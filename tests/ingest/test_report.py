"""The PSTN usage report: what a line becomes, and which are refused, each on its own."""

import pytest

from tests.ingest.reading import CALL, RECORD, TITLES, line, part, read, report


def _one(**changed: str) -> dict[str, object]:
    (found,) = read(report(line(**changed))).records
    return found


def test_line_becomes_the_record_of_a_call() -> None:
    """Every column in its place, the charge with its fee in millionths."""
    assert _one() == RECORD


def test_id_that_is_a_guid_is_read_in_lower_case_and_another_as_it_is() -> None:
    """GUIDs are the same however they are written; what others mean, nobody knows."""
    others = ["Call-7A", "ABCDEFGH-ijkl-mnop-qrst-uvwxyz012345", "5B1F0A52-7C1E-4D0E-9A64-0F6C2F3F9E1-", "A" * 64]
    lines = [line(UsageId=each) for each in (CALL["UsageId"].upper(), *others)]

    assert read(report(*lines)).ids == [CALL["UsageId"], *others]
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
