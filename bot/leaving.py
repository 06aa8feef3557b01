"""A workspace that was left for good: nobody there sees or stops a payment any more, so no recharge is charged."""

import structlog

from bot.workspaces import LEFT
from store.events import Event
from store.outcomes import Done
from store.policy import Policies

REASON = "left_workspace"
PAUSED = (
    "Auto-recharge of a workspace that seems to be left for good is paused: nothing is charged there until somebody in"
    " it resumes it. Were the token wrong, `credits dead replay` tells the workspace once the right one is set."
)

log = structlog.get_logger(__name__)


class Leaving:
    """Pauses the auto-recharge of whom an event is put aside for, because the workspace was left."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def put_aside(self, event: Event, why: str) -> None:
        """Before `event` is put aside for the reason `why`; called again, it changes nothing more."""
        if not why.startswith(LEFT):
            return
        outcome = await self._policies.pause_recharge(event.ref, REASON)
        if outcome == Done("paused"):
            log.error("recharge_paused", tenant=event.ref.tenant, account=event.ref.account, reason=PAUSED)
