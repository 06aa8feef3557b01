"""Charging calls: the one path from records, whoever brings them, to lines in the ledger."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from store import keys
from store.call import CallRecord
from store.calls import Batch, to_columns
from store.cards import Cards
from store.charged import Assigned, CallOutcome, Centres, Charged
from store.fewer import encoded
from store.gathering import Gathering
from store.keys import AccountRef
from store.late import Late
from store.ledger import Past
from store.operations import Ids, random_id
from store.outcomes import Reason
from store.plans import Plans
from store.prefixes import Bools, Ints
from store.rated import Calls
from store.rating import PAID_WITH_CREDIT, Terms
from store.ratings import Rater
from store.scripts import Client
from store.sending import Run, Sender, aside

DAY_MS = 86_400_000
OLDEST_MS, LATEST_MS = 3 * 365 * DAY_MS, DAY_MS
"""A call began no longer ago than that, and no more ahead of now: what says otherwise is a mistake of its record."""
EARLIEST_MS = 89 * DAY_MS + DAY_MS // 2
"""One that began longer ago may have been charged, and nobody would know: a record is known for 91 days after it was
charged, which was a day before its call at the earliest. Half a day is left for clocks that differ.
"""

REMEMBERED = 64
"""Accounts whose terms stay laid out for columns: those of a card of 6,600 rates take about a megabyte."""
TOGETHER = 2_000
"""So many calls of different callers are charged together."""

Clock = Callable[[], int]


def clock_ms() -> int:
    """Now, ms since the epoch."""
    return time.time_ns() // 1_000_000


class Charging:
    """Rates calls in the order in which they come, and posts them, each once.

    A price depends on the record, the rate cards, and what pools had given before; never on how the records are cut
    into batches, nor on where a run was interrupted and began again.
    """

    def __init__(
        self,
        redis: Client,
        cards: Cards,
        plans: Plans,
        centres: Centres | None = None,
        *,
        ids: Ids = random_id,
        clock: Clock = clock_ms,
        past: Past | None = None,
        old: bool = False,
    ) -> None:
        """`past`: where the entries are that were archived, for calls that have had no price for so long.

        `old`: calls that began before `EARLIEST_MS` are charged as well; only the caller knows that they were not.
        """
        self._redis = redis
        self._cards = cards
        self._plans = plans
        self._centres = centres
        self._clock = clock
        self._earliest_ms = OLDEST_MS if old else EARLIEST_MS
        self._sender = Sender(redis, ids)
        self._late = Late(redis, ids, past)
        self._gathering = Gathering(self._charge_each, TOGETHER)
        self._raters: OrderedDict[AccountRef, tuple[tuple[Any, ...], Terms, Rater]] = OrderedDict()

    async def charge(self, ref: AccountRef, batch: Batch, *, actor: str) -> Charged:
        """Charge the calls of a batch of `store.calls.SCHEMA` to `ref`, or to the accounts that the rules name.

        Each is known by its id, as `Ledger.post_records` says, and by what its record says: charged again it is a
        repeat, whatever it would cost now, and whoever would pay by now: `ref` knows it as well. Calls whose price is
        not known are posted as lines of 0, see `rate_late`.
        Refused, one by one: TIME_IMPLAUSIBLE, TOO_OLD, CURRENCY_MISMATCH (its own charge is in another currency than
        the account, and nobody has paid it), OPERATION_CONFLICT (a known id whose record says something else); and
        what `Ledger.post_records` refuses: UNKNOWN_ACCOUNT, ACCOUNT_CLOSED, BALANCE_LIMIT.

        Raises:
            ValueError: this is no such batch, or an id or the actor cannot be written.
            redis.exceptions.RedisError: the outcome is unknown, of all or of some; charge the same again.
        """
        charged = Charged()
        await self._charge(ref, batch, actor, charged, None)
        return charged

    async def charge_each(
        self, ref: AccountRef, records: Sequence[CallRecord], *, actor: str, moves: bool = True
    ) -> list[CallOutcome]:
        """The same for few, each told by itself, in their order; without `moves` to `ref` alone, whatever rules say.

        Who asks while calls of the account are being charged is served after them, together with all others who do:
        so callers do not take each other's pools away from under them.
        """
        return [*await self._gathering.ask((ref, actor, moves), records)]

    async def _charge_each(
        self, whose: tuple[AccountRef, str, bool], records: Sequence[CallRecord]
    ) -> list[CallOutcome]:
        ref, actor, moves = whose
        found: dict[int, CallOutcome] = {}
        charged = Charged()
        await self._charge(ref, to_columns(records), actor, charged, found, moves=moves)
        found |= {place: CallOutcome(refused=reason) for place, reason in charged.refused}
        return [found.get(place) or CallOutcome(repeated=True) for place in range(len(records))]

    async def rate_late(self, ref: AccountRef, *, actor: str) -> Charged:
        """Charge calls that were posted without a price and have one now: by the card valid when each began.

        Each once for ever, by whomever and however often it is asked for. The call's new line has the same id, and says
        in its ground in which entry it had no price; calls of an entry that was reversed are left alone. Refused:
        ACCOUNT_CLOSED, BALANCE_LIMIT; these have no price yet.

        Raises:
            store.manifest.ArchiveError: an entry is in the archive, and cannot be read.
            redis.exceptions.RedisError: the outcome of a step is unknown; ask again.
        """
        found = await self.rater(ref)
        return await self._late.charge(ref, *found, actor=actor) if found else Charged()

    async def rater(self, ref: AccountRef) -> tuple[Terms, Rater] | None:
        """What an account's calls are rated by, and the same laid out for columns; None where there is no account."""
        currency, plan, tariff = await asyncio.gather(
            self._redis.hget(keys.account(ref), "currency"), self._plans.plan(ref), self._cards.tariff(ref.tenant)
        )
        if not currency:
            return None
        made_of = (currency, plan, id(tariff))
        known = self._raters.get(ref)
        if known is None or known[0] != made_of:
            terms = Terms(currency, tariff, plan.pools, plan.zone)
            known = (made_of, terms, await asyncio.to_thread(Rater, terms))
        self._raters[ref] = known
        self._raters.move_to_end(ref)
        if len(self._raters) > REMEMBERED:
            self._raters.popitem(last=False)
        return known[1], known[2]

    async def _charge(
        self,
        ref: AccountRef,
        batch: Batch,
        actor: str,
        charged: Charged,
        told: dict[int, CallOutcome] | None,
        *,
        moves: bool = True,
    ) -> None:
        charged.read += len(batch)
        assigned = await self._centres.assign(ref, batch) if self._centres else Assigned()
        if not moves:
            assigned = Assigned(assigned.centres)
        for account, rows in _by_account(ref, assigned, len(batch)):
            found = await self.rater(account)
            if found is None:
                charged.refused += [(row, Reason.UNKNOWN_ACCOUNT) for row in rows.tolist()]
                continue
            run = Run(account, actor, *found, charged, told, ref)
            wrong = self._implausible(batch, rows, found[0].currency)
            for reason, mask in wrong.items():
                left = rows[mask]
                if reason is Reason.CURRENCY_MISMATCH and len(left):  # another account may have paid, by other rules
                    left = await self._sender.unknown(run, Calls.of(_taken(batch, left), left))
                run.refuse(left, reason)
            good = rows[~np.logical_or.reduce([*wrong.values()])]
            calls = await aside(len(good), Calls.of, _taken(batch, good), good, _taken(assigned.centres, good))
            await self._sender.charge(run, calls)

    def _implausible(self, batch: Batch, rows: Ints, currency: str) -> dict[Reason, Bools]:
        """Which of these rows are refused before anybody is asked."""
        some = _taken(batch, rows)
        starts, now = some["start_ms"].to_numpy(), self._clock()
        wrong = (starts < now - OLDEST_MS) | (starts > now + LATEST_MS)
        old = ~wrong & (starts < now - self._earliest_ms)
        own = some["own_micros"]
        counts = pc.or_(pc.greater(own.fill_null(0), 0), pc.equal(some["capability"], PAID_WITH_CREDIT))
        foreign = pc.invert(pc.is_in(some["currency"], pa.array(["", currency])))
        other = pc.and_(pc.and_(own.is_valid(), counts), foreign).to_numpy(zero_copy_only=False)
        return {Reason.TIME_IMPLAUSIBLE: wrong, Reason.TOO_OLD: old, Reason.CURRENCY_MISMATCH: other & ~wrong & ~old}


def _by_account(ref: AccountRef, assigned: Assigned, count: int) -> Iterator[tuple[AccountRef, Ints]]:
    """Each account that pays for some of the calls, once, and the rows of all of these, in their order.

    So an account's pools are used in that order, whichever rules name it.
    """
    rows = np.arange(count)
    if assigned.accounts is None:
        yield ref, rows
        return
    places, named = encoded(assigned.accounts)  # a dictionary may have the same word twice
    names, of_place = np.unique([each or ref.account for each in named.to_pylist()], return_inverse=True)
    codes = of_place[places]
    for code, name in enumerate(names.tolist()):
        if (mine := codes == code).any():
            yield AccountRef(ref.tenant, name), rows[mine]


def _taken(column: Any, rows: Ints) -> Any:
    return column if column is None or len(rows) == len(column) else column.take(pa.array(rows))
