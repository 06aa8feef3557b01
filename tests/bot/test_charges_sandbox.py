"""The sandbox is as careful as a real provider: it keeps keys, finds charges, and ends one that waits once."""

import asyncio

import pytest

from bot.payments.gateway import Charge, Declined, NeedsAction, NotCharged, Succeeded
from bot.payments.sandbox import KeyReusedError, Sandbox
from store import keys
from store.scripts import Client
from tests.world import REF, usd

CONFIRM = Charge("p1:1", REF, usd(50), "sandbox_confirm")


async def test_the_sandbox_keeps_keys(real_redis: Client) -> None:
    """The same key gives the same charge, also to five at once; other contents under it are an error."""
    sandbox = Sandbox(real_redis)
    charge = Charge("p1:1", REF, usd(50), "sandbox_ok")
    answers = await asyncio.gather(*(sandbox.charge(charge) for _ in range(5)))

    assert len({str(answer) for answer in answers}) == 1
    assert isinstance(answers[0], Succeeded)
    with pytest.raises(KeyReusedError):
        await sandbox.charge(Charge("p1:1", REF, usd(51), "sandbox_ok"))


async def test_the_sandbox_waits_and_finds(real_redis: Client) -> None:
    """The card that asks the bank is confirmed by being asked about, and answers so from then on."""
    sandbox = Sandbox(real_redis)
    asked = [await sandbox.charge(CONFIRM) for _ in range(2)]
    found = await sandbox.find(CONFIRM)

    assert isinstance(asked[0], NeedsAction)
    assert asked[0] == asked[1]
    assert found == Succeeded(asked[0].charge_ref, usd(50))
    assert [await sandbox.charge(CONFIRM), await sandbox.cancel(CONFIRM)] == [found, found]


async def test_the_sandbox_cancels_for_ever(real_redis: Client) -> None:
    """After that the key never succeeds, whether it was asked for before or not."""
    sandbox = Sandbox(real_redis)
    unasked = Charge("p2:1", REF, usd(50), "sandbox_ok")
    await sandbox.charge(CONFIRM)

    for charge in (CONFIRM, unasked):
        assert await sandbox.cancel(charge) == NotCharged()
        assert await sandbox.find(charge) == NotCharged()
        assert await sandbox.charge(charge) == Declined("cancelled")


async def test_the_sandbox_ends_a_charge_once(real_redis: Client) -> None:
    """Found and cancelled at the same moment, it is either confirmed or cancelled, for everybody."""
    sandbox = Sandbox(real_redis)
    await sandbox.charge(CONFIRM)
    answers = await asyncio.gather(*(ask(CONFIRM) for _ in range(5) for ask in (sandbox.find, sandbox.cancel)))

    assert len(set(answers)) == 1
    assert isinstance(answers[0], Succeeded | NotCharged)


@pytest.mark.parametrize(
    ("card", "answer"),
    [
        ("sandbox_ok", Succeeded),
        ("sandbox_timeout", Succeeded),
        ("sandbox_declines", Declined),
        ("sandbox_lost", Declined),
        ("never_heard_of", NotCharged),
    ],
)
async def test_the_sandbox_knows_what_became_of_a_charge(real_redis: Client, card: str, answer: type) -> None:
    """Found and cancelled too late alike; what was never asked for is not charged."""
    sandbox, charge = Sandbox(real_redis), Charge("p3:1", REF, usd(50), card)
    before = await sandbox.find(charge)
    await asyncio.gather(sandbox.charge(charge), return_exceptions=True)

    assert before == NotCharged()
    assert isinstance(await sandbox.find(charge), answer)
    assert await sandbox.cancel(charge) == await sandbox.find(charge)


@pytest.mark.parametrize("verb", ["find", "cancel"])
async def test_the_sandbox_is_strict_about_contents(real_redis: Client, verb: str) -> None:
    """A key with other contents is the caller's mistake whatever it is asked."""
    sandbox = Sandbox(real_redis)
    await sandbox.charge(CONFIRM)

    with pytest.raises(KeyReusedError):
        await getattr(sandbox, verb)(Charge("p1:1", REF, usd(51), "sandbox_confirm"))


@pytest.mark.parametrize("verb", ["charge", "find", "cancel"])
async def test_the_sandbox_leaves_the_version_before_s_memory_alone(real_redis: Client, verb: str) -> None:
    """That was kept as text, under another key: it is in nobody's way."""
    charge = Charge("p1:1", REF, usd(50), "sandbox_ok")
    old = keys.sandbox("p1:1").replace(":charge:", ":")
    await real_redis.set(old, "{}")

    assert isinstance(await getattr(Sandbox(real_redis), verb)(charge), Succeeded if verb == "charge" else NotCharged)
