"""Webhooks that could not be delivered: why, and the button that tries again."""

from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import general, kit
from store.deliveries import Why
from store.pushes import WebhookFailed


def failed(event: WebhookFailed, texts: Texts) -> str:
    """What the alert channel is told when a delivery is given up, as mrkdwn."""
    return texts("news-webhook-gone" if event.why == Why.GONE else "news-webhook-failed", **words(event, texts))


def words(event: WebhookFailed, texts: Texts) -> dict[str, str]:
    """What a text about it may name."""
    return {"host": kit.escape(event.host), "event": event.about, "why": reason(event.why, texts)}


def reason(why: str, texts: Texts) -> str:
    """Why a try failed, in words; `why` as `store.deliveries` keeps it."""
    kind, _, status = why.partition(" ")
    key = f"webhook-{kind}"
    return texts(key, status=status) if texts.has(key) else texts("webhook-broken")


def to_retry(webhook_id: str, texts: Texts) -> kit.Element:
    """The button that tries again whatever was not delivered."""
    return kit.button(texts("button-retry-webhook"), ids.RETRY_WEBHOOK, value=webhook_id)


def begun(number: int, texts: Texts) -> dict[str, Any]:
    """What is said when that was pressed; `number` deliveries wait."""
    return general.says(texts("webhook-retry-begun", count=number) if number else texts("webhook-retry-nothing"))
