"""What Slack hands out with an interaction and takes back once or a few times: triggers and response URLs."""

import secrets
from dataclasses import dataclass, field

from bot.playground.blockkit import limits
from bot.playground.config import Clock
from bot.playground.errors import Refusal, broken

USED_URL = "used_url"
EXPIRED_URL = "expired_url"


@dataclass
class Trigger:
    """Leave to open a modal for `user`, for 3 s and once. `view_id` is the modal it came from, if any."""

    user: str
    issued_s: float
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """Leave to answer an interaction of `user` in `channel`, 5 times in 30 minutes.

    `message_ts` is the message whose button was pressed; a command has none.
    """

    user: str
    channel: str
    issued_s: float
    message_ts: str | None = None
    uses: int = 0


@dataclass
class Tickets:
    """Hands out triggers and response URLs and checks them when they come back."""

    clock: Clock
    _triggers: dict[str, Trigger] = field(default_factory=dict)
    _urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def issue_trigger(self, user: str, view_id: str | None = None) -> str:
        """A new trigger id."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, self.clock.monotonic(), view_id)
        return trigger_id

    def exchange(self, trigger_id: str | None) -> Trigger:
        """Take a trigger back.

        Raises:
            Refusal: invalid_trigger_id, exchanged_trigger_id or expired_trigger_id.
        """
        trigger = self._triggers.get(trigger_id or "")
        if trigger is None:
            raise broken("invalid_trigger_id", f"{trigger_id!r} was never issued")
        if trigger.used:
            raise broken("exchanged_trigger_id", "a trigger_id opens one modal, once")
        age = self.clock.monotonic() - trigger.issued_s
        if age > limits.TRIGGER_LIFE_S:
            raise broken("expired_trigger_id", f"used {age:.1f} s after the interaction")
        trigger.used = True
        return trigger

    def issue_url(self, user: str, channel: str, *, message_ts: str | None = None) -> str:
        """A new response URL's token."""
        token = secrets.token_urlsafe(18)
        self._urls[token] = ResponseUrl(user, channel, self.clock.monotonic(), message_ts)
        return token

    def use_url(self, token: str) -> ResponseUrl:
        """Count one use of a response URL.

        Raises:
            Refusal: not_found, used_url (a sixth use) or expired_url (after 30 minutes).
        """
        url = self._urls.get(token)
        if url is None:
            raise Refusal("not_found", rule="unknown_response_url")
        if url.uses >= limits.RESPONSE_URL_USES:
            raise broken(USED_URL, f"more than {limits.RESPONSE_URL_USES} uses")
        if self.clock.monotonic() - url.issued_s > limits.RESPONSE_URL_LIFE_S:
            raise broken(EXPIRED_URL, "older than 30 minutes")
        url.uses += 1
        return url
