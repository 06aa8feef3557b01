"""Faults in what ends a payment that was not charged, and in what is asked unbidden."""

from store.payments import Failure, Step
from tests.store import (
    test_calling_off,
    test_fail,
    test_old_records,
    test_owner,
    test_owner_asked,
    test_stuck,
    test_watchdog,
    test_word,
)
from tests.store.mutants.mutant import NEVER, Mutant

FIND = {"step": Step.FIND}
SEEN = {"seen": Failure.NOT_CHARGED}
UNKNOWN = {"answer": Failure.UNKNOWN}
KIND = {"kind": "recharge"}
OWNER_OFF = {"change": test_owner.switch_off, "pressed": False}
ENDS = "'ends', fresh and '' or payment.ends,"

SEALS = [
    Mutant(
        "fail_payment",
        "if result == 'not_charged' and payment.step ~= 'cancel' then",
        NEVER,
        test_owner.test_topup_that_is_found_not_charged_is_cancelled_and_declined,
    ),
    Mutant(
        "fail_payment",
        "then return call_off('1') end",
        "then return call_off('') end",
        test_owner.test_recharge_that_is_found_not_charged_is_cancelled_before_it_is_over,
    ),
    Mutant(
        "fail_payment",
        "'step', 'cancel', 'asks', '0',",
        "'asks', '0',",
        test_owner.test_recharge_that_is_found_not_charged_is_cancelled_before_it_is_over,
    ),
    Mutant(
        "fail_payment",
        "'step', 'cancel', 'asks', '0', ",
        "'step', 'cancel', ",
        test_calling_off.test_first_wait_of_a_cancelling_is_short,
    ),
    Mutant(
        "fail_payment",
        "'first_asked_ms', text(ctx.now), 'ends', ends)",
        "'ends', ends)",
        test_calling_off.test_twenty_hours_of_a_cancelling_count_from_its_start,
    ),
    Mutant(
        "fail_payment",
        "  hand_over(ctx, payment_id, payment, payment.attempt)\n",
        "",
        test_owner.test_what_was_given_up_while_it_was_asked_is_cancelled,
        OWNER_OFF,
    ),
    Mutant(
        "fail_payment",
        "payment.kind == 'recharge' and payment.ends ~= '1' then",
        "payment.kind == 'recharge' then",
        test_owner.test_recharge_that_is_found_not_charged_is_cancelled_before_it_is_over,
    ),
    Mutant(
        "fail_payment",
        "payment.kind == 'recharge' and payment.ends ~= '1' then",
        "false then",
        test_owner.test_new_card_is_charged_once_the_old_charge_is_seen_cancelled,
        SEEN,
    ),
    Mutant(
        "fail_payment",
        "hand_over(ctx, payment_id, payment, text(tonumber(payment.attempt) + 1))",
        "hand_over(ctx, payment_id, payment, payment.attempt)",
        test_owner.test_new_card_is_charged_once_the_old_charge_is_seen_cancelled,
        SEEN,
    ),
    Mutant(
        "lib/payment",
        "  watch(ctx, payment_id, ctx.now + WATCH_MS)\n",
        "",
        test_owner.test_new_card_is_charged_once_the_old_charge_is_seen_cancelled,
        SEEN,
    ),
    Mutant(
        "lib/payment",
        "payment.kind == 'recharge' and 'recharge_due' or 'topup_due'",
        "'recharge_due'",
        test_owner.test_topup_that_is_found_not_charged_is_cancelled_and_declined,
    ),
    Mutant(
        "fail_payment",
        "  tell_not_charged(ctx, account, payment_id, payment)\n",
        "",
        test_owner.test_recharge_that_is_found_not_charged_is_cancelled_before_it_is_over,
    ),
    Mutant(
        "claim_payment",
        ENDS,
        "'ends', payment.ends,",
        test_calling_off.test_attempt_after_a_decline_is_not_ended_for_an_earlier_finding,
    ),
    Mutant("claim_payment", ENDS, "'ends', '',", test_word.test_recharge_that_is_seen_cancelled_is_over),
    Mutant(
        "lib/payment",
        "if payment.step == '' then payment.step = 'charge' end",
        "",
        test_old_records.test_payment_without_a_step_is_asked_for,
        {"failure": None, "empty": True},
    ),
    *(
        Mutant("lib/payment", line, "", test_word.test_recharge_that_is_seen_cancelled_is_over)
        for line in (
            "  close_slot(ctx, account, payment_id, payment.amount_micros, payment.month)\n",
            "  look_at(ctx, ctx.now)\n",
            "  payment.requested_by = payment.cancelled_by\n",
            "  tell_trouble(ctx, 'recharge_cancelled', payment_id, payment, 'not_charged')\n",
        )
    ),
    Mutant(
        "lib/payment",
        "payment.kind == 'topup'",
        "false",
        test_word.test_topup_that_is_seen_cancelled_is_declined,
    ),
]

UNBIDDEN = [
    Mutant(
        "wake_payment",
        "charging = true, needs_action = true },",
        "charging = true },",
        test_owner_asked.test_it_is_asked_about_after_an_hour_and_then_daily,
        KIND,
    ),
    Mutant(
        "wake_payment",
        "charging = true, needs_action",
        "charging = true, stuck = true, needs_action",
        test_stuck.test_stuck_payment_is_told_and_left_alone,
    ),
    Mutant(
        "wake_payment",
        "due = true, charging = true,",
        "due = true,",
        test_watchdog.test_lost_worker_is_made_good,
    ),
    Mutant(
        "wake_payment",
        "schedule = { needs_action = 'find' }",
        "schedule = {}",
        test_owner_asked.test_it_is_asked_about_after_an_hour_and_then_daily,
        KIND,
    ),
    Mutant(
        "wake_payment",
        "cause == 'schedule' and '1' or ''",
        "''",
        test_owner_asked.test_silent_provider_is_not_told_of,
    ),
    Mutant(
        "wake_payment",
        "cause == 'schedule' and '1' or ''",
        "'1'",
        test_owner_asked.test_asking_for_a_person_or_a_change_is_told_as_ever,
        {"by_settings": False},
    ),
    Mutant(
        "wake_payment",
        "  redis.call('HSET', payment_key, 'quiet', '')\n",
        "",
        test_owner_asked.test_press_meanwhile_is_answered,
    ),
    Mutant(
        "wake_payment",
        "'first_asked_ms', text(ctx.now),",
        "'ended_ms', text(ctx.now),",
        test_owner.test_confirmed_a_month_later_it_is_found,
    ),
    Mutant("wake_payment", "\nhand_over(", "\ntext(0, ", test_watchdog.test_lost_event_of_a_topup_is_made_good),
    Mutant(
        "wake_payment",
        "settings = { needs_action = 'cancel' },",
        "settings = { needs_action = 'find' },",
        test_owner.test_same_attempt_is_asked_about,
        {"step": Step.CANCEL},
    ),
    Mutant(
        "fail_payment",
        "  if payment.step == 'charge' then\n",
        "  if false then\n",
        test_owner_asked.test_it_is_asked_about_after_an_hour_and_then_daily,
        KIND,
    ),
    Mutant(
        "fail_payment",
        "  if payment.step == 'charge' then\n",
        "  if true then\n",
        test_owner_asked.test_press_after_the_first_hour_is_asked_about_daily,
    ),
    Mutant(
        "fail_payment",
        "30 * DAY_MS",
        "31 * DAY_MS",
        test_owner_asked.test_it_is_asked_about_for_thirty_days,
    ),
    Mutant(
        "fail_payment",
        "if payment.quiet ~= '1' then tell('payment_needs_action'",
        "if true then tell('payment_needs_action'",
        test_owner_asked.test_it_is_asked_about_after_an_hour_and_then_daily,
        KIND,
    ),
    Mutant(
        "fail_payment",
        "if asks == 0 and payment.quiet ~= '1' then",
        "if asks == 0 then",
        test_owner_asked.test_silent_provider_is_not_told_of,
    ),
    Mutant(
        "fail_payment",
        "if asks == 0 and payment.quiet ~= '1' then",
        "if payment.quiet ~= '1' then",
        test_fail.test_unanswered_charge_is_asked_for_again,
    ),
    Mutant("fail_payment", "HOUR_MS))", "2 * HOUR_MS))", test_fail.test_unanswered_charge_is_asked_for_again),
    Mutant(
        "fail_payment",
        "payment.kind == 'recharge' and payment.ends ~= '1' then",
        "payment.ends ~= '1' then",
        test_calling_off.test_topup_is_never_charged_anew,
    ),
]
