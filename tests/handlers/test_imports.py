"""`/credits import` and files that are dropped into a message: asked about, charged once, told of."""

import json
from typing import Any

import pytest

from bot.playground.people import GENERAL, MANAGER, MEMBER, OWNER, STRANGER, TELEPHONY, direct_message
from bot.playground.server import View
from store.keys import AccountRef
from tests.handlers.driver import appoint_both, deliver, last_said, press, submission, told_next
from tests.handlers.dropping import asked, below, call, calls, charge, drop, given, importer, thread, zipped
from tests.world import REF, World, filled, texts_in, usd

CARD = b"Destination Name,Destination Type,Country,Prefix,Price / min\nNowhere,Fixed,XX,99,0.10\n"
MENTION = "<@U0CREDITS> please"


async def balance(world: World, ref: AccountRef = REF) -> str:
    """What is left, in dollars."""
    account = await world.services.ledger.account(ref)
    assert account
    return str(account.balance.units.normalize())


async def opened(world: World, user: str = MANAGER) -> View:
    """The form."""
    return await world.modal(user, "/credits import", "import")


async def chosen(world: World, view: View, content: bytes, user: str = MANAGER, **more: Any) -> dict[str, Any]:
    """Submit the form with this file; answers how it was taken."""
    file = world.playground.files.add(user, "october.csv", content)
    delivery = await world.submit(user, view, files=[file.to_page()], **more)
    return {"ok": delivery.ok, "errors": delivery.errors, "action": delivery.response_action}


def told(world: World, user: str = MANAGER) -> str:
    """What the bot said last in the direct message."""
    return last_said(world, user, direct_message(user))


async def test_dropped_file_is_charged_when_a_manager_says_so(world: World) -> None:
    """The bot says what is in it and asks, below the message; the button has it charged, and the message says so."""
    question = await asked(world, calls(3))
    assert "Charge the 3 call records in *october.csv* to the account default?" in texts_in(question)
    assert await balance(world) == "0"

    await charge(world, question)

    assert await balance(world) == "-1.5"
    [message] = thread(world, question["below"])
    text = texts_in(message)
    assert "Imported *october.csv*." in text
    assert "*Charged: $1.50* for 3 calls" in text
    assert f"Account default, imported for <@{MANAGER}>. Balance now: −$1.50." in text


async def test_in_german(world: World) -> None:
    """Who speaks German is asked and told in German, reasons included."""
    await appoint_both(world)
    question = await asked(world, calls(2, call("bad", Duration_Seconds="-1")), MEMBER)
    assert "Die 2 Anrufe in *october.csv* über das Konto default abrechnen?" in texts_in(question)
    assert "Eine Zeile ist kein lesbarer Anruf und bleibt außen vor." in texts_in(question)

    await charge(world, question, MEMBER)

    text = below(world, question["below"], MEMBER)
    assert "*Abgerechnet: 1,00\N{NO-BREAK SPACE}$* für 2 Anrufe" in text
    assert "• Zeile 4: die Dauer ist negativ" in text


async def test_called_off(world: World) -> None:
    """The other button charges nothing, and the question goes."""
    question = await asked(world, calls(3))

    await world.press(MANAGER, question, "import_cancel")

    await world.playground.wait_for(lambda: "Nothing was charged." in below(world, question["below"]))
    await importer(world).look()
    assert await balance(world) == "0"
    assert "This has expired" in await told_next(
        world, MANAGER, press(world, MANAGER, "import_charge", value=_value(question))
    )


def _value(question: dict[str, Any]) -> str:
    """The order that the button names."""
    [value] = {each["value"] for block in question["blocks"] for each in block.get("elements", []) if "value" in each}
    return str(value)


async def test_same_file_again_changes_nothing(world: World) -> None:
    """The second import says that all of it was known, and nothing is charged twice."""
    await charge(world, await asked(world, calls(3)))

    again = await asked(world, calls(3), name="october-again.csv")
    await charge(world, again)

    assert await balance(world) == "-1.5"
    assert "Nothing has changed: all 3 calls in *october-again.csv* had been imported before." in below(
        world, again["below"]
    )


async def test_pressed_twice_is_charged_once(world: World) -> None:
    """Whoever presses again hears how it stands."""
    question = await asked(world, calls(3))
    await world.press(MANAGER, question, "import_charge")
    await given(world)
    again = press(world, MANAGER, "import_charge", value=_value(question))

    under_way = await told_next(world, MANAGER, again)
    await importer(world).look()
    over = await told_next(world, MANAGER, again)

    assert "This is being imported already." in under_way
    assert "This import has ended before; nothing was changed now." in over
    assert await balance(world) == "-1.5"


async def test_event_that_comes_again_asks_once(world: World) -> None:
    """Slack sends an event until it is acknowledged: the same message is one order."""
    message = await drop(world, calls(1))
    [sent] = [each for each in world.playground.sent if each.kind == "event"]
    await given(world)
    again = json.loads(sent.body) | {"event_id": "Ev0AGAIN"}
    body = json.dumps(again).encode()

    status, _ = await world.playground.post_raw(
        {**world.playground.sign(body), "Content-Type": "application/json"}, body
    )
    await importer(world).look()
    await importer(world).look()

    assert status == 200
    assert len(thread(world, message)) == 1


async def test_form_is_charged_at_once(world: World) -> None:
    """Whoever submits the form has said yes; how it goes is told directly, and the form says so."""
    view = await opened(world)

    taken = await chosen(world, view, calls(2))
    await importer(world).look()

    assert taken == {"ok": True, "errors": None, "action": "update"}
    assert "our direct message" in texts_in((await world.view(MANAGER, "notice")).body)
    assert await balance(world) == "-1"
    assert "Imported *october.csv*." in told(world)


async def test_form_submitted_again_is_one_order(world: World) -> None:
    """The same form again changes nothing."""
    view = await opened(world)
    file = world.playground.files.add(MANAGER, "october.csv", calls(2))
    await world.submit(MANAGER, view, files=[file.to_page()])
    values = filled(view, {"files": [file.to_page()]})
    await importer(world).look()

    _, answer = await deliver(world, submission(world, MANAGER, view, state={"values": values}))
    await importer(world).look()

    assert "I am importing." in texts_in(answer["view"])
    assert await balance(world) == "-1"
    assert len(world.playground.messages(direct_message(MANAGER), MANAGER)) == 1


async def test_app_without_the_permission(world: World) -> None:
    """Where the app was installed before it asked for files, the form says what to do about it."""
    manifest = world.playground._backend.manifest
    object.__setattr__(manifest, "scopes", manifest.scopes - {"files:read"})

    with world.playground.oracle.expect("missing_scope"):
        view = await world.modal(MANAGER, "/credits import", "notice")

    assert "install this app again, with the permission `files:read`" in texts_in(view.body)


async def test_form_asks_which_account(world: World) -> None:
    """Where there are several, the one that is chosen pays."""
    branch = AccountRef(REF.tenant, "branch")
    await world.services.ledger.open_account(branch, "USD")
    view = await opened(world)

    await chosen(world, view, calls(2), pays="branch")
    await importer(world).look()

    assert (await balance(world), await balance(world, branch)) == ("0", "-1")
    assert "Account branch" in told(world)


async def test_question_asks_which_account(world: World) -> None:
    """Below a dropped file the menu beside the button says which; as it stands it is the default one."""
    branch = AccountRef(REF.tenant, "branch")
    await world.services.ledger.open_account(branch, "USD")
    question = await asked(world, calls(2))
    assert "To which account?" in texts_in(question)
    option = {"text": {"type": "plain_text", "text": "branch"}, "value": "branch"}
    state = {"import_actions": {"import_account": {"type": "static_select", "selected_option": option}}}
    pressed = press(world, MANAGER, "import_charge", value=_value(question)) | {"state": {"values": state}}

    await deliver(world, pressed)
    await given(world)
    await importer(world).look()

    assert (await balance(world), await balance(world, branch)) == ("0", "-1")


async def test_account_that_is_not_there_is_refused(world: World) -> None:
    """A forged choice charges nothing."""
    question = await asked(world, calls(2))
    state = {"import_actions": {"import_account": {"selected_option": {"value": "elsewhere"}}}}
    forged = press(world, MANAGER, "import_charge", value=_value(question)) | {"state": {"values": state}}

    await told_next(world, MANAGER, forged)
    await importer(world).look()

    assert await balance(world) == "0"


async def test_mention_with_a_file(world: World) -> None:
    """In a channel a file is looked into where the app is mentioned, and any manager may say yes."""
    await appoint_both(world)
    question = await asked(world, calls(2), channel=GENERAL, text=MENTION)

    await charge(world, question, MEMBER)

    assert await balance(world) == "-1"
    assert f"imported for <@{MEMBER}>" in below(world, question["below"])


@pytest.mark.parametrize(
    ("channel", "text"), [(GENERAL, "our calls of october"), (TELEPHONY, MENTION), (GENERAL, "<@U0OWNER01> look")]
)
async def test_other_files_are_none_of_ours(world: World, channel: str, text: str) -> None:
    """What people share without meaning the app, or where it is no member, is not looked at."""
    message = await drop(world, calls(2), channel=channel, text=text)

    await importer(world).look()

    assert thread(world, message) == []
    assert [each for each in world.playground.calls if each.method == "files.info"] == []


@pytest.mark.parametrize(("user", "said"), [(MEMBER, "nur Guthabenverwalter"), (OWNER, "credit manager")])
async def test_only_managers(world: World, user: str, said: str) -> None:
    """Others are told why not, in the direct message, and their file is not looked at."""
    await drop(world, calls(2), user)

    await world.playground.wait_for(lambda: said in told(world, user))
    await importer(world).look()
    await world.type(user, "/credits import")

    assert world.playground.open_view(user) is None
    assert await balance(world) == "0"
    assert [each for each in world.playground.calls if each.method == "files.info"] == []


async def test_stranger_is_refused(world: World) -> None:
    """People of another organisation, met in a shared channel, have nothing charged."""
    await drop(world, calls(2), STRANGER, channel=GENERAL, text=MENTION)

    await world.playground.wait_for(lambda: "Only members of this workspace" in told(world, STRANGER))


async def test_others_cannot_press_the_button(world: World) -> None:
    """In a channel everybody sees the question; only managers answer it."""
    question = await asked(world, calls(2), channel=GENERAL, text=MENTION)

    for action in ("import_charge", "import_cancel"):
        said = await told_next(world, MEMBER, press(world, MEMBER, action, value=_value(question)))
        assert "Guthabenverwalter" in said
    await importer(world).look()

    assert await balance(world) == "0"
    assert "Charge the 2 call records" in below(world, question["below"])


async def test_dismissed_meanwhile(world: World) -> None:
    """Whose right ends before the worker comes has nothing charged, and is told so."""
    question = await asked(world, calls(2))
    await world.press(MANAGER, question, "import_charge")
    await given(world)
    await world.redis.delete("cr:{p%02d}:t:%s:managers" % _place())  # noqa: UP031 a key has braces

    await importer(world).look()

    assert await balance(world) == "0"
    assert "Only credit managers can do that" in below(world, question["below"])


def _place() -> tuple[int, str]:
    from store.keys import partition_of  # noqa: PLC0415

    return partition_of(REF.tenant), REF.tenant


async def test_written_without_a_file(world: World) -> None:
    """Who writes to the bot hears what can be sent to it; what it says itself is not answered."""
    await world.playground.say(MANAGER, direct_message(MANAGER), "hello?")

    await world.playground.wait_for(lambda: "Send me a file of call records here" in told(world))
    assert len(world.playground.messages(direct_message(MANAGER), MANAGER)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"subtype": "message_changed"},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"bot_id": "B0OTHER"},
        {"user": ""},
        {"channel_type": "mpim"},
        {"files": "no list", "thread_ts": "1.1"},
        {"files": [{"id": "F1|<x>"}], "thread_ts": "1.1"},
        {"files": [{}], "thread_ts": "1.1"},
    ],
)
async def test_messages_that_nobody_wrote_to_us(world: World, change: dict[str, Any]) -> None:
    """Edits, other bots, other kinds of conversations and malformed files are left alone."""
    event = {"type": "message", "channel_type": "im", "channel": direct_message(MANAGER), "user": MANAGER, "ts": "1.2"}
    files = [{"id": "F0000000001", "name": "a.csv"}]

    delivery = await world.playground.event({**event, "team": REF.tenant, "files": files, **change})
    await importer(world).look()

    assert delivery.ok or delivery.error == "not_subscribed"
    assert world.playground.messages(direct_message(MANAGER), MANAGER) == []


async def test_several_files(world: World) -> None:
    """Those that can be read are asked about, the others named with what to do; a zip counts as one."""
    contents = [calls(2), b"", zipped(PSTN=calls(3, first=10)), CARD]
    question = await asked(world, contents)
    text = texts_in(question)
    assert "Charge the 5 call records" in text
    assert "october.csv is empty." in text
    assert "is a rate card" in text

    await charge(world, question)

    assert await balance(world) == "-2.5"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "october.csv is empty."),
        (b"dear diary\n", "october.csv is no file of call records."),
        (b"UsageId,Call Type,Start Time,Duration Seconds\n", "has no Destination Number"),
        (CARD, "october.csv is a rate card"),
        (zipped(a=b"no records"), "october.csv has no call records in it."),
        (b"PK\x03\x04 and nothing", "october.csv is damaged."),
        (calls(0), "october.csv has no call records in it."),
        (calls(0, call("a", Duration_Seconds="-1")), "can read. The first one: the duration is negative."),
    ],
)
async def test_nothing_to_charge(world: World, content: bytes, said: str) -> None:
    """A file that cannot be charged is answered with the reason and what to do, without a button."""
    answer = await asked(world, content)

    assert said in texts_in(answer)
    assert "Nothing was charged" in texts_in(answer)
    assert not [block for block in answer["blocks"] if block["type"] == "actions"]


async def test_refused_lines_are_listed(world: World) -> None:
    """The first twenty with their line and reason, by the reader or by the ledger; the rest are counted."""
    bad = [call(f"bad-{number}", Duration_Seconds="x") for number in range(25)]
    question = await asked(world, calls(1, call("euro", Currency="EUR"), *bad))

    await charge(world, question)

    text = below(world, question["below"])
    assert "*26 lines were refused:*" in text
    assert "• Line 3: the charge is not in the account's currency" in text
    assert "• Line 4: the duration is no whole number of seconds" in text
    assert text.count("• Line") == 20
    assert "6 more are not listed here." in text


async def test_unrated_and_unknown_are_told(world: World) -> None:
    """Calls without a price and codes that nobody knows are taken, and said."""
    odd = call("odd", Charge="", Connection_Fee="", Currency="", Capability="BRAND_NEW", Destination_Dialed="Ruritania")

    question = await asked(world, calls(1, odd))
    await charge(world, question)

    text = below(world, question["below"])
    assert "Codes I do not know; the calls were taken all the same:\ncapability BRAND_NEW (1)" in text


async def test_what_the_summary_says_is_what_the_ledger_has(world: World) -> None:
    """The amount that is told is the sum of the entries."""
    question = await asked(world, calls(40))

    await charge(world, question)

    used = [entry.amount async for entry in world.services.ledger.entries(REF)]
    assert sum(each.micros for each in used) == -usd(20).micros
    assert "*Charged: $20.00* for 40 calls" in below(world, question["below"])
