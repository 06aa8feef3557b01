"""The form of `/credits import`, and which account pays."""

from bot.playground.people import MANAGER, direct_message
from store.keys import AccountRef
from tests.handlers.driver import deliver, press, submission, told_next
from tests.handlers.dropping import (
    asked,
    balance,
    calls,
    chosen,
    given,
    importer,
    opened,
    order_of,
    told,
)
from tests.world import REF, World, filled, texts_in

CARD = b"Destination Name,Destination Type,Country,Prefix,Price / min\nNowhere,Fixed,XX,99,0.10\n"
MENTION = "<@U0CREDITS> please"


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
    pressed = press(world, MANAGER, "import_charge", value=order_of(question)) | {"state": {"values": state}}

    await deliver(world, pressed)
    await given(world)
    await importer(world).look()

    assert (await balance(world), await balance(world, branch)) == ("0", "-1")


async def test_account_that_is_not_there_is_refused(world: World) -> None:
    """A forged choice charges nothing."""
    question = await asked(world, calls(2))
    state = {"import_actions": {"import_account": {"selected_option": {"value": "elsewhere"}}}}
    forged = press(world, MANAGER, "import_charge", value=order_of(question)) | {"state": {"values": state}}

    await told_next(world, MANAGER, forged)
    await importer(world).look()

    assert await balance(world) == "0"
