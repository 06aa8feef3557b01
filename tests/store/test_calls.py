"""Call records: what one may say, which service it is, and the way into columns and back."""

from typing import Any

import pytest

from store.call import LATEST_MS, LONGEST_S, CallRecord, is_known, service_of
from store.calls import SCHEMA, to_columns
from store.money import MAX_MICROS
from tests.ingest.reading import to_records
from tests.store.rating import call

FULL = CallRecord(
    id="5b1f0a52-7c1e-4d0e-9a64-0f6c2f3f9e11",
    service="calling",
    start_ms=LATEST_MS - 1,
    duration_s=LONGEST_S,
    number="+447700900***",
    user="anna.beispiel@contoso.example",
    department="Einkauf",
    destination="Großbritannien 📞",
    call_type="user_out",
    capability="MCOPSTNPP",
    own_micros=MAX_MICROS,
    fee_micros=MAX_MICROS,
    currency="EUR",
)


@pytest.mark.parametrize(
    ("call_type", "number_type", "service"),
    [
        ("conf_in", "TollFree", "toll-free"),
        ("user_in", "Service - Toll Free", "toll-free"),
        ("ucap_in", "toll-free", "toll-free"),
        ("unassigned_in", "tollfree", "toll-free"),
        ("conf_in", "Service - Toll", "inbound"),
        ("user_in", "Subscriber", "inbound"),
        ("conf_out", "", "conference"),
        ("user_out_conf", "", "conference"),
        ("user_out", "TollFree", "calling"),
        ("user_out_transfer", "", "calling"),
        ("user_out_forwarding", "", "calling"),
        ("ucap_out", "", "calling"),
        ("dr_out_user", "", "direct-routing"),
        ("dr_in", "TollFree", "direct-routing"),
        ("User_Out ", "", "calling"),
    ],
)
def test_service_follows_from_the_type(call_type: str, number_type: str, service: str) -> None:
    """Each call type of the model has its service; a toll-free number makes an incoming call toll-free."""
    assert service_of(call_type, number_type) == service
    assert is_known(call_type)


@pytest.mark.parametrize(("call_type", "service"), [("bot_out_new", "calling"), ("fax_in", "inbound"), ("", "inbound")])
def test_unknown_type_has_a_service_too(call_type: str, service: str) -> None:
    """A type that nobody knows is taken by its direction, and can be counted."""
    assert service_of(call_type, "TollFree") == service
    assert not is_known(call_type)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", "a b"),
        ("id", "x" * 65),
        ("id", "é"),
        ("service", ""),
        ("service", "Calling"),
        ("service", "x" * 33),
        ("start_ms", -1),
        ("start_ms", LATEST_MS),
        ("duration_s", -1),
        ("duration_s", LONGEST_S + 1),
        ("own_micros", -1),
        ("own_micros", MAX_MICROS + 1),
        ("fee_micros", 1),
        ("currency", "eur"),
        ("currency", "EURO"),
    ],
)
def test_record_that_cannot_be_is_refused(field: str, value: object) -> None:
    """What no call can have is refused where the record is made."""
    fields: dict[str, Any] = {field: value}
    with pytest.raises(ValueError, match=r".+"):
        call(**fields)


def test_columns_hold_every_field() -> None:
    """Records come back from columns as they went in, those with everything and those with next to nothing."""
    records = [FULL, CallRecord("1", "toll-free", 0, 0)]

    columns = to_columns(records)

    assert columns.schema == SCHEMA
    assert to_records(columns) == records
    assert to_records(to_columns([])) == []


def test_text_that_is_no_unicode_is_kept_readable() -> None:
    """A lone surrogate, which JSON can bring, becomes a question mark and harms nobody else's record."""
    [kept, other] = to_records(to_columns([call(user="\ud800a"), FULL]))

    assert kept.user == "?a"
    assert other == FULL
