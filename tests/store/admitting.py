"""API tokens, in short: made by the manager, let in, listed, told of."""

from typing import Any

from store import keys
from store.events import Codec, Event
from store.roles import Actor, Operator
from store.scripts import Client
from store.tokens import Admitted, Made, Scope, Token, Tokens
from tests.controls import MANAGER, REF, Bank

HERE = REF.tenant
RATE = 60
"""One a second."""
DAY_H = 24


async def arrange(redis: Client) -> Bank:
    """An account and its manager."""
    return await Bank.open(redis)


def tokens_of(bank: Bank) -> Tokens:
    """The service over the bank's Redis."""
    return Tokens(bank.redis, bank.roles)


async def make(bank: Bank, actor: Actor | Operator = MANAGER, operation_id: str = "make", **given: Any) -> Made:
    """A token that reads the account, made by the manager."""
    wanted = {"name": "PBX", "scopes": [Scope.ACCOUNT_READ], **given}
    made = await tokens_of(bank).make(actor, HERE, operation_id=operation_id, **wanted)
    assert isinstance(made, Made), made
    return made


async def admitted(bank: Bank, secret: str, per_minute: int = RATE) -> Admitted:
    """The request is let in."""
    answer = await tokens_of(bank).admit(secret, per_minute=per_minute)
    assert isinstance(answer, Admitted), answer
    return answer


async def listed(bank: Bank) -> tuple[Token, ...]:
    """The list, as the manager sees it."""
    found = await tokens_of(bank).list(MANAGER, HERE)
    assert isinstance(found, tuple)
    return found


async def told(redis: Client, *kinds: type[Event]) -> list[Any]:
    """The events of these kinds, oldest first."""
    partition = keys.partition_of(HERE)
    found = [Codec.decode(f"{partition}-{each}", record) for each, record in await redis.xrange(keys.outbox(partition))]
    return [each for each in found if isinstance(each, kinds)]
