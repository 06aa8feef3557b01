"""Faults in postings and thresholds."""

from tests.store import test_ledger, test_repeat, test_thresholds
from tests.store.mutants.mutant import CHARGE, CREDIT, CURRENCIES, NEVER, REPEAT, Mutant

POSTING = [
    Mutant("charge_usage", REPEAT, "", test_repeat.test_repeat_answers_the_first_outcome, CHARGE),
    Mutant("add_credit", REPEAT, "", test_repeat.test_repeat_answers_the_first_outcome, CREDIT),
    Mutant("charge_usage", CURRENCIES, NEVER, test_ledger.test_other_currency_is_refused, CHARGE),
    Mutant("add_credit", CURRENCIES, NEVER, test_ledger.test_other_currency_is_refused, CREDIT),
    Mutant("charge_usage", "<= 0", "< 0", test_ledger.test_amount_is_refused, {**CHARGE, "micros": 0}),
    Mutant("add_credit", "<= 0", "< 0", test_ledger.test_amount_is_refused, {**CREDIT, "micros": 0}),
    Mutant(
        "add_credit",
        "if not account then",
        "redis.call('HSET', account_key, 'touched', '1')\nif not account then",
        test_ledger.test_unknown_account_is_refused,
        CREDIT,
    ),
    Mutant(
        "charge_usage",
        CURRENCIES,
        "redis.call('HINCRBY', account_key, 'version', 1)\n" + CURRENCIES,
        test_ledger.test_other_currency_is_refused,
        CHARGE,
    ),
    Mutant(
        "charge_usage",
        "if will_overflow(account, '-' .. amount_micros) then",
        NEVER,
        test_ledger.test_balance_reaches_the_lower_limit_and_not_beyond,
    ),
    Mutant("lib/posting", "> MAX", ">= MAX", test_ledger.test_balance_reaches_the_upper_limit_and_not_beyond),
    Mutant("lib/account", "<= MAX", "<= 2 * MAX", test_ledger.test_amount_is_refused, {**CREDIT, "micros": 2**53}),
    Mutant("lib/posting", "had ~= digest", "false", test_repeat.test_operation_id_with_other_contents_is_refused),
    Mutant(
        "lib/posting",
        "  remember(entry.operation_key, entry.digest, entry.keep_ms, id, before, after, text(ctx.now))\n",
        "",
        test_repeat.test_repeat_answers_the_first_outcome,
        CHARGE,
    ),
    Mutant("lib/posting", "'after', after,", "'after', before,", test_ledger.test_charge_is_posted),
    Mutant("lib/posting", "or 0) + 1)", "or 0))", test_ledger.test_charge_is_posted),
    Mutant("lib/posting", ", 'PX', keep_ms", "", test_repeat.test_operation_is_remembered_for_ninety_days),
    Mutant("lib/account", "'%.0f', number", "'%.14g', number", test_ledger.test_full_range_is_crossed_exactly),
    Mutant("open_account", "if known then", NEVER, test_ledger.test_account_is_opened_once),
    Mutant("open_account", "known ~= currency", "false", test_ledger.test_account_keeps_its_currency),
]

THRESHOLDS = [
    Mutant("charge_usage", "\nsave_state(ctx, account)\n", "\n", test_thresholds.test_level_is_told_once),
    Mutant("add_credit", "\nsave_state(ctx, account)\n", "\n", test_thresholds.test_level_is_armed_again_at_the_level),
    Mutant(
        "lib/account",
        "if balance < level and",
        "if balance <= level and",
        test_thresholds.test_at_the_level_nothing_is_told,
    ),
    Mutant("lib/account", "level < tonumber(account.low)", "true", test_thresholds.test_level_is_told_once),
    Mutant(
        "lib/account",
        "emit(ctx, 'balance_low',",
        "text(0, 'balance_low',",
        test_thresholds.test_levels_are_told_in_order,
    ),
    Mutant(
        "lib/account",
        "emit(ctx, 'balance_exhausted',",
        "text(0, 'balance_exhausted',",
        test_thresholds.test_levels_are_told_in_order,
    ),
    Mutant("lib/account", "if balance <= 0 and", "if balance < 0 and", test_thresholds.test_zero_is_exhausted),
    Mutant("lib/account", "account.exhausted = '1'", "account.exhausted = ''", test_thresholds.test_zero_is_exhausted),
    Mutant(
        "lib/account",
        "was_exhausted and balance > 0",
        "was_exhausted and balance >= 0",
        test_thresholds.test_credit_up_to_zero_is_no_recovery,
    ),
    Mutant(
        "lib/account",
        "if balance < level then account.low",
        "if balance <= level then account.low",
        test_thresholds.test_level_is_armed_again_at_the_level,
    ),
    Mutant(
        "lib/account",
        "(was_low and account.low == '')",
        "was_low",
        test_thresholds.test_lower_levels_are_armed_again_while_an_upper_stays,
    ),
    Mutant(
        "set_policy", "\n  settle_upwards(", "\n  text(0, ", test_thresholds.test_removing_the_breached_level_recovers
    ),
    Mutant(
        "set_policy",
        "\n  settle_downwards(",
        "\n  text(0, ",
        test_thresholds.test_new_level_above_the_balance_is_told_at_once,
    ),
]
