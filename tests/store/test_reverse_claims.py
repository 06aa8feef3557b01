"""What a caller claims to have unpacked: believed as far as the journal says the same."""

import pytest

from tests.controls import Bank, usd
from tests.store.posting import dump
from tests.store.recorded import pack, record
from tests.store.reversing import charged, claim_to_have_read, undo
from tests.store.test_reverse_record import LINES, arrange, bank

__all__ = ["arrange", "bank"]


async def test_what_was_unpacked_has_to_be_the_entry(bank: Bank) -> None:
    """Byte for byte: lines that are not in the journal are given no money for."""
    line, before = (await charged(bank)).line, await dump(bank.redis)
    other = pack([record(number, 2) for number in (1, 2, 3)])

    for told in (line.replace(pack(LINES), other), line[:-1], f"{line}=", ""):
        assert await claim_to_have_read(bank, told, usd(1).micros) == "refused unknown_record"
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("amount", ["", "-1", "01", "1.5", "x", "9007199254740992", 6_000_001])
async def test_amount_is_one_that_a_record_can_have(bank: Bank, amount: str | int) -> None:
    """Above zero, in whole millionths, and no more than the entry."""
    before = await dump(bank.redis)

    assert await claim_to_have_read(bank, (await charged(bank)).line, amount) == "refused unknown_record"
    assert await dump(bank.redis) == before


async def test_records_give_back_no_more_than_the_entry_took(bank: Bank) -> None:
    """Whatever amounts are claimed: all of it, to the millionth."""
    line = (await charged(bank)).line
    await undo(bank, (await charged(bank)).id, "record-3")

    assert await claim_to_have_read(bank, line, 3_000_001) == "refused unknown_record"
    assert (await claim_to_have_read(bank, line, 3_000_000)).startswith("posted ")
    assert await claim_to_have_read(bank, line, 1, "record-2") == "refused unknown_record"
    assert (await bank.account()).balance == usd(100)
