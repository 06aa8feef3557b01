"""The reaction that pushes: an event is queued for each endpoint that hears of it, and the courier sent."""

from collections.abc import Callable

from store.deliveries import Deliveries
from store.events import Event
from store.ledger import Ledger
from store.payload import payload
from store.webhook import NAMES
from store.webhooks import Webhooks


class Pushes:
    """Handles every event that endpoints can be told of."""

    def __init__(
        self, webhooks: Webhooks, deliveries: Deliveries, ledger: Ledger, begin: Callable[[str, str], None]
    ) -> None:
        """`begin` delivers for an endpoint, as tenant and id, what is queued."""
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._ledger = ledger
        self._begin = begin

    async def react(self, event: Event, *, again: bool, more: bool) -> None:  # noqa: ARG002 the same either way
        """Queue it; called again for the same event, it queues nothing twice."""
        if type(event) not in NAMES:
            return
        hearing = [each for each in await self._webhooks.all(event.ref.tenant) if each.hears(event)]
        if not hearing:
            return
        type_, body = payload(event, await self._ledger.account(event.ref))
        for webhook in hearing:
            if await self._deliveries.queue(webhook, event, type_=type_, body=body):
                self._begin(webhook.tenant, webhook.id)
