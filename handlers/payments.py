"""The buttons under a payment or a pause that waits for a person. A payment's name the attempt they were shown for."""

from handlers import gate
from handlers.call import Call, Person
from handlers.guard import RefusedError
from handlers.views import general, kit
from handlers.views.balance import UnderWay
from handlers.views.payment import became_of
from store.account import Account
from store.outcomes import Change, Done, Reason, Refused

_ASKED = {"needs_action": "retry-asking-bank", "stuck": "retry-asking-provider"}
"""A payment's state when the button was pressed -> what is done now; any other is tried again."""


async def retry(call: Call) -> None:
    """Try a declined payment again, or ask what became of one that the bank or a person had to look at."""
    await call.ack()
    person = await gate.manager(call)
    payment_id, attempt = _meant(call)
    outcome = await call.services.payments.retry(person.actor, call.ref, payment_id, attempt)
    text = await _too_late(call, person, payment_id, outcome)
    if not text:
        asked = _ASKED.get(_done(outcome).result)
        text = person.texts(asked) if asked else await _begun(call, person)
    await call.respond(general.says(text))


async def not_charged(call: Call) -> None:
    """A person has seen with the provider that a stuck payment took no money: the provider is asked to end it."""
    await call.ack()
    person = await gate.manager(call)
    payment_id, attempt = _meant(call)
    outcome = await call.services.payments.cancel(person.actor, call.ref, payment_id, attempt)
    text = await _too_late(call, person, payment_id, outcome)
    if not text:
        ended = _done(outcome).result == "cancelled"
        text = person.texts("not-charged-done" if ended else "not-charged-asking")
    await call.respond(general.says(text))


async def resume(call: Call) -> None:
    """The button under a paused auto-recharge."""
    await call.ack()
    person = await call.person()
    done = _done(await call.services.payments.resume(person.actor, call.ref))
    text = person.texts("dealt-resumed" if done.result == "not_paused" else "resume-begun")
    await call.respond(general.says(text))


async def follow_link(call: Call) -> None:
    """A button with an address: Slack has opened it."""
    await call.ack()


async def under_way(call: Call, account: Account) -> UnderWay:
    """The recharge and the top-ups that are open."""
    payments = call.services.payments
    recharge = await payments.get(call.ref, account.slot) if account.slot else None
    topups = await payments.open_topups(call.ref)
    return UnderWay(recharge, topups, await call.services.ledger.next_to_expire(call.ref))


def _meant(call: Call) -> tuple[str, int]:
    """Payment and attempt that the pressed button names; RefusedError if it names none."""
    payment_id, _, attempt = str(call.action().get("value") or "").partition(":")
    if not (attempt.isascii() and attempt.isdigit()):
        raise RefusedError(Reason.UNKNOWN_PAYMENT)
    return payment_id, int(attempt[:9])


async def _too_late(call: Call, person: Person, payment_id: str, outcome: Change) -> str:
    """What has become of the payment meanwhile, "" if the press was in time."""
    if not isinstance(outcome, Refused) or outcome.reason is not Reason.NOT_PENDING:
        return ""
    payment = await call.services.payments.get(call.ref, payment_id)
    return became_of(payment, person.texts) if payment else ""


async def _begun(call: Call, person: Person) -> str:
    """That it is tried again, and where it is told how it went."""
    channel = (await call.account()).alerts.channel
    return person.texts("retry-begun", channel=kit.channel(channel)) if channel else person.texts("retry-begun-direct")


def _done(outcome: Change) -> Done:
    if isinstance(outcome, Refused):
        raise RefusedError(outcome.reason)
    return outcome
