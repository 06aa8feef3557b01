"""A workspace that was left for good: what was to be told there waits for its time, and then holds nothing up."""

from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.leaving import Leaving
from bot.outages import plainly
from bot.playground.people import ALERTS, MANAGER, OWNER
from bot.playground.server import Fault
from bot.posting import SlackAwayError, patiently
from bot.readiness import Readiness, Stores
from bot.workspaces import LEFT, LEFT_S, UnknownWorkspaceError, Workspaces
from store import keys
from store.account import RechargePolicy
from store.dead import DeadLetters
from store.keys import AccountRef
from store.outbox import GROUPS, Outbox
from store.outcomes import Done
from store.roles import Actor
from tests.bot.gateways import FaultyGateway
from tests.bot.news import LOW, emit
from tests.bot.stage import OUTBOX, PARTITION, Running, Stage, eventually
from tests.world import BOSS, REF, TOKEN, usd

LEFT_REF = next(AccountRef(n) for n in map("T0LEFT{}".format, range(9999)) if keys.partition_of(n) == PARTITION)
OLD = "1-0"
"""The place of an event from long ago."""


def workspaces_of(stage: Stage, left_s: float) -> Workspaces:
    """The workspaces of a process with that setting."""
    return Workspaces(TOKEN, stage.playground.api_url, left_s=left_s)


def tell(stage: Stage, workspaces: Workspaces, owner: str = "w1") -> Running:
    """The alerts' listener as the worker sets it up."""
    stage.workspaces = workspaces
    return stage.tell(
        owner, first_pause_s=0.001, hopeless=workspaces.hopeless, put_aside=Leaving(stage.policies).put_aside
    )


async def put_long_ago(stage: Stage) -> None:
    """An event from long ago, of a workspace that is not the token's."""
    record: dict[str, Any] = {"type": "balance_low", "tenant": LEFT_REF.tenant, "account": "default", "at_ms": "1"}
    await stage.redis.xtrim(OUTBOX, maxlen=0)
    await stage.redis.delete(OUTBOX)
    await stage.redis.xadd(OUTBOX, {**record, **LOW}, id=OLD)
    for group in GROUPS:
        await stage.redis.xgroup_create(OUTBOX, group, id="0")


async def test_old_events_of_a_left_workspace_are_put_aside(stage: Stage) -> None:
    """After its time an event is with the dead, with the reason; ours are told, and the outbox can be trimmed."""
    await put_long_ago(stage)
    [mine] = await emit(stage, "balance_low")
    tell(stage, workspaces_of(stage, LEFT_S))
    stage.charge()
    await stage.quiet("alerts", "payments")

    [letter] = await DeadLetters(stage.redis).find()
    assert (letter.tenant, letter.why.startswith(LEFT)) == (LEFT_REF.tenant, True)
    assert f"this is to be told in {LEFT_REF.tenant}" in letter.why
    assert stage.marks() == [mine]
    await stage.redis.xgroup_setid(OUTBOX, "webhooks", "$")
    assert await Outbox(stage.redis, stage.redis).trim(PARTITION) == 2


async def test_young_events_of_another_workspace_wait(stage: Stage) -> None:
    """Within the time it may be a wrong token: they are neither told nor put aside, and /readyz says so."""
    await stage.emit("balance_low", LEFT_REF, **LOW)
    [mine] = await emit(stage, "balance_low")
    workspaces = workspaces_of(stage, LEFT_S)
    tell(stage, workspaces)
    await eventually(lambda: stage.marks() == [mine])
    await eventually(lambda: not workspaces.right)

    assert await DeadLetters(stage.redis).count() == 0


async def test_with_no_time_to_wait_they_never_make_it_unready(stage: Stage) -> None:
    """An operator who has left a workspace sets the days to 0: at once aside, however many come, and ready."""
    workspaces = workspaces_of(stage, 0)
    tell(stage, workspaces)
    for _ in range(3):
        await stage.emit("balance_low", LEFT_REF, **LOW)
    await stage.quiet()

    assert await DeadLetters(stage.redis).count() == 3
    assert workspaces.right
    stores = Stores(stage.redis, stage.blocking, cluster=False)
    readiness = Readiness(stores, workspaces, None)
    assert (await readiness(), await readiness.dead()) == ({"redis": True, "slack": True}, 3)


async def test_what_was_put_aside_by_mistake_is_told_with_the_right_token(stage: Stage) -> None:
    """The token was a wrong one and the days 0: with the right one, replayed, all of it is told, in order."""
    right = stage.workspaces
    wrong = workspaces_of(stage, 0)
    await wrong.sign_in()
    assert wrong._me
    wrong._me.team_id = "T0WRONG"
    ids = await emit(stage, "balance_low", "balance_exhausted")
    worker = tell(stage, wrong)
    letters = DeadLetters(stage.redis)
    await stage.quiet()
    await worker.stop()

    for letter in await letters.find():
        await letters.replay(letter)
    tell(stage, right, "w2")
    await eventually(lambda: stage.marks() == ids)
    assert await letters.count() == 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("account_inactive", "Slack answers account_inactive to SLACK_BOT_TOKEN"),
        ("token_revoked", "Slack answers token_revoked to SLACK_BOT_TOKEN"),
        ("invalid_auth", ""),
        ("internal_error", ""),
    ],
)
async def test_an_app_that_was_removed_is_hopeless_in_the_end(stage: Stage, error: str, told: str) -> None:
    """Slack says that the app or the workspace is gone: the same. What Slack may still mend waits for ever."""
    stage.playground.faults.inject("auth.test", Fault("error", error=error))
    workspaces = workspaces_of(stage, 10)
    with pytest.raises(SlackAwayError) as caught:
        await patiently(workspaces.client.auth_test)

    assert workspaces.hopeless(caught.value, 9.9) == ""
    assert workspaces.hopeless(caught.value, 10) == (f"{LEFT}{told}" if told else "")


@pytest.mark.parametrize("make", [SlackAwayError, ConnectionError, TimeoutError])
def test_what_may_come_back_is_waited_for(make: Callable[[str], Exception]) -> None:
    """A network that is down is no reason to put anything aside, however long it takes."""
    assert Workspaces(TOKEN, "http://127.0.0.1:9/api/").hopeless(make("account_inactive"), 1e9) == ""


async def open_left(stage: Stage) -> None:
    """An account with auto-recharge of 50 below 20, in a workspace that is not the token's."""
    await stage.ledger.open_account(LEFT_REF, "USD")
    await stage.ledger.add_credit(LEFT_REF, usd(30), operation_id=stage.operation(), actor="test")
    owner, boss = Actor(LEFT_REF.tenant, OWNER, is_admin=True), Actor(LEFT_REF.tenant, MANAGER)
    await stage.roles.change_managers(owner, appoint=[MANAGER], dismiss=[], operation_id=stage.operation())
    policy = RechargePolicy(on=True, amount=usd(50), below=usd(20), cap=usd(200), method="card")
    await stage.policies.set_recharge(boss, LEFT_REF, policy, channel=ALERTS, operation_id=stage.operation())


async def test_a_left_workspace_is_not_recharged_any_more(stage: Stage) -> None:
    """What is put aside there pauses its auto-recharge, loudly and once; usage goes on, and nothing is charged."""
    stage.gateway = gateway = FaultyGateway()
    await open_left(stage)
    with capture_logs() as logs:
        tell(stage, workspaces_of(stage, 0))
        stage.charge(gateway=gateway)
        await stage.quiet("payments", "alerts")
        await stage.spend(15, LEFT_REF)
        await stage.quiet("payments", "alerts")

    account = await stage.ledger.account(LEFT_REF)
    assert account
    assert (account.paused, account.slot, gateway.charged) == ("left_workspace", "", [])
    [said] = [each for each in logs if each["event"] == "recharge_paused"]
    assert (said["log_level"], said["tenant"], said["account"]) == ("error", LEFT_REF.tenant, "default")
    assert [each.type for each in await DeadLetters(stage.redis).find()].count("recharge_paused") == 1


async def test_a_workspace_that_comes_back_is_told_of_the_pause(stage: Stage) -> None:
    """The token was a wrong one and the days 0: replayed, the pause is told with the button that ends it."""
    right, wrong = stage.workspaces, workspaces_of(stage, 0)
    await stage.account(balance=100)
    await stage.recharge()
    await stage.clean()
    await wrong.sign_in()
    assert wrong._me
    wrong._me.team_id = "T0WRONG"
    await emit(stage, "balance_low")
    worker = tell(stage, wrong)
    await stage.quiet()
    await worker.stop()

    letters = DeadLetters(stage.redis)
    for letter in await letters.find():
        await letters.replay(letter)
    tell(stage, right, "w2")
    await eventually(lambda: any("I had no access to this workspace" in each.text for each in stage.told()))
    account = await stage.ledger.account(REF)
    assert account
    assert account.paused == "left_workspace"
    assert await stage.payments.resume(BOSS, REF) == Done("resumed")


async def test_what_fails_for_another_reason_pauses_nothing(stage: Stage) -> None:
    """A message that Slack refuses is put aside, and auto-recharge goes on."""
    await stage.recharge()
    await stage.clean()
    stage.playground.faults.inject("chat.postMessage", Fault("error", error="msg_too_long"), 2)
    await emit(stage, "balance_low")
    worker = stage.tell(first_pause_s=0.001, give_up_after=2, put_aside=Leaving(stage.policies).put_aside)
    await stage.quiet()
    await worker.stop()

    account = await stage.ledger.account(REF)
    assert account
    assert (account.paused, await DeadLetters(stage.redis).count()) == ("", 1)


async def test_an_organisation_is_no_workspace(stage: Stage) -> None:
    """Its id is not taken for the workspace's: nothing is told for a whole organisation."""
    me = await stage.workspaces.sign_in()
    me.enterprise_id = "E0ORG"

    with pytest.raises(UnknownWorkspaceError) as caught:
        await stage.workspaces.of("E0ORG")

    assert REF.tenant in plainly(caught.value)
    assert await stage.workspaces.of(REF.tenant) is stage.workspaces.client
