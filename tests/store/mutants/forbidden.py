"""Faults in what forbids a recharge as it stands, and in the month that it is reserved in."""

from store.payments import Step
from tests.store import (
    test_cap_at_claim,
    test_cap_over_months,
    test_claim,
    test_fail,
    test_forbidden,
    test_new_settings,
    test_not_needed,
    test_reservations,
    test_stuck,
    test_unavailable,
)
from tests.store.mutants.mutant import NEVER, Mutant

LIFT = {"lift": test_not_needed.grant}
MONTH = "  redis.call('HSET', payment_key, 'month', month)\n"
NO_ROOM = {"counted": 151, "step": Step.CANCEL}
ROOM = {"counted": 150, "step": Step.CHARGE}

REASONS = [
    Mutant(
        "lib/payment",
        "if payment.kind ~= 'recharge' then return nil end",
        "",
        test_cap_at_claim.test_cap_is_no_matter_of_topups,
    ),
    Mutant(
        "lib/payment",
        "if payment.kind ~= 'recharge' then return nil end",
        "",
        test_not_needed.test_topup_is_charged_whatever_the_balance,
    ),
    Mutant(
        "lib/payment",
        "account.recharge_on ~= '1'",
        "false",
        test_claim.test_recharge_switched_off_meanwhile_is_cancelled,
    ),
    Mutant(
        "lib/payment",
        " or account.recharge_paused ~= ''",
        "",
        test_fail.test_card_that_died_under_a_topup_is_not_charged_by_a_recharge,
    ),
    Mutant("lib/payment", "return 'recharge_off'", "return 'above_cap'", test_stuck.test_cancelled_recharge_is_told),
    Mutant(
        "lib/payment",
        "if not is_needed(account) then",
        NEVER,
        test_not_needed.test_new_card_does_not_charge_what_is_needless,
    ),
    Mutant(
        "lib/payment",
        "return 'not_needed'",
        "return 'above_cap'",
        test_not_needed.test_declined_recharge_that_is_needless_ends,
        LIFT,
    ),
    Mutant(
        "lib/payment",
        "payment.month == month and 0 or",
        "",
        test_cap_at_claim.test_recharge_at_the_lowered_cap_is_charged,
    ),
    Mutant(
        "lib/payment",
        "payment.month == month and 0 or tonumber(payment.amount_micros)",
        "0",
        test_cap_over_months.test_lowered_cap_holds_for_a_recharge_that_waited_into_the_next_month,
    ),
    Mutant(
        "lib/payment",
        "> tonumber(account.recharge_cap)",
        ">= tonumber(account.recharge_cap)",
        test_cap_over_months.test_move_adds_to_what_the_month_counts_already,
    ),
    Mutant(
        "lib/payment",
        "> tonumber(account.recharge_cap)",
        ">= tonumber(account.recharge_cap)",
        test_forbidden.test_charge_into_a_month_without_room_is_cancelled,
        ROOM,
    ),
    Mutant(
        "lib/payment",
        "return 'above_cap'",
        "return nil",
        test_forbidden.test_charge_into_a_month_without_room_is_cancelled,
        NO_ROOM,
    ),
    Mutant(
        "lib/payment",
        "used_in(ctx, month) + more",
        "used_in(ctx, payment.month) + more",
        test_cap_over_months.test_recharge_that_waited_into_a_month_without_room_is_cancelled,
    ),
    Mutant(
        "lib/payment",
        "if account.method ~= payment.method then",
        NEVER,
        test_new_settings.test_waiting_recharge_goes_on_with_the_new_card,
    ),
]

RESERVATIONS = [
    Mutant(
        "lib/payment",
        "if payment.month == month then return end",
        "if true then return end",
        test_cap_over_months.test_retry_in_the_next_month_is_counted_there,
    ),
    Mutant(
        "lib/payment",
        "  count_in(ctx, month, payment.amount_micros)\n",
        "",
        test_cap_over_months.test_retry_in_the_next_month_is_counted_there,
    ),
    Mutant(
        "lib/payment",
        "count_in(ctx, month, payment.amount_micros)",
        "redis.call('HSET', ctx.account_key, 'recharge_used:' .. month, payment.amount_micros)",
        test_cap_over_months.test_move_adds_to_what_the_month_counts_already,
    ),
    Mutant("lib/payment", MONTH, "", test_cap_over_months.test_moved_reservation_is_made_once),
    Mutant("lib/payment", MONTH, "", test_cap_over_months.test_moved_reservation_is_given_back_where_it_is),
    Mutant(
        "settle_payment",
        "  reserve_in(ctx, payment, payment_key, month)\n",
        "",
        test_cap_over_months.test_charge_that_is_credited_in_the_next_month_is_counted_there,
    ),
    Mutant(
        "settle_payment",
        "elseif payment.kind == 'recharge' then",
        "else",
        test_cap_over_months.test_topup_is_counted_in_no_month,
    ),
    Mutant(
        "settle_payment",
        "if payment.kind == 'recharge' and uncovered then",
        "if payment.kind == 'recharge' and false then",
        test_reservations.test_second_charge_of_a_recharge_is_counted,
    ),
    Mutant(
        "settle_payment",
        "count_in(ctx, month, payment.amount_micros)",
        "count_in(ctx, payment.month, payment.amount_micros)",
        test_cap_over_months.test_second_charge_is_counted_in_the_month_of_its_credit,
    ),
    Mutant(
        "claim_payment",
        "if uncharged and payment.kind == 'recharge' then reserve_in",
        "if fresh and payment.kind == 'recharge' then reserve_in",
        test_unavailable.test_outage_into_the_next_month_is_counted_there,
    ),
]
