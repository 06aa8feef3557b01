"""`credits webhook`: registered, looked at, tried, rotated, switched and removed at the command line."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator

import pytest
from redis import Redis
from typer.testing import CliRunner, Result

from bot.cli import app
from store import keys
from store.webhook import NAMES
from tests.bot.webhooks.receiver import Receiver, answer, receiving
from tests.world import REF

pytestmark = pytest.mark.redis
URL = "https://hooks.example.com/credits"
TENANT = REF.tenant


class Desk:
    """An operator's terminal, and the Redis behind it."""

    def __init__(self, redis: Redis, address: str) -> None:
        self.redis = redis
        self.given = {"REDIS_URL": address, "CREDITS_LOG_LEVEL": "error"}

    def type(self, *words: str, answer: str = "") -> Result:
        """Run `credits webhook …`."""
        return CliRunner().invoke(app, ["webhook", *words, "--env-file", "nowhere"], input=answer, env=self.given)

    def add(self, url: str = URL, *more: str) -> str:
        """Register; answers the id."""
        result = self.type("add", TENANT, url, *more)
        assert result.exit_code == 0, result.output
        [found] = re.findall(r"wh_[0-9a-f]{18}", result.output)
        return str(found)

    def secret_in(self, result: Result) -> str:
        """The one secret that was shown."""
        [found] = re.findall(r"whsec_\S+", result.output)
        return str(found)


@pytest.fixture
def desk(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty Redis; the log stays as it is."""
    monkeypatch.setattr("bot.running.logs.configure", lambda **_given: None)
    with Redis.from_url(server, decode_responses=True) as redis:
        redis.flushall()
        yield Desk(redis, server)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One on a thread of its own: the command has a loop of its own."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    found: list[Receiver] = []
    over = asyncio.Event()

    async def serve() -> None:
        async with receiving() as opened:
            found.append(opened)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(5)
    yield found[0]
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


def test_without_webhooks_that_is_said(desk: Desk) -> None:
    """Nothing to look at is no error; for programs it is an empty list."""
    assert desk.type("list", TENANT).output == f"Workspace {TENANT} has no webhook.\n"
    assert desk.type("undelivered", TENANT).output == "Everything has been delivered.\n"
    assert json.loads(desk.type("list", TENANT, "--json").output) == []
    assert json.loads(desk.type("undelivered", TENANT, "--json").output) == []


def test_secret_is_shown_once_and_never_again(desk: Desk) -> None:
    """When it is made; no list shows it."""
    result = desk.type("add", TENANT, URL)
    secret = desk.secret_in(result)

    [webhook_id] = re.findall(r"wh_[0-9a-f]+", result.output)
    assert desk.redis.hget(keys.webhook(TENANT, webhook_id), "secret") == secret
    for words in (["list", TENANT], ["list", TENANT, "--json"], ["undelivered", TENANT, "--json"]):
        assert secret not in desk.type(*words).output


def test_list_says_where_what_and_how(desk: Desk) -> None:
    """In words, and as JSON for programs."""
    every = desk.add()
    some = desk.add(URL, "--event", "balance.low", "--event", "balance.exhausted")
    record = keys.webhook(TENANT, some)
    desk.redis.hset(record, mapping={"last_ms": 1_795_000_000_000, "failed_ms": 1_795_000_060_000, "why": "status 503"})
    desk.redis.hset(keys.webhook(TENANT, every), mapping={"state": "gone", "created_ms": 1})

    told = desk.type("list", TENANT).output

    assert f"\n{every}\n  where  {URL}, gone: it answered that it wants nothing any more\n" in told
    assert "  what   every event of every account\n  how    nothing delivered yet\n" in told
    assert "  what   balance.low, balance.exhausted of every account\n" in told
    assert (
        "  how    last delivered 2026-11-18 11:06 UTC; last failed 2026-11-18 11:07 UTC: it answered with status 503\n"
        in told
    )
    assert "  left   0 waiting, 0 given up\n" in told
    first, second = json.loads(desk.type("list", TENANT, "--json").output)
    assert (first["id"], first["state"], first["events"], first["last_delivered_at"]) == (every, "gone", [], None)
    assert (second["why"], second["last_failed_at"]) == ("status 503", "2026-11-18T11:07:40+00:00")
    assert second["registered_by"].startswith("operator:")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["http://hooks.example.com/"], "must begin with https://"),
        (["https://10.0.0.1/"], "not public"),
        (["https://a:b@hooks.example.com/"], "user name"),
        ([URL, "--event", "balance.lwo"], "balance.lwo is no event"),
        ([URL, "--account", "no name"], "not a name"),
    ],
)
def test_mistakes_are_said(desk: Desk, words: list[str], told: str) -> None:
    """With exit code 2; nothing is registered."""
    result = desk.type("add", TENANT, *words)

    assert result.exit_code == 2
    assert told in re.sub(r"[\s│]+", " ", result.output)
    assert desk.type("list", TENANT).output == f"Workspace {TENANT} has no webhook.\n"


def test_help_names_every_event(desk: Desk) -> None:
    """So that nobody has to guess."""
    told = re.sub(r"[\s│]+", "", CliRunner().invoke(app, ["webhook", "add", "--help"], env={"COLUMNS": "200"}).output)

    assert all(name in told for name in NAMES.values())


def test_unknown_account_is_refused(desk: Desk) -> None:
    """With the reason and exit code 1."""
    result = desk.type("add", TENANT, URL, "--account", "none")

    assert (result.exit_code, "there is no such account" in result.output) == (1, True)


@pytest.mark.parametrize("verb", ["retry", "on", "off", "rotate", "test"])
def test_unknown_webhook_is_said(desk: Desk, verb: str) -> None:
    """With where to look, and exit code 1."""
    result = desk.type(verb, TENANT, "wh_none")

    assert (result.exit_code, "there is no such webhook" in result.output.lower()) == (1, True)


def test_rotation_shows_the_new_secret(desk: Desk) -> None:
    """Another one, and says how long the former lasts."""
    webhook_id = desk.add()
    before = desk.redis.hget(keys.webhook(TENANT, webhook_id), "secret")

    result = desk.type("rotate", TENANT, webhook_id)

    assert desk.secret_in(result) != before
    assert "For a day" in result.output
    assert desk.redis.hget(keys.webhook(TENANT, webhook_id), "former") == before


def test_webhook_is_switched_off_and_on(desk: Desk) -> None:
    """And the list says so."""
    webhook_id = desk.add()

    assert desk.type("off", TENANT, webhook_id).output == f"Webhook {webhook_id} is switched off.\n"
    assert ", switched off" in desk.type("list", TENANT).output
    assert desk.type("on", TENANT, webhook_id).output == f"Webhook {webhook_id} is switched on.\n"
    assert "switched off" not in desk.type("list", TENANT).output


def test_removal_asks_first(desk: Desk) -> None:
    """Answered no, nothing happens; removed twice, the second is told."""
    webhook_id = desk.add()

    assert desk.type("remove", TENANT, webhook_id, answer="n\n").exit_code == 1
    assert webhook_id in desk.type("list", TENANT).output
    assert f"Webhook {webhook_id} is removed.\n" in desk.type("remove", TENANT, webhook_id, answer="y\n").output
    assert desk.type("remove", TENANT, webhook_id, "--yes").output == f"There is no webhook {webhook_id}.\n"


def test_undelivered_says_what_why_and_when(desk: Desk) -> None:
    """What waits, and what was given up; `retry` hands both to the worker."""
    webhook_id = desk.add()
    record = json.dumps({"account": "default", "type": "balance.low", "body": "{}"})
    waiting = {
        "32-1": record,
        "32-1/tries": "2",
        "32-1/why": "timeout",
        "32-2": record,
        "32-2/tries": "9",
    }
    waiting["32-2/why"] = "status 500"
    desk.redis.hset(keys.deliveries(TENANT, webhook_id), mapping=waiting)  # type: ignore[arg-type]
    desk.redis.zadd(keys.delivering(TENANT, webhook_id), {"32-1": 1_795_000_000_000})
    desk.redis.zadd(keys.undelivered(TENANT, webhook_id), {"32-2": 1_795_000_060_000})

    assert desk.type("undelivered", TENANT).output == (
        f"32-1 for {webhook_id}: balance.low of default, it did not answer in time (tries: 2),"
        " next try 2026-11-18 11:06 UTC\n"
        f"32-2 for {webhook_id}: balance.low of default, it answered with status 500 (tries: 9),"
        " given up 2026-11-18 11:07 UTC\n"
    )
    assert "1 waiting, 1 given up" in desk.type("list", TENANT).output
    first, second = json.loads(desk.type("undelivered", TENANT, "--json").output)
    assert (first["next_try_at"], second["given_up_at"]) == ("2026-11-18T11:06:40+00:00", "2026-11-18T11:07:40+00:00")
    assert (first["why"], second["tries"], second["webhook"]) == ("timeout", 9, webhook_id)
    assert desk.type("retry", TENANT, webhook_id).output == "A running worker now tries again: 2.\n"
    assert desk.redis.zcard(keys.delivering(TENANT, webhook_id)) == 2


def test_retry_without_anything_to_try_says_so(desk: Desk) -> None:
    """It is no error."""
    assert desk.type("retry", TENANT, desk.add()).output == "Nothing to try again.\n"


def test_endpoint_is_tried_from_here(desk: Desk, receiver: Receiver) -> None:
    """With a signed request, whose outcome is told; nothing is kept of it."""
    desk.given["CREDITS_WEBHOOK_LOOPBACK"] = "true"
    added = desk.type("add", TENANT, receiver.url)
    [webhook_id] = re.findall(r"wh_[0-9a-f]+", added.output)
    receiver.script = [answer(200), answer(500)]

    assert desk.type("test", TENANT, webhook_id).output == "It was delivered.\n"
    result = desk.type("test", TENANT, webhook_id)

    assert (result.exit_code, result.output) == (1, "It was not delivered: it answered with status 500.\n")
    body = receiver.requests[0].verify(desk.secret_in(added))
    assert body["type"] == "webhook.test"
    assert receiver.ids[0] != receiver.ids[1]
    assert "0 waiting, 0 given up" in desk.type("list", TENANT).output


def test_endpoint_that_is_not_allowed_any_more_is_not_tried(desk: Desk, receiver: Receiver) -> None:
    """The setting that allowed it is gone."""
    desk.given["CREDITS_WEBHOOK_LOOPBACK"] = "true"
    webhook_id = desk.add(receiver.url)
    del desk.given["CREDITS_WEBHOOK_LOOPBACK"]

    result = desk.type("test", TENANT, webhook_id)

    assert "its address is not allowed here" in result.output
    assert receiver.connections == 0
