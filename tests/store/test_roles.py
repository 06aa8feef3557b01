"""Roles: who sees, who changes, who appoints."""

import dataclasses

import pytest

from store import keys
from store.events import Codec, ManagersChanged
from store.outcomes import Done, Reason, Refused
from store.roles import Actor, Roles
from store.scripts import Client
from tests.controls import MANAGER, MEMBER, OWNER, REF, STRANGER


async def arrange(redis: Client) -> Roles:
    """One manager, appointed by the owner."""
    roles = Roles(redis)
    await roles.change_managers(OWNER, appoint=[MANAGER.user_id], dismiss=[], operation_id="first")
    return roles


@pytest.fixture
async def roles(redis: Client) -> Roles:
    """As `arrange` says."""
    return await arrange(redis)


async def told(redis: Client) -> list[tuple[str, str, str]]:
    """By whom, appointed, dismissed: each change that was told."""
    events = [
        Codec.decode(f"32-{event_id}", record)
        for event_id, record in await redis.xrange(keys.outbox(keys.partition_of(REF.tenant)))
    ]
    return [(each.by, each.appointed, each.dismissed) for each in events if isinstance(each, ManagersChanged)]


@pytest.mark.parametrize("actor", [OWNER, MANAGER, MEMBER])
async def test_everyone_of_the_workspace_may_look(roles: Roles, actor: Actor) -> None:
    """Owner, manager and member see balance and history."""
    assert await roles.refuse_view(actor) is None


@pytest.mark.parametrize("admin", [True, False])
async def test_strangers_may_do_nothing(roles: Roles, *, admin: bool) -> None:
    """A person of another organisation is refused everything, whatever they are at home."""
    stranger = dataclasses.replace(STRANGER, is_admin=admin)
    refused = Refused(Reason.STRANGER)

    assert await roles.refuse_view(stranger) == refused
    assert await roles.refuse_manage(stranger) == refused
    assert await roles.refuse_appoint(stranger) == refused


async def test_only_managers_manage(roles: Roles) -> None:
    """A manager may; a member and an owner who is none may not."""
    assert await roles.refuse_manage(MANAGER) is None
    assert await roles.refuse_manage(MANAGER, REF) is None
    assert await roles.refuse_manage(MEMBER) == Refused(Reason.NOT_A_MANAGER)
    assert await roles.refuse_manage(OWNER) == Refused(Reason.NOT_A_MANAGER)


async def test_only_administrators_appoint(roles: Roles) -> None:
    """An administrator may; a manager and a member may not, and their attempt changes nothing."""
    assert await roles.refuse_appoint(OWNER) is None
    for actor in (MANAGER, MEMBER):
        outcome = await roles.change_managers(actor, appoint=[MEMBER.user_id], dismiss=[], operation_id="no")
        assert outcome == Refused(Reason.NOT_AN_ADMIN)
    assert await roles.managers(REF.tenant) == {MANAGER.user_id}


async def test_managers_are_changed_and_told(roles: Roles, redis: Client) -> None:
    """Appointing and dismissing is told with who did it, naming only those whose role changed."""
    outcome = await roles.change_managers(
        OWNER, appoint=["U0B", "U0A", MANAGER.user_id], dismiss=["U0NEVER"], operation_id="second"
    )
    await roles.change_managers(OWNER, appoint=[], dismiss=["U0A"], operation_id="third")

    assert outcome == Done("changed")
    assert await roles.managers(REF.tenant) == {MANAGER.user_id, "U0B"}
    assert (await told(redis))[1:] == [(OWNER.id, "U0A,U0B", ""), (OWNER.id, "", "U0A")]


async def test_change_without_a_difference_is_silent(roles: Roles, redis: Client) -> None:
    """Appointing a manager again tells nothing."""
    outcome = await roles.change_managers(OWNER, appoint=[MANAGER.user_id], dismiss=[], operation_id="again")

    assert outcome == Done("unchanged")
    assert len(await told(redis)) == 1


async def test_repeat_does_not_appoint_again(roles: Roles) -> None:
    """A redelivered appointment does not bring back a manager who was dismissed since."""
    await roles.change_managers(OWNER, appoint=[], dismiss=[MANAGER.user_id], operation_id="dismiss")

    outcome = await roles.change_managers(OWNER, appoint=[MANAGER.user_id], dismiss=[], operation_id="first")

    assert outcome == Done("changed", repeated=True)
    assert await roles.managers(REF.tenant) == frozenset()


async def test_operation_id_with_other_people_is_refused(roles: Roles) -> None:
    """The same operation id for somebody else is a conflict."""
    outcome = await roles.change_managers(OWNER, appoint=["U0X"], dismiss=[], operation_id="first")

    assert outcome == Refused(Reason.OPERATION_CONFLICT)
    assert await roles.managers(REF.tenant) == {MANAGER.user_id}


async def test_managers_are_managers_at_home_only(roles: Roles) -> None:
    """The same user id in another tenant is nobody."""
    elsewhere = dataclasses.replace(MANAGER, tenant="T0OTHER")

    assert await roles.refuse_manage(elsewhere) == Refused(Reason.NOT_A_MANAGER)
    assert await roles.refuse_manage(elsewhere, REF) == Refused(Reason.STRANGER)
    assert await roles.managers("T0OTHER") == frozenset()
