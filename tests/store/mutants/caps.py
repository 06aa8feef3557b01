"""Faults in the second look at the month's cap, and in the move of a reservation to another month."""

from tests.store import test_cap_at_claim, test_cap_over_months, test_claim
from tests.store.mutants.mutant import Mutant

CAPS = [
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
]
