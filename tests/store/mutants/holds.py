"""Faults in holds: what is set aside, extended and remembered."""

from store.outcomes import Reason
from tests.store import (
    holding,
    test_capture_hold,
    test_extend_hold,
    test_hold_operations,
    test_place_hold,
    test_release_hold,
)
from tests.store.mutants.mutant import NEVER, REPEATED, WANTED, Mutant

EUROS = {"amount": holding.EUROS, "reason": Reason.CURRENCY_MISMATCH}
NEGATIVE = {"amount": holding.NEGATIVE, "reason": Reason.AMOUNT_INVALID}
INVALID = "if not canonical(amount_micros) then"
STATE_HELD = "if state ~= 'held' then"
UNKNOWN = "if not state then return 'refused unknown_hold' end\n"
AGAIN = "refused = refusal(amount, service) -- now that what has expired is gone"

PLACES = [
    Mutant("place_hold", REPEATED, "", test_hold_operations.test_repeat_answers_the_first_outcome),
    Mutant("place_hold", WANTED, NEVER, test_place_hold.test_other_currency_is_refused),
    Mutant("place_hold", INVALID, NEVER, test_place_hold.test_amount_is_refused, {"micros": 0}),
    Mutant("place_hold", "if read_hold() then", NEVER, test_place_hold.test_hold_in_use_is_not_placed_again),
    Mutant(
        "place_hold",
        "if refused then return refused end",
        "",
        test_place_hold.test_nothing_is_set_aside_on_an_account_that_is_not_open,
        {"state": "frozen"},
    ),
    Mutant("place_hold", AGAIN, "", test_place_hold.test_credit_that_expires_is_no_cover),
    Mutant(
        "place_hold",
        "if refused then\n  save_account()\n",
        "if refused then\n",
        test_place_hold.test_credit_that_expires_is_no_cover,
    ),
    Mutant("place_hold", "keep_until(expires_ms)\n", "", test_place_hold.test_hold_may_use_the_overdraft),
    Mutant(
        "place_hold",
        "settle_down(payment_key, payment_id)\n",
        "",
        test_place_hold.test_hold_crosses_levels_and_opens_a_recharge,
    ),
    Mutant(
        "place_hold",
        "save_account()\nreturn remember",
        "return remember",
        test_place_hold.test_hold_may_use_the_overdraft,
    ),
    Mutant(
        "place_hold",
        "account = read_account(account_key)",
        "account = read_account(account_key) call('HSET', account_key, 'touched', '1')",
        test_place_hold.test_nothing_is_set_aside_on_an_account_that_is_not_open,
        {"state": "frozen"},
    ),
]

NUMBERS = [
    Mutant(
        "place_hold",
        " and balance - amount >= least",
        "",
        test_place_hold.test_hold_crosses_levels_and_opens_a_recharge,
    ),
    Mutant("place_hold", " and now < till", "", test_place_hold.test_hold_is_not_placed_on_credit_that_has_expired),
    Mutant("place_hold", " and balance >= amount", "", test_place_hold.test_what_holds_keep_covers_nothing_new),
    Mutant("place_hold", "amount and currency == wanted", "amount", test_place_hold.test_other_currency_is_refused),
    Mutant(
        "place_hold",
        "string.find(amount_micros, '^[1-9]%d*$') and ",
        "",
        test_place_hold.test_amount_is_refused,
        {"micros": 0},
    ),
    Mutant(
        "place_hold",
        "call('HSETNX', hold_key, 'state', 'held') == 1",
        "call('HSET', hold_key, 'state', 'held') <= 1",
        test_place_hold.test_hold_in_use_is_not_placed_again,
    ),
    Mutant(
        "place_hold",
        "call('HEXISTS', place_key, mark) == 0",
        "true",
        test_hold_operations.test_operation_id_with_other_contents_is_refused,
    ),
    Mutant(
        "place_hold",
        "not (older_key and call('HGET', older_key, mark))",
        "true",
        test_hold_operations.test_operation_of_the_epoch_before_is_known,
    ),
    Mutant(
        "place_hold",
        "  outcome = outcome .. ' ' .. expires_ms\n  call('HSET', place_key, mark, contents .. outcome)\n",
        "  outcome = outcome .. ' ' .. expires_ms\n",
        test_hold_operations.test_repeat_after_a_clock_that_went_back_names_the_entry,
    ),
    Mutant(
        "place_hold",
        "  call('HINCRBY', account_key, 'bottom', '-' .. micros)",
        "",
        test_place_hold.test_hold_is_placed,
    ),
    Mutant("place_hold", "call('HINCRBY', account_key, 'held', micros)", "", test_place_hold.test_hold_is_placed),
    Mutant("place_hold", "call('ZADD', holds_key,", "type(holds_key,", test_place_hold.test_hold_is_placed),
    Mutant("place_hold", "call('ZADD', due_key,", "type(due_key,", test_place_hold.test_hold_is_placed),
    Mutant(
        "place_hold", "call('HSET', account_key, 'balance',", "type(account_key,", test_place_hold.test_hold_is_placed
    ),
]

EXTENSIONS = [
    Mutant("extend_hold", REPEATED, "", test_extend_hold.test_repeat_answers_the_first_outcome, {"units": 10}),
    Mutant(
        "extend_hold",
        "if string.sub(extension, 1, #mark) == mark then",
        NEVER,
        test_extend_hold.test_repeat_answers_the_first_outcome,
        {"units": 0},
    ),
    Mutant(
        "extend_hold",
        "repeated(string.sub(extension, #mark + 1), contents)",
        "'repeated ' .. string.sub(extension, #mark + 9)",
        test_extend_hold.test_operation_id_with_other_contents_is_refused,
        {"units": 0},
    ),
    Mutant("extend_hold", WANTED, NEVER, test_extend_hold.test_amount_is_refused, EUROS),
    Mutant("extend_hold", "not canonical(amount_micros)", "false", test_extend_hold.test_amount_is_refused, NEGATIVE),
    Mutant("extend_hold", UNKNOWN, "", test_extend_hold.test_unknown_hold_is_refused),
    Mutant("extend_hold", STATE_HELD, NEVER, test_extend_hold.test_hold_that_is_over_is_not_extended, {"units": 10}),
    Mutant(
        "extend_hold",
        "if refused then return refused end",
        "",
        test_extend_hold.test_nothing_is_extended_on_an_account_that_is_not_open,
        {"units": 0, "state": "frozen"},
    ),
    Mutant("extend_hold", AGAIN, "", test_extend_hold.test_credit_that_expires_is_no_cover),
    Mutant(
        "extend_hold",
        "if refused then\n  save_account()\n",
        "if refused then\n",
        test_extend_hold.test_credit_that_expires_is_no_cover,
    ),
    Mutant("extend_hold", "math.max(until_ms, now", "math.max(0, now", test_extend_hold.test_extension_never_shortens),
    Mutant("extend_hold", "if amount == 0 then", NEVER, test_extend_hold.test_extension_by_time_alone_makes_no_entry),
    Mutant(
        "extend_hold",
        "  keep_until(expires_ms)\n  return",
        "  return",
        test_extend_hold.test_extension_by_time_alone_makes_no_entry,
    ),
    Mutant("extend_hold", "\nkeep_until(expires_ms)\n", "\n", test_extend_hold.test_hold_is_extended),
    Mutant("extend_hold", "held + amount", "held", test_extend_hold.test_hold_is_extended),
    Mutant(
        "extend_hold",
        "settle_down(payment_key, payment_id)\n",
        "",
        test_extend_hold.test_extension_crosses_levels_and_opens_a_recharge,
    ),
    Mutant("extend_hold", "save_account()\nreturn remember", "return remember", test_extend_hold.test_hold_is_extended),
]

SHARED = [
    Mutant(
        "lib/hold",
        "if account.state ~= 'open' then",
        NEVER,
        test_place_hold.test_nothing_is_set_aside_on_an_account_that_is_not_open,
        {"state": "frozen"},
    ),
    Mutant("lib/hold", "amount > 0 and balance", "balance", test_extend_hold.test_extension_needs_what_is_available),
    Mutant(
        "lib/hold",
        "balance - amount < -tonumber(account.overdraft)",
        "balance - amount <= -tonumber(account.overdraft)",
        test_place_hold.test_all_that_is_available_can_be_set_aside_and_no_more,
    ),
    Mutant("lib/hold", "-tonumber(account.overdraft)", "0", test_place_hold.test_hold_may_use_the_overdraft),
    Mutant(
        "lib/hold",
        "if account.held + amount > MAX then",
        NEVER,
        test_place_hold.test_more_than_is_kept_exactly_is_never_set_aside,
    ),
    Mutant("lib/hold", "account.held = format('%d', account.held + amount)", "", test_place_hold.test_hold_is_placed),
    Mutant(
        "lib/hold", "account.held = format('%d', account.held - amount)", "", test_release_hold.test_hold_is_released
    ),
    Mutant(
        "lib/hold",
        "call('ZADD', holds_key, expires_ms, hold_id)",
        "",
        test_place_hold.test_hold_may_use_the_overdraft,
    ),
    Mutant(
        "lib/hold",
        "call('ZADD', ctx.due, expires_ms, hold_member())",
        "",
        test_extend_hold.test_hold_is_extended,
    ),
    Mutant(
        "lib/hold",
        "  expire_all()\n",
        "",
        test_release_hold.test_lots_that_only_a_hold_kept_leave_with_it,
        {"how": "released"},
    ),
    Mutant(
        "lib/hold",
        "  settle_downwards(ctx, account, balance)\n",
        "",
        test_capture_hold.test_thresholds_see_a_capture_as_one_change,
    ),
    Mutant(
        "lib/hold",
        "  settle_downwards(ctx, account, balance)\n  settle_upwards(ctx, account, balance, cause)\n",
        "  settle_upwards(ctx, account, balance, cause)\n  settle_downwards(ctx, account, balance)\n",
        test_capture_hold.test_thresholds_see_a_capture_as_one_change,
    ),
    Mutant(
        "lib/hold",
        "  settle_upwards(ctx, account, balance, cause)\n",
        "",
        test_capture_hold.test_capture_of_a_part_arms_a_level_again,
    ),
    Mutant(
        "lib/hold",
        "  look_at_slot(ctx, account)\n",
        "",
        test_release_hold.test_needless_recharge_is_looked_at,
        {"how": "expired"},
    ),
    Mutant(
        "lib/hold",
        "  call('HSET', place_key, mark, contents .. outcome)\n",
        "",
        test_hold_operations.test_repeat_answers_the_first_outcome,
    ),
    Mutant(
        "add_credit",
        "balance + account.held + amount > MAX",
        "balance + amount > MAX",
        test_place_hold.test_credit_counts_what_is_set_aside_towards_the_limit,
    ),
    Mutant(
        "lib/lots",
        "-(balance + tonumber(account.held))",
        "-balance",
        test_capture_hold.test_credit_that_pays_debt_beside_a_hold_is_no_lot_twice,
    ),
]

HOLDS = [*PLACES, *NUMBERS, *EXTENSIONS, *SHARED]
