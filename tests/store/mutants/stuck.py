"""Faults in what the provider did not take, in what is asked for no more, and in what a person says of it."""

from tests.store import test_stuck, test_unavailable
from tests.store.mutants.mutant import REPEAT, Mutant

UNAVAILABLE = [
    Mutant(
        "fail_payment",
        "payment.uncertain == '0'",
        "true",
        test_unavailable.test_outage_after_an_unanswered_asking_settles_nothing,
        {"worker_lost": True},
    ),
    Mutant(
        "fail_payment",
        "and 'unavailable' or 'unknown'",
        "and 'unknown' or 'unknown'",
        test_unavailable.test_recharge_switched_off_during_an_outage_is_not_charged,
    ),
    Mutant(
        "claim_payment",
        "asks_again and '1' or '0'",
        "'0'",
        test_unavailable.test_outage_after_an_unanswered_asking_settles_nothing,
        {"worker_lost": False},
    ),
    Mutant(
        "claim_payment",
        "if uncharged and payment.kind == 'topup'",
        "if fresh and payment.kind == 'topup'",
        test_unavailable.test_topup_whose_card_died_during_an_outage_is_declined,
    ),
    Mutant(
        "claim_payment",
        "(uncharged and payment.kind == 'recharge') and",
        "(fresh and payment.kind == 'recharge') and",
        test_unavailable.test_card_chosen_during_an_outage_is_the_one_charged,
    ),
    Mutant(
        "wake_payment",
        "schedule = { retrying = true, unavailable = true,",
        "schedule = { retrying = true,",
        test_unavailable.test_outage_is_asked_again_with_the_same_number,
    ),
    Mutant(
        "wake_payment",
        "settings = { retrying = true, unavailable = true,",
        "settings = { retrying = true,",
        test_unavailable.test_recharge_switched_off_during_an_outage_is_not_charged,
    ),
    Mutant(
        "wake_payment",
        "person = { retrying = true, unavailable = true,",
        "person = { retrying = true,",
        test_unavailable.test_person_wakes_it_with_the_same_number,
    ),
]

LOST = {"lost": None}
STUCK = [
    Mutant("lib/payment", "72000000", "72000001", test_stuck.test_unanswered_charge_is_stuck_after_twenty_hours, LOST),
    Mutant("lib/payment", "72000000", "71999999", test_stuck.test_unanswered_charge_is_stuck_after_twenty_hours, LOST),
    Mutant(
        "lib/payment",
        "(tonumber(payment.first_asked_ms) or tonumber(payment.created_ms))",
        "tonumber(payment.created_ms)",
        test_stuck.test_twenty_hours_count_from_the_first_asking_of_the_attempt,
    ),
    Mutant(
        "claim_payment",
        "  unwatch(ctx, payment_id)\n  tell_trouble(ctx, 'payment_stuck'",
        "  tell_trouble(ctx, 'payment_stuck'",
        test_stuck.test_unanswered_charge_is_stuck_after_twenty_hours,
        LOST,
    ),
    Mutant(
        "fail_payment",
        "charge_ref ~= '' and charge_ref or payment.charge_ref",
        "payment.charge_ref",
        test_stuck.test_stuck_payment_is_told_and_left_alone,
    ),
    Mutant(
        "fail_payment",
        "charge_ref ~= '' and charge_ref or payment.charge_ref",
        "charge_ref",
        test_stuck.test_person_has_the_provider_asked_what_became_of_a_stuck_payment,
        {"days": 40},
    ),
    Mutant(
        "wake_payment",
        ", stuck = 'find' }",
        " }",
        test_stuck.test_person_has_the_provider_asked_what_became_of_a_stuck_payment,
        {"days": 0},
    ),
    Mutant("fail_payment", "  tell('payment_stuck')\n", "", test_stuck.test_stuck_payment_is_told_and_left_alone),
]

REMEMBERED = {
    "retry": ("wake_payment", "remember(operation_key, digest, keep_ms, payment.state)"),
    "cancel": ("cancel_payment", "remember(operation_key, digest, keep_ms, 'unknown')"),
    "resume": ("resume_recharge", "remember(operation_key, digest, keep_ms, 'resumed')"),
}
REPEATS = [
    Mutant(script, old, new, test_stuck.test_repeat_of_a_press_is_answered_with_what_it_did, {"verb": verb})
    for verb, (script, remembers) in REMEMBERED.items()
    for old, new in ((REPEAT, ""), (remembers, "text(0)"))
]

CANCELS = [
    Mutant(
        "claim_payment",
        "  tell_trouble(ctx, 'recharge_cancelled', payment_id, payment, reason)\n",
        "",
        test_stuck.test_cancelled_recharge_is_told,
    ),
    Mutant(
        "lib/account",
        "(tonumber(account.recharge_last_ms) or 0) > ctx.now",
        "false",
        test_stuck.test_clock_that_went_back_does_not_stop_recharges,
    ),
    Mutant(
        "lib/account",
        "    redis.call('HSET', ctx.account_key, 'recharge_last_ms', account.recharge_last_ms)\n",
        "",
        test_stuck.test_clock_that_went_back_does_not_stop_recharges,
    ),
]
