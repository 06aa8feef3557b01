"""Postings of usage: one, or many in as few script calls as there are accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from store import keys
from store.keys import AccountRef
from store.money import Money
from store.operations import Ids, checked_id, contents, harmless, mark, note
from store.outcomes import Posted, Posting, Reason, Refused, Repeated
from store.scripts import Argument, Client, Scripts

MAX_POSTINGS = 200
"""How many postings one call takes: it keeps Redis for about a millisecond, in which nobody else is served."""

LONGEST_SERVICE = 64
"""A service's name is 1 to 64 printable characters."""


@dataclass(frozen=True, slots=True)
class UsagePosting:
    """One debit of usage: its arguments are those of `Ledger.charge_usage`."""

    ref: AccountRef
    amount: Money
    operation_id: str
    actor: str
    memo: str = ""
    service: str = "calls"
    authorised: bool = False


Told = tuple[dict[str, str], dict[str, Argument]]
"""The keys and the arguments of a call, by name."""


class Prepared(NamedTuple):
    """A posting, checked, and what the script is told of it."""

    posting: UsagePosting
    arguments: tuple[str, ...]


def check_service(service: str) -> None:
    """ValueError unless it is 1 to 64 printable characters: it is part of a ledger account's name."""
    if not 0 < len(service) <= LONGEST_SERVICE or not service.isprintable():
        msg = f"a service is 1 to {LONGEST_SERVICE} printable characters, not {service!r}"
        raise ValueError(msg)


def prepare(posting: UsagePosting) -> Prepared:
    """The posting as the script takes it; ValueError where its id, actor or service cannot be written."""
    operation_id, service, memo = posting.operation_id, posting.service, harmless(posting.memo)
    check_service(service)
    micros = str(posting.amount.micros)
    return Prepared(
        posting,
        (
            mark(checked_id(operation_id)),
            contents("usage", micros, posting.amount.currency, service, memo),
            micros,
            service,
            note(posting.actor, operation_id, "", memo),
        ),
    )


class Batches:
    """Sends postings to `post_usage`, which takes those of one account and one currency, all authorised or none."""

    def __init__(self, redis: Client, ids: Ids) -> None:
        self._scripts = Scripts(redis)
        self._ids = ids

    async def post(self, postings: Sequence[UsagePosting]) -> tuple[Posting, ...]:
        """Post up to 200 of any accounts, those of an account in their order; the outcomes are in the order given.

        Raises:
            ValueError: more than 200, or one that cannot be written; nothing was posted.
            redis.exceptions.RedisError: the outcome is unknown, of all or of some accounts; post the same again.
        """
        if len(postings) > MAX_POSTINGS:
            msg = f"at most {MAX_POSTINGS} postings at once, not {len(postings)}"
            raise ValueError(msg)
        prepared = [prepare(each) for each in postings]
        found: list[Posting | None] = [None] * len(prepared)
        for together in _rounds(postings):
            calls = [[prepared[place] for place in run] for run in together]
            answers = await self._scripts.call_many("post_usage", [self._call(each) for each in calls])
            for run, call, answer in zip(together, calls, answers, strict=True):
                for place, outcome in zip(run, decode(call, answer), strict=True):
                    found[place] = outcome
        return tuple(each for each in found if each is not None)

    async def call(self, prepared: Sequence[Prepared]) -> list[Posting]:
        """One script call: postings of one account and currency, all authorised or none."""
        keyed, arguments = self._call(prepared)
        return decode(prepared, await self._scripts.call("post_usage", keyed, **arguments))

    def _call(self, prepared: Sequence[Prepared]) -> Told:
        first = prepared[0].posting
        return (
            {**posting_keys(first.ref), "payment": keys.payment(first.ref.tenant, self._ids())},
            {
                "wanted": first.amount.currency,
                "authorised": int(first.authorised),
                "postings": [part for each in prepared for part in each.arguments],
            },
        )


@lru_cache(maxsize=4096)
def posting_keys(ref: AccountRef) -> dict[str, str]:
    """The keys that every posting of the account touches, by the names of the scripts' headers."""
    partition = keys.partition_of(ref.tenant)
    return {
        "account": keys.account(ref),
        "journal": keys.journal(ref),
        "outbox": keys.outbox(partition),
        "due": keys.due(partition),
    }


def decode(prepared: Sequence[Prepared], answer: str) -> list[Posting]:
    """The outcomes of one call: a line for each posting, or one for all where there is no such account."""
    lines = answer.split("\n")
    if len(lines) < len(prepared):
        lines *= len(prepared)
    found: list[Posting] = []
    last = Money(0, "")
    for (posting, _), line in zip(prepared, lines, strict=True):
        outcome, first, *more = line.split(" ")
        if outcome == "refused":
            found.append(Refused(Reason(first)))
            continue
        at_ms = int(first.partition("-")[0])
        if more[0] == "?":
            found.append(Repeated(first, None, None, at_ms))
            continue
        after, currency = int(more[0]), posting.amount.currency
        started = after + posting.amount.micros
        before = last if last.micros == started and last.currency else Money(started, currency)
        last = Money(after, currency)
        kind = Posted if outcome == "posted" else Repeated
        found.append(kind(first, before, last, at_ms))
    return found


def _rounds(postings: Sequence[UsagePosting]) -> list[list[list[int]]]:
    """The places of the postings, by calls, in rounds of what may be sent together.

    An account's postings stay in order: another currency, or authorised after recorded usage, has to wait a round.
    """
    accounts: dict[AccountRef, list[list[int]]] = {}
    for place, each in enumerate(postings):
        runs = accounts.setdefault(each.ref, [])
        if runs:
            last = postings[runs[-1][-1]]
            if last.amount.currency == each.amount.currency and last.authorised == each.authorised:
                runs[-1].append(place)
                continue
        runs.append([place])
    return [[run for run in together if run] for together in zip_longest(*accounts.values())]
