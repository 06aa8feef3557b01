"""Endpoints: registered with a secret that is shown once, filtered, switched, rotated, removed; by those who may."""

import pytest

from store import keys
from store.deliveries import Tried, Why
from store.events import BalanceExhausted, ManagersChanged, RechargeResumed
from store.keys import AccountRef
from store.outcomes import Done, Reason, Refused
from store.roles import Actor, Roles
from store.scripts import Client
from store.webhook import NAMES, UnknownNameError, checked_names
from store.webhooks import MOST, Registered, Webhooks, key_of, new_secret
from tests.controls import MANAGER, REF, STRANGER, Bank
from tests.everywhere import every_key
from tests.store.clock import Clock
from tests.store.pier import FUTURE_MS, OPERATOR, PUSHING, URL, Pier, event

MEMBER = Actor(REF.tenant, "U0MEMBER1")
CHANGES = ("add", "switch", "rotate", "remove", "retry")


async def arrange(redis: Client) -> Bank:
    """An account and a manager."""
    return await Bank.open(redis)


async def change(webhooks: Webhooks, actor: Actor, verb: str, webhook_id: str) -> object:
    """Ask for a change of an endpoint."""
    if verb == "add":
        return await webhooks.add(actor, REF.tenant, URL)
    if verb == "switch":
        return await webhooks.switch(actor, REF.tenant, webhook_id, on=False)
    return await getattr(webhooks, verb)(actor, REF.tenant, webhook_id)


async def test_endpoint_is_registered(redis: Client) -> None:
    """It is on, hears of what it asked for from now on, and says by whom it was registered."""
    bank = await arrange(redis)

    webhook = await Pier(redis, bank.roles).add(events=("balance.low", "balance.exhausted"), account=REF.account)

    assert (webhook.url, webhook.state, webhook.by) == (URL, "on", "operator:test")
    assert (webhook.events, webhook.account) == (("balance.low", "balance.exhausted"), REF.account)
    assert await Webhooks(redis, bank.roles, Pier(redis, bank.roles).webhooks.reach).all(REF.tenant) == (webhook,)


async def test_registered_again_after_a_lost_reply_there_is_one(redis: Client) -> None:
    """The same call's repetition, which the client sends by itself, registers nothing more."""
    made = Webhooks(redis, Roles(redis), Pier(redis, Roles(redis)).webhooks.reach, ids=lambda: "wh_1")

    assert isinstance(await made.add(OPERATOR, REF.tenant, URL), Registered)
    await made.switch(OPERATOR, REF.tenant, "wh_1", on=False)

    assert isinstance(await made.add(OPERATOR, REF.tenant, URL), Registered)
    assert [each.state for each in await made.all(REF.tenant)] == ["off"]


async def test_secret_is_shown_once(redis: Client) -> None:
    """It is of 256 bits, as Standard Webhooks writes them, and in no printed form of what is kept."""
    pier = await Pier.open(redis)

    made = await pier.webhooks.add(OPERATOR, REF.tenant, URL)

    assert isinstance(made, Registered)
    assert made.secret.startswith("whsec_")
    assert len(key_of(made.secret)) == 32
    found = await pier.look(made.id)
    assert found.secrets == (made.secret,)
    assert made.secret not in repr(found) + repr(made)
    assert new_secret() != new_secret()


@pytest.mark.parametrize("verb", CHANGES)
@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        (MEMBER, Reason.NOT_A_MANAGER),
        (STRANGER, Reason.STRANGER),
        (Actor("T0OTHER", MANAGER.user_id), Reason.STRANGER),
    ],
)
async def test_change_by_others_is_refused(redis: Client, verb: str, actor: Actor, reason: Reason) -> None:
    """Only credit managers of the workspace and operators; nothing is changed."""
    pier = Pier(redis, (await arrange(redis)).roles)
    webhook = await pier.add()

    assert await change(pier.webhooks, actor, verb, webhook.id) == Refused(reason)
    assert await pier.webhooks.all(REF.tenant) == (webhook,)


@pytest.mark.parametrize("verb", CHANGES)
async def test_managers_may_change_them(redis: Client, verb: str) -> None:
    """In Slack as at the command line."""
    pier = Pier(redis, (await arrange(redis)).roles)
    webhook = await pier.add()

    assert not isinstance(await change(pier.webhooks, MANAGER, verb, webhook.id), Refused)


@pytest.mark.parametrize(
    ("url", "account", "reason"),
    [
        ("http://hooks.example.com", "", Reason.URL_REFUSED),
        ("https://10.0.0.1/", "", Reason.URL_REFUSED),
        (URL, "no-such", Reason.UNKNOWN_ACCOUNT),
    ],
)
async def test_endpoint_is_refused(redis: Client, url: str, account: str, reason: Reason) -> None:
    """Where nothing may be sent, or of an account that is not there."""
    pier = await Pier.open(redis)

    assert await pier.webhooks.add(OPERATOR, REF.tenant, url, account=account) == Refused(reason)
    assert await pier.webhooks.all(REF.tenant) == ()


async def test_workspace_has_a_limit(redis: Client) -> None:
    """So many, and not one more; another workspace has its own."""
    pier = await Pier.open(redis)
    for _ in range(MOST):
        await pier.add()

    assert await pier.webhooks.add(OPERATOR, REF.tenant, URL) == Refused(Reason.WEBHOOKS_TOO_MANY)
    assert isinstance(await pier.webhooks.add(OPERATOR, "T0OTHER", URL), Registered)


async def test_unknown_event_is_an_error(redis: Client) -> None:
    """A misspelt name is not silently an endpoint that hears nothing."""
    pier = await Pier.open(redis)

    with pytest.raises(UnknownNameError, match=r"balance\.lwo"):
        await pier.webhooks.add(OPERATOR, REF.tenant, URL, events=["balance.low", "balance.lwo"])


def test_names_are_taken_once_in_their_order() -> None:
    """However they are given; they are hierarchical, in the letters that Standard Webhooks recommends."""
    assert checked_names(["credit.expiring", "balance.low", "balance.low"]) == ("balance.low", "credit.expiring")
    assert all(part.isidentifier() for name in NAMES.values() for part in name.split("."))
    assert len(set(NAMES.values())) == len(NAMES)


async def test_endpoint_hears_what_it_asked_for(redis: Client) -> None:
    """Of its events, of its account, from its registration on, and only while it is on."""
    pier = Pier(redis, (await arrange(redis)).roles)
    every = await pier.add()
    low = await pier.add(events=("balance.low",), account=REF.account)
    common = {"id": "01-1-0", "ref": REF, "at_ms": FUTURE_MS}
    exhausted = BalanceExhausted(**common, balance_micros=0, currency="USD")  # type: ignore[arg-type]
    elsewhere = BalanceExhausted(**{**common, "ref": AccountRef(REF.tenant, "b")}, balance_micros=0, currency="USD")  # type: ignore[arg-type]
    before = BalanceExhausted(**{**common, "at_ms": every.created_ms - 1}, balance_micros=0, currency="USD")  # type: ignore[arg-type]

    assert [every.hears(each) for each in (event(), exhausted, elsewhere, before)] == [True, True, True, False]
    assert [low.hears(each) for each in (event(), exhausted, elsewhere)] == [True, False, False]
    assert not every.hears(RechargeResumed(**common, by=""))  # type: ignore[arg-type]
    assert not every.hears(ManagersChanged(**common, by="", appointed="", dismissed=""))  # type: ignore[arg-type]
    await pier.webhooks.switch(OPERATOR, REF.tenant, every.id, on=False)
    assert not (await pier.look(every.id)).hears(event())


async def test_both_secrets_sign_for_a_day(redis: Client, clock: Clock) -> None:
    """After a rotation the new one is first; then the former is over. A repetition rotates once."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    [former] = webhook.secrets
    fixed = Webhooks(redis, pier.webhooks._roles, pier.webhooks.reach, make_secret=lambda: "whsec_bmV3")

    for _ in range(2):
        await fixed.rotate(OPERATOR, REF.tenant, webhook.id)

    assert (await pier.look(webhook.id)).secrets == ("whsec_bmV3", former)
    until = int(await redis.hget(keys.webhook(REF.tenant, webhook.id), "former_until_ms"))
    assert until == clock.ms + 24 * 3_600_000
    await redis.hset(keys.webhook(REF.tenant, webhook.id), "former_until_ms", "1")
    assert (await pier.look(webhook.id)).secrets == ("whsec_bmV3",)


@pytest.mark.parametrize("verb", ["switch", "rotate", "retry"])
async def test_change_of_an_unknown_endpoint_is_refused(redis: Client, verb: str) -> None:
    """Nothing comes into being by it."""
    pier = Pier(redis, (await arrange(redis)).roles)

    assert await change(pier.webhooks, MANAGER, verb, "wh_none") == Refused(Reason.UNKNOWN_WEBHOOK)
    assert await pier.webhooks.get(REF.tenant, "wh_none") is None


async def test_removed_endpoint_leaves_nothing(redis: Client) -> None:
    """Neither itself nor what it was to be told; asked again, nothing happens; another one stays."""
    pier = await Pier.open(redis)
    other = await pier.add()
    webhook = await pier.add()
    for number in range(3):
        await pier.queue(webhook, number)
    await pier.deliveries.settle(await pier.claimed(webhook), Tried())
    await pier.deliveries.settle(await pier.claimed(webhook), Tried(Why.GONE))

    said = [await pier.webhooks.remove(OPERATOR, REF.tenant, webhook.id) for _ in range(2)]

    assert said == [Done("removed"), Done("unchanged")]
    assert [key for key in await every_key(redis) if webhook.id in key] == []
    assert await redis.zscore(PUSHING, webhook.member) is None
    assert await pier.webhooks.all(REF.tenant) == (other,)
    assert not await pier.queue(webhook, 4)


async def test_what_waits_for_an_endpoint_that_is_switched_off_goes_on_when_it_is_on(redis: Client) -> None:
    """Off, nothing is queued or tried; on again, what waited before is."""
    pier = await Pier.open(redis)
    webhook = await pier.add()
    await pier.queue(webhook, 1)

    assert await pier.webhooks.switch(OPERATOR, REF.tenant, webhook.id, on=False) == Done("changed")
    assert not await pier.queue(webhook, 2)
    assert await pier.claim(webhook) is None
    assert await redis.zscore(PUSHING, webhook.member) is None
    assert await pier.webhooks.switch(OPERATOR, REF.tenant, webhook.id, on=True) == Done("changed")
    assert await redis.zscore(PUSHING, webhook.member) is not None
    assert (await pier.claimed(webhook)).body == '{"n":1}'
    assert await pier.webhooks.switch(OPERATOR, REF.tenant, webhook.id, on=True) == Done("unchanged")
