"""Orders to import files, given in Slack: by whom, for which account, which files, and how far they are.

An order goes from state to state, each step once, whoever asks for it how often. One worker at a time carries one out;
who was held up and has lost it writes nothing any more. What it charges is kept by the ledger, record by record, and
how far it came by `store.imports`, so that nothing depends on the order but that it is carried on and told.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from store import keys
from store.keys import AccountRef
from store.leases import LeaseLostError
from store.operations import digest
from store.outcomes import Change, Done, Reason, Refused
from store.roles import Actor, Roles
from store.scripts import Client, Scripts

KEEP_MS = 30 * 86_400_000
"""How long an order is kept behind its last step, milliseconds."""
TTL_MS = 15_000
"""How long an order stays with a worker that is heard of no more, milliseconds."""
MOST_FILES = 10
"""Files of one order; Slack's form takes no more."""

_MOVED, _LOST = "moved", "lost"


class Step(StrEnum):
    """What is to be done with an order next."""

    LOOK = "look"
    """A worker is to say what is in the files, and to ask whether to charge it."""
    ASK = "ask"
    """A person is to say yes or no; the question may still have to be put."""
    CHARGE = "charge"
    """A worker is to charge the records."""
    TELL = "tell"
    """All is charged, or never will be; a worker is to tell what came of it."""
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class File:
    """A file in Slack: its id, and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Order:
    """An import that was asked for.

    Attributes:
        ref: the account that pays; while nobody has said so, the one that is proposed.
        id: its name, unique in its workspace.
        user: who gave it, and in whose name it is charged.
        locale: in which language it is spoken of.
        channel: where it is told of: a conversation, or a person's id for their direct message.
        thread_ts: the message below which it is told of, "" for none.
        files: what is to be imported.
        at_ms: when it was given.
        step: what is next.
        found: what a worker has to say of it, in its own words.
        tries: how often a worker could not carry it on in the step that it is in.
        since_ms: since when workers try to come to its end: when it was given, and anew when a person said yes.
    """

    ref: AccountRef
    id: str
    user: str
    locale: str
    channel: str
    thread_ts: str
    files: tuple[File, ...]
    at_ms: int
    step: Step
    found: Mapping[str, Any] = field(default_factory=dict)
    tries: int = 0
    since_ms: int = 0


class Orders:
    """Gives, confirms and calls off orders, and tells workers which ones wait."""

    def __init__(self, redis: Client, roles: Roles) -> None:
        self._redis = redis
        self._roles = roles
        self._scripts = Scripts(redis)

    async def give(
        self,
        actor: Actor,
        ref: AccountRef,
        order_id: str,
        files: Sequence[File],
        step: Step,
        *,
        locale: str,
        channel: str,
        thread_ts: str = "",
    ) -> Change:
        """Have files looked at, or charged at once; the same `order_id` again changes nothing.

        Refused: STRANGER, NOT_A_MANAGER; OPERATION_CONFLICT where it was given for another account or other files.
        """
        if refused := await self._roles.refuse_manage(actor, ref):
            return refused
        now_ms = await _now_ms(self._redis)
        fields = {
            "user": actor.user_id,
            "account": ref.account,
            "locale": locale,
            "channel": channel,
            "thread_ts": thread_ts,
            "files": json.dumps([[each.id, each.name] for each in files[:MOST_FILES]]),
            "given": digest(ref.account, *(each.id for each in files)),
            "at_ms": str(now_ms),
        }
        answer = await move(self._scripts, ref.tenant, order_id, "", step, fields, due_ms=now_ms)
        if answer == _MOVED:
            return Done("given")
        # What is to be paid by whom may have been decided since, what was given is kept as it was.
        same = await self._redis.hget(keys.order(ref.tenant, order_id), "given") == fields["given"]
        return Done("given", repeated=True) if same else Refused(Reason.OPERATION_CONFLICT)

    async def confirm(self, actor: Actor, ref: AccountRef, order_id: str) -> Change:
        """Charge what was asked about, to this account, in this person's name; `Done.result` is the step it is in.

        Refused: STRANGER, NOT_A_MANAGER; DRAFT_GONE where there is no such order any more, or it was called off.
        """
        if refused := await self._roles.refuse_manage(actor, ref):
            return refused
        due_ms = await _now_ms(self._redis)
        fields = {"user": actor.user_id, "account": ref.account, "since_ms": str(due_ms), "tries": "0"}
        answer = await move(self._scripts, ref.tenant, order_id, Step.ASK, Step.CHARGE, fields, due_ms=due_ms)
        return _changed(answer, Step.CHARGE)

    async def cancel(self, actor: Actor, order_id: str) -> Change:
        """Charge nothing of what was asked about; `Done.result` is the step it is in.

        Refused: STRANGER, NOT_A_MANAGER, DRAFT_GONE.
        """
        if refused := await self._roles.refuse_manage(actor):
            return refused
        answer = await move(self._scripts, actor.tenant, order_id, Step.ASK, Step.CANCELLED, {})
        return Done(Step.CANCELLED, repeated=True) if answer == Step.CANCELLED else _changed(answer, Step.CANCELLED)

    async def get(self, tenant: str, order_id: str) -> Order | None:
        """The order as it stands."""
        record = await self._redis.hgetall(keys.order(tenant, order_id))
        return _decode(tenant, order_id, record) if record else None

    async def waiting(self, partitions: Iterable[int], *, limit: int = 20) -> list[tuple[str, str]]:
        """Tenant and id of orders that a worker is to see to now, those that wait longest first in each partition."""
        now_ms, found = await _now_ms(self._redis), list[tuple[str, str]]()
        for partition in partitions:
            members = await self._redis.zrangebyscore(keys.orders(partition), "-inf", now_ms, start=0, num=limit)
            found += [(tenant, order_id) for tenant, _, order_id in (each.partition(":") for each in members)]
        return found

    def hands(self, tenant: str, order_id: str, owner: str, *, ttl_ms: int = TTL_MS) -> "Hands":
        """What a worker carries the order out with. `owner`: this worker, unlike every other."""
        return Hands(self._redis, tenant, order_id, owner, ttl_ms)


class Hands:
    """One worker's hold on one order: whatever it writes, it writes only while it has the order."""

    def __init__(self, redis: Client, tenant: str, order_id: str, owner: str, ttl_ms: int) -> None:
        self.ttl_ms = ttl_ms
        self._redis = redis
        self._scripts = Scripts(redis)
        self._tenant = tenant
        self._id = order_id
        self._owner = owner
        self._lease = {"lease": keys.importer(tenant, order_id)}

    async def take(self) -> bool:
        """Take the order, or keep it for another `ttl_ms`; False while another worker has it."""
        return bool(await self._scripts.call("hold_lease", self._lease, owner=self._owner, ttl_ms=self.ttl_ms))

    async def leave(self) -> None:
        """Let others have it."""
        await self._scripts.call("release_lease", self._lease, owner=self._owner)

    async def forget(self) -> None:
        """It waits for nobody any more: there is no such order."""
        await self._redis.zrem(keys.orders(keys.partition_of(self._tenant)), _member(self._tenant, self._id))

    async def move(self, order: Order, step: Step, *, delay_ms: int | None = 0, **fields: str) -> bool:
        """Put it to its next step, or leave it in the one it is in, with `fields`.

        A worker sees to it `delay_ms` from now, with None never. False, and nothing changed, if it is in another step.

        Raises:
            LeaseLostError: another worker has it, or had it meanwhile.
        """
        due_ms = None if delay_ms is None else await _now_ms(self._redis) + delay_ms
        if step is not order.step:
            fields = {"tries": "0", **fields}
        answer = await move(
            self._scripts, self._tenant, self._id, order.step, step, fields, owner=self._owner, due_ms=due_ms
        )
        if answer == _LOST:
            raise LeaseLostError(self._id)
        return answer == _MOVED

    async def write(self, partition: int, record_key: str, fields: dict[str, str], *, ttl_ms: int = 0) -> bool:
        """Set `fields` of a record of this partition; False, and nothing written, if the order is lost."""
        flat = [each for pair in fields.items() for each in pair]
        del partition  # the order's own
        answer = await self._scripts.call(
            "write_if_leased",
            {**self._lease, "record": record_key},
            owner=self._owner,
            ttl_ms=ttl_ms,
            field_value=flat,
        )
        return bool(answer)


async def move(
    scripts: Scripts,
    tenant: str,
    order_id: str,
    begin: str,
    end: Step,
    fields: Mapping[str, str],
    *,
    owner: str = "",
    due_ms: int | None = None,
) -> str:
    """What `move_order` answers."""
    answer = await scripts.call(
        "move_order",
        {
            "order": keys.order(tenant, order_id),
            "pending": keys.orders(keys.partition_of(tenant)),
            "lease": keys.importer(tenant, order_id),
        },
        owner=owner,
        member=_member(tenant, order_id),
        due_ms="" if due_ms is None else due_ms,
        keep_ms=KEEP_MS,
        field_value=[each for pair in fields.items() for each in pair],
        **{"from": begin, "to": end},
    )
    return str(answer)


async def _now_ms(redis: Client) -> int:
    seconds, micros = await redis.time()
    return int(seconds) * 1000 + int(micros) // 1000


def _changed(answer: str, wanted: Step) -> Change:
    if answer == _MOVED:
        return Done(wanted)
    if answer in {"", Step.LOOK, Step.CANCELLED}:
        return Refused(Reason.DRAFT_GONE)
    return Done(answer, repeated=True)


def _member(tenant: str, order_id: str) -> str:
    return f"{tenant}:{order_id}"


def _decode(tenant: str, order_id: str, record: Mapping[str, str]) -> Order:
    return Order(
        ref=AccountRef(tenant, record["account"]),
        id=order_id,
        user=record["user"],
        locale=record["locale"],
        channel=record["channel"],
        thread_ts=record["thread_ts"],
        files=tuple(File(*each) for each in json.loads(record["files"])),
        at_ms=int(record["at_ms"]),
        step=Step(record["state"]),
        found=json.loads(record.get("found") or "{}"),
        tries=int(record.get("tries", 0)),
        since_ms=int(record.get("since_ms") or record["at_ms"]),
    )
