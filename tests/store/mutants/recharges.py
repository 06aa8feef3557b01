"""Faults in the recharge slot and its limits."""

from tests.store import test_pause, test_recharge, test_reservations
from tests.store.mutants.mutant import NEVER, Mutant

RECHARGE = [
    Mutant(
        "lib/account",
        "tonumber(account.balance) < tonumber(account.recharge_below)",
        "tonumber(account.balance) <= tonumber(account.recharge_below)",
        test_recharge.test_at_the_trigger_no_recharge_opens,
    ),
    Mutant("lib/account", " or account.recharge_slot ~= '' then", " then", test_recharge.test_recharge_opens_once, {}),
    Mutant("lib/account", " or account.recharge_paused ~= ''", "", test_pause.test_pause_keeps_the_slot_shut),
    Mutant("lib/account", "account.recharge_on ~= '1' or", "", test_recharge.test_switched_off_no_recharge_opens),
    Mutant(
        "lib/account",
        "used + amount > tonumber",
        "used + amount >= tonumber",
        test_recharge.test_cap_can_be_used_to_the_last_cent,
    ),
    Mutant(
        "lib/account",
        "count >= tonumber",
        "count > tonumber",
        test_recharge.test_daily_limit_is_told_once_and_ends_with_the_day,
    ),
    Mutant("lib/account", "now < free_ms", "now <= free_ms", test_recharge.test_cool_down_is_waited_out_silently),
    Mutant(
        "lib/account",
        " or account.recharge_told == told",
        "",
        test_recharge.test_daily_limit_is_told_once_and_ends_with_the_day,
    ),
    Mutant(
        "lib/account",
        "  count_in(ctx, today.month, account.recharge_amount)\n",
        "",
        test_reservations.test_open_recharge_counts_against_the_cap,
    ),
    Mutant(
        "lib/account",
        "if refund_micros ~= '0' then",
        NEVER,
        test_reservations.test_failed_recharge_gives_its_reservation_back,
    ),
    Mutant(
        "lib/account",
        "count_in(ctx, refund_month,",
        "count_in(ctx, calendar(ctx.now).month,",
        test_reservations.test_reservation_of_last_month_is_not_given_back_to_this_one,
    ),
    Mutant("lib/account", "account.recharge_slot == payment_id", "false", test_recharge.test_success_frees_the_slot),
    Mutant("lib/rules", "  consider_recharge(", "  text(0, ", test_recharge.test_below_the_trigger_a_recharge_opens),
    Mutant(
        "settle_payment",
        "\nconsider_recharge(",
        "\ntext(0, ",
        test_recharge.test_large_debt_takes_recharge_after_recharge,
    ),
    Mutant(
        "set_policy",
        "\nconsider_recharge(",
        "\ntext(0, ",
        test_recharge.test_saving_below_the_trigger_recharges_at_once,
    ),
    Mutant(
        "settle_payment",
        "payment.state == 'failed' or",
        "",
        test_reservations.test_success_after_the_failure_was_told_is_counted,
    ),
    Mutant(
        "check_recharge", "redis.call('ZREM'", "text(0", test_recharge.test_look_that_is_no_longer_needed_does_nothing
    ),
    Mutant(
        "resume_recharge", "account.recharge_last_ms, ", "account.unused, ", test_pause.test_resume_recharges_at_once
    ),
    Mutant(
        "resume_recharge",
        "if is_dead(account, account.method) then",
        NEVER,
        test_pause.test_resume_with_the_dead_card_is_refused,
    ),
    Mutant(
        "fail_payment",
        "reason ~= '' and reason or result",
        "reason",
        test_pause.test_pause_holds_without_a_reason_from_the_provider,
    ),
    Mutant("set_policy", "or method ~= old_method", "", test_pause.test_another_card_ends_the_pause),
    Mutant(
        "set_policy",
        "wanted.recharge_on == '0' or",
        "",
        test_pause.test_switching_off_ends_the_pause_with_the_same_card,
    ),
    Mutant(
        "set_policy",
        "(wanted.recharge_on == '0' or method ~= old_method)",
        "true",
        test_pause.test_same_settings_do_not_end_the_pause,
    ),
    Mutant(
        "lib/clock",
        "into_next + 1",
        "into_next + 2",
        test_recharge.test_each_look_that_waits_is_scheduled_for_its_period,
    ),
]
