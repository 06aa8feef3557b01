"""The buttons that stop a service and let it go on."""

from handlers import gate
from handlers.call import Call
from handlers.guard import RefusedError
from handlers.views import general
from handlers.views.unusual import UNRATED
from handlers.views.why import service_name
from store.call import is_service
from store.operations import digest
from store.outcomes import Refused


async def resume(call: Call) -> None:
    """Let the service go on, unless the stop that the button was shown for is over already."""
    await call.ack()
    person = await gate.manager(call)
    at_ms, _, service = str(call.action().get("value") or "").partition(":")
    text = person.texts("dealt-service", service=service_name(service, person.texts))
    if any((str(each.at_ms), each.service) == (at_ms, service) for each in (await call.account()).stops):
        operation_id = f"resume-service:{at_ms}:{digest(service)}"
        outcome = await call.services.policies.set_service_state(
            person.actor, call.ref, service, open=True, operation_id=operation_id
        )
        if isinstance(outcome, Refused):
            raise RefusedError(outcome.reason)
        text = person.texts("service-resumed", service=service_name(service, person.texts))
    await call.respond(general.says(text))


async def stop(call: Call) -> None:
    """Stop the service of which something was told, also again if it goes on since: each press is asked first."""
    await call.ack()
    person = await gate.manager(call)
    event_id, name, ground = (*str(call.action().get("value") or "").split(":"), "", "", "")[:3]
    if not is_service(name):
        return
    outcome = await call.services.policies.set_service_state(
        person.actor,
        call.ref,
        name,
        open=False,
        operation_id=f"stop-unusual:{digest(event_id, name, call.body['trigger_id'])}",
        reason=person.texts("stop-reason-unrated" if ground == UNRATED else "stop-reason"),
    )
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    stopped = any(each.service == name for each in (await call.account()).stops)
    text = person.texts("stop-done" if stopped else "dealt-service", service=service_name(name, person.texts))
    await call.respond(general.says(text))
