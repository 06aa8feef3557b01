"""What is remembered of a hold's placing: a repeat is known, and an id that was used for something else."""

from dataclasses import replace

from store.holds import SHORTEST_MS
from store.outcomes import Reason, Refused
from tests.controls import Bank, usd
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.holding import arrange, capture, done, place, release
from tests.store.posting import dump

bank = bank_on_clock(arrange)


async def test_repeat_answers_the_first_outcome(bank: Bank, clock: Clock) -> None:
    """However late, and even when the hold is over; nothing changes."""
    first = done(await place(bank, 30, operation_id="once"))
    clock.advance(minutes=5)
    open_ = await place(bank, 30, operation_id="once")
    await capture(bank, 10)
    before = await dump(bank.redis)

    over = await place(bank, 30, operation_id="once")

    assert open_ == over == type(first)(first.entry, first.after, first.expires_ms, repeated=True)
    assert await dump(bank.redis) == before


async def test_operations_of_holds_are_known_among_many(bank: Bank) -> None:
    """Wherever their entries have left the place in which each is remembered."""
    captured = []
    for number in range(40):
        await place(bank, 1, f"call-{number}", f"place-{number}")
        captured.append(done(await capture(bank, 1, f"call-{number}", f"capture-{number}")).entry)
        await bank.spend("0.5")

    again = [done(await capture(bank, 1, f"call-{number}", f"capture-{number}")) for number in range(40)]
    placed = [done(await place(bank, 1, f"call-{number}", f"place-{number}")) for number in range(40)]
    assert [each.entry for each in again] == captured
    assert all(each.repeated for each in again)
    assert all(each.repeated for each in placed)
    await bank.prove()


async def test_operation_id_with_other_contents_is_refused(bank: Bank) -> None:
    """Another amount, time, hold or verb under a known operation id changes nothing."""
    await place(bank, 30, operation_id="once")
    await bank.spend(5, "spent")
    before = await dump(bank.redis)

    outcomes = [
        await place(bank, 5, "call-2", operation_id="spent"),
        await place(bank, 31, operation_id="once"),
        await place(bank, 30, operation_id="once", ttl_ms=SHORTEST_MS),
        await place(bank, 30, "call-2", operation_id="once"),
        await capture(bank, 30, operation_id="once"),
        await release(bank, operation_id="once"),
        await bank.spend(30, "once"),
    ]

    assert outcomes == [Refused(Reason.OPERATION_CONFLICT)] * 7
    assert await dump(bank.redis) == before


async def test_operation_of_the_epoch_before_is_known(bank: Bank, clock: Clock) -> None:
    """Its id places nothing else."""
    await bank.spend(5, "spent")
    clock.advance(days=90)
    await bank.spend(5)

    assert await place(bank, 5, operation_id="spent") == Refused(Reason.OPERATION_CONFLICT)
    assert done(await place(bank, 5)).after == usd(85)


async def test_repeat_after_a_clock_that_went_back_names_the_entry(bank: Bank, clock: Clock) -> None:
    """The outcome that is remembered is the one that was told."""
    clock.advance(hours=-2)
    first = done(await place(bank, 5, operation_id="once"))

    assert first.entry == (await bank.entries())[-1].id
    assert done(await place(bank, 5, operation_id="once")) == replace(first, repeated=True)
    await bank.prove()
