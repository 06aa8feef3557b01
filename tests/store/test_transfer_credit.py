"""Transfers: available credit moves whole or not at all, and both accounts say the same of it."""

from dataclasses import dataclass

import pytest

from store import keys
from store.events import BalanceLow, BalanceRecovered
from store.outcomes import Posted, Repeated
from store.roles import Operator
from store.transfers import unmatched
from tests.controls import MANAGER, REF, Bank, entry_id, usd
from tests.store import pair
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.pair import SECOND, balances, gift, last, lots, move, prove, totals

arrange = pair.arrange
EPOCH_DAYS = 90
bank = bank_on_clock(arrange)


async def test_transfer_is_posted(bank: Bank) -> None:
    """The giver's wallet is debited and the taker's credited; each names the other."""
    outcome = await move(bank, 30, "move-1", memo="for the branch")

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(100), usd(70))
    given, taken = await last(bank), await last(bank, SECOND)
    assert (given.id, given.kind, given.debit, given.credit) == (outcome.entry, "transfer", "wallet", "transfer:second")
    assert (taken.kind, taken.debit, taken.credit) == ("transfer", "transfer:default", "wallet")
    assert (given.moved, taken.moved, given.after, taken.after) == (usd(30), usd(30), usd(70), usd(30))
    assert (given.actor, given.operation, given.ref, given.memo) == (MANAGER.id, "move-1", "", "for the branch")
    assert (taken.actor, taken.operation, taken.ref, taken.memo) == (MANAGER.id, "move-1", given.id, "for the branch")
    await prove(bank)


async def test_transfer_of_all_leaves_nothing(bank: Bank) -> None:
    """To the last millionth; the lot is gone with it."""
    await move(bank, 100)

    assert await balances(bank) == (usd(0), usd(100))
    assert await lots(bank, REF) == []
    await prove(bank)


async def test_repeat_moves_nothing(bank: Bank) -> None:
    """It answers the first outcome."""
    first = await move(bank, 30, "move-1")
    await move(bank, 5)

    again = await move(bank, 30, "move-1")
    assert isinstance(again, Repeated)
    assert (again.entry, again.before, again.after) == (entry_id(first), usd(100), usd(70))
    assert await balances(bank) == (usd(65), usd(35))
    await prove(bank)


async def test_repeat_is_known_after_an_expiry_and_a_turn_of_the_epoch(bank: Bank, clock: Clock) -> None:
    """Where the transfer itself was preceded by an expiry, which has an entry of its own."""
    for _ in range(14):
        await move(bank, 1)
    await gift(bank, 10, 5)
    clock.advance(days=10)
    first = await move(bank, 30, "move-1")
    clock.advance(days=EPOCH_DAYS - 10)

    again = await move(bank, 30, "move-1")
    assert isinstance(again, Repeated)
    assert again.entry == entry_id(first)
    await prove(bank)


async def test_giver_crosses_its_levels_and_recharges(bank: Bank) -> None:
    """As by usage."""
    await bank.levels(50)
    await bank.recharge()
    await move(bank, 90)

    assert [each.level for each in await outline(bank, BalanceLow)] == [usd(50)]
    assert (await bank.account()).slot != ""
    await prove(bank)


async def test_taker_recovers_and_needs_no_recharge(bank: Bank) -> None:
    """Its levels are armed again; its open recharge is looked at, because it may be needless now."""
    await gift(bank, 10)
    await bank.levels(50)
    await bank.recharge()
    await bank.spend(105)
    await gift(bank, 90, ref=SECOND)
    await move(bank, 60, ref=SECOND, to=REF.account)

    [event] = await outline(bank, BalanceRecovered)
    assert (event.cause, event.balance, (await bank.account()).low) == ("transfer", usd(65), None)
    slot = (await bank.account()).slot
    assert f"settings:{REF.tenant}:default:{slot}" in await bank.redis.zrange(keys.due(32), 0, -1)
    await bank.spend(20)
    assert [each.level for each in await outline(bank, BalanceLow)] == [usd(50), usd(50)]
    await prove(bank)


async def test_memo_that_cannot_be_written_is_made_harmless(bank: Bank) -> None:
    """On both sides alike; an actor with a tab is an error of the program."""
    await move(bank, 1, memo="tab\tand half a character \ud83d")

    assert (await last(bank)).memo == (await last(bank, SECOND)).memo == "tab\tand half a character ?"
    with pytest.raises(ValueError, match="tab"):
        await move(bank, 1, actor=Operator("a\tb"))
    await prove(bank)


async def test_there_and_back_leaves_no_total(bank: Bank) -> None:
    """What two accounts owe each other is the sum of what moved."""
    await move(bank, 30)
    assert (await totals(bank, REF))["transfer:second"] == usd(30).micros
    await move(bank, 30, ref=SECOND, to=REF.account)

    assert "transfer:second" not in await totals(bank, REF)
    assert await balances(bank) == (usd(100), usd(0))
    await prove(bank)


@dataclass(frozen=True)
class Said:
    """What accounts hold of each other's transfers, and what is told of it."""

    workspace: dict[str, dict[str, int]]
    wrong: list[str]


@pytest.mark.parametrize(
    "said",
    [
        Said({"a": {"transfer:b": 5, "usage:calls": 7}, "b": {"transfer:a": -5}}, []),
        Said({"a": {"transfer:b": 0}, "b": {}}, []),
        Said(
            {"a": {"transfer:b": 5}, "b": {"transfer:a": -4}},
            ["a has 5 millionths of transfers with b, which has -4 of them"],
        ),
        Said({"a": {"transfer:b": 5}, "b": {}}, ["a has 5 millionths of transfers with b, which has 0 of them"]),
        Said({"b": {"transfer:a": 5}}, ["b has 5 millionths of transfers with a, which has 0 of them"]),
    ],
)
def test_what_does_not_fit_is_told_once(said: Said) -> None:
    """The accounts of a workspace agree on what moved between them, or the pair is named."""
    assert list(unmatched(said.workspace)) == said.wrong
