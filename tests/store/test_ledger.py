"""Postings: made once and exactly, or refused for a reason."""

import pytest

from store import keys
from store.corrections import Corrections
from store.ledger import Ledger
from store.money import MAX_MICROS, Money
from store.outcomes import Done, Posted, Posting, Reason, Refused, Repeated
from store.records import UsageRecord
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, REF, Bank, entry_id, usd
from tests.store.banks import bank_by
from tests.store.posting import LIMIT, MICRO, OTHER, arrange, charge, credit, dump

bank = bank_by(arrange)


async def test_account_is_opened(redis: Client) -> None:
    """A new account has a balance of zero, no policy and no entries."""
    ledger = Ledger(redis)

    outcome = await ledger.open_account(REF, CURRENCY)

    account = await ledger.account(REF)
    assert outcome == Done("opened")
    assert account is not None
    assert (account.balance, account.version, account.currency) == (usd(0), 0, CURRENCY)
    assert (account.recharge.on, account.alerts.levels, account.low, account.slot) == (False, (), None, "")
    assert [entry async for entry in ledger.entries(REF)] == []
    assert await redis.smembers(keys.tenants(keys.partition_of(REF.tenant))) == {REF.tenant}


async def test_account_is_opened_once(bank: Bank) -> None:
    """Opening it again leaves its balance alone."""
    outcome = await bank.ledger.open_account(REF, CURRENCY)

    assert outcome == Done("known")
    assert (await bank.account()).balance == usd(100)


async def test_account_keeps_its_currency(bank: Bank) -> None:
    """Opening it again in another currency is refused."""
    assert await bank.ledger.open_account(REF, "EUR") == Refused(Reason.CURRENCY_MISMATCH)
    assert (await bank.account()).currency == CURRENCY


async def test_unknown_account_is_none(redis: Client) -> None:
    """An account that was never opened is None and has no history."""
    ledger = Ledger(redis)

    assert await ledger.account(REF) is None
    assert (await ledger.history(REF)).entries == ()
    assert [entry async for entry in ledger.entries(REF)] == []


async def test_charge_is_posted(bank: Bank) -> None:
    """A charge lowers the balance and answers its entry and the balance before and after."""
    outcome = await charge(bank, usd(30), "call-1", "a call")

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(100), usd(70))
    entry = (await bank.entries())[-1]
    assert entry.id == outcome.entry
    assert (entry.kind, entry.amount, entry.before, entry.after) == ("usage", usd(-30), usd(100), usd(70))
    assert (entry.actor, entry.memo, entry.operation, entry.version) == ("test", "a call", "call-1", 2)
    assert entry.at_ms == outcome.at_ms
    await bank.prove()


async def test_credit_is_posted(bank: Bank) -> None:
    """A credit raises the balance; its entry names its kind."""
    outcome = await bank.ledger.add_credit(
        REF, usd(5), operation_id="gift", actor="test", memo="sorry", kind="goodwill"
    )

    assert isinstance(outcome, Posted)
    assert (outcome.before, outcome.after) == (usd(100), usd(105))
    entry = (await bank.entries())[-1]
    assert (entry.kind, entry.amount, entry.memo) == ("goodwill", usd(5), "sorry")
    await bank.prove()


async def test_charge_is_posted_below_zero(bank: Bank) -> None:
    """A call that has happened is charged even when the credit does not suffice."""
    outcome = await charge(bank, usd("100.000001"))

    assert isinstance(outcome, Posted)
    assert outcome.after == -MICRO
    await bank.prove()


@pytest.mark.parametrize("amount", [MICRO, usd("0.015"), usd(1)])
async def test_small_amounts_are_kept_exactly(bank: Bank, amount: Money) -> None:
    """Ten charges of a fraction of a cent are ten times that fraction."""
    for _ in range(10):
        await charge(bank, amount)

    assert (await bank.account()).balance == Money(usd(100).micros - 10 * amount.micros, CURRENCY)
    await bank.prove()


@pytest.mark.parametrize(
    "memo",
    [
        "x" * 10_000,
        "tab\tnewline\ncarriage\rnul\x00escape\x1bdelete\x7f",
        "'single' \"double\" `back` \\ | , : {} {p00} %s $1 ]] --",
        "Grüße, 電話 📞 \u202e right to left \ufeff",
        "<!channel> <@U0OWNER> <https://example.com|Approve>",
        "",
    ],
)
async def test_memo_is_kept_as_it_is(bank: Bank, memo: str) -> None:
    """A memo of any length and any characters comes back unchanged, and does not disturb a repeat."""
    first = await charge(bank, usd(1), "memo", memo)
    again = await charge(bank, usd(1), "memo", memo)

    assert (await bank.entries())[-1].memo == memo
    assert isinstance(again, Repeated)
    assert again.entry == entry_id(first)
    await bank.prove()


@pytest.mark.parametrize("post", [charge, credit])
async def test_memo_that_cannot_be_written_is_made_harmless(bank: Bank, post: object) -> None:
    """Half a character, as cut text may end in, becomes a question mark, in a repeat as well."""
    assert callable(post)
    first = await post(bank, usd(1), "memo", "a call \ud83d")
    again = await post(bank, usd(1), "memo", "a call \ud83d")

    assert (await bank.entries())[-1].memo == "a call ?"
    assert isinstance(again, Repeated)
    assert again.entry == entry_id(first)


@pytest.mark.parametrize("micros", [0, -1, -50_000_000, MAX_MICROS + 1, 10**17, 10**30])
@pytest.mark.parametrize("post", [charge, credit])
async def test_amount_is_refused(bank: Bank, post: object, micros: int) -> None:
    """An amount that is not above zero or is beyond the exact range is refused and changes nothing."""
    assert callable(post)
    before = await dump(bank.redis)

    outcome = await post(bank, Money(micros, CURRENCY))

    assert outcome == Refused(Reason.AMOUNT_INVALID)
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("post", [charge, credit])
async def test_unknown_account_is_refused(bank: Bank, post: object) -> None:
    """A posting to an account that was never opened is refused and does not make one."""
    assert callable(post)
    before = await dump(bank.redis)

    outcome = await post(bank, usd(1), ref=OTHER)

    assert outcome == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await dump(bank.redis) == before


@pytest.mark.parametrize("post", [charge, credit])
async def test_other_currency_is_refused(bank: Bank, post: object) -> None:
    """An amount in another currency is refused and changes nothing."""
    assert callable(post)
    before = await dump(bank.redis)

    outcome = await post(bank, Money.of(1, "EUR"))

    assert outcome == Refused(Reason.CURRENCY_MISMATCH)
    assert await dump(bank.redis) == before


async def spend(bank: Bank, amount: Money, service: str) -> Posting:
    """Charge a service."""
    return await bank.ledger.charge_usage(REF, amount, operation_id=bank.operation(), actor="test", service=service)


async def test_balance_reaches_the_upper_limit_and_not_beyond(redis: Client) -> None:
    """The largest exact balance can be reached; a millionth more is refused."""
    bank = await Bank.open(redis)

    assert isinstance(await credit(bank, LIMIT), Posted)
    assert await credit(bank, MICRO) == Refused(Reason.BALANCE_LIMIT)
    assert await credit(bank, LIMIT) == Refused(Reason.BALANCE_LIMIT)
    assert (await bank.account()).balance == LIMIT
    await bank.prove()


async def test_balance_reaches_the_lower_limit_and_not_beyond(redis: Client) -> None:
    """The same below zero."""
    bank = await Bank.open(redis)

    assert isinstance(await charge(bank, LIMIT), Posted)
    assert await spend(bank, MICRO, "texts") == Refused(Reason.BALANCE_LIMIT)
    assert await spend(bank, LIMIT, "texts") == Refused(Reason.BALANCE_LIMIT)
    assert (await bank.account()).balance == -LIMIT
    await bank.prove()


async def test_full_range_is_crossed_exactly(redis: Client) -> None:
    """Around the limits every millionth counts."""
    bank = await Bank.open(redis)
    await credit(bank, LIMIT)
    await charge(bank, MICRO)
    await charge(bank, Money(MAX_MICROS - 2, CURRENCY))

    assert (await bank.account()).balance == MICRO
    await bank.prove()


@pytest.mark.parametrize("service", ["calls", "texts"])
async def test_what_a_ledger_account_was_given_has_its_limit(redis: Client, service: str) -> None:
    """All usage together, and all grants, are kept exactly or refused: with credit, below zero, and in a batch."""
    bank = await Bank.open(redis)
    await credit(bank, LIMIT)
    await spend(bank, LIMIT, service)

    refused = [await spend(bank, MICRO, service), await credit(bank, MICRO)]
    corrections = Corrections(bank.redis, bank.roles)
    await corrections.adjust_balance(MANAGER, REF, usd(1), operation_id="more")
    refused.append(await spend(bank, MICRO, service))

    record = UsageRecord("call-1", MICRO, 1_790_000_000_000, service=service)
    recorded = await bank.ledger.post_records(REF, [record], actor="test")

    assert refused == [Refused(Reason.BALANCE_LIMIT)] * 3
    assert recorded.refused == ((record, Reason.BALANCE_LIMIT),)
    assert isinstance(await spend(bank, MICRO, "others"), Posted)
    await bank.prove()


@pytest.mark.parametrize("operation_id", ["", " ", "a b", "x" * 201, "ü", "a\n", "\x00"])
async def test_malformed_operation_id_raises(bank: Bank, operation_id: str) -> None:
    """An operation id is 1 to 200 printable ASCII characters; anything else raises before Redis is asked."""
    with pytest.raises(ValueError, match="operation id"):
        await bank.ledger.charge_usage(REF, usd(1), operation_id=operation_id, actor="test")

    assert (await bank.account()).balance == usd(100)
