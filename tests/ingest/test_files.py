"""What is in a file is told by its content; what is not taken is refused with what would be."""

import io
import random
import zipfile
from pathlib import Path

import pytest

from bot.ingest.files import Format, find, find_in
from bot.ingest.refusals import HEADING, Problem, Reason, Refused, UnreadableFileError, refused, rows
from tests.ingest.reading import CALL, RECORD, TITLES, line, part, read_part, report
from tests.ingest.test_json import ROW

_DIRECT = (
    "UsageId,Call Type,Start Time,Duration Seconds,Destination Number\n{},dr_out,2026-11-04T09:15:02Z,61,+4930555010\n"
)


def _zip(members: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _problem(data: bytes, name: str = "some.file") -> UnreadableFileError:
    with pytest.raises(UnreadableFileError) as told:
        find_in(name, lambda: io.BytesIO(data))
    assert name in str(told.value)
    return told.value


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (report(line()), Format.REPORT),
        (b"\xef\xbb\xbf" + report(), Format.REPORT),
        (f'{{"value": [{ROW}]}}'.encode(), Format.PAGES),
        (f"\n [{ROW}]".encode(), Format.PAGES),
        (ROW.encode(), Format.LINES),
        (f"{{broken\n{ROW}".encode(), Format.LINES),
        (b'{"id": "1", "start": ""}', Format.LINES),
    ],
)
def test_format_is_told_by_the_content(data: bytes, kind: Format) -> None:
    """Whatever the file is called."""
    assert part(data, "holiday.jpeg").format is kind


def test_file_is_read_from_disk(tmp_path: Path) -> None:
    """Its name and size are known before it is read."""
    path = tmp_path / "calls.csv"
    path.write_bytes(report(line()))

    (found,) = find(path).parts

    assert (found.name, found.size) == ("calls.csv", len(report(line())))
    assert read_part(found).records == [RECORD]


def test_zip_is_read_with_all_reports_in_it() -> None:
    """PSTN and direct routing; parameters.json is nobody's business, other files are told of."""
    packed = _zip(
        {
            "PSTN.calls.2026-11-04.csv": report(line()),
            "DirectRouting.calls.2026-11-04.csv": _DIRECT.format("4711"),
            "folder/parameters.json": "{}",
            "folder/": "",
            "readme.txt": "Hello",
            "empty.csv": "",
        }
    )

    found = find_in("Calls.Export.zip", lambda: io.BytesIO(packed))

    assert [(each.name, each.size) for each in found.parts] == [
        ("Calls.Export.zip/PSTN.calls.2026-11-04.csv", len(report(line()))),
        ("Calls.Export.zip/DirectRouting.calls.2026-11-04.csv", len(_DIRECT) + 2),
    ]
    assert [name for name, _ in found.left_alone] == ["Calls.Export.zip/readme.txt", "Calls.Export.zip/empty.csv"]
    assert read_part(found.parts[0]).records == [RECORD]
    (direct,) = read_part(found.parts[1]).records
    assert (direct["service"], direct["own_micros"], direct["currency"]) == ("direct-routing", None, "")


def test_files_of_one_name_in_a_zip_are_both_read() -> None:
    """Each is opened by its place."""
    packed = _zip({"a.csv": report(line(UsageId="one")), "b.csv": report(line(UsageId="two"))})
    packed = packed.replace(b"b.csv", b"a.csv")

    found = find_in("some.zip", lambda: io.BytesIO(packed))

    assert [read_part(each).ids for each in found.parts] == [["one"], ["two"]]


def test_direct_routing_without_what_is_needed_is_left_alone_in_its_zip() -> None:
    """It brings no charges; the rest of the zip is read."""
    packed = _zip(
        {"a.csv": report(line()), "b.csv": "Correlation ID,Call Type,Start Time,Duration Seconds,Callee Number\n"}
    )

    found = find_in("some.zip", lambda: io.BytesIO(packed))

    assert [each.name for each in found.parts] == ["some.zip/a.csv"]
    ((name, why),) = found.left_alone
    assert name == "some.zip/b.csv"
    assert "UsageId" in why


def test_report_without_its_columns_is_refused_with_their_names() -> None:
    """As the report calls them."""
    told = _problem(TITLES.replace("Charge", "Price").replace("UsageId,", "").encode())

    assert told.problem is Problem.COLUMNS_MISSING
    assert told.detail == "UsageId, Charge"
    assert "no UsageId, Charge." in str(told)


@pytest.mark.parametrize(
    "data",
    [
        b"Date;Amount\n1;2\n",
        TITLES.replace(",", ";").encode(),
        b"%PDF-1.7 \xff\xfe\0",
        b"{}",
        b'{"value": [1, 2]}',
        b'{"value": [{"name": "x"}]}',
        b'{"id": 1}\n{"start": 2}',
        b"[[]]",
        b"[" * 70_000,
        b"\x1f\x8b\x08" + bytes(100),
        b'"' * 70_000,
    ],
)
def test_other_files_are_refused_with_what_is_accepted(data: bytes) -> None:
    """In a sentence that helps."""
    told = _problem(data)

    assert told.problem is Problem.UNKNOWN
    assert "Accepted are: the PSTN usage report" in str(told)


def test_empty_file_and_utf_16_are_said_to_be_so() -> None:
    """A spreadsheet's "Unicode text" is one."""
    assert _problem(b"").problem is Problem.EMPTY
    assert _problem(b" \r\n").problem is Problem.EMPTY
    assert _problem(TITLES.encode("utf-16")).problem is Problem.UTF16


def test_zip_without_records_is_refused() -> None:
    """Also one with nothing in it."""
    assert _problem(_zip({"a.txt": "x", "parameters.json": "{}"})).problem is Problem.NO_RECORDS
    assert _problem(_zip({})).problem is Problem.NO_RECORDS


def test_encrypted_zip_is_refused() -> None:
    """There is nowhere to type the password."""
    packed = bytearray(_zip({"a.csv": report(line())}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1

    assert _problem(bytes(packed)).problem is Problem.ENCRYPTED


def test_damaged_zip_is_refused_before_anything_is_read() -> None:
    """Cut off, changed in the middle, packed in a way that nobody knows, or with names past counting."""
    packed = _zip({"a.csv": report(*[line()] * 50)}, zipfile.ZIP_STORED)
    unknown = bytearray(packed)
    unknown[packed.index(b"PK\x01\x02") + 10] = 77

    for broken in (
        packed[:-30],
        packed.replace(b"+447700900", b"+447700911", 1),
        bytes(unknown),
        b"PK\x03\x04 and so on",
    ):
        assert _problem(broken).problem is Problem.DAMAGED
    deflated = bytearray(_zip({"a.csv": report(*[line()] * 50)}))
    deflated[60:80] = bytes(20)
    assert _problem(bytes(deflated)).problem is Problem.DAMAGED
    assert _problem(_zip({f"{number}": "" for number in range(1001)})).problem is Problem.DAMAGED


def test_zip_that_unpacks_to_a_thousand_times_its_size_is_refused_unread() -> None:
    """By what it says of itself; what is larger than it says is damaged."""
    bomb = _zip({"a.csv": bytes(80 << 20)})

    told = _problem(bomb)

    assert told.problem is Problem.BOMB
    assert 500 < int(told.detail) < 1100
    beside = _zip({"noise": random.Random(1).randbytes(4 << 20), "a.csv": bytes(80 << 20)})  # noqa: S311 - it is noise
    assert _problem(beside).problem is Problem.BOMB


def test_zip_that_changes_while_it_is_read_is_said_to_be_damaged() -> None:
    """Not as a program's mistake."""
    whole = _zip({"a.csv": report(*[line()] * 2000)})
    held = [whole]
    (found,) = find_in("some.zip", lambda: io.BytesIO(held[0])).parts
    held[0] = whole[: len(whole) // 2]

    with pytest.raises(UnreadableFileError, match=r"some\.zip is damaged") as told:
        read_part(found)
    assert told.value.problem is Problem.DAMAGED


def test_refused_lines_are_written_with_number_and_reason_and_calculate_nothing() -> None:
    """A spreadsheet opens them; a quote, a comma and several lines stay one cell."""
    lines = [
        Refused(3, Reason.COLUMNS, '=HYPERLINK("x")'),
        Refused(12, "operation_conflict", 'a,"b\r\nc"'),
    ]

    assert HEADING + rows("=a.csv", lines) == (
        "file,line,reason,text\r\n"
        '\'=a.csv,3,columns,"\'=HYPERLINK(""x"")"\r\n'
        '\'=a.csv,12,operation_conflict,"a,""b\r\nc"""\r\n'
    )


def test_refused_line_can_be_shown_whatever_is_in_it() -> None:
    """What is no text is escaped; a long one is cut."""
    assert refused(1, Reason.NOT_UTF8, b"B\xfcro\0\r\n").text == "B\\xfcro\ufffd"
    assert refused(1, Reason.COLUMNS, b"x" * 5000).text == "x" * 4000 + "…"
    assert CALL["UsageId"] in refused(1, Reason.COLUMNS, line().encode()).text
