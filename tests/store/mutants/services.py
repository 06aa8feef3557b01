"""Faults in stopping services: by people, and when nothing is available any more."""

from tests.store import test_halts, test_services, test_services_stopped
from tests.store.mutants.mutant import NEVER, REPEAT, Mutant

SHORT = "call('HEXISTS', account_key, 'stopped:' .. service) == 0"
LONG = "if call('HEXISTS', account_key, 'stopped:' .. service) == 1 then"
BATCH = "call('HEXISTS', account_key, 'stopped:' .. ARGV[i + 3])"

STOPS = [
    Mutant("set_service_state", REPEAT, "", test_services.test_repeat_does_not_stop_again),
    Mutant(
        "set_service_state",
        "if redis.call('EXISTS', account_key) == 0 then",
        NEVER,
        test_services.test_service_of_an_unknown_account_is_refused,
    ),
    Mutant(
        "set_service_state",
        "(open == '1' and 1 or 0)",
        "1",
        test_services.test_stop_is_kept_and_told,
    ),
    Mutant(
        "set_service_state",
        "if not changed then return { 'done', 'unchanged' } end",
        "",
        test_services.test_what_is_so_already_is_not_told,
        {"open_": False},
    ),
    Mutant(
        "set_service_state",
        "  redis.call('HDEL', account_key, field)",
        "",
        test_services.test_resumption_is_told,
    ),
    Mutant(
        "set_service_state",
        "open == '1' and 'service_resumed' or 'service_stopped'",
        "'service_stopped'",
        test_services.test_resumption_is_told,
    ),
    Mutant("place_hold", SHORT, "true", test_services_stopped.test_stopped_service_places_no_hold),
    Mutant(
        "place_hold",
        "call('HSET', hold_key, 'service', service, 'amount', micros",
        "call('HSET', hold_key, 'amount', micros",
        test_services_stopped.test_hold_tells_its_service,
    ),
    Mutant("lib/hold", LONG, NEVER, test_services_stopped.test_hold_of_a_stopped_service_is_not_extended),
    Mutant(
        "lib/hold",
        "record[4] or 'calls'",
        "'calls'",
        test_services_stopped.test_hold_of_a_stopped_service_is_not_extended,
    ),
    Mutant(
        "lib/hold",
        "record[4] or 'calls'",
        "record[4]",
        test_services_stopped.test_hold_from_before_services_is_for_calls,
    ),
    Mutant(
        "lib/over",
        "fate == 'expired' and 'amount' or 'service'",
        "'service'",
        test_services_stopped.test_late_capture_is_usage_of_the_service_of_its_hold,
    ),
    Mutant(
        "lib/over",
        "fate == 'expired' and 'amount' or 'service'",
        "'amount'",
        test_services_stopped.test_hold_tells_its_service,
    ),
    Mutant(
        "capture_hold", SHORT, "true", test_services_stopped.test_capture_of_a_stopped_service_takes_what_was_set_aside
    ),
    Mutant("capture_hold", LONG, NEVER, test_services_stopped.test_capture_that_the_rules_look_at_is_refused_as_well),
    Mutant(
        "capture_hold",
        " or redis.call('HGET', hold_key, 'service')",
        "",
        test_services_stopped.test_capture_is_usage_of_the_service_of_its_hold,
    ),
    Mutant(
        "capture_hold",
        "told_service ~= '' and told_service or ",
        "",
        test_services_stopped.test_capture_is_usage_of_the_service_of_its_hold,
    ),
    Mutant(
        "capture_hold",
        "'service') or 'calls'",
        "'service')",
        test_services_stopped.test_hold_from_before_services_is_for_calls,
    ),
    Mutant("post_usage", f" and {BATCH} == 0", "", test_services_stopped.test_stopped_service_authorises_no_usage),
    Mutant("post_usage", f"{BATCH} == 1", "false", test_services_stopped.test_stopped_service_authorises_no_usage),
    Mutant(
        "post_usage",
        f"authorised == '1' and {BATCH} == 1",
        f"{BATCH} == 1",
        test_services_stopped.test_stopped_service_authorises_no_usage,
    ),
]

CLOSE_TO_ZERO = {"overdraft": 0, "spent": 90, "told": [test_halts.OFF, test_halts.ON]}
USED_UP = {"overdraft": 20, "spent": 120, "told": [test_halts.ON, test_halts.OFF, test_halts.ON]}

HALTS = [
    Mutant(
        "lib/account",
        "if tonumber(account.halted) > 0 or not are_halted(account, balance) then",
        "if not are_halted(account, balance) then",
        test_halts.test_services_stop_at_zero_and_go_on_above_it,
    ),
    Mutant(
        "lib/account",
        "if tonumber(account.halted) <= 0 or are_halted(account, balance) then",
        "if are_halted(account, balance) then",
        test_halts.test_services_stop_where_the_overdraft_ends,
    ),
    Mutant(
        "lib/account",
        "if tonumber(account.halted) <= 0 or are_halted(account, balance) then",
        "if tonumber(account.halted) <= 0 then",
        test_halts.test_credit_for_a_frozen_account_lets_nothing_go_on,
    ),
    Mutant(
        "lib/account",
        "balance <= -tonumber(account.overdraft)",
        "balance < -tonumber(account.overdraft)",
        test_halts.test_services_stop_where_the_overdraft_ends,
    ),
    Mutant(
        "lib/account",
        "balance <= -tonumber(account.overdraft)",
        "balance <= 0",
        test_halts.test_services_stop_where_the_overdraft_ends,
    ),
    Mutant(
        "lib/account",
        "account.state ~= 'open' or balance <=",
        "balance <=",
        test_halts.test_account_that_is_frozen_stops_its_services,
        {"balance": 100},
    ),
    Mutant(
        "lib/account",
        "account.halted = text(-ctx.now)",
        "account.halted = '0'",
        test_halts.test_state_says_since_when,
    ),
    Mutant(
        "lib/account",
        "account.halted = halted and '1' or '0'",
        "account.halted = '0'",
        test_halts.test_account_of_before_goes_on_as_it_stands,
        USED_UP,
    ),
    Mutant(
        "lib/account",
        "account.halted = halted and '1' or '0'",
        "account.halted = '1'",
        test_halts.test_account_of_before_goes_on_as_it_stands,
        CLOSE_TO_ZERO,
    ),
    Mutant(
        "lib/account",
        " and (account.version ~= '0' or account.state ~= 'open')",
        "",
        test_halts.test_account_that_is_frozen_stops_its_services,
        {"balance": 0},
    ),
    Mutant(
        "lib/account",
        "  resume_services(ctx, account, balance, cause)\n",
        "",
        test_halts.test_services_stop_at_zero_and_go_on_above_it,
    ),
    Mutant(
        "lib/account",
        "  halt_services(ctx, account, balance)\n",
        "",
        test_halts.test_services_stop_at_zero_and_go_on_above_it,
    ),
    Mutant(
        "lib/rules",
        "  if tonumber(account.halted) <= 0 then highest = math.max(highest, 1 - account.overdraft) end\n",
        "",
        test_halts.test_stop_is_told_though_a_lot_still_pays,
    ),
    Mutant(
        "lib/rules",
        "1 - account.overdraft",
        "-account.overdraft",
        test_halts.test_stop_is_told_though_a_lot_still_pays,
    ),
    Mutant(
        "lib/rules",
        "'halted', account.halted,\n",
        "'halted', '0',\n",
        test_halts.test_services_stop_at_zero_and_go_on_above_it,
    ),
    Mutant(
        "set_policy",
        ", 'halted', account.halted)",
        ")",
        test_halts.test_overdraft_that_is_raised_lets_services_go_on,
    ),
    Mutant(
        "set_policy",
        "  halt_services(ctx, account, balance)\n",
        "",
        test_halts.test_new_account_with_an_overdraft_goes_on_where_it_was_frozen,
    ),
    Mutant(
        "set_policy",
        "  resume_services(ctx, account, balance, 'settings')\n",
        "",
        test_halts.test_new_account_with_an_overdraft_goes_on_where_it_was_frozen,
    ),
]

SERVICES = [*STOPS, *HALTS]
