"""What is told of webhooks themselves: that what an endpoint was to hear is given up, and that it hears again."""

from dataclasses import dataclass

from store.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent(Event):
    """An event about the endpoint `webhook` at `host`; the account is the one whose event was to be delivered."""

    webhook: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFailed(WebhookEvent):
    """A delivery was given up; told once until one arrives again.

    `about` is what was to be delivered ("balance.low"), `why` a word of `store.deliveries.Why`, perhaps with the status
    that was answered ("status 503"). "gone" says that the endpoint asked never to be sent anything again.
    """

    about: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRecovered(WebhookEvent):
    """After `WebhookFailed` a delivery has arrived."""
