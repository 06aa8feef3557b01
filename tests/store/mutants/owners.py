"""Faults in what the provider is asked of a payment that waits for its owner, and in what its answers do."""

from store.payments import Failure, Step
from tests.store import test_owner
from tests.store.mutants.mutant import NEVER, Mutant

FIND, CANCEL = {"step": Step.FIND}, {"step": Step.CANCEL}
SUPERSEDED = "(account.recharge_on ~= '1' or account.method ~= payment.method or"
OFF = {"change": test_owner.switch_off, "pressed": False}
CARD = {"change": test_owner.change_card, "pressed": True}

OWNERS = [
    Mutant("wake_payment", "needs_action = 'find', ", "", test_owner.test_same_attempt_is_asked_about, FIND),
    Mutant("wake_payment", "'state', 'unknown', ", "", test_owner.test_same_attempt_is_asked_about, FIND),
    Mutant(
        "wake_payment",
        "'asks', '0', ",
        "",
        test_owner.test_unanswered_asking_is_told_and_comes_again_soon,
    ),
    Mutant(
        "claim_payment",
        "local step = fresh and 'charge' or payment.step",
        "local step = 'charge'",
        test_owner.test_same_attempt_is_asked_about,
        FIND,
    ),
    Mutant(
        "claim_payment",
        "local step = fresh and 'charge' or payment.step",
        "local step = payment.step ~= '' and payment.step or 'charge'",
        test_owner.test_decline_that_is_found_is_a_decline,
    ),
    Mutant(
        "claim_payment",
        "  'step', step,",
        "  'stop', step,",
        test_owner.test_decline_that_is_found_is_a_decline,
    ),
    Mutant(
        "claim_payment",
        "fresh and '' or payment.charge_ref",
        "payment.charge_ref",
        test_owner.test_decline_that_is_found_is_a_decline,
    ),
    Mutant(
        "claim_payment",
        "fresh and '' or payment.charge_ref",
        "''",
        test_owner.test_same_attempt_is_asked_about,
        FIND,
    ),
    *(
        Mutant(
            "fail_payment",
            each,
            each.replace("result ==", "false and result =="),
            test_owner.test_new_card_is_charged_once_the_old_charge_is_seen_cancelled,
            {"seen": seen},
        )
        for each, seen in (("result == 'declined' or", Failure.DECLINED), ("or result == 'dead')", Failure.DEAD))
    ),
    Mutant(
        "fail_payment",
        "if payment.step == 'cancel' and result == 'needs_action' then",
        NEVER,
        test_owner.test_charge_that_cannot_be_cancelled_yet_is_asked_to_again,
    ),
    Mutant(
        "fail_payment",
        "payment.step == 'cancel' and (result",
        "(result",
        test_owner.test_decline_that_is_found_is_a_decline,
    ),
]
