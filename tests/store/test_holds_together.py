"""Holds where much happens at once, where replies are lost, and on a server without memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from store import keys
from store.ledger import Ledger
from store.outcomes import Held, Holding, Reason, Refused, Resolution, Resolved
from store.scripts import Client
from tests.controls import REF, Bank, usd
from tests.everywhere import configure
from tests.lossy import lossy
from tests.store.clock import Clock
from tests.store.holding import HOUR_MS, arrange, capture, done, expire, extend, place, release, standing
from tests.store.posting import dump

CROWD = 30
Verb = Callable[[Bank, Clock], Awaitable[object]]


@pytest.fixture
async def crowd(another: Callable[..., Client], real_redis: Client) -> AsyncIterator[list[Ledger]]:
    """Thirty ledgers, each on a connection of its own."""
    clients = [another(max_connections=1) for _ in range(CROWD)]
    yield [Ledger(client) for client in clients]
    for client in clients:
        await client.aclose()


def kinds(outcomes: list[Holding] | list[Resolution]) -> Counter[object]:
    """How many of each outcome."""
    return Counter(each.reason if isinstance(each, Refused) else type(each) for each in outcomes)


async def test_holds_together_never_exceed_what_is_available(crowd: list[Ledger], real_redis: Client) -> None:
    """Thirty at once want seven of a hundred dollars each: fourteen get them, and usage finds what is left."""
    bank = await arrange(real_redis)

    outcomes = await asyncio.gather(
        *(
            ledger.place_hold(REF, f"call-{n}", usd(7), ttl_ms=HOUR_MS, operation_id=f"place-{n}", actor="test")
            for n, ledger in enumerate(crowd)
        )
    )
    late = await bank.ledger.charge_usage(REF, usd(3), operation_id="late", actor="test", authorised=True)

    assert kinds(outcomes) == {Held: 14, Reason.INSUFFICIENT_CREDIT: CROWD - 14}
    assert await standing(bank) == ("2", "98")
    assert late == Refused(Reason.INSUFFICIENT_CREDIT)
    await bank.prove()


async def test_of_many_captures_one_wins(crowd: list[Ledger], real_redis: Client) -> None:
    """Each by an operation of its own: one is posted, the others are told that the hold is over."""
    bank = await arrange(real_redis)
    await place(bank, 30)

    outcomes = await asyncio.gather(
        *(
            ledger.capture_hold(REF, "call-1", usd(n + 1), operation_id=f"capture-{n}", actor="test")
            for n, ledger in enumerate(crowd)
        )
    )

    assert kinds(outcomes) == {Resolved: 1, Reason.HOLD_RESOLVED: CROWD - 1}
    assert [each.kind for each in await bank.entries()] == ["grant", "hold", "release", "usage"]
    await bank.prove()


async def test_one_capture_from_everywhere_is_one(crowd: list[Ledger], real_redis: Client) -> None:
    """By the same operation: one posts, the others are told the same."""
    bank = await arrange(real_redis)
    await place(bank, 30)

    outcomes = await asyncio.gather(
        *(ledger.capture_hold(REF, "call-1", usd(12), operation_id="once", actor="test") for ledger in crowd)
    )

    assert Counter(done(each).repeated for each in outcomes) == {False: 1, True: CROWD - 1}
    assert len({(done(each).entry, done(each).after) for each in outcomes}) == 1
    await bank.prove()


async def test_capture_against_expiry_gives_back_once(crowd: list[Ledger], real_redis: Client, clock: Clock) -> None:
    """Whichever comes first, the usage is recorded once and the hold given back once."""
    bank = await arrange(real_redis)
    half = CROWD // 2
    for n in range(half):
        await place(bank, 5, f"call-{n}")
    clock.advance(hours=2)

    captures = (
        ledger.capture_hold(REF, f"call-{n}", usd(2), operation_id=f"capture-{n}", actor="test")
        for n, ledger in enumerate(crowd[:half])
    )
    looks = (ledger.expire_hold(REF, f"call-{half - 1 - n}") for n, ledger in enumerate(crowd[half:]))
    outcomes, seen = await asyncio.gather(asyncio.gather(*captures), asyncio.gather(*looks))

    assert kinds(outcomes) == {Resolved: half}
    for outcome, look in zip(outcomes, reversed(seen), strict=True):
        assert (look, done(outcome).released) in {("expired", usd(0)), ("gone", usd(5))}
    told = Counter(each.kind for each in await bank.entries())
    assert told == {"grant": 1, "hold": half, "release": half, "usage": half}
    assert await standing(bank) == (str(100 - 2 * half), "0")
    await bank.prove()


async def test_call_survives_a_lost_reply_at_every_step(server: str, single_redis: Client) -> None:
    """The client asks again by itself: each step has happened once, and the answer is the first one."""
    bank = await arrange(single_redis)
    async with lossy(server) as relay:
        client: Client = Redis(unix_socket_path=str(relay.path), decode_responses=True)
        far = Bank(client, Ledger(client), bank.roles, bank.policies, bank.payments, bank.numbers)
        answers: list[Held | Resolved] = []
        for name in ("place", "extend", "time", "capture"):
            relay.lose_after = f"{name}-1".encode()
            match name:
                case "place":
                    answers.append(done(await place(far, 30, operation_id="place-1")))
                case "extend":
                    answers.append(done(await extend(far, 5, operation_id="extend-1")))
                case "time":
                    answers.append(done(await extend(far, 0, operation_id="time-1")))
                case _:
                    answers.append(done(await capture(far, 12, operation_id="capture-1")))
        await client.aclose()

    assert relay.lost == 4
    assert all(each.repeated for each in answers)
    assert await standing(bank) == ("88", "0")
    await bank.prove()


async def let_expire(bank: Bank, clock: Clock) -> object:
    """The schedule looks at a hold whose time is over."""
    return await expire(bank, clock)


VERBS: dict[str, Verb] = {
    "place_hold": lambda bank, _: place(bank, 10, "call-2", "oom"),
    "extend_hold": lambda bank, _: extend(bank, 10, operation_id="oom"),
    "extend_hold, by time": lambda bank, _: extend(bank, 0, operation_id="oom", ttl_ms=2 * HOUR_MS),
    "capture_hold": lambda bank, _: capture(bank, 12, operation_id="oom"),
    "capture_hold, expired": lambda bank, _: capture(bank, 12, "over", operation_id="oom"),
    "release_hold": lambda bank, _: release(bank, operation_id="oom"),
    "expire_hold": let_expire,
}


@pytest.mark.parametrize("verb", VERBS)
async def test_change_is_refused_whole_without_memory(real_redis: Client, clock: Clock, verb: str) -> None:
    """The call raises and nothing was changed; with memory again, the same call is made."""
    bank = await arrange(real_redis)
    await place(bank, 10, "over")
    await expire(bank, clock, "over")
    await place(bank, 30)
    await configure(real_redis, "maxmemory-policy", "noeviction")
    await configure(real_redis, "maxmemory", "1")
    before = await dump(real_redis)

    try:
        with pytest.raises(RedisError, match=r"(?i)memory"):
            await VERBS[verb](bank, clock)
        after = await dump(real_redis)
    finally:
        await configure(real_redis, "maxmemory", "0")

    assert after == before
    assert not isinstance(await VERBS[verb](bank, clock), Refused)
    assert await dump(real_redis) != before
    await bank.prove()


async def test_every_hold_of_a_proof_is_counted(redis: Client) -> None:
    """The proof notices a hold that is lost, that has another amount, and what the account says is set aside."""
    bank = await arrange(redis)
    await place(bank, 30)
    await bank.prove()
    record, held = keys.hold(REF, "call-1"), str(usd(30).micros)

    for key, field, wrong, right in (
        (record, "amount", "1", held),
        (record, "state", "released", "held"),
        (keys.account(REF), "held", "1", held),
    ):
        await redis.hset(key, field, wrong)
        with pytest.raises(AssertionError):
            await bank.prove()
        await redis.hset(key, field, right)
    await redis.zrem(keys.holds(REF), "call-1")
    with pytest.raises(AssertionError):
        await bank.prove()
