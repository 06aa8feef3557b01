"""Two accounts of one workspace, and what moves between them, in short."""

from store import keys
from store.account import Entry
from store.keys import AccountRef
from store.lots import Lot
from store.money import Money
from store.outcomes import Posting
from store.roles import Actor, Operator
from store.scripts import Client
from store.transfers import Transfers, unmatched
from tests.controls import CURRENCY, MANAGER, REF, Bank, usd

SECOND = AccountRef(REF.tenant, "second")
REFS = (REF, SECOND)


async def arrange(redis: Client) -> Bank:
    """100 dollars here, none on the second account."""
    bank = await arrange_empty(redis)
    await bank.grant(100)
    return bank


async def arrange_empty(redis: Client) -> Bank:
    """Two accounts without credit."""
    bank = await Bank.open(redis)
    await bank.ledger.open_account(SECOND, CURRENCY)
    return bank


async def gift(bank: Bank, units: str | int, days: int = 0, ref: AccountRef = REF) -> str:
    """Grant credit for so many days, 0 for ever; answers its lot."""
    await bank.ledger.add_credit(ref, usd(units), operation_id=bank.operation(), actor="test", days=days)
    return str((await bank.account(ref)).version)


async def spend(bank: Bank, units: int, ref: AccountRef = SECOND) -> None:
    """Charge a call to the second account, or another."""
    await bank.ledger.charge_usage(ref, usd(units), operation_id=bank.operation(), actor="test")


async def move(
    bank: Bank,
    amount: Money | int,
    operation_id: str = "",
    *,
    ref: AccountRef = REF,
    to: str = SECOND.account,
    actor: Actor | Operator = MANAGER,
    memo: str = "",
) -> Posting:
    """Transfer from the first account to the second, or as told."""
    return await Transfers(bank.redis, bank.roles).transfer_credit(
        actor,
        ref,
        to,
        usd(amount) if isinstance(amount, int) else amount,
        operation_id=operation_id or bank.operation(),
        memo=memo,
    )


async def last(bank: Bank, ref: AccountRef = REF) -> Entry:
    """The account's newest entry."""
    return (await bank.entries(ref))[-1]


async def balances(bank: Bank) -> tuple[Money, Money]:
    """What is available on both."""
    return (await bank.account()).available, (await bank.account(SECOND)).available


async def lots(bank: Bank, ref: AccountRef) -> list[Lot]:
    """Lots in order of use."""
    return Lot.decode_all(await bank.redis.hgetall(keys.account(ref)), await bank.redis.hgetall(keys.lots(ref)))


async def totals(bank: Bank, ref: AccountRef) -> dict[str, int]:
    """The ledger accounts beside the wallet, millionths, those at zero left out."""
    record = await bank.redis.hgetall(keys.account(ref))
    return {
        name.removeprefix("total:"): int(held) for name, held in record.items() if name[:6] == "total:" and held != "0"
    }


async def prove(bank: Bank) -> None:
    """Each account proves itself, and both say the same of what moved between them."""
    for ref in REFS:
        await bank.prove(ref)
    assert list(unmatched({ref.account: await totals(bank, ref) for ref in REFS})) == []
