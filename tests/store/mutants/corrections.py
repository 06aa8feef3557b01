"""Faults in reversals and adjustments."""

from tests.store import test_adjust_balance as adjusting
from tests.store import test_reverse_entry as reversing
from tests.store import test_reverse_refused as refused
from tests.store.mutants.mutant import NEVER, REPEATED, WANTED, Mutant

LIB, REVERSE, ADJUST = "lib/correction", "reverse_entry", "adjust_balance"
REFUSE = "if refused then return refused end\n"
UP, DOWN = {"units": 5}, {"units": -5}

CORRECTIONS = [
    Mutant(LIB, "if account.state == 'closed' then", NEVER, refused.test_closed_account_is_not_changed),
    Mutant(LIB, "account.state == 'closed'", "account.state ~= 'open'", reversing.test_frozen_account_is_put_right),
    Mutant(LIB, "balance + account.held + delta > MAX or ", "", adjusting.test_balance_keeps_its_limits),
    Mutant(LIB, "+ account.held", "", adjusting.test_balance_keeps_its_limits),
    Mutant(LIB, "+ delta > MAX or", "+ delta >= MAX or", adjusting.test_balance_keeps_its_limits),
    Mutant(LIB, " or balance + delta < -MAX", "", adjusting.test_balance_keeps_its_limits),
    Mutant(LIB, "balance + delta < -MAX", "balance + delta <= -MAX", adjusting.test_balance_keeps_its_limits),
    Mutant(LIB, "if math.abs(total - delta) > MAX then", NEVER, adjusting.test_total_of_adjustments_has_its_limit),
    Mutant(LIB, "(total - delta) > MAX", "(total - delta) >= MAX", adjusting.test_total_of_adjustments_has_its_limit),
    Mutant(LIB, "  begin()\n", "", reversing.test_repeat_is_known_where_an_expiry_came_first),
    Mutant(
        LIB,
        "  local _, place_key = recall(mark) -- an",
        "  local place_key = nil -- an",
        adjusting.test_repeat_adjusts_nothing_more,
        UP,
    ),
    Mutant(LIB, "add_lot(delta, PAID,", "add_lot(delta, GRANTED,", reversing.test_reversed_usage_is_a_new_lot),
    Mutant(LIB, "now + tonumber(lifetime_ms)", "NEVER", reversing.test_reversed_usage_is_a_new_lot),
    Mutant(LIB, "given and counter or 'wallet'", "'wallet'", adjusting.test_adjustment_upwards_is_posted),
    Mutant(LIB, "given and 'wallet' or counter", "'wallet'", adjusting.test_adjustment_downwards_is_posted),
    Mutant(LIB, "  count(counter, -delta)\n", "", adjusting.test_adjustment_downwards_is_posted),
    Mutant(
        LIB,
        "    settle_upwards(ctx, account, balance, kind)\n",
        "",
        reversing.test_reversed_usage_arms_levels_and_ends_a_needless_recharge,
    ),
    Mutant(
        LIB,
        "    look_at_slot(ctx, account)\n",
        "",
        reversing.test_reversed_usage_arms_levels_and_ends_a_needless_recharge,
    ),
    Mutant(
        LIB,
        "    settle_down(payment_key, payment_id)\n",
        "",
        reversing.test_reversed_grant_crosses_levels_and_recharges,
    ),
    Mutant(LIB, "  save_account()\n", "", adjusting.test_adjustment_upwards_is_posted),
    Mutant(ADJUST, REPEATED, "", adjusting.test_repeat_adjusts_nothing_more, DOWN),
    Mutant(ADJUST, WANTED, NEVER, adjusting.test_adjustment_is_refused),
    Mutant(ADJUST, "if not canonical(", "if false and (", adjusting.test_adjustment_is_refused),
    Mutant(ADJUST, "'^%-?(.*)$'", "'^(.*)$'", adjusting.test_adjustment_downwards_is_posted),
    Mutant(ADJUST, REFUSE, "", adjusting.test_balance_keeps_its_limits),
    Mutant(
        ADJUST,
        "local counter = 'adjustments'",
        "local counter = 'promotional'",
        adjusting.test_adjustment_upwards_is_posted,
    ),
]
