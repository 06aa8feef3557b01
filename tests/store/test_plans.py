"""Pools and time zones in Redis."""

import pytest

from store.events import SettingsChanged
from store.keys import AccountRef
from store.outcomes import Done, Reason, Refused
from store.plans import Plan, Plans
from store.pools import MAX_POOLS, Pool
from store.roles import Actor, Operator
from store.scripts import Client
from tests.controls import CURRENCY, MANAGER, MEMBER, OWNER, REF, STRANGER, Bank
from tests.store.banks import bank_by
from tests.store.outline import outline

OPERATOR = Operator("anna")
AUDIO = Pool("audio", ("conference",), 3600, 25, ("1", "44", "49"))
PLAN = Pool("plan", ("calling", "conference"), 72_000, 3)
OTHER = AccountRef(REF.tenant, "other")


async def arrange(redis: Client) -> Bank:
    """An account without pools."""
    return await Bank.open(redis)


bank = bank_by(arrange)


def plans_of(bank: Bank) -> Plans:
    """The plans."""
    return Plans(bank.redis, bank.roles)


async def test_account_begins_without_pools(bank: Bank) -> None:
    """Nothing included, months of UTC."""
    assert await plans_of(bank).plan(REF) == Plan((), "UTC")


async def test_pools_are_set_in_their_order(bank: Bank) -> None:
    """They are read as they were given, and who set them is told with old and new."""
    outcome = await plans_of(bank).set_pools(MANAGER, REF, [PLAN, AUDIO], operation_id="a")

    [event] = await outline(bank, SettingsChanged)
    assert outcome == Done("changed")
    assert (await plans_of(bank).plan(REF)).pools == (PLAN, AUDIO)
    [(field, old, new)] = event.pairs
    assert (event.topic, event.by, event.ref, field, old) == ("pools", MANAGER.id, REF, "pools", "")
    assert '"name": "plan"' in new


async def test_pools_can_be_taken_away(bank: Bank) -> None:
    """No pools are a setting as well."""
    await plans_of(bank).set_pools(OPERATOR, REF, [PLAN], operation_id="a")

    assert await plans_of(bank).set_pools(OPERATOR, REF, [], operation_id="b") == Done("changed")
    assert (await plans_of(bank).plan(REF)).pools == ()


async def test_zone_is_the_workspaces(bank: Bank) -> None:
    """One zone for all accounts; pools are each account's own."""
    plans = plans_of(bank)
    await bank.ledger.open_account(OTHER, CURRENCY)
    await plans.set_pools(OPERATOR, OTHER, [AUDIO], operation_id="a")

    assert await plans.set_zone(MANAGER, REF.tenant, "Europe/Berlin", operation_id="b") == Done("changed")
    assert await plans.plan(REF) == Plan((), "Europe/Berlin")
    assert await plans.plan(OTHER) == Plan((AUDIO,), "Europe/Berlin")
    assert (await outline(bank, SettingsChanged))[-1].pairs == (("zone", "", "Europe/Berlin"),)


async def test_setting_the_same_again_is_silent(bank: Bank) -> None:
    """What is there already is not told again."""
    await plans_of(bank).set_pools(OPERATOR, REF, [PLAN], operation_id="a")

    assert await plans_of(bank).set_pools(OPERATOR, REF, [PLAN], operation_id="b") == Done("unchanged")
    assert len(await outline(bank, SettingsChanged)) == 1


async def test_repeat_does_not_undo_a_later_plan(bank: Bank) -> None:
    """A redelivered change answers as the first time and leaves what was set since."""
    await plans_of(bank).set_pools(OPERATOR, REF, [PLAN], operation_id="a")
    await plans_of(bank).set_pools(OPERATOR, REF, [AUDIO], operation_id="b")

    assert await plans_of(bank).set_pools(OPERATOR, REF, [PLAN], operation_id="a") == Done("changed", repeated=True)
    assert (await plans_of(bank).plan(REF)).pools == (AUDIO,)


async def test_operation_id_with_another_plan_is_refused(bank: Bank) -> None:
    """The same operation id with other contents is a conflict."""
    await plans_of(bank).set_pools(OPERATOR, REF, [PLAN], operation_id="a")
    refused = Refused(Reason.OPERATION_CONFLICT)

    assert await plans_of(bank).set_pools(OPERATOR, REF, [AUDIO], operation_id="a") == refused
    assert await plans_of(bank).set_zone(OPERATOR, REF.tenant, "Europe/Berlin", operation_id="a") == refused


async def test_pools_of_an_unknown_account_are_refused(bank: Bank) -> None:
    """A plan does not make an account."""
    refused = Refused(Reason.UNKNOWN_ACCOUNT)

    assert await plans_of(bank).set_pools(OPERATOR, OTHER, [PLAN], operation_id="a") == refused
    assert (await plans_of(bank).plan(OTHER)).pools == ()


async def test_zone_needs_no_account(bank: Bank) -> None:
    """A workspace's time zone can be set before its first account is there."""
    assert await plans_of(bank).set_zone(OPERATOR, "T0NEW", "Europe/Berlin", operation_id="a") == Done("changed")


@pytest.mark.parametrize(
    ("actor", "reason"), [(MEMBER, "not_a_manager"), (OWNER, "not_a_manager"), (STRANGER, "stranger")]
)
async def test_only_managers_change_plans(bank: Bank, actor: Actor, reason: str) -> None:
    """Members, administrators and strangers change nothing; nor does a manager in another workspace."""
    plans, refused = plans_of(bank), Refused(Reason(reason))

    assert await plans.set_pools(actor, REF, [PLAN], operation_id="a") == refused
    assert await plans.set_zone(actor, REF.tenant, "Europe/Berlin", operation_id="b") == refused
    assert await plans.set_zone(MANAGER, "T0OTHER", "Europe/Berlin", operation_id="c") == Refused(Reason.STRANGER)
    assert await plans.plan(REF) == Plan()


async def test_plan_that_cannot_be_is_refused(bank: Bank) -> None:
    """Too many pools, two of one name, a zone that there is not."""
    many = [Pool(f"pool-{number}", ("calling",), 1, 1) for number in range(MAX_POOLS + 1)]

    for pools in (many, [PLAN, PLAN]):
        with pytest.raises(ValueError, match="name of its own"):
            await plans_of(bank).set_pools(OPERATOR, REF, pools, operation_id="a")
    with pytest.raises(ValueError, match="time zone"):
        await plans_of(bank).set_zone(OPERATOR, REF.tenant, "Berlin", operation_id="b")
    assert await plans_of(bank).set_pools(OPERATOR, REF, many[1:], operation_id="c") == Done("changed")
