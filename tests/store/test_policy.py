"""Policies: saved by a manager, refused for a reason, repeated without effect; who changed what is told."""

import dataclasses

import pytest

from store.account import AlertPolicy, RechargePolicy
from store.events import SettingsChanged
from store.keys import AccountRef
from store.money import MAX_MICROS, Money
from store.outcomes import Change, Done, Reason, Refused
from store.policy import MAX_LEVELS
from store.roles import Actor
from store.scripts import Client
from tests.controls import CARD, CURRENCY, MANAGER, MEMBER, OWNER, REF, STRANGER, Bank, usd
from tests.store.banks import bank_by
from tests.store.outline import outline

POLICY = RechargePolicy(on=True, amount=usd(50), below=usd(20), cap=usd(200), method=CARD)
ALERTS = AlertPolicy((usd(20), usd(5)), "C1")


async def arrange(redis: Client) -> Bank:
    """100 dollars, nothing set."""
    return await Bank.open(redis, balance=100)


bank = bank_by(arrange)


async def save(
    bank: Bank, policy: RechargePolicy = POLICY, actor: Actor = MANAGER, ref: AccountRef = REF, op: str = "save"
) -> Change:
    """Save auto-recharge with its alerts in C1."""
    return await bank.policies.set_recharge(actor, ref, policy, channel="C1", operation_id=op)


async def test_recharge_policy_is_saved(bank: Bank) -> None:
    """What was saved is read back, and who changed what, old and new, is told."""
    outcome = await save(bank)

    account = await bank.account()
    [event] = await outline(bank, SettingsChanged)
    assert outcome == Done("changed")
    assert account.recharge == POLICY
    assert account.alerts.channel == "C1"
    assert (event.topic, event.by, event.currency) == ("recharge", MANAGER.id, CURRENCY)
    assert set(event.pairs) == {
        ("recharge_on", "", "1"),
        ("channel", "", "C1"),
        ("method", "", CARD),
        ("recharge_amount", "", "50000000"),
        ("recharge_below", "", "20000000"),
        ("recharge_cap", "", "200000000"),
    }


async def test_only_what_changed_is_told(bank: Bank) -> None:
    """A second save tells the changed field only, with its old value."""
    await save(bank)
    await save(bank, dataclasses.replace(POLICY, cap=usd(300)), op="again")

    assert (await outline(bank, SettingsChanged))[-1].pairs == (("recharge_cap", "200000000", "300000000"),)


async def test_saving_the_same_again_is_silent(bank: Bank) -> None:
    """Saving what is there already changes and tells nothing."""
    await save(bank)

    assert await save(bank, op="again") == Done("unchanged")
    assert len(await outline(bank, SettingsChanged)) == 1


async def test_repeat_does_not_undo_a_later_change(bank: Bank) -> None:
    """A redelivered save answers as the first time and leaves what was saved since."""
    await save(bank)
    await save(bank, dataclasses.replace(POLICY, cap=usd(300)), op="later")

    assert await save(bank) == Done("changed", repeated=True)
    assert (await bank.account()).recharge.cap == usd(300)


async def test_operation_id_with_other_settings_is_refused(bank: Bank) -> None:
    """The same operation id with other contents is a conflict."""
    await save(bank)

    assert await save(bank, dataclasses.replace(POLICY, cap=usd(300))) == Refused(Reason.OPERATION_CONFLICT)
    assert (await bank.account()).recharge.cap == usd(200)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": None}, "amount_invalid"),
        ({"below": None}, "amount_invalid"),
        ({"cap": None}, "amount_invalid"),
        ({"below": usd(0)}, "amount_invalid"),
        ({"below": usd(-1)}, "amount_invalid"),
        ({"below": Money(MAX_MICROS + 1, CURRENCY)}, "amount_invalid"),
        ({"cap": Money(MAX_MICROS + 1, CURRENCY)}, "amount_invalid"),
        ({"cap": usd("49.99")}, "cap_below_amount"),
        ({"method": ""}, "no_method"),
        ({"amount": usd("4.99")}, "below_minimum"),
        ({"amount": usd(0)}, "below_minimum"),
        ({"amount": usd("5000.01"), "cap": usd(9000)}, "above_maximum"),
        ({"below": Money.of(20, "EUR")}, "currency_mismatch"),
        (
            {"amount": Money.of(50, "EUR"), "below": Money.of(20, "EUR"), "cap": Money.of(200, "EUR")},
            "currency_mismatch",
        ),
    ],
)
async def test_recharge_policy_is_refused(bank: Bank, changes: dict[str, object], reason: str) -> None:
    """Figures that cannot be kept are refused with their reason, and nothing is saved or told."""
    outcome = await save(bank, dataclasses.replace(POLICY, **changes))  # type: ignore[arg-type]

    assert outcome == Refused(Reason(reason))
    assert (await bank.account()).recharge == RechargePolicy(on=False)
    assert await outline(bank, SettingsChanged) == []


async def test_cap_may_equal_the_amount(bank: Bank) -> None:
    """One recharge a month is a policy."""
    assert await save(bank, dataclasses.replace(POLICY, cap=usd(50))) == Done("changed")


async def test_switching_off_keeps_the_figures(bank: Bank) -> None:
    """Off without figures leaves those there were, for the next time."""
    await save(bank)
    await save(bank, RechargePolicy(on=False), op="off")

    assert (await bank.account()).recharge == dataclasses.replace(POLICY, on=False)


@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        (MEMBER, "not_a_manager"),
        (OWNER, "not_a_manager"),
        (STRANGER, "stranger"),
        (dataclasses.replace(MANAGER, is_stranger=True), "stranger"),
    ],
)
async def test_only_managers_change_settings(bank: Bank, actor: Actor, reason: str) -> None:
    """Members, administrators and strangers change nothing."""
    refused = Refused(Reason(reason))

    assert await save(bank, actor=actor) == refused
    assert await bank.policies.set_alerts(actor, REF, ALERTS, operation_id="alerts") == refused
    assert await bank.policies.set_method(actor, REF, CARD, operation_id="method") == refused
    assert await outline(bank, SettingsChanged) == []


async def test_settings_of_another_tenant_are_refused(bank: Bank) -> None:
    """A manager cannot change an account of a tenant that is not theirs."""
    other = AccountRef("T0OTHER")
    await bank.ledger.open_account(other, CURRENCY)

    assert await save(bank, ref=other) == Refused(Reason.STRANGER)
    assert await bank.policies.set_alerts(MANAGER, other, ALERTS, operation_id="a") == Refused(Reason.STRANGER)
    assert await bank.policies.set_method(MANAGER, other, CARD, operation_id="b") == Refused(Reason.STRANGER)


async def test_settings_of_an_unknown_account_are_refused(bank: Bank) -> None:
    """A policy does not make an account."""
    missing = AccountRef(REF.tenant, "missing")

    assert await save(bank, ref=missing) == Refused(Reason.UNKNOWN_ACCOUNT)
    assert await bank.ledger.account(missing) is None


async def test_alert_levels_are_saved_highest_first_without_doubles(bank: Bank) -> None:
    """The order in which levels are given does not matter."""
    await bank.levels(5, 20, 5, 10)

    assert (await bank.account()).alerts == AlertPolicy((usd(20), usd(10), usd(5)), "C1")


async def test_levels_are_limited_in_number(bank: Bank) -> None:
    """As many levels as the limit are taken, one more is refused."""
    most = AlertPolicy(tuple(map(usd, range(1, MAX_LEVELS + 1))), "C1")
    more = AlertPolicy(tuple(map(usd, range(1, MAX_LEVELS + 2))), "C1")

    assert await bank.policies.set_alerts(MANAGER, REF, most, operation_id="most") == Done("changed")
    refused = Refused(Reason.LEVELS_TOO_MANY)
    assert await bank.policies.set_alerts(MANAGER, REF, more, operation_id="more") == refused


async def test_language_is_kept_until_another_is_chosen(bank: Bank) -> None:
    """The channel's language is saved with either policy; a save that names none leaves it."""
    await bank.policies.set_alerts(MANAGER, REF, ALERTS, operation_id="a", locale="de-DE")
    await bank.policies.set_alerts(MANAGER, REF, AlertPolicy((), "C1"), operation_id="b")
    kept = (await bank.account()).alerts.locale
    await bank.policies.set_recharge(MANAGER, REF, POLICY, channel="C1", operation_id="c", locale="en-US")

    assert kept == "de-DE"
    assert (await bank.account()).alerts.locale == "en-US"


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ((usd(0),), "amount_invalid"),
        ((usd(-5), usd(5)), "amount_invalid"),
        ((Money(MAX_MICROS + 1, CURRENCY),), "amount_invalid"),
        ((Money.of(5, "EUR"),), "currency_mismatch"),
        ((Money.of(5, "EUR"), usd(5)), "currency_mismatch"),
    ],
)
async def test_alert_levels_are_refused(bank: Bank, levels: tuple[Money, ...], reason: str) -> None:
    """A level is above zero, in range, and in the account's currency."""
    outcome = await bank.policies.set_alerts(MANAGER, REF, AlertPolicy(levels, "C1"), operation_id="alerts")

    assert outcome == Refused(Reason(reason))
    assert (await bank.account()).alerts.levels == ()


async def test_method_is_chosen(bank: Bank) -> None:
    """Another method is saved and told; an empty one is refused."""
    assert await bank.policies.set_method(MANAGER, REF, "card_new", operation_id="a") == Done("changed")
    assert await bank.policies.set_method(MANAGER, REF, "", operation_id="b") == Refused(Reason.NO_METHOD)
    assert (await bank.account()).recharge.method == "card_new"


async def test_settings_hold_text_of_any_kind(bank: Bank) -> None:
    """A method's name with quotes and control characters is kept and told as it is."""
    name = 'card "q" \\ \n ü 📞'

    await bank.policies.set_method(MANAGER, REF, name, operation_id="a")

    assert (await bank.account()).recharge.method == name
    assert (await outline(bank, SettingsChanged))[-1].pairs == (("method", "", name),)
