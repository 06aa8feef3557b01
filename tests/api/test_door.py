"""Who gets in, how often, with what; and that no error leaves without saying what to do."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import httpx
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.api import door
from bot.api.door import LARGEST_BODY
from store import keys
from store.ledger import Ledger
from store.outcomes import Refused
from store.tokens import Scope, Tokens
from tests.api.conftest import Opening
from tests.api.site import HERE, Site, done, problem, usd
from tests.controls import MANAGER, REF

HOLD = {"id": "call-1", "amount": usd("1"), "ttl_s": 60}
SCOPED: list[tuple[Scope, str, Any]] = [
    (Scope.ACCOUNT_READ, HERE, None),
    (Scope.ENTRIES_READ, f"{HERE}/entries", None),
    (Scope.RATES_READ, "/v1/rates?number=%2B447700900123&service=calling", None),
    (Scope.HOLDS_WRITE, f"{HERE}/holds", HOLD),
    (Scope.HOLDS_WRITE, "/v1/holds/call-1/extend", {"ttl_s": 60}),
    (Scope.HOLDS_WRITE, "/v1/holds/call-1/capture", {"amount": usd("1")}),
    (Scope.HOLDS_WRITE, "/v1/holds/call-1/release", {}),
    (Scope.USAGE_WRITE, f"{HERE}/usage", {"records": []}),
]


async def ask(site: Site, path: str, body: Any, secret: str | None = None) -> httpx.Response:
    """GET without a body, POST with one."""
    return await (site.get(path, secret) if body is None else site.post(path, body, secret=secret))


@pytest.mark.parametrize(("scope", "path", "body"), SCOPED, ids=lambda each: str(each)[:40])
async def test_only_with_a_token_of_the_scope(site: Site, scope: Scope, path: str, body: Any) -> None:
    """Without a token 401; with all scopes but the one that is needed 403 names it; with that one alone it goes on."""
    others = await site.token(*(each for each in Scope if each is not scope))

    refused = problem(await ask(site, path, body, secret=""), 401, "token_missing")
    lacking = problem(await ask(site, path, body, others), 403, "scope_missing")
    admitted = await ask(site, path, body, await site.token(scope))

    assert "Bearer" in refused["detail"]
    assert lacking["scope"] == scope
    assert admitted.status_code not in {401, 403}


async def test_what_is_wrong_with_a_token(site: Site) -> None:
    """Mistyped, of another scheme, revoked: 401 with the header that the standard wants, and what to do."""
    secret = await site.token()
    mistyped = await site.get(HERE, secret[:-1])
    basic = await site.client.get(HERE, headers={"Authorization": "Basic YWxhZGRpbg=="})

    problem(mistyped, 401, "token_invalid")
    problem(basic, 401, "token_missing")
    assert (mistyped.headers["www-authenticate"], basic.headers["www-authenticate"]) == (
        'Bearer error="invalid_token"',
        "Bearer",
    )
    for each in await listed(site):
        await site.tokens.revoke(MANAGER, REF.tenant, each.id, operation_id=each.id)
    problem(await site.get(HERE, secret), 401, "token_revoked")


async def listed(site: Site) -> tuple[Any, ...]:
    """The workspace's tokens."""
    found = await site.tokens.list(MANAGER, REF.tenant)
    assert not isinstance(found, Refused)
    return found


async def test_token_of_another_workspace_sees_nothing_of_this_one(site: Site) -> None:
    """The same account name means the token's own workspace; this one's account and holds are not there."""
    elsewhere = dataclasses.replace(MANAGER, tenant="T0OTHER")
    await site.bank.redis.sadd(keys.managers("T0OTHER"), elsewhere.user_id)
    made = await site.tokens.make(elsewhere, "T0OTHER", name="x", scopes=list(Scope), operation_id="make")
    done(await site.hold("call-1"), 201)

    secret = getattr(made, "secret", "")
    assert secret
    problem(await site.get(HERE, secret), 404, "unknown_account")
    problem(await site.get(f"{HERE}/entries", secret), 404, "unknown_account")
    problem(await site.post("/v1/holds/call-1/release", secret=secret), 404, "unknown_account")
    assert len(await site.bank.ledger.holds(REF)) == 1


async def test_answers_say_what_is_left_of_the_rate(opening: Opening) -> None:
    """Every counted answer has both headers; used up, 429 says how long to wait, and nothing is done."""
    async with opening(per_minute=2) as site:
        first = await site.get(HERE)
        second = await site.get("/v1/nowhere")
        third = await site.hold()

        assert (first.headers["ratelimit-policy"], first.headers["ratelimit"]) == (
            '"token";q=2;w=60',
            '"token";r=1;t=30',
        )
        assert second.headers["ratelimit"].startswith('"token";r=0;t=')
        problem(third, 429, "too_many_requests")
        assert 1 <= int(third.headers["retry-after"]) <= 30
        assert third.headers["ratelimit"].startswith('"token";r=0;t=')
        assert await site.bank.ledger.holds(REF) == []


async def test_address_that_is_not_there(site: Site) -> None:
    """404 as a problem; another method than there is, 405 with those that are."""
    problem(await site.get("/v1/nowhere"), 404, "not_found")
    problem(await site.get(f"{HERE}/"), 404, "not_found")
    wrong = await site.get(f"{HERE}/holds")
    problem(wrong, 405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "body", ["{", "", "\xff", "[" * 100_000, '{"ttl_s": ' + "9" * 5000 + "}"], ids=lambda each: each[:12]
)
async def test_body_that_is_no_json(site: Site, body: str) -> None:
    """Cut off, empty, not UTF-8, nested or long beyond reason: a problem, never an error of ours."""
    given = {"Content-Type": "application/json", "Authorization": f"Bearer {site.secret}", "Idempotency-Key": "k"}
    sent = body[: LARGEST_BODY - 1].encode("latin-1")

    answer = await site.client.post(f"{HERE}/holds", content=sent, headers=given)

    assert (answer.status_code, answer.json()["code"]) in {(400, "body_unreadable"), (422, "invalid")}


async def test_body_of_another_type(site: Site) -> None:
    """Anything but JSON is 415, before it is looked at."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx"):
        problem(await site.hold(headers={"Content-Type": kind}), 415, "media_type")
    done(await site.hold(headers={"Content-Type": "application/json; charset=utf-8"}), 201)


async def test_body_that_is_too_large(site: Site) -> None:
    """413 says how large it may be, with and without a length."""
    given = {"Content-Type": "application/json", "Authorization": f"Bearer {site.secret}", "Idempotency-Key": "k"}

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b" " * (LARGEST_BODY // 2)

    for content in (b" " * (LARGEST_BODY + 1), pieces()):
        answer = await site.client.post(f"{HERE}/holds", content=content, headers=given)
        assert problem(answer, 413, "too_large")["largest_bytes"] == LARGEST_BODY


async def test_body_that_never_ends(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body of which nothing more comes is not waited for: 408."""
    monkeypatch.setattr(door, "LONGEST_READ_S", 0.05)
    ended = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"{"
        await ended.wait()

    given = {"Content-Type": "application/json", "Authorization": f"Bearer {site.secret}", "Idempotency-Key": "k"}
    address = str(site.client.base_url.join(f"{HERE}/holds"))
    async with (
        asyncio.timeout(30),
        aiohttp.ClientSession() as client,  # the other client reads no answer while it sends
        client.post(address, data=pieces(), headers=given) as answer,
    ):
        ended.set()
        told = await answer.json(content_type="application/problem+json")

    assert (answer.status, told["code"]) == (408, "too_slow")


class Away(Tokens):
    """Tokens in a Redis that is not there."""

    async def admit(self, secret: str, *, per_minute: int) -> Any:
        """Nothing answers."""
        raise RedisConnectionError(secret, per_minute)


async def test_ledger_away_before_anything_was_done(opening: Opening, real_redis: Any) -> None:
    """503 with Retry-After says that nothing was done."""
    async with opening(tokens=Away(real_redis, None)) as site:  # type: ignore[arg-type] # asked for nothing
        answer = await site.hold()

        problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        assert await site.bank.ledger.holds(REF) == []


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception, str], None]:
    """Makes a verb of the ledger work and then fail, as when its answer is lost."""

    def break_(error: Exception, verb: str) -> None:
        original: Callable[..., Awaitable[Any]] = getattr(Ledger, verb)

        async def broken(*args: Any, **given: Any) -> Any:
            await original(*args, **given)
            raise error

        monkeypatch.setattr(Ledger, verb, broken)

    return break_


@pytest.mark.parametrize("error", [RedisConnectionError("away"), TimeoutError()])
async def test_lost_answer_is_told_as_unknown_and_had_again(
    site: Site, breaking: Callable[[Exception, str], None], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """503 outcome_unknown, and the same request again is answered with what was done: once."""
    with monkeypatch.context():
        breaking(error, "place_hold")
        answer = await site.hold(key="k-1")
    monkeypatch.undo()

    told = problem(answer, 503, "outcome_unknown")
    assert "same Idempotency-Key" in told["detail"]
    assert answer.headers["retry-after"] == "1"
    assert done(await site.hold(key="k-1"), 201)["repeated"] is True
    assert len(await site.bank.ledger.holds(REF)) == 1


async def test_read_that_fails_is_unavailable(site: Site, breaking: Callable[[Exception, str], None]) -> None:
    """Nothing was to be done: 503 unavailable."""
    breaking(RedisConnectionError("away"), "account")

    problem(await site.get(HERE), 503, "unavailable")


async def test_step_that_takes_too_long_is_ended(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that hangs keeps nobody waiting for ever."""
    monkeypatch.setattr(door, "LONGEST_WORK_S", 0.05)
    never = asyncio.Event()

    async def hang(*_: Any, **__: Any) -> None:
        await never.wait()

    monkeypatch.setattr(Ledger, "place_hold", hang)

    problem(await site.hold(), 503, "outcome_unknown")


async def test_mistake_of_ours_has_a_reference(
    site: Site, breaking: Callable[[Exception, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """500 gives a reference under which the log has the cause, and nothing of the cause."""
    breaking(KeyError("inner secret"), "place_hold")

    answer = await site.hold()

    told = problem(answer, 500, "internal")
    logged = capsys.readouterr().out
    assert "inner secret" not in answer.text
    assert told["reference"] in logged
    assert "inner secret" in logged
