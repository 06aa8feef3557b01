"""Faults in reversals and adjustments."""

from tests.store import test_adjust_balance as adjusting
from tests.store import test_reverse_entry as reversing
from tests.store.mutants.mutant import NEVER, REPEATED, WANTED, Mutant

LIB, REVERSE, ADJUST = "lib/correction", "reverse_entry", "adjust_balance"
REFUSE = "if refused then return refused end\n"
UP, DOWN = {"units": 5}, {"units": -5}

CORRECTIONS = [
    Mutant(LIB, "if account.state == 'closed' then", NEVER, reversing.test_closed_account_is_not_changed),
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
    Mutant(
        REVERSE,
        "if known then\n",
        "if false then\n",
        reversing.test_repeat_reverses_nothing_more,
    ),
    Mutant(
        REVERSE,
        "if not string.find(answer, '^repeated ') then return answer end",
        "",
        reversing.test_operation_of_another_kind_is_a_conflict,
    ),
    Mutant(
        REVERSE,
        "local answer = repeated(known, contents)",
        "local answer = 'repeated ' .. string.sub(known, #contents + 1)",
        reversing.test_only_one_half_of_a_repeat_is_no_repeat,
    ),
    Mutant(REVERSE, "if not was then", NEVER, reversing.test_unknown_entry_is_refused, {"entry": "1-1"}),
    Mutant(REVERSE, "'^(%d+)%-(%d+)$'", "'(%d+)%-(%d+)'", reversing.test_unknown_entry_is_refused, {"entry": "x1-1"}),
    Mutant(
        REVERSE,
        "#ms <= 19 and",
        "",
        reversing.test_unknown_entry_is_refused,
        {"entry": "99999999999999999999-1"},
    ),
    Mutant(
        REVERSE,
        " and #number <= 19",
        "",
        reversing.test_unknown_entry_is_refused,
        {"entry": "1-99999999999999999999"},
    ),
    Mutant(
        REVERSE,
        "found[1] == entry_id and ",
        "",
        reversing.test_entry_has_one_name,
        {"spelled": "{ms}-0{number}"},
    ),
    Mutant(REVERSE, "if not REVERSIBLE[was] then", NEVER, reversing.test_some_kinds_are_not_reversible),
    Mutant(
        REVERSE,
        "expiry = true }",
        "expiry = true, reversal = true }",
        reversing.test_some_kinds_are_not_reversible,
    ),
    Mutant(REVERSE, "if already then", NEVER, reversing.test_entry_is_reversed_once_for_ever),
    Mutant(REVERSE, "call('HSET', reversed_key,", "type('',", reversing.test_entry_is_reversed_once_for_ever),
    Mutant(
        REVERSE,
        "debit == 'wallet' and tonumber(micros) or -tonumber(micros)",
        "tonumber(micros)",
        reversing.test_grant_is_reversed,
    ),
    Mutant(
        REVERSE,
        "local counter = debit == 'wallet' and credit or",
        "local counter = ",
        reversing.test_reversal_is_posted,
    ),
    Mutant(REVERSE, "local change = format('%d', delta)", "local change = micros", reversing.test_grant_is_reversed),
    Mutant(REVERSE, REFUSE, "", reversing.test_closed_account_is_not_changed),
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
