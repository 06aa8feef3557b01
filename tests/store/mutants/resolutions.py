"""Faults in the ends of holds: captured, released, expired, each once."""

from tests.store import test_capture_hold, test_holds_short, test_release_hold
from tests.store.mutants.holds import EUROS, INVALID, NEGATIVE, STATE_HELD, UNKNOWN
from tests.store.mutants.mutant import NEVER, REPEATED, WANTED, Mutant

CAPTURES = [
    Mutant("capture_hold", REPEATED, "", test_capture_hold.test_repeat_answers_the_first_outcome),
    Mutant("capture_hold", WANTED, NEVER, test_capture_hold.test_amount_is_refused, EUROS),
    Mutant("capture_hold", INVALID, NEVER, test_capture_hold.test_amount_is_refused, NEGATIVE),
    Mutant("capture_hold", UNKNOWN, "", test_capture_hold.test_unknown_hold_is_refused),
    Mutant("capture_hold", "if state ~= 'held' and", "if false and", test_capture_hold.test_hold_resolves_once),
    Mutant(
        "capture_hold",
        "and state ~= 'expired' then",
        "then",
        test_capture_hold.test_expired_hold_still_records_its_usage,
    ),
    Mutant(
        "capture_hold",
        "if state == 'expired' then held = 0 end",
        "",
        test_capture_hold.test_expired_hold_still_records_its_usage,
    ),
    Mutant(
        "capture_hold",
        "if account.state == 'closed' then",
        NEVER,
        test_capture_hold.test_recorded_usage_is_captured_on_a_frozen_account_but_not_on_a_closed_one,
    ),
    Mutant(
        "capture_hold",
        "if balance + held - amount < -MAX or",
        "if",
        test_capture_hold.test_capture_reaches_the_lower_limit_and_not_beyond,
    ),
    Mutant(
        "capture_hold",
        "balance + held - amount < -MAX",
        "balance + held - amount <= -MAX",
        test_capture_hold.test_capture_reaches_the_lower_limit_and_not_beyond,
    ),
    Mutant("capture_hold", "authorised ~= '1' or", "", test_capture_hold.test_recorded_usage_is_captured_below_zero),
    Mutant(
        "capture_hold",
        "or amount <= held then",
        "then",
        test_capture_hold.test_what_was_set_aside_covers_authorised_usage,
    ),
    Mutant(
        "capture_hold",
        "if account.state == 'frozen' then",
        NEVER,
        test_capture_hold.test_what_was_set_aside_covers_authorised_usage,
    ),
    Mutant(
        "capture_hold",
        "balance + held - amount < -tonumber(account.overdraft)",
        "balance + held - amount < 0",
        test_capture_hold.test_authorised_usage_is_captured_to_what_there_is_and_no_more,
    ),
    Mutant(
        "capture_hold",
        "balance + held - amount < -tonumber(account.overdraft)",
        "balance + account.held - amount < -tonumber(account.overdraft)",
        test_capture_hold.test_authorised_usage_is_captured_to_what_there_is_and_no_more,
    ),
    Mutant(
        "capture_hold",
        "if refused then return refused end",
        "",
        test_capture_hold.test_authorised_usage_is_captured_to_what_there_is_and_no_more,
    ),
    Mutant(
        "capture_hold",
        "refused = uncovered() -- now that what has expired is gone",
        "",
        test_capture_hold.test_credit_that_expires_is_no_cover,
    ),
    Mutant(
        "capture_hold",
        "if refused then\n  save_account()\n",
        "if refused then\n",
        test_capture_hold.test_credit_that_expires_is_no_cover,
    ),
    Mutant(
        "capture_hold",
        "local lots = consume(amount)\nif held > 0 then give_back(held, note) end",
        "if held > 0 then give_back(held, note) end\nlocal lots = consume(amount)",
        test_release_hold.test_lot_that_has_expired_still_pays_for_what_was_set_aside,
    ),
    Mutant("capture_hold", "count(counter, amount)\n", "", test_capture_hold.test_hold_is_captured, {"cost": 12}),
    Mutant("capture_hold", "resolve('captured')\n", "", test_capture_hold.test_hold_resolves_once),
    Mutant("capture_hold", "settle('release')\n", "", test_capture_hold.test_thresholds_see_a_capture_as_one_change),
    Mutant("capture_hold", "consider_recharge(ctx,", "type(ctx,", test_capture_hold.test_capture_opens_a_recharge),
    Mutant(
        "capture_hold",
        "save_account()\nreturn remember",
        "return remember",
        test_capture_hold.test_hold_is_captured,
        {"cost": 12},
    ),
]

RELEASES = [
    Mutant("release_hold", REPEATED, "", test_release_hold.test_repeat_answers_the_first_outcome),
    Mutant("release_hold", UNKNOWN, "", test_release_hold.test_hold_resolves_once),
    Mutant("release_hold", STATE_HELD, NEVER, test_release_hold.test_hold_resolves_once),
    Mutant("release_hold", "begin()\n", "", test_release_hold.test_lot_leaves_only_as_far_as_no_other_hold_needs_it),
    Mutant(
        "release_hold",
        "resolve('released')\n",
        "",
        test_holds_short.test_long_way_ends_a_hold_as_well,
        {"captured": False},
    ),
    Mutant(
        "release_hold",
        "settle('release')\n",
        "",
        test_release_hold.test_levels_are_armed_again,
        {"how": "released"},
    ),
    Mutant(
        "release_hold", "save_account()\n", "", test_holds_short.test_long_way_ends_a_hold_as_well, {"captured": False}
    ),
    Mutant(
        "expire_hold", STATE_HELD, NEVER, test_release_hold.test_look_at_a_hold_that_is_over_takes_it_off_the_schedule
    ),
    Mutant(
        "expire_hold",
        "  call('ZREM', ctx.due, hold_member())\n",
        "",
        test_release_hold.test_look_at_a_hold_that_is_over_takes_it_off_the_schedule,
    ),
    Mutant("expire_hold", "expires > now", "expires >= now", test_release_hold.test_hold_expires_when_its_time_is_over),
    Mutant("expire_hold", "if expires > now then", NEVER, test_release_hold.test_hold_expires_when_its_time_is_over),
    Mutant(
        "expire_hold",
        "  keep_until(format('%d', expires))\n",
        "",
        test_release_hold.test_look_that_comes_too_early_is_put_right,
    ),
    Mutant("expire_hold", "resolve('expired')", "", test_release_hold.test_hold_expires_when_its_time_is_over),
    Mutant(
        "expire_hold",
        "resolve('expired')",
        "resolve('released')",
        test_capture_hold.test_expired_hold_still_records_its_usage,
    ),
    Mutant(
        "expire_hold",
        "settle('release')\n",
        "",
        test_release_hold.test_levels_are_armed_again,
        {"how": "expired"},
    ),
    Mutant("expire_hold", "save_account()\n", "", test_release_hold.test_hold_expires_when_its_time_is_over),
]

RESOLUTIONS = [*CAPTURES, *RELEASES]
