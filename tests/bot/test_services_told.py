"""What the channel is told when services stop and go on."""

from store.policy import Limits, Policies
from store.roles import Operator, Roles
from tests.bot.stage import Stage
from tests.bot.test_alerts_buttons import buttons
from tests.world import REF, texts_in, usd

ANNA = Operator("anna")


async def set_service(stage: Stage, *, open_: bool, reason: str = "") -> None:
    """An operator stops a service, or lets it go on."""
    await Policies(stage.redis, Roles(stage.redis), Limits()).set_service_state(
        ANNA, REF, "toll-free", open=open_, operation_id=stage.operation(), reason=reason
    )


async def test_a_stop_is_told_with_its_button_until_it_is_over(stage: Stage) -> None:
    """Who and why; resumed by whomever, the button goes and the end is told."""
    await stage.account(balance=100)
    await set_service(stage, open_=False, reason="A loop")
    stage.tell()
    await stage.quiet()

    [told] = stage.told()
    assert told.text.startswith(":octagonal_sign: Somebody stopped *Toll-free*: no new calls are allowed.")
    assert "A loop" in texts_in(told.blocks)
    assert buttons(told) == ["resume_service"]
    await set_service(stage, open_=True)
    await stage.quiet()

    first, then = stage.told()
    assert first.text == "Somebody had stopped Toll-free.\n:white_check_mark: Dealt with: Somebody resumed it."
    assert buttons(first) == []
    assert then.text == "Somebody resumed *Toll-free*."


async def test_end_of_the_overdraft_is_told(stage: Stage) -> None:
    """That credit is used up was told at zero; now no new calls are allowed, until credit comes."""
    await stage.account(balance=10)
    await Policies(stage.redis, Roles(stage.redis), Limits()).set_overdraft(
        ANNA, REF, usd(5), operation_id=stage.operation()
    )
    await stage.spend(20)
    stage.tell()
    await stage.quiet()
    said = [each.text for each in stage.told()]

    standing = next(each for each in stage.told() if "Credit used up" in texts_in(each.blocks))
    assert "Stopped: Calling, Calls, Conference dial-out, Toll-free. No new calls of these are" in standing.text
    assert any(
        ":rotating_light: *The overdraft of $5.00 is used up.* No new calls are allowed." in each for each in said
    )
    await stage.account(balance=6)
    await stage.quiet()
    assert any("New calls are allowed again, within the overdraft." in each.text for each in stage.told())
    standing = next(each for each in stage.told() if "Credit used up" in texts_in(each.blocks))
    assert "Calls go on until the overdraft of $5.00 is used up, too." in standing.text


async def test_end_of_the_credit_is_told_once(stage: Stage) -> None:
    """Without an overdraft it is the same as the credit's end, which is told anyway."""
    await stage.account(balance=10)
    await stage.spend(10)
    stage.tell()
    await stage.quiet()

    assert len(stage.told()) == 1
