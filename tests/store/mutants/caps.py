"""Faults in the second look at the month's cap, and in the move of a reservation to another month."""

from tests.store import test_cap_at_claim, test_cap_over_months, test_claim, test_fail
from tests.store.mutants.mutant import NEVER, Mutant

CAPS = [
    Mutant(
        "claim_payment",
        "if not reserve_now(ctx, account, payment, payment_key, calendar(ctx.now)) then",
        "if reserve_now(ctx, account, payment, payment_key, calendar(ctx.now)) == nil then",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "    cancel('above_cap')\n",
        "",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "    look_at(",
        "    text(0, ",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "lib/account",
        "again_ms, reason == 'monthly_cap' and today.month or today.day",
        "again_ms, today.day",
        test_cap_at_claim.test_cancelled_recharge_is_told_once_a_month,
    ),
    Mutant(
        "lib/account",
        "'recharge_used:' .. month)",
        "'recharge_used')",
        test_cap_over_months.test_clock_that_goes_over_the_months_edge_and_back_forgets_nothing,
    ),
    Mutant(
        "lib/payment",
        "  count_in(ctx, payment.month, '-' .. payment.amount_micros)\n",
        "",
        test_cap_over_months.test_reservation_made_by_a_clock_that_was_ahead_comes_back_with_it,
    ),
    Mutant(
        "claim_payment",
        "'above_cap'",
        "'recharge_off'",
        test_cap_at_claim.test_retry_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "'state', 'cancelled', ",
        "",
        test_claim.test_recharge_switched_off_meanwhile_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "  close_slot(ctx, account, payment_id, payment.amount_micros",
        "  close_slot(ctx, account, payment_id, '0'",
        test_cap_at_claim.test_retry_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "  close_slot(ctx, account, payment_id,",
        "  close_slot(ctx, account, 'none',",
        test_cap_over_months.test_lowered_cap_holds_for_a_recharge_that_waited_into_the_next_month,
    ),
    Mutant(
        "claim_payment",
        "    cancel('recharge_off')\n    return { 'refused', 'recharge_off' }",
        "    return { 'refused', 'recharge_off' }",
        test_fail.test_card_that_died_under_a_topup_is_not_charged_by_a_recharge,
    ),
    Mutant(
        "claim_payment",
        "if uncharged and payment.kind == 'recharge' then",
        "if payment.kind == 'recharge' then",
        test_cap_at_claim.test_recharge_that_may_have_been_charged_is_not_cancelled,
        {"unanswered": True},
    ),
    Mutant(
        "claim_payment",
        "if uncharged and payment.kind == 'recharge' then",
        "if uncharged then",
        test_cap_at_claim.test_cap_is_no_matter_of_topups,
    ),
    Mutant(
        "lib/payment",
        "return used <= cap",
        "return used < cap",
        test_cap_at_claim.test_recharge_at_the_lowered_cap_is_charged,
    ),
    Mutant(
        "lib/payment",
        "return used <= cap",
        "return true",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "lib/payment",
        "if payment.month == today.month then return",
        "if true then return",
        test_cap_over_months.test_retry_in_the_next_month_is_counted_there,
    ),
    Mutant(
        "lib/payment",
        "if payment.month == today.month then return",
        "if false then return",
        test_cap_at_claim.test_recharge_at_the_lowered_cap_is_charged,
    ),
    Mutant(
        "lib/payment",
        "used_in(ctx, today.month)",
        "used_in(ctx, payment.month)",
        test_cap_over_months.test_recharge_that_waited_into_a_month_without_room_is_cancelled,
    ),
    Mutant(
        "lib/payment",
        "if used + tonumber(payment.amount_micros) > cap then",
        "if used > cap then",
        test_cap_over_months.test_lowered_cap_holds_for_a_recharge_that_waited_into_the_next_month,
    ),
    Mutant(
        "lib/payment",
        "if used + tonumber(payment.amount_micros) > cap then",
        "if used + tonumber(payment.amount_micros) >= cap then",
        test_cap_over_months.test_move_adds_to_what_the_month_counts_already,
    ),
    Mutant(
        "lib/payment",
        "if used + tonumber(payment.amount_micros) > cap then",
        NEVER,
        test_cap_over_months.test_recharge_that_waited_into_a_month_without_room_is_cancelled,
    ),
    Mutant(
        "lib/payment",
        "  count_in(ctx, today.month, payment.amount_micros)\n",
        "",
        test_cap_over_months.test_retry_in_the_next_month_is_counted_there,
    ),
    Mutant(
        "lib/payment",
        "count_in(ctx, today.month, payment.amount_micros)",
        "redis.call('HSET', ctx.account_key, 'recharge_used:' .. today.month, payment.amount_micros)",
        test_cap_over_months.test_move_adds_to_what_the_month_counts_already,
    ),
    Mutant(
        "lib/payment",
        "  redis.call('HSET', payment_key, 'month', today.month)\n",
        "",
        test_cap_over_months.test_moved_reservation_is_made_once,
    ),
    Mutant(
        "lib/payment",
        "  redis.call('HSET', payment_key, 'month', today.month)\n",
        "",
        test_cap_over_months.test_moved_reservation_is_given_back_where_it_is,
    ),
]
