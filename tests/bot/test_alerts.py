"""What happens is told in the alert channel: each event once, one standing message, the news in its thread."""

from bot.playground.people import GENERAL, MEMBER
from bot.playground.server import Fault
from store import keys
from store.keys import AccountRef
from tests.bot.news import ARRIVED, EVENTS, LOW, emit
from tests.bot.stage import OUTBOX, PARTITION, Stage, eventually
from tests.world import REF, texts_in, usd


async def test_each_event_is_told_once_in_order_as_one_message_with_a_thread(stage: Stage) -> None:
    """The first news opens the standing message, all that follow go in its thread, each marked with its event."""
    apart = {"managers_changed", "balance_recovered", "webhook_failed", "webhook_recovered"}
    apart |= {"feed_failed", "feed_recovered", "pool_low", "pool_exhausted"}
    story = [kind for kind in EVENTS if kind not in apart]
    ids = await emit(stage, *story)
    stage.tell()
    await stage.quiet()

    assert stage.marks() == ids
    standing, *thread = stage.told()
    assert not standing.is_reply
    assert all(each.thread_ts == standing.ts for each in thread)


async def test_levels_exhaustion_and_recovery_are_one_message(stage: Stage) -> None:
    """Three levels and zero, crossed by real calls, are one standing message that ends as recovered."""
    await stage.account(balance=30)
    await stage.levels(20, 10, 5)
    await stage.clean()
    stage.tell()
    for units in (12, 9, 5, 5):
        await stage.spend(units)
    await stage.ledger.add_credit(REF, usd(90), operation_id="grant", actor="test")
    await stage.quiet()

    in_channel = [each for each in stage.told() if each.in_main_list]
    assert len(stage.told()) == 5
    assert [each.is_reply for each in in_channel] == [False, True]
    assert "Balance recovered" in texts_in(in_channel[0].blocks)
    assert "used up" in in_channel[1].text


async def test_a_whole_recharge_is_told_once(stage: Stage) -> None:
    """Low, started, arrived and recovered: one standing message, three replies, in the order in which they happened."""
    await stage.account(balance=30)
    await stage.levels(20)
    await stage.recharge()
    await stage.clean()
    stage.charge()
    stage.tell()
    await stage.spend(15)
    await eventually(lambda: len(stage.told()) == 4)
    await stage.quiet("payments", "alerts")

    standing, *thread = stage.told()
    told = [each.text for each in thread]
    assert ["started" in told[0], "recharged" in told[1], "recovered" in told[2]] == [True] * 3
    assert "$50" in texts_in(standing.blocks)
    assert "Balance recovered" in texts_in(standing.blocks)
    assert [each for each in stage.told() if each.in_main_list] == [standing]


async def test_a_new_crossing_after_recovery_gets_a_new_message(stage: Stage) -> None:
    """Although the recharge is still paused, a new crossing is not hidden in the old thread."""
    await emit(stage, "balance_low", "recharge_paused", "balance_recovered")
    [second] = await emit(stage, "balance_low")
    stage.tell()
    await stage.quiet()

    standing = [each for each in stage.told() if not each.is_reply]
    assert len(standing) == 2
    assert stage.marks()[-1] == second
    assert "paused" in texts_in(standing[1].blocks)


async def test_the_standing_message_catches_up_with_an_event_that_is_not_followed(stage: Stage) -> None:
    """News that was told while another event waited is on the standing message, whatever that other event was."""
    await emit(stage, "balance_low", "balance_exhausted")
    await stage.emit("recharge_due", payment="p1", attempt="1")
    stage.tell()
    await stage.quiet()

    assert "Credit used up" in texts_in(stage.told()[0].blocks)


async def test_redelivery_is_not_told_again(stage: Stage) -> None:
    """The same events, handed over once more as after a crash, change nothing."""
    [first, *_] = await emit(stage, "balance_low", "recharge_started", "managers_changed", "recharge_declined")
    [(before_it, _)] = await stage.redis.xrevrange(OUTBOX, f"({first.partition('-')[2]}", "-", count=1)
    worker = stage.tell()
    await stage.quiet()
    await worker.stop()
    before = [(each.ts, each.text) for each in stage.told()]
    await stage.redis.xgroup_setid(OUTBOX, "alerts", before_it)
    stage.tell("w2")
    await stage.quiet()

    assert [(each.ts, each.text) for each in stage.told()] == before


async def test_a_message_that_was_posted_without_an_answer_is_found(stage: Stage) -> None:
    """chat.postMessage was carried out and the connection broke: the message is looked up, not posted again."""
    for fault in (Fault("drop_after"), Fault("drop_before"), Fault("http_500")):
        stage.playground.faults.inject("chat.postMessage", fault)
    ids = await emit(stage, "balance_low")
    stage.tell()
    await stage.quiet()
    stage.playground.faults.inject("chat.postMessage", Fault("drop_after"), 2)
    ids += await emit(stage, "recharge_started", "recharged")
    await stage.quiet()

    assert stage.marks() == ids


async def test_slack_asks_to_wait_and_others_go_on(stage: Stage) -> None:
    """429 is waited out as long as Slack says; meanwhile another account's message arrives."""
    other = await stage.account(AccountRef(REF.tenant, "other"), channel=GENERAL)
    await stage.clean()
    stage.playground.faults.inject("chat.postMessage", Fault("rate_limited", seconds=1))
    [mine] = await emit(stage, "balance_low")
    stage.tell()
    await eventually(lambda: not stage.playground.faults._queues["chat.postMessage"])
    theirs = await stage.emit("balance_low", other, **LOW)
    await eventually(lambda: theirs in stage.marks(GENERAL), 0.9)

    assert stage.marks() == []
    await stage.quiet()
    assert stage.marks() == [mine]
    assert stage.marks(GENERAL) == [theirs]


async def test_a_lease_lost_while_waiting_leaves_the_message_to_the_successor(stage: Stage) -> None:
    """Whoever waits out a 429 looks again whether the partition is still theirs before posting."""
    stage.playground.faults.inject("chat.postMessage", Fault("rate_limited", seconds=1))
    await emit(stage, "balance_low")
    stage.tell()
    await eventually(lambda: stage.redis.keys(keys.notice(REF.tenant, "*")))
    await stage.redis.set(keys.lease(PARTITION, "alerts"), "successor")
    waiting = stage.workers[0].listener._workers
    await eventually(lambda: not waiting)

    assert stage.marks() == []


async def test_a_standing_message_deleted_by_hand_is_replaced(stage: Stage) -> None:
    """Where the message is gone, the next news opens a new one."""
    await emit(stage, "balance_low")
    stage.tell()
    await stage.quiet()
    stage.playground.workspace.delete(stage.told()[0])
    with stage.playground.oracle.expect("thread_not_found"):
        [second] = await emit(stage, "balance_exhausted")
        await stage.quiet()

    assert stage.marks() == [second]
    assert not stage.told()[0].is_reply


async def test_another_workspaces_event_waits_and_holds_nothing_up(stage: Stage) -> None:
    """An event of a workspace whose token this is not is posted nowhere and kept; ours are told meanwhile."""
    stranger = next(
        AccountRef(name) for name in (f"T0OTHER{n}" for n in range(9999)) if keys.partition_of(name) == PARTITION
    )
    await stage.emit("balance_low", stranger, **LOW)
    [mine] = await emit(stage, "balance_low")
    stage.tell()
    await eventually(lambda: stage.marks() == [mine])

    async def only_theirs() -> bool:
        pending: list[object] = await stage.redis.xpending_range(OUTBOX, "alerts", "-", "+", 10)
        return len(pending) == 1

    await eventually(only_theirs)
    assert stage.count("chat.postMessage") == 1
    assert not stage.workspaces.right


async def test_slack_away_for_long_is_waited_for(stage: Stage) -> None:
    """However often Slack fails meanwhile, everything is told when it is back, in order, and nothing is given up."""
    stage.playground.faults.inject("chat.postMessage", Fault("http_500"), 2)
    stage.playground.faults.inject("chat.postMessage", Fault("drop_before"), 2)
    stage.playground.faults.inject("chat.postMessage", Fault("error", error="service_unavailable"), 2)
    ids = await emit(stage, "balance_low", "balance_exhausted", "recharge_started")
    stage.tell(give_up_after=3, first_pause_s=0.002)
    await stage.quiet()

    assert stage.marks() == ids
    assert await stage.dead() == []


async def test_the_person_who_added_credit_is_told_where_they_asked(stage: Stage) -> None:
    """Privately, in the channel where they typed the command, in their language; the alert channel hears of it, too."""
    [topped] = [await stage.emit("topped_up", **{**ARRIVED, "by": f"slack:{MEMBER}", "channel": GENERAL})]
    stage.tell()
    await stage.quiet()

    [whispered] = [each for each in stage.playground.messages(GENERAL, MEMBER) if each.get("ephemeral")]
    assert "Guthaben" in whispered["text"] or "eingegangen" in whispered["text"]
    assert stage.marks() == [topped]


async def test_money_in_the_sandbox_is_marked(stage: Stage) -> None:
    """Each message about a payment says that no real money moves; one about the balance alone does not."""
    await emit(stage, "balance_low", "recharge_started", "recharged", "balance_recovered")
    stage.tell()
    await stage.quiet()

    marked = ["Sandbox" in texts_in(each.blocks) for each in stage.told()]
    assert marked == [True, True, True, False]
