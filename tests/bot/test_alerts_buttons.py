"""What the channel sees of an incident beside its one message, and the buttons that clear a payment up."""

from typing import Any

from bot.playground.people import GENERAL, MANAGER, direct_message
from handlers import ids
from handlers.services import Note, PaymentMethod
from store.keys import AccountRef
from tests.bot.gateways import FaultyGateway
from tests.bot.news import EVENTS, TROUBLE, Fields, emit
from tests.bot.stage import Stage
from tests.world import REF, texts_in

STUCK: Fields = {**TROUBLE, "reason": "no_answer"}


def buttons(message: Any) -> list[str]:
    """The action ids of a message's buttons."""
    blocks = message["blocks"] if isinstance(message, dict) else message.blocks
    return [each["action_id"] for block in blocks or [] if block["type"] == "actions" for each in block["elements"]]


async def test_what_asks_for_somebody_is_seen_in_the_channel(stage: Stage) -> None:
    """Replies that ask for action are shown in the channel as well, with their buttons; news that does not is not."""
    wanted: dict[str, tuple[str, Fields, list[str]]] = {
        "p1": ("payment_needs_action", EVENTS["payment_needs_action"], [ids.OPEN_LINK, ids.RETRY_PAYMENT]),
        "p2": ("recharge_declined", EVENTS["recharge_declined"], [ids.RETRY_PAYMENT]),
        "p3": ("payment_stuck", STUCK, [ids.RETRY_PAYMENT, ids.NOT_CHARGED]),
        "p4": ("recharge_paused", TROUBLE, [ids.RESUME_RECHARGE]),
    }
    await emit(stage, "balance_low", "recharge_started", "payment_unknown", "balance_exhausted")
    for payment, (kind, fields, _) in wanted.items():
        await stage.emit(kind, **{**fields, "payment": payment})
    await emit(stage, "recharged", "topped_up")
    stage.tell()
    await stage.quiet()

    _, used_up, *shown = [each for each in stage.told() if each.in_main_list]
    assert buttons(used_up) == [ids.OPEN_ADD]
    assert [buttons(each) for each in shown] == [[], *[each for *_, each in wanted.values()][1:]]


async def test_a_stuck_payment_can_be_cleared_up_wherever_it_is_told(stage: Stage) -> None:
    """In the standing message, in its thread, in the managers' own messages, and where a top-up was asked for."""
    nowhere = await stage.account(AccountRef(REF.tenant, "none"), channel="")
    await stage.clean()
    mine: Fields = {**STUCK, "payment": "p2", "kind": "topup", "by": f"slack:{MANAGER}", "channel": GENERAL}
    for _ in range(2):
        await stage.emit("payment_stuck", **STUCK)
    await stage.emit("payment_stuck", nowhere, **STUCK)
    await stage.emit("payment_stuck", **mine)
    stage.tell()
    await stage.quiet()

    standing, reply, of_topup = stage.told()
    [direct] = stage.told(direct_message(MANAGER))
    [whispered] = [each for each in stage.playground.messages(GENERAL, MANAGER) if each.get("ephemeral")]
    ways = [ids.RETRY_PAYMENT, ids.NOT_CHARGED]
    assert buttons(standing) == [*ways, ids.OPEN_ADD]
    assert [buttons(reply), buttons(of_topup), buttons(direct), buttons(whispered)] == [ways] * 4


class Noted(FaultyGateway):
    """A provider that tells more of its card than a name."""

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:  # noqa: ARG002 the protocol's
        """One card, which declines."""
        return (PaymentMethod("sandbox_ok", "Visa •••• 9995", Note.DECLINES),)


async def test_what_is_to_be_known_of_a_card_is_told_in_the_readers_language(stage: Stage) -> None:
    """In the channel's language where the channel is told, in a person's own where they are."""
    await stage.levels(20, locale="de-DE")
    await stage.clean()
    stage.gateway = Noted()
    await stage.emit("payment_stuck", **STUCK)
    await stage.emit("payment_stuck", **{**STUCK, "kind": "topup", "by": f"slack:{MANAGER}", "channel": GENERAL})
    stage.tell()
    await stage.quiet()

    standing, _ = stage.told()
    [whispered] = [each for each in stage.playground.messages(GENERAL, MANAGER) if each.get("ephemeral")]
    assert "Visa •••• 9995 (wird abgelehnt)" in texts_in(standing.blocks)
    assert "Visa •••• 9995 (declines)" in whispered["text"]


async def test_why_a_card_did_not_pay_is_said_once(stage: Stage) -> None:
    """What is known of the card beside its name is left out where the bank's reason is told."""
    stage.gateway = Noted()
    await emit(stage, "balance_low", "recharge_declined")
    stage.tell()
    await stage.quiet()

    standing, reply = stage.told()
    assert "Visa •••• 9995 was declined (not enough money on the card)." in texts_in(standing.blocks)
    assert "declined: Visa •••• 9995, not enough money on the card." in reply.text
