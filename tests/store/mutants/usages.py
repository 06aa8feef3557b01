"""Faults in summing up usage, in telling of it, and in loading the rules for cost centres."""

from tests.store import test_centres as centres
from tests.store import test_unusual as unusual
from tests.store import test_usage as usage
from tests.store.mutants.mutant import NEVER, Mutant

FOLD = "fold_usage"
CENTRES = "load_centres"
UNUSUAL = "tell_unusual"
USAGES = [
    Mutant(
        UNUSUAL,
        "if redis.call('EXISTS', noted_key) == 1 then return 'known' end",
        "",
        unusual.test_unusual_usage_is_told_once,
    ),
    Mutant(UNUSUAL, "if tell ~= '1' then", NEVER, unusual.test_unusual_usage_is_told_once),
    Mutant(UNUSUAL, ", 'PX', keep_ms", "", unusual.test_unusual_usage_is_told_once),
    Mutant(
        CENTRES,
        "if (old or '') == content then return { 'done', 'unchanged' } end",
        "",
        centres.test_rules_are_loaded_and_kept,
    ),
    Mutant(CENTRES, ", text(number)) or ''", ", '1') or ''", centres.test_rules_are_loaded_and_kept),
    Mutant(CENTRES, "old = had or '0'", "old = '0'", centres.test_rules_are_loaded_and_kept),
    Mutant(CENTRES, "'number', text(number + 1)", "'number', '1'", centres.test_rules_are_loaded_and_kept),
    Mutant(FOLD, "if (redis.call('HGET', usage_key, 'at') or '') ~= expected then", NEVER, usage.test_old_place),
    Mutant(FOLD, "'at', at, ", "", usage.test_calls_are_counted_once),
    Mutant(FOLD, ", 'totals', totals", "", usage.test_calls_are_counted_once),
    Mutant(FOLD, ", 'first', first", ", 'first', '-1'", usage.test_calls_are_counted_once),
    Mutant(FOLD, " .. ':' .. generation", " .. ':1'", usage.test_day_is_that_of_the_workspaces_clock),
    Mutant(FOLD, "redis.call('PEXPIRE', day_key, keep_ms)", "", usage.test_sums_of_a_day_live_400_days),
]
