"""A ledger that charges 0.01 for each call that it does not know, for tests of what comes before the ledger."""

from redis.exceptions import ConnectionError as GoneError

from store.call import LONGEST_S
from store.calls import Batch
from store.charged import Charged
from store.keys import AccountRef
from store.outcomes import Reason


class Till:
    """Knows ids; refuses those of calls of ten days, and is gone when it is told to be."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.batches = 0
        self.gone_at = -1
        """Which batch is charged, but not answered."""

    async def charge(self, ref: AccountRef, batch: Batch, *, actor: str) -> Charged:  # noqa: ARG002 the protocol's
        """As `store.charging`."""
        known, found = {*self.ids}, Charged()
        for row, each in enumerate(batch.to_pylist()):
            if each["duration_s"] == LONGEST_S:
                found.refused.append((row, Reason.OPERATION_CONFLICT))
            elif each["id"] in known:
                found.repeated += 1
            else:
                known.add(each["id"])
                self.ids.append(each["id"])
                found.charged[each["service"]] += 1
                found.costs[each["service"]] += 10_000
        self.batches += 1
        if self.batches == self.gone_at:
            raise GoneError("gone")
        return found
