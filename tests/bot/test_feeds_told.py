"""The channel is told when call records cannot be read, with what to do, and when they can again."""

import pytest

from store import keys
from store.feeds import Feed
from tests.bot.news import emit
from tests.bot.stage import OUTBOX, PARTITION, Stage
from tests.bot.test_telling import alerts_of, events_of
from tests.world import REF, texts_in

NAME = "graph-00ff"


async def end_rounds(stage: Stage, *problems: str) -> None:
    """Rounds that ended so, "" for one that was read to its end."""
    feed = Feed(stage.redis, REF, NAME, "w")
    await feed.take()
    for each in problems:
        await feed.end_round(due_ms=1, problem=each, mend=bool(each))


@pytest.mark.parametrize(
    ("locale", "failed", "mend", "left", "recovered"),
    [
        (
            *("en-US", ":warning: *Call records cannot be read from Microsoft Graph*", "The client secret has expired"),
            "Call records could not be read from Microsoft Graph.\n:white_check_mark: Dealt with: they are read again.",
            ":white_check_mark: Call records are read from Microsoft Graph again.",
        ),
        (
            *("de-DE", ":warning: *Verbindungsnachweise lassen sich nicht", "Das Clientgeheimnis ist abgelaufen"),
            (
                "Verbindungsnachweise ließen sich nicht aus Microsoft Graph lesen.\n"
                ":white_check_mark: Erledigt: Sie werden wieder gelesen."
            ),
            ":white_check_mark: Verbindungsnachweise werden wieder aus Microsoft Graph gelesen.",
        ),
    ],
)
async def test_failure_and_recovery_are_told_once(
    stage: Stage, locale: str, failed: str, mend: str, left: str, recovered: str
) -> None:
    """However many rounds fail; afterwards the first message says that it is dealt with."""
    await stage.levels(locale=locale)
    await stage.clean()
    stage.tell()
    await end_rounds(stage, "secret_expired", "secret_expired")
    await stage.quiet()

    [told] = stage.told()
    assert told.text.startswith(failed)
    assert mend in told.text
    await end_rounds(stage, "", "")
    await stage.quiet()

    first, then = stage.told()
    assert first.text == left
    assert then.text.startswith(recovered)


async def test_after_a_crash_it_is_told_once(stage: Stage) -> None:
    """What was posted, and not written down before the worker died, is found and not posted again."""
    alerts = await alerts_of(stage)
    ids = await emit(stage, "feed_failed", "feed_recovered")
    for event in await events_of(stage, *ids):
        await alerts.react(event, again=False, more=False)
        await stage.redis.delete(keys.incident(REF))
        await alerts.react(event, again=True, more=False)

    assert stage.marks() == ids


async def test_what_is_over_is_told_as_history(stage: Stage) -> None:
    """Handed over again, it says when it happened once the records are read again, and not while they are not."""
    alerts = await alerts_of(stage)
    await end_rounds(stage, "secret_expired")
    [(place, _)] = await stage.redis.xrevrange(OUTBOX, count=1)
    [event] = await events_of(stage, f"{PARTITION:02d}-{place}")
    await alerts.react(event, again=True, more=False)
    assert "I could not say this earlier" not in texts_in(stage.told()[0].blocks)

    await end_rounds(stage, "")
    [event] = await events_of(stage, *await emit(stage, "feed_failed"))
    await alerts.react(event, again=True, more=False)
    assert "I could not say this earlier" in texts_in(stage.told()[1].blocks)
