"""What the schedule has due goes to whom it concerns: payments to their charges, lots and holds to the ledger."""

from bot.recharge import Charges
from store.ledger import Ledger
from store.schedule import Due


class Looks:
    """Called by the ticker with each look that is due."""

    def __init__(self, charges: Charges, ledger: Ledger) -> None:
        self._charges = charges
        self._ledger = ledger

    async def look(self, due: Due) -> None:
        """Look at it now; what acts on it takes it off the schedule."""
        if due.lot:
            await self._ledger.look_at_lot(due.ref, due.lot)
        elif due.hold:
            await self._ledger.expire_hold(due.ref, due.hold)
        else:
            await self._charges.look(due)
