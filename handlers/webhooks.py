"""The button under a webhook that could not be delivered."""

from handlers.call import Call
from handlers.guard import RefusedError
from handlers.views import webhooks
from store.outcomes import Refused


async def retry(call: Call) -> None:
    """Try at once whatever the endpoint was not told."""
    await call.ack()
    person = await call.person()
    webhook_id = str(call.action().get("value") or "")
    outcome = await call.services.webhooks.retry(person.actor, call.ref.tenant, webhook_id)
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    await call.respond(webhooks.begun(int(outcome.result), person.texts))
