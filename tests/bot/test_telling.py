"""Telling in adverse conditions: late deliveries, refusals, a provider or a workspace that is not there."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from slack_bolt.authorization import AuthorizeResult
from structlog.testing import capture_logs

from bot.alerts import Alerts
from bot.app import Worker
from bot.payments.gateway import GatewayUnavailableError
from bot.playground.people import ALERTS, GENERAL, MANAGER, MEMBER, TELEPHONY, direct_message
from bot.playground.server import Fault
from bot.posting import Mark, Poster
from bot.readiness import Readiness, Stores
from bot.workspaces import UnknownWorkspaceError, Workspaces
from handlers.services import PaymentMethod
from store.events import Codec, Event
from store.keys import AccountRef
from tests.bot.gateways import FaultyGateway
from tests.bot.news import ARRIVED, LOW, TROUBLE, emit
from tests.bot.stage import OUTBOX, Stage, eventually
from tests.world import ADMIN, REF, TOKEN, texts_in


async def alerts_of(stage: Stage) -> Alerts:
    """The reaction with its leases, no listener: the test says what is handed over when."""
    leases = stage.leases("alerts", "w1", ttl_ms=60_000)
    await leases.renew()
    return stage.alerts(leases)


async def events_of(stage: Stage, *ids: str) -> list[Event]:
    """These events as the listener would hand them over."""
    found = []
    for each in ids:
        [(_, record)] = await stage.redis.xrange(OUTBOX, each.partition("-")[2], each.partition("-")[2])
        found.append(Codec.decode(each, record))
    return found


async def test_an_event_handed_over_after_a_later_one_is_told_once(stage: Stage) -> None:
    """Its delivery was lost, and order alone would take it for told: it goes in the thread, and not a second time."""
    alerts = await alerts_of(stage)
    ids = await emit(stage, "balance_low", "recharge_started", "balance_exhausted")
    low, started, exhausted = await events_of(stage, *ids)
    await alerts.react(low, again=False, more=False)
    await alerts.react(exhausted, again=False, more=False)
    for _ in range(2):
        await alerts.react(started, again=True, more=False)

    standing, *thread = stage.told()
    assert stage.marks() == [ids[0], ids[2], ids[1]]
    assert all(each.thread_ts == standing.ts for each in thread)
    assert "Credit used up" in texts_in(standing.blocks)


async def test_what_only_the_managers_were_told_counts_as_told(stage: Stage) -> None:
    """An event that the managers got directly is not told again in the channel that opened meanwhile."""
    alerts = await alerts_of(stage)
    [first, second, third] = await events_of(stage, *await emit(stage, "topped_up", "balance_low", "balance_exhausted"))
    stage.playground.workspace.channels[ALERTS].is_archived = True
    with stage.playground.oracle.expect("is_archived"):
        await alerts.react(first, again=False, more=False)
    stage.playground.workspace.channels[ALERTS].is_archived = False
    await alerts.react(second, again=False, more=False)
    await alerts.react(third, again=False, more=False)
    await alerts.react(first, again=True, more=False)

    assert stage.marks() == [second.id, third.id]
    assert len(stage.told(direct_message(MANAGER))) == 1


async def test_one_persons_error_does_not_hide_the_channels_message(stage: Stage) -> None:
    """Slack refuses to tell the person who paid, for a reason nobody foresaw: the channel hears of it all the same."""
    stage.playground.faults.inject("chat.postEphemeral", Fault("error", error="missing_scope"), 20)
    topped = await stage.emit("topped_up", **{**ARRIVED, "by": f"slack:{MEMBER}", "channel": GENERAL})
    stage.tell(first_pause_s=0.001)
    await stage.quiet()

    [told] = stage.told(direct_message(MEMBER))
    assert "54" in told.text
    assert stage.marks() == [topped]
    assert await stage.dead() == []


async def test_the_channels_error_does_not_hide_the_persons_message(stage: Stage) -> None:
    """The channel's message is given up, which the log tells: the person who paid was told nevertheless, once."""
    stage.playground.faults.inject("chat.postMessage", Fault("error", error="msg_too_long"), 3)
    await stage.emit("topped_up", **{**ARRIVED, "by": f"slack:{MEMBER}", "channel": GENERAL})
    with capture_logs() as logs:
        stage.tell(first_pause_s=0.001, give_up_after=3)
        await stage.quiet()
        await eventually(lambda: any(each["event"] == "event_given_up" for each in logs))

    assert sum(bool(each.get("ephemeral")) for each in stage.playground.messages(GENERAL, MEMBER)) == 1
    assert [each["type"] for each in await stage.dead()] == ["topped_up"]


async def test_one_managers_error_does_not_keep_it_from_the_others(stage: Stage) -> None:
    """Whatever Slack says about one manager, the next one is told, and nothing is given up."""
    await stage.roles.change_managers(ADMIN, appoint=[MEMBER], dismiss=[], operation_id="appoint-2")
    ref = await stage.account(AccountRef(REF.tenant, "none"), channel="")
    await stage.clean()
    stage.playground.faults.inject("chat.postMessage", Fault("error", error="missing_scope"))
    await stage.emit("balance_low", ref, **LOW)
    stage.tell(first_pause_s=0.001)
    await stage.quiet()

    told = [len(stage.told(direct_message(user))) for user in (MANAGER, MEMBER)]
    assert sorted(told) == [0, 1]
    assert await stage.dead() == []


class Unlisted(FaultyGateway):
    """A provider that cannot say which cards there are; `hang` if it does not even answer."""

    hang = False

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:
        """Nothing."""
        if self.hang:
            await asyncio.Event().wait()
        raise GatewayUnavailableError(ref.account)


@pytest.mark.parametrize("hang", [False, True])
async def test_without_the_provider_alerts_are_told_with_the_methods_id(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, hang: bool
) -> None:
    """A provider that is away, or silent, delays no warning: its card is called by its id meanwhile."""
    monkeypatch.setattr("bot.alerts._LABELS_S", 0.05)
    stage.gateway = gateway = Unlisted()
    gateway.hang = hang
    ids = await emit(stage, "balance_low")
    ids.append(await stage.emit("recharge_declined", **{**TROUBLE, "next_ms": 0}))
    stage.tell(first_pause_s=0.001)
    await stage.quiet()

    assert stage.marks() == ids
    assert "sandbox_ok" in stage.told()[1].text
    assert await stage.dead() == []


async def test_a_wrong_token_keeps_events_waiting_for_the_right_one(stage: Stage) -> None:
    """While the token is another workspace's, nothing is told or dropped and /readyz says so; the right one tells it.

    The next process, with the right token, is ready and tells everything in order.
    """
    stage_right = stage.workspaces
    stage.workspaces = wrong = Workspaces(TOKEN, stage.playground.api_url)
    wrong._me = AuthorizeResult(enterprise_id=None, team_id="T0OTHER", bot_user_id="U0B", bot_id="B0B")
    ids = await emit(stage, "balance_low", "balance_exhausted")
    alerts = await alerts_of(stage)
    [low, _] = await events_of(stage, *ids)
    with pytest.raises(UnknownWorkspaceError, match="T0OTHER"):
        await alerts.react(low, again=False, more=False)
    stores, worker = Stores(stage.redis, stage.blocking, cluster=False), cast("Worker", SimpleNamespace(healthy=True))
    ready = [await Readiness(stores, each, worker)() for each in (wrong, stage_right)]
    everything = {"redis": True, "slack": True, "listener": True}
    assert ready == [{**everything, "workspace": False}, {**everything, "workspace": True}]

    stage.workspaces = stage_right
    stage.tell()
    await stage.quiet()
    assert stage.marks() == ids


async def test_a_change_of_channel_moves_the_standing_message(stage: Stage) -> None:
    """At once the incident stands in the new channel, the old message points there, and the news follows it."""
    [low] = await emit(stage, "balance_low")
    stage.tell()
    await stage.quiet()
    await stage.levels(20, channel=GENERAL)
    await stage.quiet()
    [exhausted] = await emit(stage, "balance_exhausted")
    await stage.quiet()

    [left] = stage.told()
    _, standing, news = stage.told(GENERAL)
    assert stage.marks() == [low]
    assert f"<#{GENERAL}>" in left.text
    assert [block["type"] for block in left.blocks or []] == ["section"]
    assert "Credit used up" in texts_in(standing.blocks)
    assert (news.thread_ts, stage.marks(GENERAL)[-1]) == (standing.ts, exhausted)


async def test_news_that_waited_goes_to_the_new_channel(stage: Stage) -> None:
    """An event from before the change that is told after it opens in the new channel, and there is one of each."""
    [low] = await emit(stage, "balance_low")
    worker = stage.tell()
    await stage.quiet()
    await worker.stop()
    [exhausted] = await emit(stage, "balance_exhausted")
    await stage.levels(20, channel=GENERAL)
    stage.tell("w2")
    await stage.quiet()

    standing, settings = stage.told(GENERAL)
    assert stage.marks() == [low]
    assert stage.marks(GENERAL)[0] == exhausted
    assert [each.is_reply for each in (standing, settings)] == [False, False]


async def test_a_channel_switched_off_closes_the_standing_message(stage: Stage) -> None:
    """The old message says that nothing more comes there, and the managers are told instead."""
    await emit(stage, "balance_low")
    stage.tell()
    await stage.quiet()
    await stage.levels(20, channel="")
    await emit(stage, "balance_exhausted")
    await stage.quiet()

    [left] = stage.told()
    assert "no longer" in left.text
    assert "used up" in stage.told(direct_message(MANAGER))[-1].text


async def test_a_new_channel_without_the_bot_leaves_the_old_message_standing(stage: Stage) -> None:
    """Where the bot cannot post, no pointer leads: the managers are told, and the message moves once it can."""
    await emit(stage, "balance_low")
    stage.tell()
    await stage.quiet()
    with stage.playground.oracle.expect("not_in_channel"):
        await stage.levels(20, channel=TELEPHONY)
        await emit(stage, "balance_exhausted")
        await stage.quiet()
    [standing] = stage.told()
    assert "Balance low" in texts_in(standing.blocks)
    assert "used up" in stage.told(direct_message(MANAGER))[-1].text

    await stage.levels(20, channel=GENERAL)
    await stage.quiet()
    assert "Credit used up" in texts_in(stage.told(GENERAL)[-1].blocks)
    assert f"<#{GENERAL}>" in stage.told()[0].text


async def test_posted_then_crashed_then_moved_is_told_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message whose answer was lost is looked for where it was posted, not in the channel chosen since."""
    alerts = await alerts_of(stage)
    [low] = await events_of(stage, *await emit(stage, "balance_low"))
    write = Poster._write

    async def crash(self: Poster, mark: Mark, fields: dict[str, str]) -> None:
        if "ts" in fields:
            raise InterruptedError
        await write(self, mark, fields)

    with monkeypatch.context() as crashing:
        crashing.setattr(Poster, "_write", crash)
        with pytest.raises(InterruptedError):
            await alerts.react(low, again=False, more=False)
    await stage.levels(20, channel=GENERAL)
    await alerts.react(low, again=True, more=False)

    assert stage.marks() == [low.id]
    assert stage.told(GENERAL) == []
