"""Faults in postings and thresholds."""

from tests.store import (
    test_ledger,
    test_lots,
    test_operations,
    test_repeat,
    test_schema,
    test_settle,
    test_thresholds,
    test_workspaces,
)
from tests.store.mutants.mutant import CHARGE, CREDIT, NEVER, REPEATED, WANTED, Mutant
from tests.store.posting import MICRO

WITHIN = test_ledger.test_what_a_ledger_account_was_given_has_its_limit

POSTING = [
    Mutant("post_usage", REPEATED, "", test_repeat.test_repeat_below_zero_changes_nothing),
    Mutant(
        "post_usage",
        "call('HSETNX', place_key, mark, contents .. entry) == 1",
        "call('HSET', place_key, mark, contents .. entry)",
        test_repeat.test_repeat_answers_the_first_outcome,
        CHARGE,
    ),
    Mutant(
        "post_usage",
        "balance, version = balance + amount, version - 1",
        "",
        test_repeat.test_repeat_answers_the_first_outcome,
        CHARGE,
    ),
    Mutant(
        "lib/posting",
        "if not string.find(outcome, ' ', 1, true) then",
        NEVER,
        test_repeat.test_repeat_answers_the_first_outcome,
        CHARGE,
    ),
    Mutant(
        "lib/posting",
        "(found and",
        "(",
        test_repeat.test_repeat_of_what_has_left_redis_is_known_all_the_same,
    ),
    Mutant(
        "post_usage",
        "local known = older_key and call('HGET', older_key, mark)",
        "local known = nil",
        test_operations.test_operation_is_remembered_over_the_turn_of_an_epoch,
        {"days": 91},
    ),
    Mutant("add_credit", REPEATED, "", test_repeat.test_repeat_answers_the_first_outcome, CREDIT),
    Mutant("post_usage", WANTED, NEVER, test_ledger.test_other_currency_is_refused, CHARGE),
    Mutant("add_credit", WANTED, NEVER, test_ledger.test_other_currency_is_refused, CREDIT),
    Mutant(
        "post_usage",
        "if not canonical(micros) then",
        NEVER,
        test_ledger.test_amount_is_refused,
        {**CHARGE, "micros": -1},
    ),
    Mutant(
        "add_credit",
        "if not canonical(amount_micros) then",
        NEVER,
        test_ledger.test_amount_is_refused,
        {**CREDIT, "micros": -1},
    ),
    Mutant(
        "add_credit",
        WANTED,
        "call('HSET', account_key, 'touched', '1')\n" + WANTED,
        test_ledger.test_other_currency_is_refused,
        CREDIT,
    ),
    Mutant(
        "post_usage",
        WANTED,
        "call('HINCRBY', account_key, 'version', 1)\n" + WANTED,
        test_ledger.test_other_currency_is_refused,
        CHARGE,
    ),
    Mutant(
        "post_usage",
        "if balance - amount < -MAX or",
        "if",
        test_ledger.test_balance_reaches_the_lower_limit_and_not_beyond,
    ),
    Mutant(
        "add_credit",
        "held + amount > MAX",
        "held + amount >= MAX",
        test_ledger.test_balance_reaches_the_upper_limit_and_not_beyond,
    ),
    Mutant(
        "post_usage",
        "if version ~= saved then",
        NEVER,
        test_ledger.test_small_amounts_are_kept_exactly,
        {"amount": MICRO},
    ),
    Mutant("post_usage", " and now < till", "", test_lots.test_posting_does_not_use_what_has_expired),
    Mutant("post_usage", " and balance - amount >= least", "", test_thresholds.test_level_is_told_once),
    Mutant("post_usage", " and total + amount <= MAX", "", WITHIN, {"service": "calls"}),
    Mutant("post_usage", " or given + amount > MAX", "", WITHIN, {"service": "texts"}),
    Mutant("post_records", " or total + sum > MAX", "", WITHIN, {"service": "calls"}),
    Mutant("add_credit", " or total - amount < -MAX", "", WITHIN, {"service": "calls"}),
    Mutant("post_usage", "count(credit, amount)", "", test_ledger.test_charge_is_posted_below_zero),
    Mutant("post_usage", "total = total + amount", "", test_ledger.test_charge_is_posted),
    Mutant("lib/rules", ", balance - left)", ")", test_lots.test_first_to_expire_is_used_first),
    Mutant("lib/rules", "'bottom', format('%d', balance - left), ", "", test_lots.test_first_to_expire_is_used_first),
    Mutant("add_credit", "count(counter, -amount)\n", "", test_ledger.test_credit_is_posted),
    Mutant("lib/operation", "had ~= digest", "false", test_settle.test_charge_reported_with_another_amount_is_refused),
    Mutant("lib/operation", ", 'PX', keep_ms", "", test_settle.test_charge_is_remembered_for_years),
    Mutant("open_account", "if known then", NEVER, test_ledger.test_account_is_opened_once),
    Mutant(
        "open_account",
        "redis.call('EXISTS', tenants_key) == 0",
        "true",
        test_schema.test_accounts_without_a_note_are_of_the_first_form,
    ),
    Mutant(
        "open_account",
        "redis.call('SADD', accounts_key, tenant .. ':' .. account_id)\n",
        "",
        test_workspaces.test_accounts_are_those_of_the_workspace,
    ),
    Mutant("open_account", "known ~= currency", "false", test_ledger.test_account_keeps_its_currency),
]

THRESHOLDS = [
    Mutant(
        "post_usage",
        "      save_account()\n",
        "",
        test_thresholds.test_level_is_told_once,
    ),
    Mutant("add_credit", "save_account()", "", test_thresholds.test_level_is_armed_again_at_the_level),
    Mutant(
        "lib/rules",
        "highest = math.max(highest, level)",
        "",
        test_thresholds.test_posting_that_crosses_nothing_keeps_the_levels_armed,
    ),
    Mutant("lib/rules", "account.exhausted == '1' and -MAX or 1", "-MAX", test_thresholds.test_zero_is_exhausted),
    Mutant("lib/rules", "  settle_downwards(ctx, account, balance)\n", "", test_thresholds.test_level_is_told_once),
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
