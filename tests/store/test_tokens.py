"""API tokens: who makes, sees and ends them."""

import dataclasses
import re
from typing import Any

import pytest

from store import keys, token_text
from store.outcomes import Done, Reason, Refused
from store.roles import Actor, Operator
from store.scripts import Client
from store.token_events import TokenMade, TokenRevoked
from store.tokens import LONGEST_DAYS, MOST, Made, Scope, Tokens
from tests.controls import MANAGER, MEMBER, OWNER, REF, STRANGER, Bank
from tests.everywhere import every_key
from tests.store.admitting import DAY_H, HERE, RATE, admitted, arrange, listed, make, tokens_of, told
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock

bank = bank_on_clock(arrange)


async def test_making_is_told_with_who_did(bank: Bank, redis: Client, clock: Clock) -> None:
    """The event names who made what for which account until when, and not the secret."""
    made = await make(bank, account=REF.account, days=30)

    [event] = await told(redis, TokenMade)

    assert (event.by, event.name, event.scopes, event.only) == (MANAGER.id, "PBX", "account:read", REF.account)
    assert (event.ref, event.expires_ms) == (REF, clock.ms + 30 * 86_400_000)
    assert made.secret not in str(event)


async def test_secret_is_not_kept(bank: Bank, redis: Client) -> None:
    """Nothing in Redis holds the secret, neither as a key nor as a value."""
    made = await make(bank)

    kept = ""
    for key in await every_key(redis):
        reads = {"hash": redis.hgetall, "string": redis.get, "stream": redis.xrange, "set": redis.smembers}
        read = reads.get(await redis.type(key))
        kept += f"{key} {await read(key) if read else await redis.zrange(key, 0, -1)}\n"

    assert made.secret[-38:] not in kept
    assert made.id in kept


def test_secrets_are_long_and_never_alike() -> None:
    """32 letters and digits of 62 are more than 190 bits; a thousand of them are all different."""
    found = {token_text.random_text() for _ in range(1000)}

    assert len(found) == 1000
    assert all(re.fullmatch(r"[0-9A-Za-z]{32}", each) for each in found)


@pytest.mark.parametrize(
    ("actor", "reason"), [(MEMBER, "not_a_manager"), (OWNER, "not_a_manager"), (STRANGER, "stranger")]
)
async def test_only_managers_make_see_and_revoke(bank: Bank, actor: Actor, reason: str) -> None:
    """Members, owners who are no managers and strangers neither make, see nor end tokens."""
    made, service, refused = await make(bank), tokens_of(bank), Refused(Reason(reason))

    assert await service.make(actor, HERE, name="x", scopes=[Scope.RATES_READ], operation_id="no") == refused
    assert await service.list(actor, HERE) == refused
    assert await service.revoke(actor, HERE, made.id, operation_id="no") == refused
    assert len(await listed(bank)) == 1


async def test_manager_of_another_workspace_is_a_stranger_here(bank: Bank) -> None:
    """A manager at home makes no token for, and sees none of, another workspace."""
    elsewhere = dataclasses.replace(MANAGER, tenant="T0OTHER")

    refused = await tokens_of(bank).make(elsewhere, HERE, name="x", scopes=[Scope.RATES_READ], operation_id="no")

    assert refused == await tokens_of(bank).list(elsewhere, HERE) == Refused(Reason.STRANGER)


async def test_operator_makes_tokens_for_any_workspace(bank: Bank) -> None:
    """Who runs the installation needs no role."""
    await make(bank, Operator("anna"))

    assert (await listed(bank))[0].made_by == "operator:anna"


async def test_token_for_an_account_that_is_not_there_is_refused(bank: Bank) -> None:
    """A misspelt account is found out when the token is made."""
    refused = await tokens_of(bank).make(
        MANAGER, HERE, name="x", scopes=[Scope.RATES_READ], account="nowhere", operation_id="no"
    )

    assert refused == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await listed(bank) == ()


async def test_repeat_makes_no_second_token(bank: Bank, redis: Client) -> None:
    """The same operation again is answered without a secret, and makes nothing."""
    made = await make(bank)

    again = await tokens_of(bank).make(MANAGER, HERE, name="PBX", scopes=[Scope.ACCOUNT_READ], operation_id="make")

    assert again == Done(made.id, repeated=True)
    assert len(await listed(bank)) == len(await told(redis, TokenMade)) == 1


async def test_lost_answer_still_brings_the_secret(bank: Bank) -> None:
    """Where the client had to ask Redis twice, because the first answer was lost, the secret is told all the same."""
    service = Tokens(bank.redis, bank.roles, random=lambda: "a" * 32)
    given: dict[str, Any] = {"name": "PBX", "scopes": [Scope.ACCOUNT_READ], "operation_id": "make"}

    first = await service.make(MANAGER, HERE, **given)

    assert isinstance(first, Made)
    assert await service.make(MANAGER, HERE, **given) == first


async def test_operation_id_with_another_name_is_refused(bank: Bank) -> None:
    """The same operation id for another token is a conflict."""
    await make(bank)

    refused = await tokens_of(bank).make(MANAGER, HERE, name="Other", scopes=[Scope.ACCOUNT_READ], operation_id="make")

    assert refused == Refused(Reason.OPERATION_CONFLICT)


@pytest.mark.parametrize(
    "given",
    [{"name": " "}, {"name": "x" * 61}, {"name": "a\x00b"}, {"scopes": []}, {"days": 0}, {"days": LONGEST_DAYS + 1}],
    ids=str,
)
async def test_what_makes_no_sense_is_an_error(bank: Bank, given: dict[str, Any]) -> None:
    """No name, no scope or no possible time raises before anything is written."""
    with pytest.raises(ValueError, match="a token"):
        await make(bank, **given)

    assert await listed(bank) == ()


async def test_so_many_tokens_are_enough(bank: Bank, clock: Clock) -> None:
    """With as many good ones as there may be no more are made, until one of them is over."""
    for number in range(MOST):
        await make(bank, operation_id=f"make-{number}", days=1 if number else 2)

    refused = await tokens_of(bank).make(MANAGER, HERE, name="x", scopes=[Scope.RATES_READ], operation_id="more")
    clock.advance(hours=DAY_H, seconds=1)

    assert refused == Refused(Reason.TOKENS_TOO_MANY)
    assert await make(bank, operation_id="more")


async def test_revoked_token_is_refused_at_once(bank: Bank, redis: Client, clock: Clock) -> None:
    """From its revocation on nothing is admitted; list and event name who did."""
    made = await make(bank, account=REF.account)

    outcome = await tokens_of(bank).revoke(MANAGER, HERE, made.id, operation_id="revoke")

    assert outcome == Done("changed")
    assert await tokens_of(bank).admit(made.secret, per_minute=RATE) == Refused(Reason.TOKEN_REVOKED)
    [event], [token] = await told(redis, TokenRevoked), await listed(bank)
    assert (event.by, event.name, event.only, event.ref) == (MANAGER.id, "PBX", REF.account, REF)
    assert (token.revoked_by, token.revoked_ms) == (MANAGER.id, clock.ms)


async def test_revoked_twice_is_told_once(bank: Bank, redis: Client) -> None:
    """A second revocation changes nothing; the first revoker stays."""
    made, service = await make(bank), tokens_of(bank)
    await service.revoke(MANAGER, HERE, made.id, operation_id="revoke")

    again = await service.revoke(Operator("anna"), HERE, made.id, operation_id="again")

    assert again == Done("unchanged")
    assert (await listed(bank))[0].revoked_by == MANAGER.id
    assert len(await told(redis, TokenRevoked)) == 1


async def test_repeated_revocation(bank: Bank) -> None:
    """The same operation again is answered with its first outcome."""
    made, service = await make(bank), tokens_of(bank)
    await service.revoke(MANAGER, HERE, made.id, operation_id="revoke")

    assert await service.revoke(MANAGER, HERE, made.id, operation_id="revoke") == Done("changed", repeated=True)


async def test_revoking_what_is_not_there_is_refused(bank: Bank, redis: Client) -> None:
    """An unknown id is refused, also where only the list still knows it."""
    made, service = await make(bank), tokens_of(bank)

    assert await service.revoke(MANAGER, HERE, "0" * 12, operation_id="a") == Refused(Reason.UNKNOWN_TOKEN)
    [digest] = await redis.zrange(keys.tokens(HERE), 0, -1)
    await redis.delete(keys.token(HERE, digest))
    assert await service.revoke(MANAGER, HERE, made.id, operation_id="b") == Refused(Reason.UNKNOWN_TOKEN)


async def test_list_tells_everything_but_the_secret(bank: Bank, clock: Clock) -> None:
    """The last to end comes first; each with its maker, its end, and its last use."""
    short = await make(bank, operation_id="a", days=1)
    long = await make(bank, operation_id="b", account=REF.account)
    made_ms = clock.ms
    clock.advance(minutes=5)
    await admitted(bank, short.secret)

    first, second = await listed(bank)

    assert (first.id, first.account, first.seen_ms, first.made_by) == (long.id, REF.account, 0, MANAGER.id)
    assert (second.id, second.seen_ms, second.made_ms) == (short.id, clock.ms, made_ms)
    assert (second.expires_ms, set(second.scopes)) == (made_ms + 86_400_000, {Scope.ACCOUNT_READ})


async def test_token_that_is_over_is_forgotten_after_a_month(bank: Bank, redis: Client, clock: Clock) -> None:
    """Its record has the life time that the list promises, and the list itself is cleared when one is made."""
    made = await make(bank, days=1)
    [digest] = await redis.zrange(keys.tokens(HERE), 0, -1)
    await redis.zadd(keys.tokens(HERE), {"f" * 64: clock.ms - 31 * 86_400_000})

    left_ms = await redis.pexpiretime(keys.token(HERE, digest)) - clock.ms
    await make(bank, operation_id="next")

    assert left_ms == 31 * 86_400_000
    assert await redis.zscore(keys.tokens(HERE), "f" * 64) is None
    assert await redis.zscore(keys.tokens(HERE), digest) is not None
    await tokens_of(bank).revoke(MANAGER, HERE, made.id, operation_id="revoke")
    assert await redis.pexpiretime(keys.token(HERE, digest)) - clock.ms == 30 * 86_400_000
