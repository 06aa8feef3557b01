"""Transfers: available credit moves with its expiry, whole or not at all, and both accounts say the same of it."""

from dataclasses import dataclass

import pytest

from store import keys
from store.account import State
from store.events import BalanceLow, BalanceRecovered
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Posted, Reason, Refused, Repeated
from store.roles import Operator
from store.transfers import MOST_LOTS, unmatched
from tests.controls import CURRENCY, MANAGER, MEMBER, REF, STRANGER, Bank, entry_id, usd
from tests.store import pair
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock
from tests.store.outline import outline
from tests.store.pair import SECOND, balances, gift, last, lots, move, prove, spend, totals
from tests.store.posting import MICRO, OTHER, dump
from tests.store.recharging import complete

arrange = pair.arrange
DAY_MS = 86_400_000
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


@pytest.mark.parametrize("changed", [{"amount": 31}, {"to": "third"}, {"memo": "other"}])
async def test_operation_id_with_other_contents_is_refused(bank: Bank, changed: dict[str, object]) -> None:
    """Another amount, taker or memo under the same id is a conflict."""
    await move(bank, 30, "move-1")

    outcome = await move(bank, **{"amount": 30, "operation_id": "move-1", **changed})  # type: ignore[arg-type]
    assert outcome == Refused(Reason.OPERATION_CONFLICT)
    assert await balances(bank) == (usd(70), usd(30))


async def test_parts_keep_class_and_expiry(bank: Bank, clock: Clock) -> None:
    """What is lost soonest moves first; granted stays granted, paid for stays paid for."""
    await bank.recharge()
    await bank.spend(90)
    await complete(bank)
    sooner = await gift(bank, 20, 30)
    await move(bank, 50)

    parts = [(each.left, each.granted, each.expires_ms) for each in await lots(bank, SECOND)]
    assert parts == [
        (usd(20).micros, True, clock.ms + 30 * DAY_MS),
        (usd(10).micros, True, 900_000_000_000_000),
        (usd(20).micros, False, clock.ms + 365 * DAY_MS),
    ]
    assert (await last(bank)).lots == f"{sooner}=20000000 1=10000000 3=20000000"
    assert [each.ref for each in (await bank.entries(SECOND))] == [(await last(bank)).id] * 3
    await prove(bank)


async def test_transferred_lot_is_on_the_schedule(bank: Bank, clock: Clock) -> None:
    """It warns of its end and ends with the taker; nothing is left of it with the giver."""
    lot = await gift(bank, 20, 40)
    await move(bank, 20)
    assert (await last(bank)).lots == f"{lot}=20000000"
    clock.advance(days=40)

    assert await bank.ledger.look_at_lot(SECOND, "1") == "expired"
    assert await bank.ledger.look_at_lot(REF, lot) == "gone"
    assert await balances(bank) == (usd(100), usd(0))
    await prove(bank)


async def test_transfer_first_pays_the_takers_debt(bank: Bank) -> None:
    """Usage that nothing had paid is paid, and only the rest is a lot."""
    await spend(bank, 20)
    await move(bank, 30)

    assert [each.left for each in await lots(bank, SECOND)] == [usd(10).micros]
    assert (await last(bank, SECOND)).lots.startswith("-=20000000 2/0/")
    await prove(bank)


async def test_expired_credit_does_not_move(bank: Bank, clock: Clock) -> None:
    """Whether it is in use or waits: it is not part of what is available."""
    await gift(bank, 10, 5)
    await gift(bank, 10, 6)
    await gift(bank, 10, 20)
    clock.advance(days=10)

    assert await move(bank, 111) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await move(bank, 110), Posted)
    assert [each.expires_ms > clock.ms for each in await lots(bank, SECOND)] == [True, True]
    await prove(bank)


async def test_used_up_lot_is_no_part(bank: Bank) -> None:
    """It is still the one in use until the next posting: the entry names those that paid."""
    await gift(bank, 10, 30)
    await bank.spend(10)
    await move(bank, 5)

    assert (await last(bank)).lots == "1=5000000"
    await prove(bank)


async def test_expired_credit_of_the_giver_leaves_first(bank: Bank, clock: Clock) -> None:
    """Its entry comes before the transfer's."""
    await gift(bank, 5, 5)
    clock.advance(days=10)
    await move(bank, 30)

    assert [each.kind for each in await bank.entries()] == ["grant", "grant", "expiry", "transfer"]
    await prove(bank)


async def test_used_up_lot_before_an_expired_one_does_not_hide_it(bank: Bank, clock: Clock) -> None:
    """The lot in use is empty, and the next one has expired before anybody looked."""
    await gift(bank, 10, 5)
    await gift(bank, 10, 6)
    await bank.spend(10)
    clock.advance(days=10)

    assert await move(bank, 101) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await move(bank, 100), Posted)
    assert await balances(bank) == (usd(0), usd(100))
    await prove(bank)


async def test_expired_lots_that_wait_are_not_counted(bank: Bank, clock: Clock) -> None:
    """However many have expired, they do not stand before what has not."""
    await bank.spend(100)
    await gift(bank, 5, 1)
    for _ in range(MOST_LOTS):
        await gift(bank, 1, 2)
    await gift(bank, 10, 20)
    clock.advance(days=10)

    assert isinstance(await move(bank, 10), Posted)
    assert [each.left for each in await lots(bank, SECOND)] == [usd(10).micros]
    await prove(bank)


async def test_overdraft_does_not_move(bank: Bank) -> None:
    """It is for usage: a transfer ends at zero."""
    await bank.policies.set_overdraft(MANAGER, REF, usd(50), operation_id="overdraft")

    assert await move(bank, usd(100) + MICRO) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await move(bank, 100), Posted)
    assert await move(bank, MICRO) == Refused(Reason.INSUFFICIENT_CREDIT)
    await prove(bank)


async def set_aside(bank: Bank, units: int) -> None:
    """Place a hold for a call of an hour."""
    held = await bank.ledger.place_hold(
        REF, "call", usd(units), ttl_ms=3_600_000, operation_id=bank.operation(), actor="test"
    )
    assert not isinstance(held, Refused)


async def test_what_is_set_aside_does_not_move(bank: Bank) -> None:
    """Holds keep what they hold."""
    await set_aside(bank, 40)

    assert await move(bank, 61) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert isinstance(await move(bank, 60), Posted)
    assert [each.left for each in await lots(bank, REF)] == [usd(40).micros]
    await prove(bank)


@pytest.mark.parametrize("used_up", [False, True])
async def test_expired_credit_that_is_set_aside_does_not_move(bank: Bank, clock: Clock, *, used_up: bool) -> None:
    """The expiry takes what is available, and the credit that has not expired stays for the hold."""
    if used_up:
        await gift(bank, 10, 4)
    await gift(bank, 10, 5)
    await set_aside(bank, 100)
    if used_up:
        await bank.spend(10)
    clock.advance(days=10)

    assert await move(bank, 1) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert (await bank.account()).available == usd(10)
    await prove(bank)


async def test_accounts_currency_and_amount_are_checked(bank: Bank) -> None:
    """Each refusal has its reason and changes nothing."""
    euros = AccountRef(REF.tenant, "euros")
    await bank.ledger.open_account(euros, "EUR")
    before = await dump(bank.redis)

    assert await move(bank, 1, to=REF.account) == Refused(Reason.SAME_ACCOUNT)
    assert await move(bank, 1, to="missing") == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await move(bank, 1, ref=AccountRef(REF.tenant, "missing")) == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await move(bank, 1, to="euros") == Refused(Reason.CURRENCY_MISMATCH)
    assert await move(bank, Money.of(1, "EUR"), ref=REF) == Refused(Reason.CURRENCY_MISMATCH)
    assert await move(bank, Money.of(1, "EUR"), to="euros") == Refused(Reason.CURRENCY_MISMATCH)
    for micros in (0, -1, MAX_MICROS + 1):
        assert await move(bank, Money(micros, CURRENCY)) == Refused(Reason.AMOUNT_INVALID)
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("ref", [REF, SECOND])
@pytest.mark.parametrize(
    ("state", "reason"), [(State.FROZEN, Reason.ACCOUNT_FROZEN), (State.CLOSED, Reason.ACCOUNT_CLOSED)]
)
async def test_both_accounts_have_to_be_open(bank: Bank, ref: AccountRef, state: State, reason: Reason) -> None:
    """Neither gives nor takes anything otherwise."""
    await bank.redis.hset(keys.account(ref), "state", state.value)
    before = await dump(bank.redis)

    assert await move(bank, 1) == Refused(reason)
    assert await dump(bank.redis) == before


async def test_insufficient_credit_changes_nothing(bank: Bank, clock: Clock) -> None:
    """Not even what has expired leaves."""
    await gift(bank, 10, 5)
    clock.advance(days=10)
    before = await dump(bank.redis)

    assert await move(bank, 101) == Refused(Reason.INSUFFICIENT_CREDIT)
    assert await dump(bank.redis) == before


async def test_takers_balance_has_its_limit(bank: Bank) -> None:
    """The largest exact balance can be reached, and not one millionth more."""
    await bank.ledger.add_credit(SECOND, Money(MAX_MICROS - 10, CURRENCY), operation_id="much", actor="test")

    assert await move(bank, Money(11, CURRENCY)) == Refused(Reason.BALANCE_LIMIT)
    assert isinstance(await move(bank, Money(10, CURRENCY)), Posted)
    await prove(bank)


async def test_total_of_transfers_has_its_limit(bank: Bank) -> None:
    """What one account has given another is kept exactly as well."""
    for ref, sign in ((REF, 1), (SECOND, -1)):
        other = "second" if ref == REF else "default"
        await bank.redis.hset(keys.account(ref), f"total:transfer:{other}", str(sign * (MAX_MICROS - 5)))

    assert await move(bank, Money(6, CURRENCY)) == Refused(Reason.BALANCE_LIMIT)
    assert isinstance(await move(bank, Money(5, CURRENCY)), Posted)


async def test_parts_are_limited_in_number(bank: Bank) -> None:
    """As many lots as the limit, one more is refused; the same sum goes in two steps."""
    await bank.spend(100)
    for days in range(1, MOST_LOTS + 2):
        await gift(bank, 1, days)

    assert await move(bank, MOST_LOTS + 1) == Refused(Reason.LOTS_TOO_MANY)
    assert isinstance(await move(bank, MOST_LOTS), Posted)
    assert isinstance(await move(bank, 1), Posted)
    assert await balances(bank) == (usd(0), usd(MOST_LOTS + 1))
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


async def test_expired_credit_of_the_taker_leaves_first(bank: Bank, clock: Clock) -> None:
    """Its entry comes before the transfer's."""
    await gift(bank, 5, 5, ref=SECOND)
    clock.advance(days=10)
    await move(bank, 30)

    assert [each.kind for each in await bank.entries(SECOND)] == ["grant", "expiry", "transfer"]
    await prove(bank)


async def test_only_managers_and_operators_transfer(bank: Bank) -> None:
    """Members and strangers do not, nor a manager of another workspace's credit."""
    await bank.ledger.open_account(OTHER, CURRENCY)

    assert await move(bank, 1, actor=MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await move(bank, 1, actor=STRANGER) == Refused(Reason.STRANGER)
    assert await move(bank, 1, ref=OTHER) == Refused(Reason.STRANGER)
    assert isinstance(await move(bank, 1, actor=Operator("night-shift")), Posted)
    assert (await last(bank, SECOND)).actor == "operator:night-shift"


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
