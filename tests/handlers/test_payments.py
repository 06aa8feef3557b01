"""A recharge that does not go on by itself: what balance and Home say of it, and the buttons that end the waiting."""

import pytest

from bot.playground.people import MANAGER, MEMBER, OWNER
from handlers import ids
from store import keys
from store.outcomes import Done
from store.payment import Claimed, Failure, Payment, Step
from tests.handlers.driver import appoint_both, keys_said, press, state, told_next
from tests.world import BOSS, REF, World, texts_in, usd

WAITS = {
    Failure.NEEDS_ACTION: ("The bank wants the recharge of $50.00 to be confirmed.", [ids.RETRY_PAYMENT]),
    Failure.DECLINED: ("The recharge of $50.00 was declined.", [ids.RETRY_PAYMENT]),
    Failure.UNAVAILABLE: ("takes no requests right now. Nothing was charged", []),
    Failure.UNKNOWN: ("does not answer. I keep asking; nothing is charged twice.", []),
    Failure.STUCK: (
        "It is not clear whether the recharge of $50.00 was charged.",
        [ids.RETRY_PAYMENT, ids.NOT_CHARGED],
    ),
    Failure.NOT_CREDITED: ("The recharge of $50.00 was charged, but I cannot credit it.", [ids.RETRY_PAYMENT]),
}
ASKED = {
    Failure.NEEDS_ACTION: ("Asking the bank …", "Ich frage bei der Bank nach …"),
    Failure.STUCK: ("Asking the payment provider …", "Ich frage beim Zahlungsanbieter nach …"),
    Failure.NOT_CREDITED: ("Asking the payment provider …", "Ich frage beim Zahlungsanbieter nach …"),
    Failure.DECLINED: ("Trying again now.", "Ich versuche es jetzt noch einmal."),
}


async def waiting(world: World, failure: Failure) -> Payment:
    """The recharge is open, and this is what came of its first attempt."""
    await world.services.ledger.add_credit(REF, usd(25), operation_id=world.operation(), actor="test")
    await world.recharge_on()
    await world.spend(10)
    payment_id = (await world.account()).slot
    claimed = await world.services.payments.claim(REF, payment_id, 1)
    outcome = await world.services.payments.fail(REF, claimed, failure, reason="insufficient_funds")  # type: ignore[arg-type]
    assert type(outcome).__name__ == "Done", outcome
    return await current(world, payment_id)


async def current(world: World, payment_id: str) -> Payment:
    """The payment as it stands."""
    payment = await world.services.payments.get(REF, payment_id)
    assert payment is not None
    return payment


def buttons(blocks: list[dict[str, object]]) -> list[object]:
    """The action ids under what the recharge waits for."""
    rows = [block for block in blocks if block.get("block_id") == "payment_actions"]
    return [each["action_id"] for row in rows for each in row["elements"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("failure", WAITS)
async def test_the_balance_says_what_the_recharge_waits_for(world: World, failure: Failure) -> None:
    """Not that it is adding right now; managers get the buttons that help, everybody the words."""
    text, wanted = WAITS[failure]
    await waiting(world, failure)

    mine, theirs = await world.answer(MANAGER, "/credits balance"), await world.answer(OWNER, "/credits balance")

    assert text in texts_in(mine)
    assert text in texts_in(theirs)
    assert "right now." not in texts_in(mine).replace("requests right now.", "")
    assert (buttons(mine["blocks"]), buttons(theirs["blocks"])) == (wanted, [])


@pytest.mark.parametrize("failure", WAITS)
async def test_home_says_what_the_recharge_waits_for(world: World, failure: Failure) -> None:
    """The Home tab says and offers the same."""
    text, wanted = WAITS[failure]
    await waiting(world, failure)

    await world.playground.open_home(MANAGER)
    home = await world.playground.wait_for(lambda: world.playground.home(MANAGER))

    assert home is not None
    assert text in texts_in(home.body)
    assert buttons(home.blocks) == wanted


async def test_a_recharge_that_is_being_charged_is_said_to_be_added(world: World) -> None:
    """While nothing is waited for, the balance says that the amount is being added, with the payment's own amount."""
    await world.recharge_on()
    await world.services.ledger.add_credit(REF, usd(5), operation_id="g", actor="test")
    await world.recharge_on(amount=60)

    answer = await world.answer(MANAGER, "/credits balance")

    assert "Auto-recharge is adding $50.00 right now." in texts_in(answer)
    assert buttons(answer["blocks"]) == []


@pytest.mark.parametrize("failure", ASKED)
@pytest.mark.parametrize(("user", "language"), [(MANAGER, 0), (MEMBER, 1)])
async def test_a_press_says_what_is_done_now(world: World, failure: Failure, user: str, language: int) -> None:
    """Confirmed with the bank, it asks the bank; not clear, it asks the provider; declined, it tries again."""
    await appoint_both(world)
    payment = await waiting(world, failure)

    told = await told_next(world, user, press(world, user, ids.RETRY_PAYMENT, value=f"{payment.id}:1"))

    assert told.startswith(ASKED[failure][language])
    assert (await current(world, payment.id)).state != payment.state


async def test_a_person_says_that_it_was_not_charged(world: World) -> None:
    """The provider is asked to cancel it first, which keeps the slot; a second press finds it under way."""
    payment = await waiting(world, Failure.STUCK)
    answer = await world.answer(MANAGER, "/credits balance")
    asked = next(each for block in answer["blocks"] for each in block.get("elements", []) if "confirm" in each)
    pressed = press(world, MANAGER, ids.NOT_CHARGED, value=asked["value"])

    first, again = [await told_next(world, MANAGER, pressed) for _ in range(2)]

    assert "Only if you have looked with the payment provider" in asked["confirm"]["text"]["text"]
    assert first.splitlines()[0] == "Asking the payment provider to cancel it, so that nothing is charged later …"
    assert again.startswith("This is being worked on right now")
    found = await current(world, payment.id)
    assert (found.state, found.step) == ("unknown", Step.CANCEL)
    assert (await world.account()).slot == payment.id


async def test_a_person_s_word_ends_what_the_provider_cannot_be_asked_about(world: World) -> None:
    """It was asked for 20 h, in vain: the second word ends the payment."""
    payment = await waiting(world, Failure.STUCK)
    record = keys.payment(REF.tenant, payment.id)
    await world.redis.hset(record, mapping={"step": "cancel", "ends": "1", "reason": "no_answer"})

    told = await told_next(world, MANAGER, press(world, MANAGER, ids.NOT_CHARGED, value=f"{payment.id}:1"))

    assert told.splitlines()[0] == "Noted: nothing was charged. This payment has ended."
    assert (await current(world, payment.id)).state == "cancelled"


async def test_what_was_charged_is_not_given_up(world: World) -> None:
    """A press that is late or forged is refused, with the reason."""
    payment = await waiting(world, Failure.NOT_CREDITED)

    told = await told_next(world, MANAGER, press(world, MANAGER, ids.NOT_CHARGED, value=f"{payment.id}:1"))

    assert "refused-charged" in keys_said(told.splitlines()[0], "en")
    assert (await current(world, payment.id)).state == "stuck"


LATE = {
    Failure.NEEDS_ACTION: "This button is out of date: /credits balance says what the payment waits for.",
    Failure.DECLINED: "This button is out of date: the payment was declined. Next attempt: <!date^",
    Failure.UNKNOWN: "This is being worked on right now",
}


@pytest.mark.parametrize("failure", LATE)
async def test_only_what_is_stuck_can_be_called_not_charged(world: World, failure: Failure) -> None:
    """A forged or late press on a payment that may still be charged changes nothing, and says how that one stands."""
    payment = await waiting(world, failure)
    before = await state(world)

    told = await told_next(world, MANAGER, press(world, MANAGER, ids.NOT_CHARGED, value=f"{payment.id}:1"))

    assert told.replace("`", "").startswith(LATE[failure])
    assert await state(world) == before


async def test_members_end_no_payment(world: World) -> None:
    """Who is no credit manager is refused in their language, and the payment stays as it is."""
    payment = await waiting(world, Failure.STUCK)
    before = await state(world)

    for action_id in (ids.RETRY_PAYMENT, ids.NOT_CHARGED):
        told = await told_next(world, MEMBER, press(world, MEMBER, action_id, value=f"{payment.id}:1"))
        assert "refused-not_a_manager" in keys_said(told.splitlines()[0], "de")

    assert await state(world) == before


async def test_who_pressed_late_is_told_so(world: World) -> None:
    """A button of an attempt that has passed changes nothing, and says how the payment stands."""
    payment = await waiting(world, Failure.DECLINED)
    await world.services.payments.wake(REF, payment.id)
    await world.services.payments.claim(REF, payment.id, 2)
    before = await state(world)

    told = await told_next(world, MANAGER, press(world, MANAGER, ids.RETRY_PAYMENT, value=f"{payment.id}:1"))

    assert told.startswith("This is being worked on right now")
    assert await state(world) == before


async def waiting_topup(world: World, failure: Failure, units: int = 50) -> Payment:
    """A top-up that the manager asked for, and what came of its attempt."""
    payments = world.services.payments
    asked = await payments.request_topup(BOSS, REF, usd(units), "card", channel="", operation_id=world.operation())
    assert isinstance(asked, Done), asked
    claimed = await payments.claim(REF, asked.result, 1)
    outcome = await payments.fail(REF, claimed, failure, reason="insufficient_funds")  # type: ignore[arg-type]
    assert type(outcome).__name__ == "Done", outcome
    return await current(world, asked.result)


TOPUP_WAITS = {
    Failure.NEEDS_ACTION: (f"$50.00 that <@{MANAGER}> asked for to be confirmed.", [ids.RETRY_PAYMENT]),
    Failure.UNAVAILABLE: (f"<@{MANAGER}> asked for waits: the payment provider takes no requests right now.", []),
    Failure.UNKNOWN: (f"<@{MANAGER}> asked for waits: the payment provider does not answer.", []),
    Failure.STUCK: (f"$50.00 that <@{MANAGER}> asked for was charged.", [ids.RETRY_PAYMENT, ids.NOT_CHARGED]),
    Failure.NOT_CREDITED: (f"<@{MANAGER}> asked for was charged, but I cannot credit it.", [ids.RETRY_PAYMENT]),
}


def topup_buttons(blocks: list[dict[str, object]]) -> list[object]:
    """The action ids under what top-ups wait for."""
    rows = [block for block in blocks if str(block.get("block_id")).startswith("topup_actions_")]
    return [each["action_id"] for row in rows for each in row["elements"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("failure", TOPUP_WAITS)
async def test_balance_and_home_say_what_a_topup_waits_for(world: World, failure: Failure) -> None:
    """Whoever asked for it, and wherever that was told: all see it, and managers get the buttons that help."""
    text, wanted = TOPUP_WAITS[failure]
    await waiting_topup(world, failure)

    mine, theirs = await world.answer(MANAGER, "/credits balance"), await world.answer(OWNER, "/credits balance")
    await world.playground.open_home(MANAGER)
    home = await world.playground.wait_for(lambda: world.playground.home(MANAGER))

    assert home is not None
    assert [text in texts_in(each) for each in (mine, theirs, home.body)] == [True] * 3
    assert [topup_buttons(each) for each in (mine["blocks"], theirs["blocks"], home.blocks)] == [wanted, [], wanted]


async def test_a_stuck_topup_is_cleared_up_from_the_balance(world: World) -> None:
    """Pressed there, the provider is asked to cancel it; seen cancelled, the balance does not speak of it any more."""
    payment = await waiting_topup(world, Failure.STUCK)
    answer = await world.answer(MANAGER, "/credits balance")
    asked = next(each for block in answer["blocks"] for each in block.get("elements", []) if "confirm" in each)

    await told_next(world, MANAGER, press(world, MANAGER, ids.NOT_CHARGED, value=asked["value"]))
    during = await world.answer(MANAGER, "/credits balance")
    claimed = await world.services.payments.claim(REF, payment.id, 1)
    assert isinstance(claimed, Claimed), claimed
    await world.services.payments.fail(REF, claimed, Failure.NOT_CHARGED, reason="not_charged")
    after = await world.answer(MANAGER, "/credits balance")

    assert (await current(world, payment.id)).state == "cancelled"
    assert "I am asking the payment provider what has become of the payment of $50.00" in texts_in(during)
    assert topup_buttons(after["blocks"]) == []
    assert "asked for" not in texts_in(after)


async def test_topups_that_wait_are_counted_beyond_five(world: World) -> None:
    """The oldest are shown, so that the message stays readable."""
    for units in range(10, 17):
        await waiting_topup(world, Failure.STUCK, units)

    answer = await world.answer(MANAGER, "/credits balance")

    assert len(topup_buttons(answer["blocks"])) == 2 * 5
    assert "2 more payments wait." in texts_in(answer)
    assert "$10.00" in texts_in(answer)


async def test_a_paused_auto_recharge_can_be_resumed_from_the_balance(world: World) -> None:
    """Managers find the button there as well, should the message in the channel be gone."""
    await world.services.ledger.add_credit(REF, usd(25), operation_id=world.operation(), actor="test")
    await world.recharge_on()
    await world.services.policies.pause_recharge(REF, "left_workspace")

    mine, theirs = await world.answer(MANAGER, "/credits balance"), await world.answer(OWNER, "/credits balance")

    assert "paused: I had no access to this workspace any more." in texts_in(mine)
    assert (buttons(mine["blocks"]), buttons(theirs["blocks"])) == ([ids.RESUME_RECHARGE], [])
