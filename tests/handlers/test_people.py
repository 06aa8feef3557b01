"""Who asks: decided by the person, and refused where that is unsure."""

import dataclasses
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_internals import build_async_context

from bot.playground.people import GENERAL, MANAGER, MEMBER, OWNER, STRANGER, STRANGER_TEAM, TEAM
from bot.playground.server import Fault
from handlers.people import Identity, identify
from tests.handlers.driver import deliver, deliver_body, state, submission
from tests.world import BOSS, World, texts_in

ELSEWHERE = "T0ELSEWHERE"
PRESS = {"type": "block_actions", "is_enterprise_install": False, "team": {"id": TEAM}}


def asks(body: dict[str, Any], home: str = TEAM, enterprise: str | None = None) -> Identity:
    """What is made of this payload, with a token of `home`."""
    context = AsyncBoltContext()
    build_async_context(context, body)
    context["authorize_result"] = SimpleNamespace(team_id=home, enterprise_id=enterprise)
    return identify(context, body)


@pytest.mark.parametrize(
    "body",
    [
        {**PRESS, "user": {"id": "U1", "team_id": TEAM}},
        {**PRESS, "user": {"id": "U1"}},
        {**PRESS, "enterprise": {"id": "E0HOME"}, "user": {"id": "U1", "team_id": TEAM}},
        {"command": "/credits", "team_id": TEAM, "user_id": "U1"},
        {"type": "event_callback", "team_id": TEAM, "event": {"type": "app_home_opened", "user": "U1"}},
    ],
    ids=["press", "press without the person's team", "press in an organisation", "command", "event"],
)
def test_a_person_of_this_workspace(body: dict[str, Any]) -> None:
    """Whoever acts from the workspace of the token belongs to it."""
    assert asks(body, enterprise="E0HOME") == Identity(TEAM, "U1", is_stranger=False)


@pytest.mark.parametrize(
    "body",
    [
        {**PRESS, "user": {"id": "U1", "team_id": ELSEWHERE}},
        {**PRESS, "enterprise": {"id": "E0HOME"}, "user": {"id": "U1", "team_id": ELSEWHERE}},
        {**PRESS, "team": {"id": ELSEWHERE}, "user": {"id": "U1"}},
        {**PRESS, "team": None, "user": {"id": "U1"}},
        {
            **PRESS,
            "type": "view_submission",
            "team": {"id": ELSEWHERE},
            "user": {"id": "U1"},
            "view": {"app_installed_team_id": TEAM},
        },
        {"command": "/credits", "team_id": ELSEWHERE, "user_id": "U1"},
        {"command": "/credits", "user_id": "U1"},
        {"type": "event_callback", "team_id": TEAM, "event": {"user": "U1", "user_team": ELSEWHERE}},
    ],
    ids=["press", "same organisation", "team alone", "no team", "shared modal", "command", "nameless", "event"],
)
def test_a_person_of_elsewhere(body: dict[str, Any]) -> None:
    """Who acts from another workspace is a stranger, of the same organisation or not, and so is who does not say."""
    identity = asks(body, enterprise="E0HOME")

    assert (identity.tenant, identity.is_stranger) == (TEAM, True)


@pytest.mark.parametrize(
    ("body", "home"),
    [
        ({**PRESS, "team": None, "is_enterprise_install": True, "enterprise": {"id": "E0HOME"}}, TEAM),
        ({"command": "/credits", "team_id": TEAM, "is_enterprise_install": "true"}, TEAM),
        ({"command": "/credits", "team_id": TEAM, "is_enterprise_install": "false"}, "E0HOME"),
    ],
    ids=["press", "command", "token of an organisation"],
)
def test_an_org_wide_installation(body: dict[str, Any], home: str) -> None:
    """An installation for an organisation is told from that of a workspace, by the payload or by the token."""
    identity = asks({**body, "user": {"id": "U1", "team_id": ELSEWHERE}}, home, "E0HOME")

    assert identity.is_org_wide
    assert identity.is_stranger


@pytest.mark.parametrize(("user", "said"), [(MANAGER, "a whole organization"), (MEMBER, "eine ganze Organisation")])
async def test_org_wide_installations_are_not_served(world: World, user: str, said: str) -> None:
    """Everybody, managers included, is told that the app belongs into one workspace; no account is shown or made."""
    await world.answer(user, "/credits help")
    sent = world.playground.sent[-1].body.replace(b"is_enterprise_install=false", b"is_enterprise_install=true")
    before, seen = await state(world), len(world.playground.messages(GENERAL, user))

    await deliver_body(world, sent.replace(b"text=help", urlencode({"text": "balance"}).encode()))

    await world.playground.wait_for(lambda: len(world.playground.messages(GENERAL, user)) > seen)
    assert said in texts_in(world.playground.messages(GENERAL, user)[-1])
    assert await state(world) == before


async def test_org_wide_installations_take_no_form(world: World) -> None:
    """A form submitted after the installation was widened is refused in the modal and asks for no payment."""
    view = await world.modal(MANAGER, "/credits add 50", "add_confirm")
    before = await state(world)

    _, answer = await deliver(world, {**submission(world, MANAGER, view), "is_enterprise_install": True})

    assert "a whole organization" in texts_in(answer["view"])
    assert await state(world) == before


async def test_slack_knows_the_person_as_one_of_elsewhere(world: World) -> None:
    """Where the payload names our workspace and Slack's profile another, the profile is believed."""
    await world.answer(MANAGER, "/credits help")
    sent = world.playground.sent[-1].body.replace(b"text=help", b"text=balance")

    await deliver_body(world, sent.replace(f"user_id={MANAGER}".encode(), f"user_id={STRANGER}".encode()))

    def told() -> str:
        return texts_in([world.playground.messages(GENERAL, user) for user in (MANAGER, STRANGER)])

    await world.playground.wait_for(lambda: "Only members of this workspace" in told() or "Balance" in told())
    assert "Balance" not in told()


async def test_an_administrator_of_elsewhere_appoints_nobody(world: World) -> None:
    """A person of another workspace who administers theirs does not administer ours."""
    users = world.playground.workspace.users
    users[OWNER] = dataclasses.replace(users[OWNER], team=STRANGER_TEAM)

    answer = await world.answer(OWNER, "/credits managers")

    assert answer["text"].startswith("Only members of this workspace")


@pytest.mark.parametrize("fault", [Fault("hang"), Fault("error"), Fault("drop_before")])
async def test_managers_of_whom_slack_does_not_say(world: World, fault: Fault) -> None:
    """Where Slack does not say in time who was chosen, nobody is appointed; the form stays, and works once it does."""
    view = await world.modal(OWNER, "/credits managers", "managers")
    before = await state(world)
    world.playground.faults.inject("users.info", Fault("delay", seconds=0))  # whether the owner administers
    world.playground.faults.inject("users.info", fault, 4)
    await world.submit(OWNER, view, users=[MANAGER, MEMBER])
    assert await state(world) == before
    world.playground.faults.clear()

    again = await world.view(OWNER, "managers")
    await world.submit(OWNER, again, users=[MANAGER, MEMBER])

    assert await world.services.roles.managers(BOSS.tenant) == {MANAGER, MEMBER}
