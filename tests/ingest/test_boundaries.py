"""Blocks: whatever their size and wherever one goes on, the same records and refused lines come of a file."""

import csv
import io
import json
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ingest.files import find_in
from tests.ingest.reading import CALL, TITLES, Told, line, part, read, read_part, report

_ROW = json.dumps(
    {"id": "4711", "start": "2026-11-04T09:15:02Z", "service": "calling", "duration_s": 61, "destination": "Zürich"},
    ensure_ascii=False,
)


def _report() -> bytes:
    """One of direct routing, whose lines are shorter."""
    return (
        b"UsageId,Call Type,Destination Number,Start Time,Duration Seconds,Destination Dialed\r\n"
        b'one,dr_out,+4930555010,2026-11-04T09:15:02Z,61,"Z\xc3\xbcrich, ""HB"""\r\n'
        b"\r\n"
        b'two,dr_out,,2026-11-04T09:15:02.5Z,0,"over\r\ntwo \rlines"\r\n'
        b"cut \xff\0off,\r\n"
        b'three,dr_out,,2026-11-04T09:15:02Z,61,"not closed\n'
        b"three,dr_out,,2026-11-04T09:15:02Z,61,re\rturn\r\n"
        b"four,dr_in,,2026-11-04T09:15:02Z,-61,\n"
        b"five,dr_in,,2026-11-04T09:15:02+01:00,61,\n"
        b'"six,dr_in,,2026-11-04T09:15:02+01:00,61,\n'
        b"seven,dr_in,,2026-11-04T09:15:02+01:00,61,"
    )


def _lines() -> bytes:
    return f"{_ROW}\n\n{{broken\r\n[1]\n{_ROW}\r\n\n{_ROW}".encode() + b'\n{"id": "\xff"}'


def _pages() -> bytes:
    return f'{{"@odata.count": 12, "value": [{_ROW}, 7,\n{_ROW}], "more": [1.50]}}\n{{"value": []}}[{_ROW}]'.encode()


def _known(told: Told) -> tuple[object, ...]:
    return told.records, told.lines, told.refused, told.unknown, told.ends[-1]


@pytest.mark.parametrize("made", [_report, _lines, _pages])
def test_blocks_of_every_size_come_to_the_same(made: Callable[[], bytes]) -> None:
    """One byte at a time, and everything between that and all at once."""
    data = made()
    found, whole = part(data), _known(read(data))

    assert len(read(data).records) >= 3
    assert read(data).refused
    for size in range(1, len(data) + 2):
        assert _known(read_part(found, size)) == whole, size


@pytest.mark.parametrize("made", [_report, _lines, _pages])
def test_reading_goes_on_where_any_block_ended(made: Callable[[], bytes]) -> None:
    """What came before and what comes after is the whole."""
    data = made()
    found, whole = part(data), read(data)
    blocks = [*found.blocks(None, 1)]

    for done in range(1, len(blocks) + 1):
        before, after = blocks[:done], read_part(found, 7, blocks[done - 1].end)
        assert [row for each in before for row in each.records.to_pylist()] + after.records == whole.records
        assert [row for each in before for row in each.refused] + after.refused == whole.refused
        assert [row for each in before for row in each.lines.tolist()] + after.lines == whole.lines


def test_reading_goes_on_in_the_middle_of_a_zip() -> None:
    """Places are those of what is in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PSTN.calls.2026-11-04.csv", _report())
    (found,) = find_in("some.zip", lambda: io.BytesIO(packed.getvalue())).parts
    first, *_ = found.blocks(None, 1)

    assert first.records.num_rows == 1
    assert read_part(found, 50, first.end).records == read(_report()).records[1:]
    assert first.end.offset == _report().index(b"\r\n\r\n") + 2


def test_offset_is_the_number_of_bytes_before_the_next_record() -> None:
    """So a progress bar is right, and another program can look there."""
    data = report(line(UsageId="one"), line(UsageId="two", Destination_Dialed="ü\r\nü"), line(UsageId="three"))
    ends = read(data, 1).ends

    assert [data[: each.offset].decode() for each in ends] == [
        report(line(UsageId="one")).decode(),
        report(line(UsageId="one"), line(UsageId="two", Destination_Dialed="ü\r\nü")).decode(),
        data.decode(),
    ]
    assert [each.line for each in ends] == [3, 5, 6]


_CELL = st.text(st.sampled_from("ab ,\"\n\rü€\t;'"), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=8),
    quoted=st.booleans(),
    size=st.integers(1, 400),
)
def test_well_formed_files_are_read_as_pythons_reader_reads_them(
    cells: list[tuple[str, str, str]], quoted: bool, size: int
) -> None:
    """Quotes, commas, line ends and returns within cells, at any block size."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    for dialled, upn, department in cells:
        changed = CALL | {"Destination Dialed": dialled, "UPN": upn, "AAD ObjectId": ""}
        writer.writerow((*changed.values(), department))
    text = f"{TITLES},Department\r\n{written.getvalue()}"

    told = read(text.encode(), size)

    plain = csv.DictReader(io.StringIO(text, newline=""))
    expected = [(each["Destination Dialed"], each["UPN"], each["Department"]) for each in plain]
    assert [(each["destination"], each["user"], each["department"]) for each in told.records] == expected
    assert told.refused == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xc3", b"\xbc", b"x", b"%"]), max_size=40))
def test_whatever_is_in_a_file_good_lines_are_read_at_every_block_size(noise: list[bytes]) -> None:
    """Each in its line; nothing is read twice, or lost without being refused."""
    good = line(UsageId="good").encode()
    data = report(line()) + b"".join(good if each == b"%" else each for each in noise) + b"\n" + good

    told = read(data)

    assert told.ids[0] == CALL["UsageId"]
    assert _known(read(data, 1)) == _known(read(data, 97)) == _known(told)
    lines = data.split(b"\n")
    for number, each in zip(told.lines, told.ids, strict=True):
        assert lines[number - 1].startswith(each.encode()) or b'"' in lines[number - 1]
