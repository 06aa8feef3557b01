"""Where alerts go when their channel cannot be reached, has none, or was changed."""

from bot.playground.people import ALERTS, FINANCE, GENERAL, MANAGER, MEMBER, TELEPHONY, direct_message
from store.keys import AccountRef
from tests.bot.news import LOW, emit
from tests.bot.stage import Stage
from tests.world import ADMIN, REF, texts_in


async def test_an_archived_channel_sends_the_news_to_the_managers(stage: Stage) -> None:
    """Each manager is told directly, once, in their own language, and where the channel could not be reached."""
    await stage.roles.change_managers(ADMIN, appoint=[MEMBER], dismiss=[], operation_id="appoint-2")
    await stage.clean()
    stage.playground.workspace.channels[ALERTS].is_archived = True
    with stage.playground.oracle.expect("is_archived"):
        await emit(stage, "balance_low")
        stage.tell()
        await stage.quiet()

    [english], [german] = (stage.told(direct_message(user)) for user in (MANAGER, MEMBER))
    assert english.text == "The balance is $4.00, below $5.00."
    assert german.text == "Das Guthaben beträgt 4,00\xa0$, weniger als 5,00\xa0$."
    assert f"<#{ALERTS}>" in texts_in(english.blocks)


async def test_a_channel_without_the_bot_or_none_at_all(stage: Stage) -> None:
    """Private and not invited, public and not in it, or no channel: the managers are told, nobody else."""
    places = {"private": FINANCE, "public": TELEPHONY, "none": ""}
    accounts = [await stage.account(AccountRef(REF.tenant, name), channel=place) for name, place in places.items()]
    await stage.clean()
    with stage.playground.oracle.expect("channel_not_found"), stage.playground.oracle.expect("not_in_channel"):
        for ref in accounts:
            await stage.emit("balance_low", ref, **LOW)
        stage.tell()
        await stage.quiet()

    assert len(stage.told(direct_message(MANAGER))) == 3
    assert [stage.told(channel) for channel in (ALERTS, FINANCE, TELEPHONY)] == [[], [], []]


async def test_a_manager_who_cannot_be_reached_does_not_keep_it_from_the_others(stage: Stage) -> None:
    """A person who left is passed over with a line in the log."""
    await stage.roles.change_managers(ADMIN, appoint=["U000GONE"], dismiss=[], operation_id="appoint-2")
    ref = await stage.account(AccountRef(REF.tenant, "none"), channel="")
    await stage.clean()
    with stage.playground.oracle.expect("channel_not_found"), stage.playground.oracle.expect("user_not_found"):
        await stage.emit("balance_low", ref, **LOW)
        stage.tell()
        await stage.quiet()

    assert len(stage.told(direct_message(MANAGER))) == 1
    assert await stage.dead() == []


async def test_a_new_channel_takes_over_from_one_that_was_closed(stage: Stage) -> None:
    """When the incident's channel is closed and another is chosen, the next news opens there."""
    await emit(stage, "balance_low")
    stage.tell()
    await stage.quiet()
    stage.playground.workspace.channels[ALERTS].is_archived = True
    await stage.levels(20, channel=GENERAL)
    with stage.playground.oracle.expect("is_archived"):
        [second] = await emit(stage, "balance_exhausted")
        await stage.quiet()

    assert second in stage.marks(GENERAL)
    assert stage.told(direct_message(MANAGER)) == []
