"""Transfers: credit moves between two accounts of one workspace, in one step."""

from collections.abc import Iterator, Mapping

from store import keys
from store.keys import AccountRef
from store.money import Money
from store.operations import Ids, checked_id, contents, decode_posting, harmless, mark, note, random_id
from store.outcomes import Posting
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts

MOST_LOTS = 50
"""So many lots' parts at most make up one transfer."""

_TRANSFER = "transfer:"


class Transfers:
    """Moves credit; a caller who is a person has their role checked here."""

    def __init__(self, redis: Client, roles: Roles, *, ids: Ids = random_id) -> None:
        self._scripts = Scripts(redis)
        self._roles = roles
        self._ids = ids

    async def transfer_credit(
        self, actor: Actor | Operator, ref: AccountRef, to: str, amount: Money, *, operation_id: str, memo: str = ""
    ) -> Posting:
        """Move `amount` from `ref` to the account named `to` of the same workspace; the outcome is the giver's.

        Only what is available moves, never overdraft, never what holds set aside, and nothing that has expired; what
        came with an expiry keeps it. The operation is remembered on the giver's account, as by `Ledger`.

        Refused: STRANGER, NOT_A_MANAGER, SAME_ACCOUNT, UNKNOWN_ACCOUNT (either), CURRENCY_MISMATCH, AMOUNT_INVALID,
        ACCOUNT_FROZEN, ACCOUNT_CLOSED (either), INSUFFICIENT_CREDIT, LOTS_TOO_MANY (parts of more than `MOST_LOTS`),
        BALANCE_LIMIT (the taker's), OPERATION_CONFLICT.
        """
        taker, payment_id, memo = AccountRef(ref.tenant, to), self._ids(), harmless(memo)
        note(actor.id, operation_id, "", memo)  # raises where the journal could not hold it
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        partition = keys.partition_of(ref.tenant)
        answer = await self._scripts.call(
            "transfer_credit",
            {
                "account": keys.account(ref),
                "journal": keys.journal(ref),
                "taker_account": keys.account(taker),
                "taker_journal": keys.journal(taker),
                "outbox": keys.outbox(partition),
                "due": keys.due(partition),
                "payment": keys.payment(ref.tenant, payment_id),
            },
            tenant=ref.tenant,
            account_id=ref.account,
            taker_id=to,
            mark=mark(checked_id(operation_id)),
            contents=contents("transfer", to, str(amount.micros), amount.currency, memo),
            amount_micros=amount.micros,
            wanted=amount.currency,
            payment_id=payment_id,
            actor=actor.id,
            operation_id=operation_id,
            memo=memo,
        )
        return decode_posting(answer, -amount.micros, amount.currency)


def unmatched(workspace: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """What one account of a workspace says of its transfers and another does not, in words.

    Args:
        workspace: each account's name, and its ledger accounts with what they hold, millionths ("transfer:second").
            All of one moment, as one read in a transaction gives them.
    """
    for name, totals in sorted(workspace.items()):
        for ledger_account, micros in sorted(totals.items()):
            other = ledger_account.removeprefix(_TRANSFER)
            if other == ledger_account:
                continue
            mirrored = workspace.get(other, {}).get(f"{_TRANSFER}{name}", 0)
            # Each pair is told once, by the first of the two that there is.
            if micros + mirrored and (name < other or not mirrored):
                yield f"{name} has {micros} millionths of transfers with {other}, which has {mirrored} of them"
