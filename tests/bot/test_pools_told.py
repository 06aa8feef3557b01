"""The channel is told when included minutes run low and are used up: once, with what pays next."""

import pytest

from store import keys
from store.plans import Plans
from store.pools import Pool
from tests.bot.news import EVENTS, emit
from tests.bot.stage import Stage
from tests.bot.test_telling import alerts_of, events_of
from tests.world import BOSS, REF, texts_in


async def arrange(stage: Stage) -> None:
    """A pool of 1,500 minutes, in a workspace whose months begin in Berlin."""
    plans = Plans(stage.redis, stage.roles)
    await plans.set_pools(BOSS, REF, [Pool("audio", ("conference",), 3_600, 25)], operation_id="pools")
    await plans.set_zone(BOSS, REF.tenant, "Europe/Berlin", operation_id="zone")


ENGLISH = (
    "80% of the included minutes of *audio* (Conference dial-out) are used: 1,200 of 1,500 in November 2099.",
    "When they are used up, credit pays for these calls.",
    "The included minutes of *audio* (Conference dial-out) are used up: 1,500 of 1,500 in November 2099.",
    "From now on credit pays for these calls.",
    "There are new minutes from December 1, 2099, 00:00 (Europe/Berlin).",
)
GERMAN = (
    "80 % der Inklusivminuten von *audio* (Konferenz-Anrufe) sind verbraucht: 1.200 von 1.500 im November 2099.",
    "Sind sie aufgebraucht, zahlt das Guthaben diese Anrufe.",
    "Die Inklusivminuten von *audio* (Konferenz-Anrufe) sind aufgebraucht: 1.500 von 1.500 im November 2099.",
    "Ab jetzt zahlt das Guthaben diese Anrufe.",
    "Neue Minuten gibt es ab dem 1. Dezember 2099, 00:00 Uhr (Europe/Berlin).",
)


@pytest.mark.parametrize(("locale", "expected"), [("en-US", ENGLISH), ("de-DE", GERMAN)])
async def test_both_shares_are_told(stage: Stage, locale: str, expected: tuple[str, ...]) -> None:
    """Each in a message of its own, in the channel's language."""
    await arrange(stage)
    await stage.levels(locale=locale)
    await stage.clean()
    ids = await emit(stage, "pool_low", "pool_exhausted")
    stage.tell()
    await stage.quiet()

    low, then, exhausted, now, renewed = expected
    said = [each.text.partition(": ")[2] for each in stage.told()]
    assert said == [f"{low} {then} {renewed}", f"{exhausted} {now} {renewed}"]
    assert stage.marks() == ids


async def test_what_one_file_crosses_is_told_once(stage: Stage) -> None:
    """Where the same calls cross both shares, that the minutes are used up says all."""
    await arrange(stage)
    await stage.clean()
    await stage.emit("pool_low", **{**EVENTS["pool_low"], "used_s": 90_000})
    [exhausted] = await emit(stage, "pool_exhausted")
    stage.tell()
    await stage.quiet()

    assert stage.marks() == [exhausted]


async def test_what_is_used_up_by_now_is_told_as_that(stage: Stage) -> None:
    """While the channel took its time, more was used: only that it is used up is news."""
    await arrange(stage)
    await stage.clean()
    await stage.redis.hset(keys.pooled(REF), "audio:2099-11", "90000 100 90000")
    _, exhausted = await emit(stage, "pool_low", "pool_exhausted")
    stage.tell()
    await stage.quiet()

    assert stage.marks() == [exhausted]


async def test_after_a_crash_it_is_told_once(stage: Stage) -> None:
    """What was posted, and not written down before the worker died, is found and not posted again."""
    await arrange(stage)
    await stage.clean()
    alerts = await alerts_of(stage)
    ids = await emit(stage, "pool_low", "pool_exhausted")
    for event in await events_of(stage, *ids):
        await alerts.react(event, again=False, more=False)
        await stage.redis.delete(keys.incident(REF))
        await alerts.react(event, again=True, more=False)

    assert stage.marks() == ids


async def test_what_is_told_after_the_month_is_history(stage: Stage) -> None:
    """An event that comes back when its month is over says when it happened."""
    await arrange(stage)
    await stage.clean()
    alerts = await alerts_of(stage)
    [event] = await events_of(
        stage,
        await stage.emit(
            "pool_exhausted", **{**EVENTS["pool_exhausted"], "month": "2020-02", "at_ms": 1_582_000_000_000}
        ),
    )
    await alerts.react(event, again=True, more=False)

    [told] = stage.told()
    assert "in February 2020" in told.text
    assert "I could not say this earlier" in texts_in(told.blocks)
