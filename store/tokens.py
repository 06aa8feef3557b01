"""API tokens: made by credit managers and operators, shown once, kept as a digest alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from store import keys, token_text
from store.keys import AccountRef
from store.operations import KEEP_MS, checked_id, decode_change, digest, harmless
from store.outcomes import Change, Done, Reason, Refused
from store.roles import Actor, Operator, Roles
from store.scripts import Client, Scripts

DAYS = 365
"""How long a token lives unless said otherwise."""
LONGEST_DAYS = 3_650
MOST = 100
"""How many tokens of a workspace may be good at once."""
LONGEST_NAME = 60

_ID = 12
_DAY_MS = 86_400_000
_KEPT_MS = 30 * _DAY_MS
"""How long a token that is over stays in the list."""
_SEEN_EVERY_MS = 60_000


class Scope(StrEnum):
    """What a token lets its holder do."""

    USAGE_WRITE = "usage:write"
    HOLDS_WRITE = "holds:write"
    ACCOUNT_READ = "account:read"
    ENTRIES_READ = "entries:read"
    RATES_READ = "rates:read"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it stands. `account` is the only one it is for, "" for all of its workspace.

    `id` is public: how lists, entries and logs name it. `made_by` and `revoked_by` are actors; times are Redis' own in
    ms, `seen_ms` that of the last use to a minute, 0 for none, as is `revoked_ms`.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    account: str
    made_by: str
    made_ms: int
    expires_ms: int
    seen_ms: int = 0
    revoked_by: str = ""
    revoked_ms: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """A token was made: `secret` is the token itself, told here and never again."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request may go on. `remaining` of its token's requests are left; all are in `full_in_s` seconds."""

    id: str
    name: str
    tenant: str
    account: str
    scopes: frozenset[Scope]
    remaining: int
    full_in_s: int

    @property
    def actor(self) -> str:
        """How entries name who holds the token."""
        return f"api:{self.id}"


@dataclass(frozen=True, slots=True)
class Limited:
    """The token's requests are used up; one more is let in after `retry_in_s` seconds."""

    id: str
    retry_in_s: int
    full_in_s: int


class Tokens:
    """Makes, lists and revokes tokens, and admits requests by them."""

    def __init__(self, redis: Client, roles: Roles, *, random: Callable[[], str] = token_text.random_text) -> None:
        self._redis = redis
        self._scripts = Scripts(redis)
        self._roles = roles
        self._random = random

    async def make(
        self,
        actor: Actor | Operator,
        tenant: str,
        *,
        name: str,
        scopes: Iterable[Scope],
        account: str = "",
        days: int = DAYS,
        operation_id: str,
    ) -> Made | Done | Refused:
        """A new token of the workspace for one `account`, or for all with "".

        A repeat of an operation is answered with `Done`: its secret was told by the first. Refused: NOT_A_MANAGER,
        STRANGER, UNKNOWN_ACCOUNT, TOKENS_TOO_MANY, OPERATION_CONFLICT.

        Raises:
            ValueError: no name of 1 to 60 characters, no scope, not 1 to 3,650 days, or not the name of an account.
        """
        name = checked_name(name)
        wanted = " ".join(sorted(set(scopes)))
        if not wanted or not 1 <= days <= LONGEST_DAYS:
            msg = f"a token has a scope, and lives for 1 to {LONGEST_DAYS} days, not {days}"
            raise ValueError(msg)
        ref = AccountRef(tenant, account or keys.DEFAULT_ACCOUNT)
        refused = await self._roles.refuse_manage(actor, ref)
        if refused:
            return refused
        secret = token_text.checked(f"crd_{tenant}_{self._random()}")
        own = token_text.digest_of(secret)
        answer = await self._scripts.call(
            "make_token",
            {
                "token": keys.token(tenant, own),
                "tokens": keys.tokens(tenant),
                "account": keys.account(ref),
                "operation": keys.operation(tenant, checked_id(operation_id)),
                "outbox": keys.outbox(keys.partition_of(tenant)),
            },
            tenant=tenant,
            account_id=ref.account,
            operation_id=operation_id,
            digest=digest("make_token", name, wanted, account, str(days)),
            actor=actor.id,
            keep_ms=KEEP_MS,
            token=own,
            label=name,
            scopes=wanted,
            only=account,
            lifetime_ms=days * _DAY_MS,
            kept_ms=_KEPT_MS,
            most=MOST,
        )
        outcome = decode_change(answer)
        # Where the first answer was lost on its way, the client asked again: then the repeated token is this one.
        if isinstance(outcome, Done) and outcome.result == own:
            return Made(own[:_ID], secret)
        return Done(outcome.result[:_ID], repeated=True) if isinstance(outcome, Done) else outcome

    async def list(self, actor: Actor | Operator, tenant: str) -> tuple[Token, ...] | Refused:
        """The workspace's tokens, the last to end first; those that are over for 30 days more.

        Refused: NOT_A_MANAGER, STRANGER.
        """
        refused = await self._roles.refuse_manage(actor, AccountRef(tenant))
        if refused:
            return refused
        digests = await self._redis.zrevrange(keys.tokens(tenant), 0, -1)
        async with self._redis.pipeline(transaction=False) as pipeline:
            for each in digests:
                pipeline.hgetall(keys.token(tenant, each))
            records = await pipeline.execute() if digests else []
        return tuple(_decode(each[:_ID], record) for each, record in zip(digests, records, strict=True) if record)

    async def revoke(self, actor: Actor | Operator, tenant: str, token_id: str, *, operation_id: str) -> Change:
        """End a token at once; one that has ended is left as it is, "unchanged".

        Refused: NOT_A_MANAGER, STRANGER, UNKNOWN_TOKEN, OPERATION_CONFLICT.
        """
        refused = await self._roles.refuse_manage(actor, AccountRef(tenant))
        if refused:
            return refused
        digests = await self._redis.zrange(keys.tokens(tenant), 0, -1)
        own = next((each for each in digests if each[:_ID] == token_id), "")
        if not own:
            return Refused(Reason.UNKNOWN_TOKEN)
        answer = await self._scripts.call(
            "revoke_token",
            {
                "token": keys.token(tenant, own),
                "tokens": keys.tokens(tenant),
                "operation": keys.operation(tenant, checked_id(operation_id)),
                "outbox": keys.outbox(keys.partition_of(tenant)),
            },
            tenant=tenant,
            default_account=keys.DEFAULT_ACCOUNT,
            operation_id=operation_id,
            digest=digest("revoke_token", own),
            actor=actor.id,
            keep_ms=KEEP_MS,
            token=own,
            kept_ms=_KEPT_MS,
        )
        return decode_change(answer)

    async def now_ms(self) -> int:
        """Redis' own time, ms since the epoch, by which tokens end."""
        seconds, micros = await self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    async def admit(self, secret: str, *, per_minute: int) -> Admitted | Limited | Refused:
        """Whether a request with this token may go on, at most `per_minute` a minute; notes the use.

        Refused: UNKNOWN_TOKEN, TOKEN_EXPIRED, TOKEN_REVOKED.
        """
        tenant = token_text.tenant_of(secret)
        if not tenant:
            return Refused(Reason.UNKNOWN_TOKEN)
        own = token_text.digest_of(secret)
        verdict, *found = await self._scripts.call(
            "admit_request",
            {"token": keys.token(tenant, own)},
            per_minute=per_minute,
            seen_every_ms=_SEEN_EVERY_MS,
        )
        if verdict == "refused":
            return Refused(Reason(found[0]))
        if verdict == "limited":
            return Limited(own[:_ID], int(found[0]), int(found[1]))
        name, scopes, account, remaining, full_in_s = found
        return Admitted(own[:_ID], name, tenant, account, _scopes(scopes), int(remaining), int(full_in_s))


def checked_name(name: str) -> str:
    """`name` in one line; ValueError where it is not 1 to 60 characters."""
    name = " ".join(harmless(name).split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        msg = f"a token's name is 1 to {LONGEST_NAME} printable characters, not {name[:80]!r}"
        raise ValueError(msg)
    return name


def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(map(Scope, text.split()))


def _decode(token_id: str, record: dict[str, str]) -> Token:
    return Token(
        id=token_id,
        name=record["name"],
        scopes=_scopes(record["scopes"]),
        account=record["account"],
        made_by=record["made_by"],
        made_ms=int(record["made_ms"]),
        expires_ms=int(record["expires_ms"]),
        seen_ms=int(record.get("seen_ms", 0)),
        revoked_by=record.get("revoked_by", ""),
        revoked_ms=int(record.get("revoked_ms", 0)),
    )
