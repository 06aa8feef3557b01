"""What is left of a reply that asked the channel for somebody, once its matter is over."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.playground.people import GENERAL
from bot.playground.workspace import Message
from handlers.locales import Texts
from handlers.views import lines
from store import keys
from store.events import Codec, Event
from tests.bot.news import ARRIVED, EVENTS, NEXT_MS, TROUBLE, Fields, emit
from tests.bot.stage import Stage
from tests.bot.test_alerts_buttons import buttons
from tests.bot.test_telling import alerts_of, events_of
from tests.world import REF, texts_in

STUCK: Fields = {**TROUBLE, "reason": "no_answer"}
SECOND: Fields = {**EVENTS["recharge_declined"], "attempt": "2"}
CARD: Fields = {
    "topic": "recharge", "by": "slack:U0MANAGER", "currency": "USD",
    "changes": '[{"field":"method","old":"sandbox_ok","new":"sandbox_lost"}]',
}  # fmt: skip
ENDS = {
    "declined, then arrived": ("recharge_declined", {}, "recharged", {}, "Dealt with: $50.00 arrived."),
    "declined, tried again": ("recharge_declined", {}, "recharge_declined", SECOND, "This was tried again"),
    "declined, not needed": (
        *("recharge_declined", {}, "recharge_cancelled", {**TROUBLE, "reason": "not_needed"}),
        "No longer needed: there is enough credit again.",
    ),
    "declined, cancelled": (
        *("recharge_declined", {}, "recharge_cancelled", {**TROUBLE, "reason": "above_cap"}),
        "Dealt with: the recharge was cancelled.",
    ),
    "declined, then paused": ("recharge_declined", {}, "recharge_paused", {**TROUBLE, "attempt": "4"}, "tried again"),
    "paused, resumed": ("recharge_paused", {}, "recharge_resumed", {}, "Dealt with: <@U0MANAGER> resumed"),
    "paused, another card": ("recharge_paused", {}, "settings_changed", CARD, "Dealt with: <@U0MANAGER> changed"),
    "paused, a new one": (
        *("recharge_paused", {}, "recharge_started", {**EVENTS["recharge_started"], "payment": "p2"}),
        "Dealt with: a new recharge has begun.",
    ),
    "stuck, not charged": (
        *("payment_stuck", STUCK, "recharge_cancelled", {**TROUBLE, "reason": "not_charged"}),
        "Dealt with: nothing was charged.",
    ),
    "confirmed with the bank": ("payment_needs_action", {}, "recharged", {}, "Dealt with: $50.00 arrived."),
    "used up, recovered": ("balance_exhausted", {}, "balance_recovered", {}, "Dealt with: the balance is $60.00."),
    "capped, recovered": ("recharge_blocked", {}, "balance_recovered", {}, "Dealt with: the balance is $60.00."),
}
LASTS = {
    "another payment": ("recharge_declined", "recharged", {**ARRIVED, "payment": "p2"}),
    "somebody's own": ("recharge_declined", "topup_declined", {**TROUBLE, "kind": "topup", "attempt": "2"}),
    "no answer yet": ("payment_needs_action", "payment_unknown", {}),
    "other settings": ("recharge_paused", "settings_changed", {**CARD, "changes": "[]"}),
    "still below a level": (
        *("recharge_blocked", "balance_recovered"),
        {**EVENTS["balance_recovered"], "level_micros": "20000000"},
    ),
}


def line_of(stage: Stage) -> Message:
    """The first reply that the channel sees."""
    return next(each for each in stage.told() if each.is_reply and each.in_main_list)


def open_lines(stage: Stage) -> Any:
    """What is remembered of the lines."""
    return stage.redis.hget(keys.incident(REF), "lines")


@pytest.mark.parametrize("name", ENDS)
async def test_a_line_says_how_its_matter_ended(stage: Stage, name: str) -> None:
    """The buttons and what is no longer true are gone, one short line says the end, and the line is forgotten."""
    kind, fields, then, more, end = ENDS[name]
    await emit(stage, "balance_low")
    await stage.emit(kind, **(fields or EVENTS[kind]))
    await stage.emit(then, **(more or EVENTS[then]))
    stage.tell()
    await stage.quiet()

    line = line_of(stage)
    assert end in line.text
    assert "Next attempt" not in line.text
    assert buttons(line) == []
    assert line.metadata is not None
    assert line.metadata["event_payload"]["event_id"].endswith("/news")
    assert "Sandbox" in texts_in(line.blocks) or kind.startswith("balance_")


@pytest.mark.parametrize("name", LASTS)
async def test_a_line_stays_while_its_matter_does(stage: Stage, name: str) -> None:
    """What concerns another matter, or settles nothing, leaves the line and its buttons as they are."""
    kind, then, more = LASTS[name]
    await emit(stage, "balance_low", kind)
    stage.tell()
    await stage.quiet()
    before = line_of(stage)
    await stage.emit(then, **(more or EVENTS[then]))
    await stage.quiet()

    assert line_of(stage) == before


async def test_every_line_of_a_payment_is_closed_once(stage: Stage) -> None:
    """Two declines and an exhaustion, then the money: three updates of lines, and none is left to be updated."""
    await emit(stage, "balance_low", "balance_exhausted", "recharge_declined")
    await stage.emit("recharge_declined", **SECOND)
    stage.tell()
    await stage.quiet()
    assert [len(buttons(each)) for each in stage.told() if each.is_reply] == [1, 0, 1]

    await emit(stage, "recharged", "balance_recovered")
    await stage.quiet()

    shown = [each for each in stage.told() if each.is_reply and each.in_main_list]
    assert [each.text.partition("\n")[2].split()[0] for each in shown] == [
        ":white_check_mark:", ":arrows_counterclockwise:", ":white_check_mark:"
    ]  # fmt: skip
    assert await open_lines(stage) == ""


@pytest.mark.parametrize("crash", ["update", "forget"])
async def test_a_crash_while_a_line_is_closed_leaves_it_closed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, crash: str
) -> None:
    """Before or after Slack took the update: the event, handed over again, brings the line to the same end."""
    alerts = await alerts_of(stage)
    ids = await emit(stage, "balance_low", "recharge_declined", "recharged")
    *before, arrived = await events_of(stage, *ids)
    for each in before:
        await alerts.react(each, again=False, more=False)

    async def die(*_: object, **__: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as crashing:
        crashing.setattr(alerts, "_close" if crash == "update" else "_save_lines", die)
        with pytest.raises(InterruptedError):
            await alerts.react(arrived, again=False, more=False)
    await alerts.react(arrived, again=True, more=False)
    closed = line_of(stage)
    await alerts.react(arrived, again=True, more=False)

    assert closed.text.endswith("Dealt with: $50.00 arrived.")
    assert line_of(stage) == closed
    assert stage.marks() == ids


async def test_a_crash_before_a_line_is_remembered_does_not_lose_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posted and not yet remembered: handed over again, it is remembered without being posted twice."""
    alerts = await alerts_of(stage)
    ids = await emit(stage, "balance_low", "recharge_declined", "recharged")
    low, declined, arrived = await events_of(stage, *ids)
    await alerts.react(low, again=False, more=False)

    async def die(*_: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as crashing:
        crashing.setattr(alerts, "keep_line", die)
        with pytest.raises(InterruptedError):
            await alerts.react(declined, again=False, more=False)
    for each in (declined, declined, arrived):
        await alerts.react(each, again=True, more=False)

    assert stage.marks() == ids
    assert line_of(stage).text.endswith("Dealt with: $50.00 arrived.")


async def test_an_event_handed_over_late_ends_no_later_line(stage: Stage) -> None:
    """The first decline, delivered after the second, is told; the second's buttons stay."""
    alerts = await alerts_of(stage)
    ids = [*await emit(stage, "balance_low", "recharge_declined"), await stage.emit("recharge_declined", **SECOND)]
    low, first, second = await events_of(stage, *ids)
    for each in (low, second, first):
        await alerts.react(each, again=each is first, more=False)

    told = {each.metadata["event_payload"]["event_id"]: each for each in stage.told() if each.metadata}
    assert len(buttons(told[f"{ids[2]}/news"])) == 1


async def test_a_line_that_was_deleted_or_cannot_be_reached_holds_nothing_up(stage: Stage) -> None:
    """Whoever deleted the line does not keep the news from the others; it is forgotten."""
    ids = await emit(stage, "balance_low", "recharge_declined")
    stage.tell(first_pause_s=0.001)
    await stage.quiet()
    stage.playground.workspace.delete(line_of(stage))
    with stage.playground.oracle.expect("message_not_found"):
        ids += await emit(stage, "recharged")
        await stage.quiet()

    assert stage.marks() == [ids[0], ids[2]]
    assert await open_lines(stage) == ""


async def test_a_line_is_closed_in_the_channel_in_which_it_stands(stage: Stage) -> None:
    """Another alert channel was chosen meanwhile: the line in the old one says how it ended."""
    await emit(stage, "balance_low", "recharge_declined")
    stage.tell()
    await stage.quiet()
    await stage.levels(20, channel=GENERAL)
    await emit(stage, "recharged", "balance_recovered")
    await stage.quiet()

    assert line_of(stage).text.endswith("Dealt with: $50.00 arrived.")
    assert "Balance recovered" in "".join(texts_in(each.blocks) for each in stage.told(GENERAL))


def test_only_the_newest_lines_are_remembered() -> None:
    """However many stay open, what is kept of them has a bound."""
    many = [lines.Line("line-paused", "x", "C", str(n), f"01-{n}-0/news", sandbox=False) for n in range(99)]

    assert [line.ts for line in lines.decode(lines.encode(many))] == [str(n) for n in range(79, 99)]
    assert lines.decode("") == lines.decode(lines.encode([])) == ()


LABEL: Callable[[str], str] = "Visa {}".format


@pytest.mark.parametrize("name", EVENTS)
def test_what_is_loud_about_money_can_be_closed(name: str) -> None:
    """Each event that asks for somebody leaves a line in both languages, and no other one does."""
    record = {key: str(value) for key, value in EVENTS[name].items()}
    event: Event = Codec.decode("01-1-0", {**record, "type": name, "tenant": "T", "account": "a", "at_ms": "1"})
    where = {"channel": "C", "ts": "1.2", "mark": "01-1-0/news"}
    english, german = (
        lines.opened(event, Texts.of(locale), LABEL, **where, sandbox=True) for locale in ("en-US", "de-DE")
    )

    wanted = {"balance_exhausted", "recharge_declined", "recharge_paused", "recharge_blocked", "payment_needs_action"}
    wanted |= {"webhook_failed", "feed_failed"}
    assert (english is not None) == (name in wanted)
    if english and german:
        assert english.text != german.text
        assert str(NEXT_MS // 1000) not in english.text
