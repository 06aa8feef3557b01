"""What people see of a webhook that cannot be delivered: one message with a button, which says when it is over."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.people import MANAGER, MEMBER
from handlers import ids
from handlers.locales import Texts
from handlers.views import webhooks as views
from store import keys
from store.deliveries import Why
from store.pushes import WebhookFailed
from store.roles import Operator
from store.scripts import Client
from store.webhooks import Registered
from tests.bot.news import EVENTS, Fields
from tests.bot.stage import Stage, eventually
from tests.bot.test_alerts_buttons import buttons
from tests.bot.webhooks.receiver import FINE, Receiver, answer, receiving
from tests.handlers.driver import press, told_next
from tests.world import REF, World, open_world, texts_in, usd

FAILED: Fields = EVENTS["webhook_failed"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """One that is out of order."""
    async with receiving(rule=lambda _: answer(500)) as opened:
        yield opened


@pytest.fixture
async def world(real_redis: Client, blocking: Client, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The whole bot, whose tries follow one another within milliseconds."""
    monkeypatch.setattr("bot.webhooks.courier.TICK_S", 0.01)
    monkeypatch.setattr("store.deliveries.DELAYS_S", (0.001,) * 8)
    async with open_world(real_redis, blocking, webhook_loopback=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("locale", "why", "told", "button"),
    [
        ("en-US", "status 503", "`balance.low` did not reach hooks.example.com: it answered with", "Try again now"),
        (
            "de-DE",
            "timeout",
            "hat hooks.example.com nicht erreicht: es kam nicht",
            "Jetzt erneut versuchen",
        ),
        ("en-US", "gone", "hooks.example.com answered that it wants nothing any more (410)", "Try again now"),
    ],
)
@pytest.mark.redis
async def test_failed_webhook_is_told(stage: Stage, locale: str, why: str, told: str, button: str) -> None:
    """By a message of its own in the channel's language, also while an incident stands."""
    await stage.levels(20, locale=locale)
    await stage.clean()
    await stage.emit("balance_low", **EVENTS["balance_low"])
    await stage.emit("webhook_failed", **{**FAILED, "why": why})
    stage.tell()
    await stage.quiet()

    [_, message] = stage.told()
    assert told in message.text
    assert not message.is_reply
    assert buttons(message) == [ids.RETRY_WEBHOOK]
    assert button in texts_in(message.blocks)


@pytest.mark.redis
async def test_message_says_when_it_is_delivered_again(stage: Stage) -> None:
    """The button goes, what is left says both; another webhook's is left as it is."""
    await stage.emit("webhook_failed", **FAILED)
    await stage.emit("webhook_failed", **{**FAILED, "webhook": "wh_2", "host": "other.example"})
    await stage.emit("webhook_recovered", **EVENTS["webhook_recovered"])
    stage.tell()
    await stage.quiet()

    mine, other = stage.told()
    assert "could not be delivered to hooks.example.com" in mine.text
    assert "it is delivered again" in mine.text
    assert buttons(mine) == []
    assert buttons(other) == [ids.RETRY_WEBHOOK]


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_every_reason_has_its_words(locale: str) -> None:
    """No two the same; one that this version does not know is put generally; the host cannot do harm."""
    texts = Texts.of(locale)

    said = [views.reason(f"{why} 418", texts) for why in Why]
    assert len(set(said)) == len(said)
    assert "418" in views.reason("status 418", texts)
    assert views.reason("of the future", texts) == views.reason("broken", texts)
    event = WebhookFailed(id="01-1-0", ref=REF, at_ms=1, webhook="wh_1", host="<!channel>", about="a", why="tls")
    assert "<!channel>" not in views.failed(event, texts)


@pytest.mark.redis
async def test_button_delivers_what_was_given_up(world: World, receiver: Receiver) -> None:
    """From the event to the alert, the press, the delivery and the end of the alert."""
    await world.warn_at(20)
    made = await world.services.webhooks.add(
        Operator("test"), REF.tenant, receiver.url, events=["balance.low"], account=REF.account
    )
    assert isinstance(made, Registered)
    await world.services.ledger.add_credit(REF, usd(25), operation_id="credit", actor="test")
    await world.spend(10)

    async def told() -> list[str]:
        return [each["text"] for each in world.told() if "cannot be delivered" in each["text"]]

    [text] = await eventually(told)
    assert "did not reach 127.0.0.1: it answered with status 500" in text
    receiver.rule = lambda _: FINE
    refused = await told_next(world, MEMBER, press(world, MEMBER, ids.RETRY_WEBHOOK, value=made.id))
    assert "Das dürfen nur Guthabenverwalter" in refused
    said = await told_next(world, MANAGER, press(world, MANAGER, ids.RETRY_WEBHOOK, value=made.id))
    assert "delivering one event again" in said
    await eventually(lambda: any("it is delivered again" in each["text"] for each in world.told()))
    assert len(receiver.requests) == 10
    assert len(set(receiver.ids)) == 1
    assert receiver.requests[-1].verify(made.secret)["type"] == "balance.low"
    again = await told_next(world, MANAGER, press(world, MANAGER, ids.RETRY_WEBHOOK, value=made.id))
    assert "nothing to try again" in again
    gone = await told_next(world, MANAGER, press(world, MANAGER, ids.RETRY_WEBHOOK, value="wh_none"))
    assert "not there any more" in gone
    assert not await world.redis.exists(keys.webhook(REF.tenant, "wh_none"))
