"""`/credits tokens`: a manager makes a token, sees it once, and revokes it; everybody hears of both."""

import re
from typing import Any

import pytest

from bot.playground.people import ALERTS, GENERAL, MANAGER, MEMBER, OWNER
from store.outcomes import Reason, Refused
from store.tokens import Admitted, Scope
from tests.handlers.driver import appoint_both, deliver, last_said, press, submission
from tests.handlers.openings import open_token
from tests.world import ADMIN, REF, World, filled, texts_in

GIVEN: dict[str, Any] = {"name": "PBX", "scopes": ["holds:write", "account:read"], "account": "", "days": "90"}


async def make(world: World, user: str = MANAGER, **changes: Any) -> str:
    """A token made in Slack: its secret, as the modal shows it."""
    await world.submit(user, await open_token(world, user), **{**GIVEN, **changes})
    view = await world.view(user, "notice")
    found = re.search(r"crd_\w+", texts_in(view.body))
    assert found, view.body
    return found[0]


async def admit(world: World, secret: str) -> Any:
    """What a request with it is answered."""
    return await world.services.tokens.admit(secret, per_minute=60)


async def test_made_and_shown_once(world: World) -> None:
    """The modal shows a token that works, with its scopes; no message and no list shows it."""
    secret = await make(world)

    admitted = await admit(world, secret)
    assert isinstance(admitted, Admitted)
    assert (admitted.name, admitted.tenant, admitted.account) == ("PBX", REF.tenant, "")
    assert set(admitted.scopes) == {Scope.HOLDS_WRITE, Scope.ACCOUNT_READ}
    listed = texts_in(await world.answer(MANAGER, "/credits tokens"))
    assert f"*PBX*  `{admitted.id}`" in listed
    assert "read the balance, set credit aside for calls and capture it" in listed
    for channel in (GENERAL, ALERTS):
        assert secret not in texts_in(world.playground.messages(channel, MANAGER))


async def test_for_one_account(world: World) -> None:
    """An account that is typed is the only one."""
    assert (await admit(world, await make(world, account=" default "))).account == "default"


async def test_what_is_wrong_is_said_under_its_input(world: World) -> None:
    """No name, nothing ticked, an account that is not there or can be none: asked back, nothing made."""
    view = await open_token(world, MANAGER)

    wrong = await world.submit(MANAGER, view, **{**GIVEN, "name": "   "})
    unknown = await world.submit(MANAGER, view, **{**GIVEN, "account": "nowhere"})
    impossible = await world.submit(MANAGER, view, **{**GIVEN, "account": "no where"})
    nothing = {**filled(view, GIVEN), "scopes": {"scopes": {"type": "checkboxes", "selected_options": []}}}
    _, unticked = await deliver(world, submission(world, MANAGER, view, state={"values": nothing}))

    assert wrong.errors == {"name": "A name has 1 to 60 characters."}
    assert unticked["errors"] == {"scopes": "Tick at least one."}
    text = "This workspace has no account of that name. Leave it empty for all accounts."
    assert unknown.errors == impossible.errors == {"account": text}
    assert "There are none." in texts_in(await world.answer(MANAGER, "/credits tokens"))


async def test_submitted_again_makes_no_second_one(world: World) -> None:
    """The same form again says that the token was shown before."""
    view = await open_token(world, MANAGER)
    await world.submit(MANAGER, view, **GIVEN)

    _, again = await deliver(world, submission(world, MANAGER, view, state={"values": filled(view, GIVEN)}))

    assert "was made before" in texts_in(again["view"])
    assert texts_in(await world.answer(MANAGER, "/credits tokens")).count("*PBX*") == 1


async def test_revoked_from_the_list(world: World) -> None:
    """The button ends it at once; the list in its place says who did."""
    secret = await make(world)
    message = await world.answer(MANAGER, "/credits tokens")

    await _press_revoke(world, message)

    await world.playground.wait_for(lambda: "Revoked by" in last_said(world, MANAGER))
    assert await admit(world, secret) == Refused(Reason.TOKEN_REVOKED)


async def _press_revoke(world: World, message: dict[str, Any], user: str = MANAGER) -> None:
    [button] = [block["accessory"] for block in message["blocks"] if "accessory" in block]
    assert button["confirm"]["text"]["text"] == "PBX is refused from now on. That cannot be taken back."
    status, _ = await deliver(world, press(world, user, "revoke_token", value=button["value"]))
    assert status == 200


async def test_revoking_what_is_not_there(world: World) -> None:
    """A button of long ago, or a forged one, is answered plainly."""
    for value in ("0" * 12, ""):
        await deliver(world, press(world, MANAGER, "revoke_token", value=value))
        await world.playground.wait_for(lambda: "There is no such API token" in last_said(world, MANAGER))


@pytest.mark.parametrize("user", [MEMBER, OWNER])
async def test_only_managers(world: World, user: str) -> None:
    """Whoever manages nothing sees no list, opens no form and revokes nothing."""
    secret = await make(world)
    token_id = (await admit(world, secret)).id

    answer = texts_in(await world.answer(user, "/credits tokens"))
    for action, value in (("new_token", ""), ("revoke_token", token_id)):
        await deliver(world, press(world, user, action, value=value))

    assert "PBX" not in answer
    assert world.playground.open_view(user) is None
    assert isinstance(await admit(world, secret), Admitted)


async def test_form_of_somebody_who_was_dismissed_meanwhile(world: World) -> None:
    """The role is checked again when the form is submitted."""
    await appoint_both(world)
    view = await open_token(world, MEMBER)
    await world.services.roles.change_managers(ADMIN, appoint=[], dismiss=[MEMBER], operation_id=world.operation())

    _, answer = await deliver(world, submission(world, MEMBER, view, state={"values": filled(view, GIVEN)}))

    assert "Guthabenverwalter" in texts_in(answer["view"])
    assert "There are none." in texts_in(await world.answer(MANAGER, "/credits tokens"))


async def test_channel_hears_who_made_and_who_revoked(living: World) -> None:
    """Both are told in the account's channel, without the secret."""
    await living.warn_at(5)
    secret = await make(living)
    await living.playground.wait_for(lambda: "made the API token “PBX”" in texts_in(living.told()), 10)

    await _press_revoke(living, await living.answer(MANAGER, "/credits tokens"))

    await living.playground.wait_for(lambda: "revoked the API token “PBX”" in texts_in(living.told()), 10)
    assert secret not in texts_in(living.told())


async def test_in_german(world: World) -> None:
    """Who speaks German is asked, answered and shown everything in German."""
    await appoint_both(world)

    await make(world, MEMBER, name="Telefonanlage")

    listed = texts_in(await world.answer(MEMBER, "/credits tokens"))
    assert "Darf: Guthaben lesen, Guthaben für Anrufe reservieren und abrechnen." in listed
    assert "Noch nie benutzt." in listed
