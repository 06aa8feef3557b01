"""Reversals of entries and of call records, in short."""

from store.corrections import Corrections, Proofs
from store.keys import AccountRef
from store.outcomes import Posting
from store.roles import Actor, Operator
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
