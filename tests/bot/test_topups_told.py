"""A top-up that waits for somebody is told to more than the person who asked, who may be gone."""

import contextlib
from collections.abc import Iterator

import pytest

from bot.playground.people import ALERTS, GENERAL, MANAGER, MEMBER, direct_message
from handlers import ids
from tests.bot.charging import top_up, until, wake
from tests.bot.gateways import FaultyGateway
from tests.bot.news import TROUBLE, Fields, emit
from tests.bot.stage import Stage
from tests.bot.test_alerts_buttons import buttons
from tests.world import ADMIN, BOSS, REF, texts_in

GONE = "U000GONE"
WAYS = [ids.RETRY_PAYMENT, ids.NOT_CHARGED]


def topup(by: str = MANAGER, channel: str = GENERAL, **more: str) -> Fields:
    """What became of somebody's top-up."""
    return {**TROUBLE, "kind": "topup", "by": f"slack:{by}", "channel": channel, **more}


@contextlib.contextmanager
def unreachable(stage: Stage) -> Iterator[None]:
    """Slack says that the person is not there, in all its ways."""
    with contextlib.ExitStack() as expected:
        for code in ("user_not_found", "user_not_in_channel", "channel_not_found"):
            expected.enter_context(stage.playground.oracle.expect(code))
        yield


async def test_a_stuck_topup_is_told_in_the_alert_channel_with_its_buttons(stage: Stage) -> None:
    """As well as to who asked for it: any credit manager can clear it up."""
    stage.gateway = gateway = FaultyGateway()
    gateway.faults.append("broken")
    stage.tell()
    stage.charge(gateway=gateway)
    await until(stage, await top_up(stage), "stuck")
    await stage.quiet()

    [told], [direct] = stage.told(), stage.told(direct_message(MANAGER))
    assert f"<@{MANAGER}>" in told.text
    assert [buttons(told), buttons(direct)] == [WAYS, WAYS]


async def test_when_it_is_cleared_up_the_channels_message_says_so(stage: Stage) -> None:
    """The buttons go with the matter, whether the money was found or not."""
    stage.gateway = gateway = FaultyGateway()
    gateway.faults.append("broken")
    stage.tell()
    stage.charge(gateway=gateway)
    payment_id = await top_up(stage)
    await until(stage, payment_id, "stuck")
    await stage.quiet()
    await stage.payments.cancel(BOSS, REF, payment_id, 1)
    await stage.quiet()

    [told] = stage.told()
    assert "nothing was charged" in told.text
    assert buttons(told) == []


async def test_who_is_gone_does_not_keep_a_stuck_topup_from_the_channel(stage: Stage) -> None:
    """The person who asked has left the workspace: the channel has it, and nothing is put aside."""
    with unreachable(stage):
        await stage.emit("payment_stuck", **topup(GONE))
        stage.tell()
        await stage.quiet()

    assert [buttons(each) for each in stage.told()] == [WAYS]
    assert await stage.dead() == []


@pytest.mark.parametrize("kind", ["payment_stuck", "payment_needs_action"])
async def test_without_a_channel_the_managers_are_told_and_who_asked_once(stage: Stage, kind: str) -> None:
    """Each manager directly; who asked, where they asked, and not a second time as a manager."""
    await stage.roles.change_managers(ADMIN, appoint=[MEMBER], dismiss=[], operation_id="appoint-2")
    await stage.levels(channel="")
    await stage.clean()
    await stage.emit(kind, **topup(url="https://bank.example/confirm"))
    stage.tell()
    await stage.quiet()

    whispered = [each for each in stage.playground.messages(GENERAL, MANAGER) if each.get("ephemeral")]
    [german] = stage.told(direct_message(MEMBER))
    assert (len(whispered), stage.told(direct_message(MANAGER))) == (1, [])
    assert f"<@{MANAGER}>" in german.text
    assert buttons(german) == buttons(whispered[0]) != []


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("topup_declined", {}, "could not be charged"),
        ("topup_declined", {"reason": "not_charged"}, "was not charged"),
        ("payment_unknown", {}, "has not answered yet"),
    ],
)
async def test_what_who_asked_cannot_be_told_the_managers_are(
    stage: Stage, kind: str, more: dict[str, str], said: str
) -> None:
    """What the channel is not told would reach nobody: each manager hears of it, and who was not reached."""
    with unreachable(stage):
        await stage.emit(kind, **topup(GONE, **more))
        stage.tell()
        await stage.quiet()

    [told] = stage.told(direct_message(MANAGER))
    assert said in told.text
    assert f"<@{GONE}> asked for this, and I could not reach them." in texts_in(told.blocks)
    assert (stage.told(), await stage.dead()) == ([], [])


async def test_a_topup_in_the_alert_channel_is_told_there_alone(stage: Stage) -> None:
    """Who asked where everything is told reads it there."""
    await stage.emit("payment_stuck", **topup(channel=ALERTS))
    stage.tell()
    await stage.quiet()

    assert len(stage.told()) == 1
    assert [each for each in stage.playground.messages(ALERTS, MANAGER) if each.get("ephemeral")] == []


async def test_while_an_incident_stands_a_stuck_topup_is_in_its_thread_and_seen_in_the_channel(stage: Stage) -> None:
    """And the standing message goes on telling of balance and recharge; another recharge does not close it."""
    await emit(stage, "balance_low")
    await stage.emit("payment_stuck", **topup())
    await emit(stage, "recharge_started")
    stage.tell()
    await stage.quiet()

    standing, reply, _ = stage.told()
    assert "Balance low" in texts_in(standing.blocks)
    assert (reply.thread_ts, reply.in_main_list, buttons(reply)) == (standing.ts, True, WAYS)


async def test_a_topup_that_waits_is_woken_by_nobody_and_still_open(stage: Stage) -> None:
    """Stuck, it is on no schedule; the account's list of open top-ups has it."""
    stage.gateway = gateway = FaultyGateway()
    gateway.faults.append("broken")
    stage.charge(gateway=gateway)
    payment_id = await top_up(stage)
    await until(stage, payment_id, "stuck")
    await wake(stage)

    assert [(each.id, each.state) for each in await stage.payments.open_topups(REF)] == [(payment_id, "stuck")]
