"""`/credits import` and files that are dropped into a message: asked about, charged once, told of."""

import json

import pytest

from bot.playground.people import MANAGER, MEMBER
from tests.handlers.driver import appoint_both, press, told_next
from tests.handlers.dropping import (
    asked,
    balance,
    below,
    call,
    calls,
    charge,
    drop,
    given,
    importer,
    order_of,
    thread,
    zipped,
)
from tests.world import REF, World, texts_in, usd

CARD = b"Destination Name,Destination Type,Country,Prefix,Price / min\nNowhere,Fixed,XX,99,0.10\n"
MENTION = "<@U0CREDITS> please"


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
        world, MANAGER, press(world, MANAGER, "import_charge", value=order_of(question))
    )


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
    again = press(world, MANAGER, "import_charge", value=order_of(question))

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
