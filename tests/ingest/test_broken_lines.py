"""Broken lines of a report: each costs itself, and never the lines around it."""

import csv
import io

import pytest

from bot.ingest.blocks import LONGEST
from tests.ingest.reading import CALL, line, read, report
from tests.usage_month import BROKEN, COLUMNS, HEADER, Month, write

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
        assert told.ends[-1].offset == len(around) + (len(line()) if ended else 0)


def test_quote_that_is_never_closed_costs_one_line_of_a_large_file() -> None:
    """What could be a record is looked for in a bounded part of the file."""
    lines = [line()] * 2000
    lines[5] = '"' + lines[5]

    told = read(report(*lines), 10_000)

    assert told.reasons == [(7, "quotes")]
    assert len(told.records) == 1999


def test_broken_bytes_are_found_wherever_they_are_in_a_block() -> None:
    """Lines are looked at in groups; each bad one is found, and none beside it."""
    lines = [line(UsageId=f"call-{number}").encode() for number in range(700)]
    for number in (0, 255, 256, 257, 511, 699):
        lines[number] = lines[number].replace(b"Sales", b"B\xfcro \0")
    lines[300] = lines[300].replace(b"Sales", "Büro".encode())
    lines[400] = lines[400].replace(b"Sales", b"\0")
    lines[401] = lines[401].replace(b"Sales", b"\xc3")

    told = read(report() + b"".join(lines))

    assert [number - 2 for number, _ in told.reasons] == [0, 255, 256, 257, 400, 401, 511, 699]
    assert [reason for _, reason in told.reasons] == [*["zero_byte"] * 5, "not_utf8", *["zero_byte"] * 2]
    assert len(told.records) == 692


@pytest.mark.parametrize(
    ("length", "lines", "wrong"),
    [(LONGEST, [2, 3, 5], []), (LONGEST + 1, [2, 5], [(3, "quotes"), (4, "quotes")])],
)
def test_record_over_lines_may_be_as_long_as_the_longest(length: int, lines: list[int], wrong: list[object]) -> None:
    """And a byte more is a quote that is not closed."""
    long = line(User_Display_Name="\n" + "x" * (length - len(line(User_Display_Name="\n"))))
    assert len(long) == length

    for size in (1000, LONGEST, 1 << 20):
        told = read(report(line(), long, line()), size)
        assert told.lines == lines
        assert told.reasons == wrong


def test_line_may_be_as_long_as_the_longest_and_a_cell_too() -> None:
    """And not a byte more, at every block size."""
    rest = LONGEST - len(line(User_Display_Name="")) - 1
    longest, longer = (line(User_Display_Name="x" * (rest + more)).replace("\r\n", "\n") for more in (2, 3))
    assert (len(longest), len(longer)) == (LONGEST, LONGEST + 1)

    for size in (1000, LONGEST, LONGEST + 1, 1 << 20):
        told = read(report(longest, longer, line(Destination_Dialed="x" * 256)), size)
        assert told.lines == [2, 4]
        assert told.reasons == [(3, "line_too_long")]
