"""Webhooks: where a workspace wants to be told of its events, and what with.

An endpoint's secret signs what it is sent, so it is kept as it is, not as a digest, and is shown once. (At rest it is
as safe as Redis is; encrypting it there is still to come.)
"""

import base64
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from store import keys
from store.keys import AccountRef
from store.operations import decode_change
from store.outcomes import Change, Reason, Refused
from store.reach import Reach
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts
from store.webhook import Webhook, checked_names, keys_of, member_of

MOST = 20
"""Endpoints of a workspace."""
BOTH_MS = 24 * 3600 * 1000
"""How long the former secret signs beside its successor, milliseconds."""

_SECRET = "whsec_"  # noqa: S105 how one begins
_SECRET_BYTES = 32
_REGISTERED = ("url", "secret", "events", "account", "by")


@dataclass(frozen=True, slots=True)
class Registered:
    """A new endpoint, or a new secret of one: the only time that the secret is shown."""

    id: str
    secret: str = field(repr=False)


def new_id() -> str:
    """An endpoint's: 72 random bits."""
    return f"wh_{secrets.token_hex(9)}"


def new_secret() -> str:
    """256 random bits, as Standard Webhooks writes them."""
    return _SECRET + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that sign."""
    return base64.b64decode(secret.removeprefix(_SECRET))


class Webhooks:
    """A workspace's endpoints. Whoever changes one is a credit manager or an operator, which is checked here.

    No operation ids are asked for: each change asked for twice, after a lost reply, is the same as once.
    """

    def __init__(
        self,
        redis: Client,
        roles: Roles,
        reach: Reach,
        *,
        ids: Callable[[], str] = new_id,
        make_secret: Callable[[], str] = new_secret,
    ) -> None:
        self.reach = reach
        self._redis = redis
        self._scripts = Scripts(redis)
        self._roles = roles
        self._ids = ids
        self._make_secret = make_secret

    async def add(
        self, actor: Actor | Operator, tenant: str, url: str, *, events: Iterable[str] = (), account: str = ""
    ) -> Registered | Refused:
        """Register an endpoint for these events (none stands for all), of one account ("" for all).

        Refused: STRANGER, NOT_A_MANAGER, URL_REFUSED, UNKNOWN_ACCOUNT, WEBHOOKS_TOO_MANY.

        Raises:
            store.webhook.UnknownNameError: one of `events` is none.
        """
        names = checked_names(events)
        refused = await self._refuse(actor, tenant)
        if refused is None and self.reach.problem(url):
            refused = Refused(Reason.URL_REFUSED)
        if refused is None and account and not await self._redis.exists(keys.account(AccountRef(tenant, account))):
            refused = Refused(Reason.UNKNOWN_ACCOUNT)
        if refused:
            return refused
        made = Registered(self._ids(), self._make_secret())
        values = (url, made.secret, " ".join(names), account, actor.id)
        outcome = await self._change(
            "add_webhook",
            keys_of(tenant, made.id, "webhooks", "webhook"),
            webhook_id=made.id,
            most=MOST,
            field_value=[each for pair in zip(_REGISTERED, values, strict=True) for each in pair],
        )
        return outcome if isinstance(outcome, Refused) else made

    async def all(self, tenant: str) -> tuple[Webhook, ...]:
        """The workspace's endpoints, the oldest first."""
        ids = sorted(await self._redis.smembers(keys.webhooks(tenant)))
        found = [await self.get(tenant, each) for each in ids]
        return tuple(sorted((each for each in found if each), key=lambda each: each.created_ms))

    async def get(self, tenant: str, webhook_id: str) -> Webhook | None:
        """One endpoint, None where there is none of that id."""
        record = await self._redis.hgetall(keys.webhook(tenant, webhook_id))
        if not record:
            return None
        seconds, micros = await self._redis.time() if record.get("former") else (0, 0)
        return Webhook.decode(tenant, webhook_id, record, now_ms=seconds * 1000 + micros // 1000)

    async def switch(self, actor: Actor | Operator, tenant: str, webhook_id: str, *, on: bool) -> Change:
        """Stop sending to it, or go on, with what waited as well.

        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_WEBHOOK.
        """
        return await self._refuse(actor, tenant) or await self._change(
            "set_webhook",
            keys_of(tenant, webhook_id, "webhook", "pushing"),
            member=member_of(tenant, webhook_id),
            state="on" if on else "off",
        )

    async def rotate(self, actor: Actor | Operator, tenant: str, webhook_id: str) -> Registered | Refused:
        """Give it another secret; for a day both sign, so that a receiver can change over meanwhile.

        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_WEBHOOK.
        """
        made = Registered(webhook_id, self._make_secret())
        outcome = await self._refuse(actor, tenant) or await self._change(
            "rotate_secret", keys_of(tenant, webhook_id, "webhook"), secret=made.secret, keep_ms=BOTH_MS
        )
        return outcome if isinstance(outcome, Refused) else made

    async def remove(self, actor: Actor | Operator, tenant: str, webhook_id: str) -> Change:
        """Forget it, and what it was still to be told. The result is "unchanged" where there is none of that id.

        Refused: STRANGER, NOT_A_MANAGER.
        """
        every = ("webhooks", "webhook", "deliveries", "delivering", "delivered", "undelivered", "pushing")
        return await self._refuse(actor, tenant) or await self._change(
            "remove_webhook",
            keys_of(tenant, webhook_id, *every),
            webhook_id=webhook_id,
            member=member_of(tenant, webhook_id),
        )

    async def retry(self, actor: Actor | Operator, tenant: str, webhook_id: str) -> Change:
        """Try at once whatever it was not told yet or was given up; the result is the number of that.

        One that is gone is taken to be back; one that a person switched off stays off.
        Refused: STRANGER, NOT_A_MANAGER, UNKNOWN_WEBHOOK.
        """
        return await self._refuse(actor, tenant) or await self._change(
            "retry_deliveries",
            keys_of(tenant, webhook_id, "webhook", "deliveries", "delivering", "undelivered", "pushing"),
            member=member_of(tenant, webhook_id),
        )

    async def _refuse(self, actor: Actor | Operator, tenant: str) -> Refused | None:
        return await self._roles.refuse_manage(actor, AccountRef(tenant))

    async def _change(self, verb: str, named: dict[str, str], **args: str | int | list[str]) -> Change:
        return decode_change(await self._scripts.call(verb, named, **args))
