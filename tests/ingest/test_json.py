"""Records as JSON: pages as Graph answers them, and JSON lines of Graph's rows or of our own records."""

import json
from typing import Any

import pytest

from bot.ingest.files import Format
from bot.ingest.refusals import Reason
from bot.ingest.rows import OWN, mapped_rows
from bot.ingest.texts import CODE, GOOD
from tests.ingest.reading import RECORD, part, read

ROW = (
    '{"id":"5B1F0A52-7c1e-4d0e-9a64-0f6c2f3f9e11","callId":"1748820213_88213077@192.0.2.17",'
    '"userId":"0d5c7c2e-1a3b-4f39-8a55-6f0b7b8c2d10","userPrincipalName":"sales@contoso.example",'
    '"startDateTime":"2026-11-04T09:15:02.1184213Z","duration":247,"charge":0.70,"connectionCharge":0.05,'
    '"callType":"user_out","currency":"EUR","calleeNumber":"+447700900***","callerNumber":"+4930555010",'
    '"destinationName":"United Kingdom","conferenceId":null,"licenseCapability":"MCOPSTNPP",'
    '"inventoryType":"Subscriber"}'
)
OURS: dict[str, Any] = {
    "id": "call-1",
    "service": "fax",
    "start": "2026-11-04T10:15:02.118+01:00",
    "duration_s": 247,
    "number": "+447700900123",
    "user": "sales@contoso.example",
    "department": "Sales",
    "destination": "United Kingdom",
}


def _ours(**changed: Any) -> str:
    return json.dumps(OURS | changed, ensure_ascii=False)


def test_row_of_graph_becomes_the_same_record_as_the_reports_line() -> None:
    """One call is one call, whichever way it comes."""
    assert read(ROW.encode()).records == [RECORD]
    assert read(f'{{"value":[{ROW}]}}'.encode()).records == [RECORD]


def test_pages_are_read_one_behind_the_other_with_whatever_is_around_them() -> None:
    """Two files in one, a link to the next page, spread over lines, an array alone, a mark of byte order."""
    first = (
        '{"@odata.context": {"a": [1]}, "@odata.count": 2, "value": [' + f"{ROW},\n{ROW}" + '], "@odata.nextLink": ""}'
    )
    pretty = json.dumps({"value": [json.loads(ROW)]}, indent=2).replace("0.7,", "0.70,")

    told = read(f"\ufeff{first}\r\n{pretty}[{ROW}]".encode())

    assert part(first.encode()).format is Format.PAGES
    assert told.records == [RECORD] * 4
    assert told.lines == [1, 2, 3, 4]


def test_page_without_records_is_read_as_such() -> None:
    """A day without calls."""
    for page in ('{"value": []}', '{"@odata.context": "x",\n "value" : [ ] }', "[]"):
        told = read(page.encode())
        assert not told.records
        assert not told.refused


def test_more_records_than_a_block_has_come_in_blocks() -> None:
    """However long the array, little of it is in hand."""
    rows = ",".join(ROW.replace("5B1F0A52", f"{number:08}") for number in range(5000))

    told = read(f'{{"value":[{rows}]}}'.encode())

    assert [int(each[:8]) for each in told.ids] == [*range(5000)]
    assert [each.offset for each in told.ends] == [4096, 5000]


@pytest.mark.parametrize(
    "rest", ["", ",", f", {ROW[:100]}", ",]x", "] x", '], "value": {', "}}", ", nothing]}", "[" * 9999]
)
def test_page_that_ends_too_early_or_goes_wrong_is_read_up_to_there(rest: str) -> None:
    """What comes behind cannot be told: it is refused as one."""
    told = read(f'{{"value":[{ROW}, {ROW}{rest}'.encode())

    assert told.records == [RECORD] * 2
    assert told.reasons == [(3, "not_json")]


def test_record_that_is_too_long_for_one_ends_the_page() -> None:
    """Instead of memory."""
    told = read(f'{{"value":[{ROW}, {{"id": "{"x" * 300_000}"}}, {ROW}]}}'.encode(), 1000)

    assert told.reasons == [(2, "not_json")]
    assert len(told.refused[0].text) < 5000


def test_what_is_no_record_on_a_page_is_refused_alone() -> None:
    """With its own text and its number among the records."""
    nested = ROW.replace('"EUR"', '{"code": "EUR"}')
    odd = ROW.replace("sales", "\udcff")
    page = f'{{"value":[{ROW}, 7, {nested}, null, {ROW.replace("247", "true")}, {odd}, {ROW}]}}'

    told = read(page.encode("utf-8", "surrogateescape"))

    assert told.lines == [1, 7]
    assert told.reasons == [*((each, "not_a_record") for each in (2, 3, 4, 5)), (6, "not_utf8")]
    assert [each.text for each in told.refused][:3] == ["7", nested, "null"]


def test_graphs_amounts_are_read_as_they_are_written() -> None:
    """0.70 is no float on its way; fractions of a cent are kept, what is finer than a millionth is refused."""
    rows = [ROW.replace("0.70", each) for each in ("0.29", "1234567.89", "0.066", "0.7000001", "1e2", '"0.70"')]

    told = read("\n".join(rows).encode())

    assert [each["own_micros"] for each in told.records] == [340_000, 1_234_567_940_000, 116_000, 750_000]
    assert told.reasons == [(4, "charge_too_fine"), (5, "charge_malformed")]


def test_lines_are_refused_one_by_one() -> None:
    """Empty ones are passed over."""
    lines = [_ours(), "", "{broken", "[1]", "null", _ours(user="a\0"), " ", _ours(id="ü"), _ours(id="last")]
    data = "\n".join(lines).replace("\\u0000", "\0").encode() + b'\n{"id":"\xff"}\n' + b"[" * 60_000

    told = read(data)

    assert told.ids == ["call-1", "last"]
    assert told.lines == [1, 9]
    assert told.reasons == [
        (3, "not_json"), (4, "not_a_record"), (5, "not_a_record"), (6, "zero_byte"), (8, "id_malformed"),
        (10, "not_utf8"), (11, "not_json"),
    ]  # fmt: skip


def test_line_that_is_too_long_is_refused() -> None:
    """At every block size."""
    data = f"{_ours()}\n{_ours(user='x' * 70_000)}\n{_ours()}\n".encode()

    for size in (999, 1 << 22):
        assert read(data, size).reasons == [(2, "line_too_long")]
        assert read(data, size).lines == [1, 3]


def test_our_own_record_names_its_service_and_needs_no_call_type() -> None:
    """What it does not say is empty; times may have an offset."""
    assert read(_ours().encode()).records == [
        RECORD
        | {
            "id": "call-1", "service": "fax", "number": "+447700900123", "department": "Sales", "call_type": "",
            "capability": "", "own_micros": None, "fee_micros": None, "currency": "",
        }
    ]  # fmt: skip


def test_our_own_record_may_bring_a_charge_of_six_decimals() -> None:
    """As a text or as a number; one in lower case is a currency too."""
    both = [_ours(charge="0.123456", fee="0.000001", currency="eur"), _ours(charge=0.5, currency="EUR", fee=None)]

    told = read("\n".join(both).encode())

    assert [(each["own_micros"], each["fee_micros"]) for each in told.records] == [(123_457, 1), (500_000, 0)]
    assert told.records[0]["currency"] == "EUR"


@pytest.mark.parametrize(
    ("changed", "capability"),
    [
        ({"charge": "0.70", "currency": "USD"}, "MCOPSTNPP"),
        ({"charge": 0}, "MCOPSTNPP"),
        ({"fee": "0.05", "currency": "USD"}, "MCOPSTNPP"),
        ({"charge": "0.70", "currency": "USD", "capability": "MCOPSTN2"}, "MCOPSTN2"),
        ({"charge": None, "fee": ""}, ""),
        ({}, ""),
    ],
)
def test_our_own_record_is_charged_what_it_brings(changed: dict[str, Any], capability: str) -> None:
    """As it is over HTTP, unless it says itself what licence carried the call."""
    told = read(_ours(**changed).encode())

    assert [each["capability"] for each in told.records] == [capability]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"service": ""}, "call_type_missing"),
        ({"service": "Toll Free"}, "service_malformed"),
        ({"service": "s" * 33}, "service_malformed"),
        ({"duration_s": None}, "duration_missing"),
        ({"duration_s": -5}, "duration_negative"),
        ({"duration_s": 61.5}, "duration_malformed"),
        ({"duration_s": True}, "not_a_record"),
        ({"charge": "0.1234567"}, "charge_too_fine"),
        ({"charge": "1"}, "currency_missing"),
        ({"number": ["+447700900123"]}, "not_a_record"),
    ],
)
def test_our_own_record_that_is_wrong_is_refused(changed: dict[str, Any], reason: str) -> None:
    """For the reason that a report's line would be."""
    assert read(f"{_ours()}\n{_ours(**changed)}".encode()).reasons == [(2, reason)]


def test_half_a_character_is_taken_as_a_question_mark() -> None:
    """JSON can say what UTF-8 cannot."""
    (found,) = read(_ours(user="x").replace('"x"', '"x\\ud800"').encode()).records

    assert found["user"] == "x?"


def test_records_of_a_request_are_mapped_with_a_verdict_each() -> None:
    """As the API has them: parsed already, numbers as numbers."""
    found = mapped_rows([OURS, OURS | {"duration_s": -1}, "no record", Reason.NOT_JSON], OWN)

    assert found.records.num_rows == 1
    assert found.verdicts.tolist() == [
        GOOD, CODE[Reason.DURATION_NEGATIVE], CODE[Reason.NOT_A_RECORD], CODE[Reason.NOT_JSON],
    ]  # fmt: skip
    assert mapped_rows([], OWN).records.num_rows == 0
