"""An open payment: what it waits for, and the buttons that a person ends the waiting with.

A button names the attempt that it was shown for, so that one that is pressed late changes nothing.
"""

from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.services import PaymentMethod
from handlers.views import kit
from store.payment import Payment, Step

_DEALT = {
    "due": "dealt-working",
    "charging": "dealt-working",
    "unknown": "dealt-working",
    "unavailable": "dealt-waiting",
    "needs_action": "dealt-waiting",
    "stuck": "dealt-waiting",
    "succeeded": "dealt-succeeded",
    "cancelled": "dealt-cancelled",
    "failed": "dealt-failed",
}
"""A payment's state when a button was pressed too late -> what has become of it; a declined one has a time as well."""

_WAITS = {
    "needs_action": "waits-needs-action",
    "unavailable": "waits-unavailable",
    "unknown": "waits-unknown",
    "asking": "waits-asking",
    "stuck": "waits-stuck",
    "not_credited": "waits-not-credited",
}
_TOPUP_WAITS = {
    "needs_action": "waits-topup-needs-action",
    "unavailable": "waits-topup-unavailable",
    "unknown": "waits-topup-unknown",
    "asking": "waits-topup-asking",
    "stuck": "waits-topup-stuck",
    "not_credited": "waits-topup-not-credited",
}
"""The states in which nothing goes on by itself, or not now; that of a declined payment has a time as well."""


def waits_for(payment: Payment, texts: Texts) -> str:
    """What an open payment waits for, "" if it is being charged."""
    amount = texts.money(payment.amount)
    if payment.state == "retrying":
        return texts("waits-retrying", amount=amount, when=texts.time(payment.next_ms))
    state = "asking" if payment.state == "unknown" and payment.step is not Step.CHARGE else payment.state
    if state == "stuck" and payment.charged:
        state = "not_credited"
    key = (_TOPUP_WAITS if payment.kind == "topup" else _WAITS).get(state)
    return texts(key, amount=amount, who=who(payment.requested_by, texts)) if key else ""


def became_of(payment: Payment, texts: Texts) -> str:
    """What has become of a payment whose button was pressed too late."""
    amount = texts.money(payment.amount)
    if payment.state == "retrying":
        return texts("dealt-retrying", when=texts.time(payment.next_ms))
    key = _DEALT.get(payment.state, "refused-not_pending")
    return texts(key, amount=amount)


def buttons(payment: Payment, texts: Texts) -> list[kit.Element]:
    """What a credit manager would do about it."""
    attempt = str(payment.attempt)
    match payment.state:
        case "needs_action":
            return to_confirm(payment.id, attempt, texts, url=payment.url)
        case "stuck":
            return to_clear_up(payment.id, attempt, texts, charged=payment.charged)
        case "retrying":
            return [to_retry(payment.id, attempt, texts)]
    return []


def to_confirm(payment_id: str, attempt: str, texts: Texts, *, url: str) -> list[kit.Element]:
    """The bank wants a confirmation: the way there if there is one, and that it is done."""
    link = [kit.button(texts("button-authenticate"), ids.OPEN_LINK, url=url)] if url else []
    return [*link, _press("button-authenticated", ids.RETRY_PAYMENT, payment_id, attempt, texts, style="primary")]


def to_clear_up(payment_id: str, attempt: str, texts: Texts, *, charged: bool) -> list[kit.Element]:
    """Ask the provider again; where it is not known whether it was charged, a person may say that it was not."""
    sure = kit.question(
        texts.plain("not-charged-title"),
        texts.plain("not-charged-text"),
        yes=texts.plain("button-not-charged"),
        no=texts.plain("cancel"),
    )
    ask = _press("button-ask", ids.RETRY_PAYMENT, payment_id, attempt, texts, style="primary")
    if charged:
        return [ask]
    return [
        ask,
        _press("button-not-charged", ids.NOT_CHARGED, payment_id, attempt, texts, style="danger", confirm=sure),
    ]


def to_retry(payment_id: str, attempt: str, texts: Texts) -> kit.Element:
    """It was declined: try again now."""
    return _press("button-retry", ids.RETRY_PAYMENT, payment_id, attempt, texts, style="primary")


def to_resume(texts: Texts) -> kit.Element:
    """Auto-recharge is paused: go on."""
    return kit.button(texts("button-resume"), ids.RESUME_RECHARGE, style="primary")


def who(actor: str, texts: Texts) -> str:
    """A person who did something, as a mention."""
    user_id = actor.removeprefix("slack:")
    return kit.user(user_id) if user_id != actor else texts("somebody")


def called(method: PaymentMethod, texts: Texts) -> str:
    """What people call a payment method, with what is to be known of it."""
    return f"{method.label} ({texts(method.note)})" if method.note else method.label


def _press(key: str, action_id: str, payment_id: str, attempt: str, texts: Texts, **more: Any) -> kit.Element:
    return kit.button(texts(key), action_id, value=f"{payment_id}:{attempt}", **more)
