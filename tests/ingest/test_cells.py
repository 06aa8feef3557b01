"""Times, amounts and durations: what a cell means, held against Python's own slow ways."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.ingest import cells, times
from bot.ingest.refusals import Reason
from bot.ingest.texts import GOOD, REASONS
from store.call import LATEST_MS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _ms(*texts: str) -> list[int | Reason]:
    found, verdicts = times.to_ms(pa.array(texts, pa.string()))
    pairs = zip(found.tolist(), verdicts.tolist(), strict=True)
    return [ms if verdict == GOOD else REASONS[verdict - 1] for ms, verdict in pairs]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30)),  # noqa: DTZ001 - the offset is drawn
            st.integers(0, 9),
            st.sampled_from(["Z", "z", "", "+00:00", "-00:30", "+05:45", "-11:00", "+14:00"]),
            st.sampled_from("Tt "),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_times_are_read_as_python_reads_them(given_times: list[tuple[datetime, int, str, str]]) -> None:
    """With any number of decimals and any offset, side by side; what is finer than a millisecond is cut off."""
    texts, expected = [], []
    for at, decimals, offset, between in given_times:
        fraction = f".{at.microsecond:06}000"[: decimals + 1] if decimals else ""
        texts.append(f"{at.isoformat(between, 'seconds')}{fraction}{offset}")
        whole = datetime.fromisoformat(
            f"{at.isoformat(timespec='seconds')}{offset.upper().replace('Z', '') or '+00:00'}"
        )
        ms = int((fraction[1:] + "000")[:3])
        expected.append((whole - _EPOCH) // timedelta(milliseconds=1) + ms)

    assert _ms(*texts) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z",
        "2026-99-99T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-10T24:00:00Z",
        "2026-01-10T23:60:00Z",
        "2026-01-10T23:59:60Z",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00+00:01",
        "9999-01-01T00:00:00Z",
        "2026-01-10",
        "2026-01-10T10:00Z",
        "2026-01-10X10:00:00Z",
        "2026/01/10T10:00:00Z",
        "2026-01-10T10.00.00Z",
        "2026-1-10T10:00:00.0Z",
        "2026-01-10T10:00:00.Z",
        "2026-01-10T10:00:00,Z",
        "2026-01-10T10:00:00.12a4Z",
        "2026-01-10T10:00:00.1234567890Z",
        "2026-01-10T10:00:00ZZ",
        "2026-01-10T10:00:00+0100",
        "2026-01-10T10:00:00+24:00",
        "2026-01-10T10:00:00+01:60",
        "2026-01-10T10:00:00+01:0a",
        "2026-01-10T10:00:00+01:00Z",
        "2026-01-10T10:00:00 UTC",
        "２026-01-10T10:00:00Z",
        " 2026-01-10T10:00:00Z",
        "x" * 400,
    ],
)
def test_what_is_no_time_is_refused_beside_one_that_is(text: str) -> None:
    """It costs no other row its time."""
    right = "2026-01-10T10:00:00.5Z"

    assert _ms(right, text, "", right) == [1_768_039_200_500, "start_malformed", "start_missing", 1_768_039_200_500]


def test_first_and_last_time_are_read() -> None:
    """And the leap days that there are."""
    assert _ms("1970-01-01T00:00:00Z", "1970-01-01T00:00:00", "9998-12-31T23:59:59.999Z") == [0, 0, LATEST_MS - 1]
    assert _ms("2000-02-29T00:00:00Z", "2024-02-29T00:00:00Z") == [951_782_400_000, 1_709_164_800_000]
    assert _ms("2026-01-10T10:00:00,25Z") == [1_768_039_200_250]


def test_column_that_is_part_of_another_is_read_as_itself() -> None:
    """Arrow's columns may begin within their bytes."""
    whole = pa.array(["x", "2026-01-10T10:00:00Z", "1970-01-01T00:00:00", ""], pa.string())
    guid = "5B1F0A52-7C1E-4D0E-9A64-0F6C2F3F9E11"

    assert times.to_ms(whole.slice(1, 2))[0].tolist() == [1_768_039_200_000, 0]
    assert cells.ids(pa.array(["é", "A", guid], pa.string()).slice(1))[0].to_pylist() == ["A", guid.lower()]
    assert times.to_ms(pa.array([], pa.string()))[0].tolist() == []
    assert cells.ids(pa.array(["", ""], pa.string()))[0].to_pylist() == ["", ""]


@given(st.decimals(0, Decimal(2**53 - 1) / 10**6, places=6), st.integers(0, 6))
@example(Decimal("9007199254.740991"), 6)
def test_amounts_are_read_exactly(amount: Decimal, decimals: int) -> None:
    """To the last millionth of the largest; no more decimals than are asked for."""
    text = f"{amount:.6f}"[: decimals - 6 or None] if decimals else f"{int(amount)}"

    assert cells.exact_micros(text) == int(Decimal(text) * 10**6)
    expected = int(Decimal(text) * 10**6) if decimals <= 2 else Reason.CHARGE_TOO_FINE
    assert cells.report_micros(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("9007199254.740992", "charge_too_large"),
        ("9" * 18, "charge_too_large"),
        ("9" * 19, "charge_malformed"),
        ("0.0000001", "charge_too_fine"),
        ("+1", "charge_malformed"),
        ("1.", "charge_malformed"),
        (".5", "charge_malformed"),
        ("1e-05", "charge_malformed"),
        ("1 000", "charge_malformed"),
        ("NaN", "charge_malformed"),
        ("١", "charge_malformed"),
        ("-1", "charge_negative"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, reason: str) -> None:
    """Rather than guessed."""
    assert cells.exact_micros(text) == reason


def test_durations_end_after_ten_days() -> None:
    """Whole seconds, of ASCII digits."""
    assert [cells.duration_s(each) for each in ("0", "-0", " 61 ", "007", "864000")] == [0, 0, 61, 7, 864_000]
    assert cells.duration_s("9" * 12) == "duration_too_long"
    assert cells.duration_s("9" * 13) == "duration_malformed"
