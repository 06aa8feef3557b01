"""Faults in the watch over payments, in their wakes, and in what new settings do to an open recharge."""

from tests.store import test_fail, test_new_settings, test_owner, test_policy, test_thresholds, test_wake, test_watchdog
from tests.store.mutants.mutant import Mutant

UNWATCH = "  unwatch(ctx, payment_id)\n"
AFRESH = "look_at_slot(ctx, account, wanted.recharge_on == '0' or method ~= old_method)"

WATCHES = [
    Mutant("lib/account", "600000", "600001", test_watchdog.test_recharge_is_watched_from_its_opening),
    Mutant("lib/account", "'payment:' ..", "'check:' ..", test_watchdog.test_recharge_is_watched_from_its_opening),
    Mutant(
        "lib/account",
        "  watch(ctx, payment_id, ctx.now + WATCH_MS)\n  emit(ctx, 'recharge_due'",
        "  emit(ctx, 'recharge_due'",
        test_watchdog.test_recharge_is_watched_from_its_opening,
    ),
    Mutant(
        "lib/account",
        "redis.call('ZREM', ctx.due, watched",
        "text(0, ctx.due, watched",
        test_watchdog.test_what_is_over_is_watched_no_longer,
        {"end": test_watchdog.succeed},
    ),
    Mutant("request_topup", "\nwatch(", "\ntext(0, ", test_watchdog.test_topup_is_watched_from_its_request),
    Mutant("claim_payment", "\nwatch(", "\ntext(0, ", test_watchdog.test_each_claim_is_watched_anew),
    Mutant(
        "claim_payment",
        f"payment.month)\n{UNWATCH}",
        "payment.month)\n",
        test_watchdog.test_what_is_over_is_watched_no_longer,
        {"end": test_watchdog.switch_off},
    ),
    Mutant(
        "claim_payment",
        f"{UNWATCH}  tell_trouble",
        "  tell_trouble",
        test_watchdog.test_topup_refused_at_its_claim_is_watched_no_longer,
    ),
    Mutant(
        "settle_payment",
        "\nunwatch(",
        "\ntext(0, ",
        test_watchdog.test_success_that_comes_while_a_retry_waits_ends_the_watch,
    ),
    Mutant(
        "fail_payment", UNWATCH, "", test_watchdog.test_what_is_over_is_watched_no_longer, {"end": test_watchdog.die}
    ),
    Mutant(
        "fail_payment",
        UNWATCH,
        "",
        test_watchdog.test_topup_that_is_over_is_watched_no_longer,
        {"end": test_watchdog.be_stuck},
    ),
    Mutant(
        "fail_payment",
        "  watch(ctx, payment_id, ctx.now + math",
        "  text(0, payment_id, ctx.now + math",
        test_fail.test_unanswered_charge_is_asked_for_again,
    ),
    Mutant(
        "fail_payment",
        "  watch(ctx, payment_id, next_ms)\n",
        "",
        test_fail.test_declined_recharge_is_retried_after_one_three_and_seven_hours,
    ),
]

WAKES = [
    Mutant(
        "wake_payment",
        "schedule = { retrying = true, ",
        "schedule = { ",
        test_watchdog.test_lost_event_of_a_retry_is_made_good,
    ),
    Mutant(
        "wake_payment",
        "unknown = true, due = true",
        "due = true",
        test_fail.test_unanswered_charge_is_asked_for_again,
    ),
    Mutant("wake_payment", " due = true,", "", test_watchdog.test_lost_event_of_a_recharge_is_made_good),
    Mutant(
        "wake_payment", "person = { retrying = true, ", "person = { ", test_wake.test_retry_by_a_person_is_made_once
    ),
    Mutant(
        "wake_payment",
        "unknown = true, needs_action = true, stuck = true }",
        "needs_action = true, stuck = true }",
        test_wake.test_retry_of_an_unanswered_charge_keeps_the_key,
    ),
    Mutant(
        "wake_payment",
        "unknown = true, needs_action = true, stuck = true }",
        "unknown = true, stuck = true }",
        test_owner.test_confirmed_a_month_later_it_is_found,
    ),
    Mutant(
        "wake_payment",
        "person = { retrying",
        "person = { charging = true, retrying",
        test_watchdog.test_person_does_not_ask_again_for_what_is_under_way,
        {"by_claim": True},
    ),
    Mutant(
        "wake_payment",
        "person = { retrying",
        "person = { due = true, retrying",
        test_watchdog.test_person_does_not_ask_again_for_what_is_under_way,
        {"by_claim": False},
    ),
    Mutant(
        "wake_payment",
        "(cause == 'person' and attempt ~= payment.attempt)",
        "false",
        test_wake.test_retry_from_an_old_message_is_refused,
    ),
    Mutant(
        "wake_payment",
        "if cause == 'schedule' then unwatch",
        "if false then unwatch",
        test_watchdog.test_look_at_what_is_over_is_taken_off,
    ),
    Mutant(
        "wake_payment",
        "fresh and text(tonumber(payment.attempt) + 1) or",
        "text(tonumber(payment.attempt) + 1) or",
        test_wake.test_retry_of_an_unanswered_charge_keeps_the_key,
    ),
    Mutant(
        "wake_payment",
        "fresh and text(tonumber(payment.attempt) + 1) or",
        "",
        test_watchdog.test_lost_event_of_a_retry_is_made_good,
    ),
    Mutant(
        "wake_payment",
        "payment.state == 'due' or",
        "",
        test_watchdog.test_lost_event_of_a_recharge_is_made_good,
    ),
    Mutant(
        "wake_payment",
        "elseif fresh and cause ~= 'schedule' then",
        "elseif false then",
        test_wake.test_retry_by_a_person_is_made_once,
    ),
    Mutant(
        "wake_payment",
        "elseif fresh and cause ~= 'schedule' then",
        "elseif fresh then",
        test_watchdog.test_lost_event_of_a_retry_is_made_good,
    ),
    Mutant(
        "wake_payment",
        "elseif fresh and cause ~= 'schedule' then",
        "elseif cause ~= 'schedule' then",
        test_wake.test_retry_of_an_unanswered_charge_keeps_the_key,
    ),
]

SETTINGS = [
    Mutant(
        "wake_payment",
        "settings = { retrying = true, ",
        "settings = { ",
        test_new_settings.test_waiting_recharge_goes_on_with_the_new_card,
    ),
    *(
        Mutant(
            "wake_payment",
            "settings = { ",
            f"settings = {{ {state} = true, ",
            test_new_settings.test_recharge_under_way_is_left_to_its_course,
            {"state": state},
        )
        for state in ("due", "charging")
    ),
    Mutant(
        "wake_payment",
        "if cause == 'schedule' then unwatch",
        "if true then unwatch",
        test_new_settings.test_recharge_under_way_is_left_to_its_course,
        {"state": "charging"},
    ),
    Mutant(
        "wake_payment",
        "if cause == 'settings' then redis",
        "if false then redis",
        test_new_settings.test_look_because_of_settings_is_taken_off_when_it_comes_too_late,
    ),
    Mutant(
        "wake_payment",
        "'ZREM', due_key, 'settings:'",
        "'ZREM', due_key, 'payment:'",
        test_new_settings.test_waiting_recharge_goes_on_with_the_new_card,
    ),
    Mutant(
        "wake_payment",
        "fresh and cause ~= 'schedule' then",
        "fresh and cause == 'person' then",
        test_new_settings.test_button_of_the_old_attempt_does_nothing_after_the_new_card,
    ),
    Mutant(
        "lib/account",
        "account.recharge_slot == '' or",
        "false or",
        test_new_settings.test_new_card_without_an_open_recharge_schedules_nothing,
    ),
    Mutant(
        "lib/account",
        "'ZADD', ctx.due, text(ctx.now),",
        "'ZADD', ctx.due, text(ctx.now + WATCH_MS),",
        test_new_settings.test_new_card_saved_with_the_policy_does_too,
    ),
    Mutant(
        "set_policy",
        "account.version ~= '0'",
        "true",
        test_new_settings.test_settings_of_a_new_account_tell_nothing_of_its_balance,
    ),
    Mutant(
        "set_policy",
        "account.version ~= '0'",
        "balance ~= 0",
        test_new_settings.test_account_that_is_empty_again_is_not_new,
    ),
    Mutant(
        "set_policy",
        "'low', account.low, 'exhausted'",
        "'exhausted'",
        test_thresholds.test_new_level_above_the_balance_is_kept,
    ),
    Mutant(
        "set_policy",
        "if account.version ~= '0' then\n",
        "if account.version == '0' then return { 'done', 'changed' } end\nif true then\n",
        test_new_settings.test_new_account_recharges_at_once,
    ),
    Mutant(
        "set_policy",
        "'settings_changed', 'topic'",
        "'managers_changed', 'topic'",
        test_policy.test_recharge_policy_is_saved,
    ),
]
