"""Faults in the short way that most captures and releases take."""

from tests.store import test_capture_hold, test_hold_operations, test_holds_short, test_release_hold
from tests.store.mutants.holds import EUROS, NEGATIVE
from tests.store.mutants.mutant import Mutant

FREED = [
    Mutant("lib/freed", "hold[1] == 'held'", "true", test_capture_hold.test_expired_hold_still_records_its_usage),
    Mutant("lib/freed", "read[1] == '' and ", "", test_capture_hold.test_capture_of_a_part_arms_a_level_again),
    Mutant("lib/freed", "read[2] ~= '1' and ", "", test_release_hold.test_levels_are_armed_again, {"how": "released"}),
    Mutant(
        "lib/freed",
        "(read[3] or '') == '' and ",
        "",
        test_release_hold.test_needless_recharge_is_looked_at,
        {"how": "released"},
    ),
    Mutant(
        "lib/freed",
        " and now < till",
        "",
        test_release_hold.test_lots_that_only_a_hold_kept_leave_with_it,
        {"how": "released"},
    ),
    Mutant(
        "lib/freed", "(version + 1 - base) % LOAD ~= 0 and ", "", test_holds_short.test_releases_are_known_among_many
    ),
    Mutant("lib/freed", "version > base", "true", test_holds_short.test_first_entry_of_an_epoch_makes_its_bucket),
    Mutant(
        "lib/freed",
        "call('HEXISTS', place_key, mark) == 0",
        "true",
        test_hold_operations.test_operation_id_with_other_contents_is_refused,
    ),
    Mutant(
        "lib/freed",
        " and not (older_key and call('HGET', older_key, mark))",
        "",
        test_holds_short.test_operation_of_the_epoch_before_releases_nothing,
    ),
    Mutant(
        "lib/freed",
        "bottom = read[4] + held",
        "bottom = read[4] + 0",
        test_holds_short.test_lot_pays_no_more_than_it_has,
    ),
    Mutant("lib/back", "math.max(least, bottom)", "least", test_holds_short.test_lot_pays_no_more_than_it_has),
    Mutant(
        "lib/back", "call('HINCRBY', account_key, 'held', '-' .. micros)", "", test_release_hold.test_hold_is_released
    ),
    Mutant(
        "lib/back", "balance + held, version + 1,", "balance + held, version,", test_release_hold.test_hold_is_released
    ),
    Mutant("lib/over", "call('HSET', hold_key, 'state', fate)", "", test_release_hold.test_hold_is_released),
    Mutant("lib/over", "call('HDEL',", "type('',", test_release_hold.test_hold_is_released),
    Mutant("lib/over", "call('PEXPIRE',", "type('',", test_release_hold.test_hold_is_released),
    Mutant("lib/over", "'15552000000'", "'1'", test_release_hold.test_hold_is_released),
    Mutant("lib/over", "call('ZREM', holds_key, hold_id)", "", test_release_hold.test_hold_is_released),
    Mutant("lib/over", "call('ZREM', due_key,", "type('',", test_release_hold.test_hold_is_released),
]

NUMBERS = [
    Mutant("capture_hold", "and currency == wanted and", "and", test_capture_hold.test_amount_is_refused, EUROS),
    Mutant(
        "capture_hold",
        "string.find(amount_micros, '^[1-9]%d*$') and amount_micros + 0",
        "amount_micros + 0",
        test_capture_hold.test_amount_is_refused,
        NEGATIVE,
    ),
    Mutant(
        "capture_hold",
        ">= math.max(least, bottom)",
        ">= least",
        test_holds_short.test_capture_is_paid_by_the_lot_in_use_as_far_as_it_goes,
        {"cost": 101},
    ),
    Mutant(
        "capture_hold",
        ">= math.max(least, bottom)",
        ">= bottom",
        test_capture_hold.test_thresholds_see_a_capture_as_one_change,
    ),
    Mutant(
        "capture_hold",
        "total + amount <= MAX\n",
        "true\n",
        test_holds_short.test_total_reaches_its_limit_and_not_beyond,
    ),
    Mutant(
        "capture_hold",
        "amount <= balance + held and call",
        "call",
        test_capture_hold.test_authorised_usage_is_captured_to_what_there_is_and_no_more,
    ),
    Mutant(
        "capture_hold",
        "  call('HSET', place_key, mark, contents .. outcome)\n",
        "",
        test_hold_operations.test_operations_of_holds_are_known_among_many,
    ),
    Mutant(
        "capture_hold",
        "  -- include: lib/grow\n",
        "",
        test_hold_operations.test_operations_of_holds_are_known_among_many,
    ),
    Mutant(
        "capture_hold",
        "format('%d', total + amount)",
        "format('%d', total)",
        test_capture_hold.test_hold_is_captured,
        {"cost": 12},
    ),
    Mutant(
        "capture_hold", "'bottom', format('%d', bottom),\n", "\n", test_capture_hold.test_hold_is_captured, {"cost": 12}
    ),
    Mutant(
        "release_hold",
        "  call('HSET', place_key, mark, contents .. outcome)\n",
        "",
        test_release_hold.test_repeat_answers_the_first_outcome,
    ),
    Mutant("release_hold", "'bottom', format('%d', bottom),\n", "\n", test_release_hold.test_hold_is_released),
]

SHORT_HOLDS = [*FREED, *NUMBERS]
