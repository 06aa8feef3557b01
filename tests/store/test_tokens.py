"""API tokens: who makes them, what they let in, and how they end."""

import dataclasses
import re
from typing import Any

import pytest

from store import keys, token_text
from store.events import Codec, Event
from store.outcomes import Done, Reason, Refused
from store.roles import Actor, Operator
from store.scripts import Client
from store.token_events import TokenMade, TokenRevoked
from store.tokens import LONGEST_DAYS, MOST, Admitted, Limited, Made, Scope, Token, Tokens
from tests.controls import MANAGER, MEMBER, OWNER, REF, STRANGER, Bank
from tests.everywhere import every_key
from tests.store.clock import Clock

HERE = REF.tenant
RATE = 60
"""One a second."""
DAY_H = 24


async def arrange(redis: Client) -> Bank:
    """An account and its manager."""
    return await Bank.open(redis)


@pytest.fixture
async def bank(redis: Client, clock: Clock) -> Bank:
    """As `arrange` says."""
    return await arrange(redis)


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


async def test_made_token_lets_its_holder_in(bank: Bank, clock: Clock) -> None:
    """A request with the token is admitted in its maker's workspace, with its scopes, under its public id."""
    made = await make(bank, scopes=[Scope.RATES_READ, Scope.HOLDS_WRITE, Scope.HOLDS_WRITE])

    found = await admitted(bank, made.secret)

    assert (found.id, found.tenant, found.account, found.name) == (made.id, HERE, "", "PBX")
    assert found.scopes == {Scope.RATES_READ, Scope.HOLDS_WRITE}
    assert found.actor == f"api:{made.id}"


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


async def test_mistyped_token_does_not_reach_redis(bank: Bank) -> None:
    """Its check tells a token with one wrong letter, and any other text, from a real one without asking Redis."""
    made = await make(bank)
    at = len(made.secret) - 20
    wrong = made.secret[:at] + ("x" if made.secret[at] != "x" else "y") + made.secret[at + 1 :]
    nowhere = Tokens(None, bank.roles)

    assert token_text.tenant_of(made.secret) == HERE
    for each in (wrong, made.secret[:-1], "", "xoxb-1", made.secret.replace(HERE, "T0OTHER"), f"{made.secret}\n"):
        assert await nowhere.admit(each, per_minute=RATE) == Refused(Reason.UNKNOWN_TOKEN)


async def test_unknown_token_is_refused(bank: Bank) -> None:
    """A well-formed token that nobody made is refused."""
    invented = token_text.checked(f"crd_{HERE}_{'a' * 32}")

    assert await tokens_of(bank).admit(invented, per_minute=RATE) == Refused(Reason.UNKNOWN_TOKEN)


async def test_token_is_nobody_in_another_workspace(bank: Bank) -> None:
    """The same secret under another workspace's name, with a check that fits, is unknown."""
    made = await make(bank)
    elsewhere = token_text.checked(made.secret[:-6].replace(HERE, "T0OTHER"))

    assert token_text.tenant_of(elsewhere) == "T0OTHER"
    assert await tokens_of(bank).admit(elsewhere, per_minute=RATE) == Refused(Reason.UNKNOWN_TOKEN)


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


async def test_expired_token_is_refused_from_the_very_moment(bank: Bank, clock: Clock) -> None:
    """A millisecond before its end it is good; at its end it is over."""
    made = await make(bank, days=1)

    clock.advance(hours=DAY_H, milliseconds=-1)
    assert (await admitted(bank, made.secret)).id == made.id
    clock.advance(milliseconds=1)
    assert await tokens_of(bank).admit(made.secret, per_minute=RATE) == Refused(Reason.TOKEN_EXPIRED)


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


async def test_last_use_is_written_once_a_minute(bank: Bank, clock: Clock) -> None:
    """Within a minute after it was noted, further uses write nothing of it."""
    made, began = await make(bank), clock.ms
    await admitted(bank, made.secret)

    clock.advance(seconds=59)
    await admitted(bank, made.secret)
    assert (await listed(bank))[0].seen_ms == began
    clock.advance(seconds=1)
    await admitted(bank, made.secret)
    assert (await listed(bank))[0].seen_ms == clock.ms


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


async def test_bucket_lets_so_many_in_at_once_and_then_one_by_one(bank: Bank, clock: Clock) -> None:
    """A full minute's requests may come together; then each has to wait until there is room for one."""
    made = await make(bank)
    remaining = [(await admitted(bank, made.secret)).remaining for _ in range(RATE)]

    assert remaining == list(range(RATE - 1, -1, -1))
    refused = await tokens_of(bank).admit(made.secret, per_minute=RATE)
    assert refused == Limited(made.id, retry_in_s=1, full_in_s=60)
    clock.advance(milliseconds=999)
    assert isinstance(await tokens_of(bank).admit(made.secret, per_minute=RATE), Limited)
    clock.advance(milliseconds=1)
    assert (await admitted(bank, made.secret)).remaining == 0
    assert isinstance(await tokens_of(bank).admit(made.secret, per_minute=RATE), Limited)


async def test_bucket_is_full_again_after_a_minute_and_no_fuller(bank: Bank, clock: Clock) -> None:
    """However long nothing came, no more than a minute's requests are let in together."""
    made = await make(bank)
    await admitted(bank, made.secret)

    clock.advance(hours=2)
    found = await admitted(bank, made.secret)

    assert (found.remaining, found.full_in_s) == (RATE - 1, 1)


async def test_rates_of_tokens_are_apart(bank: Bank, clock: Clock) -> None:
    """One token's requests take nothing from another's."""
    one, other = await make(bank, operation_id="a"), await make(bank, operation_id="b")
    await admitted(bank, one.secret, per_minute=1)

    assert isinstance(await tokens_of(bank).admit(one.secret, per_minute=1), Limited)
    assert (await admitted(bank, other.secret, per_minute=1)).remaining == 0
