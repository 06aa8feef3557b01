"""Faults in the second look at the month's cap, and in the move of a reservation to another month."""

from tests.store import test_cap_at_claim, test_claim, test_fail
from tests.store.mutants.mutant import Mutant

CAPS = [
    Mutant(
        "claim_payment",
        "if not reserve_now(ctx, account, payment, payment_key, today) then",
        "if reserve_now(ctx, account, payment, payment_key, today) == nil then",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "    cancel('above_cap')\n    tell_wait",
        "    tell_wait",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "    tell_wait(",
        "    text(0, ",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "'monthly_cap', today.next_month_ms",
        "'monthly_cap', today.next_day_ms",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "today.next_month_ms, today.month)",
        "today.next_month_ms, today.day)",
        test_cap_at_claim.test_cancelled_recharge_is_told_once_a_month,
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
        test_cap_at_claim.test_lowered_cap_holds_for_a_recharge_that_waited_into_the_next_month,
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
        "return used <= tonumber(account.recharge_cap)",
        "return used < tonumber(account.recharge_cap)",
        test_cap_at_claim.test_recharge_at_the_lowered_cap_is_charged,
    ),
    Mutant(
        "lib/payment",
        "return used <= tonumber(account.recharge_cap)",
        "return true",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "lib/payment",
        "if payment.month == today.month then return",
        "if true then return",
        test_cap_at_claim.test_retry_in_the_next_month_is_counted_there,
    ),
    Mutant(
        "lib/payment",
        "if payment.month == today.month then return",
        "if false then return",
        test_cap_at_claim.test_retry_in_the_last_millisecond_stays_in_its_month,
    ),
    Mutant(
        "lib/payment",
        "account.recharge_month == today.month and tonumber",
        "tonumber",
        test_cap_at_claim.test_first_attempt_in_the_next_month_is_counted_there,
    ),
    Mutant(
        "lib/payment",
        "  used = used + tonumber(payment.amount_micros)\n",
        "",
        test_cap_at_claim.test_lowered_cap_holds_for_a_recharge_that_waited_into_the_next_month,
    ),
    Mutant(
        "lib/payment",
        "if used > tonumber(account.recharge_cap) then",
        "if used >= tonumber(account.recharge_cap) then",
        test_cap_at_claim.test_move_adds_to_what_the_month_counts_already,
    ),
    Mutant(
        "lib/payment",
        "if used > tonumber(account.recharge_cap) then",
        "if false then",
        test_cap_at_claim.test_recharge_that_waited_into_a_month_without_room_is_cancelled,
    ),
    Mutant(
        "lib/payment",
        "'recharge_month', today.month, 'recharge_month_used'",
        "'recharge_month_used'",
        test_cap_at_claim.test_retry_in_the_next_month_is_counted_there,
    ),
    Mutant(
        "lib/payment",
        ", 'recharge_month_used', text(used))",
        ")",
        test_cap_at_claim.test_move_adds_to_what_the_month_counts_already,
    ),
    Mutant(
        "lib/payment",
        "  redis.call('HSET', payment_key, 'month', today.month)\n",
        "",
        test_cap_at_claim.test_moved_reservation_is_made_once,
    ),
    Mutant(
        "lib/payment",
        "  redis.call('HSET', payment_key, 'month', today.month)\n",
        "",
        test_cap_at_claim.test_moved_reservation_is_given_back_where_it_is,
    ),
]
