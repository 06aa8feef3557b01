"""The button under a service that a person stopped."""

from handlers import gate
from handlers.call import Call
from handlers.guard import RefusedError
from handlers.views import general, kit
from store.operations import digest
from store.outcomes import Refused


async def resume(call: Call) -> None:
    """Let the service go on, unless the stop that the button was shown for is over already."""
    await call.ack()
    person = await gate.manager(call)
    at_ms, _, service = str(call.action().get("value") or "").partition(":")
    text = person.texts("dealt-service", service=kit.escape(service))
    if any((str(each.at_ms), each.service) == (at_ms, service) for each in (await call.account()).stops):
        operation_id = f"resume-service:{at_ms}:{digest(service)}"
        outcome = await call.services.policies.set_service_state(
            person.actor, call.ref, service, open=True, operation_id=operation_id
        )
        if isinstance(outcome, Refused):
            raise RefusedError(outcome.reason)
        text = person.texts("service-resumed", service=kit.escape(service))
    await call.respond(general.says(text))
