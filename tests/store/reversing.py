"""Reversals of entries and of call records, in short."""

from store import keys
from store.account import Entry
from store.corrections import Corrections, Proofs
from store.keys import AccountRef
from store.operations import contents, mark
from store.outcomes import Posting
from store.roles import Actor, Operator
from store.scripts import Scripts
from tests.controls import MANAGER, REF, Bank


async def undo(
    bank: Bank,
    entry: str,
    record: str = "",
    operation_id: str = "",
    *,
    ref: AccountRef = REF,
    actor: Actor | Operator = MANAGER,
    memo: str = "",
    past: Proofs | None = None,
) -> Posting:
    """Reverse an entry, or a call record of it if one is named."""
    corrections = Corrections(bank.redis, bank.roles, past=past)
    operation_id = operation_id or bank.operation()
    if not record:
        return await corrections.reverse_entry(actor, ref, entry, operation_id=operation_id, memo=memo)
    return await corrections.reverse_record(actor, ref, entry, record, operation_id=operation_id, memo=memo)


async def charged(bank: Bank) -> Entry:
    """The entry of the three calls."""
    return (await bank.entries())[1]


async def claim_to_have_read(
    bank: Bank, line: str, amount_micros: int | str, name: str = "record-1", entry: str = "", minutes: str = ""
) -> str:
    """Ask the script itself, as a caller would who unpacked something else, or wrongly."""
    partition = keys.partition_of(REF.tenant)
    named = {"account": keys.account(REF), "journal": keys.journal(REF), "reversed": keys.reversals(REF)}
    named |= {"outbox": keys.outbox(partition), "due": keys.due(partition), "payment": keys.payment(REF.tenant, "p")}
    named |= {"pooled": keys.pooled(REF)}
    operation = bank.operation()
    answer = await Scripts(bank.redis).call(
        "reverse_record",
        named,
        tenant=REF.tenant,
        account_id=REF.account,
        entry_id=entry or (await charged(bank)).id,
        told=line,
        record=name,
        amount_micros=amount_micros,
        minutes=minutes,
        mark=mark(operation),
        contents=contents(operation),
        lifetime_ms=86_400_000,
        payment_id="p",
        note="\t\t\t",
    )
    return str(answer)
