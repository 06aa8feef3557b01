"""Faults in what ends a recharge that is not needed any more, and in what tells why one waits."""

from store.payments import Failure
from tests.store import test_not_needed, test_wait
from tests.store.mutants.mutant import NEVER, Mutant

KEPT = "if account.recharge_wait ~= wait then"
LOOK = "\nlook_at_slot(ctx, account)"
GRANT, TOPUP, TRIGGER = (
    {"lift": each} for each in (test_not_needed.grant, test_not_needed.top_up_and_settle, test_not_needed.lower_trigger)
)
DECLINED = {"failure": Failure.DECLINED, "state": "retrying", "attempt": 2}
UNAVAILABLE = {"failure": Failure.UNAVAILABLE, "state": "unavailable", "attempt": 1}

NEEDS = [
    Mutant("add_credit", LOOK, "", test_not_needed.test_open_recharge_is_looked_at_once_it_is_needless, GRANT),
    Mutant("settle_payment", LOOK, "", test_not_needed.test_open_recharge_is_looked_at_once_it_is_needless, TOPUP),
    Mutant(
        "lib/account",
        "(is_needed(account) and not anyway)",
        "not anyway",
        test_not_needed.test_open_recharge_is_looked_at_once_it_is_needless,
        TRIGGER,
    ),
    Mutant(
        "lib/account",
        "(is_needed(account) and not anyway)",
        "false",
        test_not_needed.test_recharge_still_needed_is_left_to_wait,
    ),
    Mutant(
        "lib/account",
        "account.recharge_slot == '' or",
        "false or",
        test_not_needed.test_credit_without_an_open_recharge_schedules_nothing,
    ),
    Mutant(
        "fail_payment",
        "  if waits_as == 'unavailable' then look_at_slot(ctx, account) end\n",
        "",
        test_not_needed.test_what_fails_while_it_is_needless_is_not_left_to_wait,
        UNAVAILABLE,
    ),
    Mutant(
        "fail_payment",
        "text(next_ms))\n  look_at_slot(ctx, account)\n",
        "text(next_ms))\n",
        test_not_needed.test_what_fails_while_it_is_needless_is_not_left_to_wait,
        DECLINED,
    ),
]

WAITS = [
    Mutant(
        "lib/account", "if account.recharge_wait ~= wait then", NEVER, test_wait.test_cool_down_is_told_with_its_end
    ),
    Mutant("lib/account", "text(again_ms)\n", "text(ctx.now)\n", test_wait.test_daily_limit_is_told_with_the_day_s_end),
    Mutant(
        "lib/account",
        KEPT,
        "if account.recharge_wait == '' then",
        test_wait.test_later_reason_takes_the_place_of_the_first,
    ),
    Mutant("lib/account", ", 'recharge_wait', '')", ")", test_wait.test_wait_ends_when_a_recharge_opens),
    Mutant(
        "set_policy",
        "'recharge_told', '', 'recharge_wait', '',",
        "'recharge_told', '',",
        test_wait.test_switched_off_there_is_no_wait,
    ),
    Mutant(
        "set_policy",
        "account.recharge_told, account.recharge_wait = '', ''",
        "account.recharge_told = ''",
        test_wait.test_settings_that_do_not_concern_it_keep_the_wait,
    ),
]
