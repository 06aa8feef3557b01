"""What comes late, replayed or after an outage: it is told as history, and never stands as if it were so now."""

import time
from typing import Any

import pytest

from bot.matter import is_over
from bot.playground.people import GENERAL, MEMBER
from bot.playground.server import Fault
from handlers.locales import Texts
from store import keys
from store.account import Account, Wait, WaitReason
from store.dead import DeadLetters
from store.events import Event
from store.payment import Payment
from tests.bot.charging import slot, top_up, until
from tests.bot.gateways import FaultyGateway
from tests.bot.news import LOW, emit
from tests.bot.stage import OUTBOX, Stage, eventually
from tests.bot.test_alerts_buttons import buttons
from tests.handlers import examples, happenings
from tests.world import BOSS, REF, texts_in, usd

LATE = "I could not say this earlier"


async def standing(stage: Stage) -> dict[str, str]:
    """What is kept of the message that stands."""
    found: dict[str, str] = await stage.redis.hgetall(keys.incident(REF))
    return found


def refuse(stage: Stage, times: int) -> None:
    """Let Slack refuse the next messages, two for each event."""
    stage.playground.faults.inject("chat.postMessage", Fault("error", error="msg_too_long"), 2 * times)
    stage.tell(first_pause_s=0.001, give_up_after=2)


async def replay(stage: Stage) -> None:
    """Replay all that is put aside, the oldest first, and wait until it is told."""
    letters = DeadLetters(stage.redis)
    for letter in await letters.find():
        await letters.replay(letter)
    await stage.quiet()


async def put_aside(stage: Stage, number: int) -> None:
    """Wait until so many events are put aside."""

    async def there() -> bool:
        return await DeadLetters(stage.redis).count() == number

    await eventually(there)


async def put_low_aside(stage: Stage) -> None:
    """40 of 100 dollars are left, below the level at 50, and nobody could be told."""
    await stage.account(balance=100)
    await stage.levels(50)
    await stage.clean()
    refuse(stage, 1)
    await stage.spend(60)
    await put_aside(stage, 1)


async def test_a_low_balance_replayed_after_the_recovery_does_not_stand(stage: Stage) -> None:
    """It is told, with its time, and no message says that the balance is low."""
    await put_low_aside(stage)
    await stage.ledger.add_credit(REF, usd(500), operation_id="grant", actor="test")
    await stage.quiet()

    await replay(stage)

    recovered, late = stage.told()
    assert "recovered" in recovered.text
    assert ("below" in late.text, LATE in texts_in(late.blocks)) == (True, True)
    assert (late.in_main_list, late.is_reply, buttons(late)) == (True, False, [])
    assert (await standing(stage)).get("state", "") != "low"


async def test_a_low_balance_replayed_while_it_is_low_stands(stage: Stage) -> None:
    """Although something else was told meanwhile, it is still the matter: it gets its message, and is followed."""
    await put_low_aside(stage)
    await emit(stage, "managers_changed")
    await stage.quiet()

    await replay(stage)
    await stage.ledger.add_credit(REF, usd(500), operation_id="grant", actor="test")
    await stage.quiet()

    _, message, reply = stage.told()
    assert "Balance recovered" in texts_in(message.blocks)
    assert (reply.thread_ts, LATE in texts_in(message.blocks)) == (message.ts, False)


async def test_a_confirmation_replayed_after_the_money_arrived_asks_for_nothing(stage: Stage) -> None:
    """The bank's question is told as history, without its buttons; nothing stands."""
    stage.gateway = gateway = FaultyGateway(careful={"card"})
    await stage.account(balance=30)
    await stage.recharge(method="card")
    await stage.clean()
    stage.charge(gateway=gateway)
    await stage.spend(15)
    payment_id = await slot(stage)
    await until(stage, payment_id, "needs_action")
    refuse(stage, 2)
    await put_aside(stage, 2)
    gateway.confirm(f"{payment_id}:1")
    await stage.payments.retry(BOSS, REF, payment_id, 1)
    await until(stage, payment_id, "succeeded")
    await stage.quiet()

    await replay(stage)

    arrived, started, asked = stage.told()
    assert "recharged" in arrived.text
    assert [LATE in texts_in(each.blocks) for each in (started, asked)] == [True, True]
    assert (buttons(started), buttons(asked)) == ([], [])
    assert (await standing(stage)).get("part", "") in {"", "arrived"}


async def test_a_topups_confirmation_that_is_over_has_no_buttons_for_the_person(stage: Stage) -> None:
    """Who asked reads where they asked that the bank wanted something, and that it is over."""
    stage.gateway = gateway = FaultyGateway(careful={"card"})
    stage.charge(gateway=gateway)
    stage.tell()
    payment_id = await top_up(stage)
    await until(stage, payment_id, "needs_action")
    [(_, asked)] = [each for each in await stage.redis.xrange(OUTBOX) if each[1]["type"] == "payment_needs_action"]
    gateway.confirm(f"{payment_id}:1")
    await stage.payments.retry(BOSS, REF, payment_id, 1)
    await until(stage, payment_id, "succeeded")
    await stage.quiet()

    again = {**asked, "by": f"slack:{MEMBER}", "channel": GENERAL, "replay_of": "01-1-1", "replay_for": "alerts"}
    await stage.redis.xadd(OUTBOX, again)
    await stage.quiet()

    [whispered] = [each for each in stage.playground.messages(GENERAL, MEMBER) if each.get("ephemeral")]
    assert ("Bank" in whispered["text"], buttons(whispered)) == (True, [])


async def test_an_old_event_that_is_over_does_not_stand_although_nothing_was_told_since(stage: Stage) -> None:
    """Both low and recovered were put aside, and only low comes back, long after: it is told as history."""
    await stage.emit("balance_low", **LOW)
    stage.tell()
    await stage.quiet()
    for message in stage.told():
        stage.playground.workspace.delete(message)
    await stage.redis.delete(keys.incident(REF))
    old = {**LOW, "type": "balance_low", "tenant": REF.tenant, "account": REF.account, "replay_for": "alerts"}
    at_ms = round((time.time() - 3600) * 1000)
    await stage.redis.xadd(OUTBOX, {**old, "replay_of": f"01-{at_ms}-0", "at_ms": at_ms})
    await stage.quiet()

    [late] = stage.told()
    assert LATE in texts_in(late.blocks)
    assert (await standing(stage)).get("state", "") == ""


PAID = {"id": "p1", "kind": "recharge", "amount_micros": "50000000", "currency": "USD", "method": "card_1"}


def account_(**changes: Any) -> Account:
    """An account in good order."""
    return examples.account(**changes)


def payment_(state: str, attempt: str = "1") -> Payment:
    """Its payment."""
    return Payment.decode({**PAID, "state": state, "attempt": attempt})


LOW_NOW = {"low": usd(5)}
WAITING = {"wait": Wait(WaitReason.MONTHLY_CAP, 1)}
OVER: list[tuple[str, dict[str, Any], str, bool]] = [
    # event, account, payment's state and attempt, over
    ("low", {}, "", True),
    ("low", LOW_NOW, "", False),
    ("low", {"low": usd(2)}, "", False),
    ("low", {"low": usd(20)}, "", True),
    ("exhausted", {"exhausted": True}, "", False),
    ("exhausted", LOW_NOW, "", True),
    ("blocked-cap", WAITING, "", False),
    ("blocked-day", WAITING, "", True),
    ("blocked-cap", {}, "", True),
    ("paused", {"paused": "lost_card"}, "failed 1", False),
    ("paused", {}, "failed 1", True),
    ("declined-last", {"paused": "lost_card"}, "failed 1", False),
    ("declined-last", {}, "failed 1", True),
    ("declined", {}, "retrying 1", False),
    ("declined", {}, "retrying 2", True),
    ("declined", {}, "charging 2", True),
    ("started", {}, "charging 1", False),
    ("started", {}, "retrying 2", False),
    ("started", {}, "succeeded 1", True),
    ("unknown", {}, "unavailable 1", False),
    ("unknown", {}, "stuck 1", True),
    ("stuck-topup", {}, "stuck 1", False),
    ("stuck-topup", {}, "cancelled 1", True),
    ("needs-action", {}, "needs_action 1", False),
    ("needs-action", {}, "needs_action 2", True),
    ("needs-action", {}, "", False),
    ("recovered", {}, "", False),
    ("settings", {}, "", False),
]


@pytest.mark.parametrize(("name", "stands", "paid", "over"), OVER)
def test_what_is_over_is_seen_by_account_and_payment(name: str, stands: dict[str, Any], paid: str, over: bool) -> None:
    """Each event against the account and the payment as they stand; what they do not say is not over."""
    event: Event = happenings.events()[name]
    known = payment_(*paid.split()) if paid else None

    assert is_over(event, account_(**stands), known) is over
    assert is_over(event, None, known) is False


def test_the_note_is_in_both_languages() -> None:
    """It names the time."""
    notes = {Texts.of(locale)("notice-late", when="<when>") for locale in ("en-US", "de-DE")}

    assert len(notes) == 2
    assert all("<when>" in note for note in notes)
