"""Faults in summing up usage, in telling of it, and in loading the rules for cost centres."""

from tests.store import test_centres as centres
from tests.store import test_unrated as unrated
from tests.store import test_unusual as unusual
from tests.store import test_usage as usage
from tests.store.mutants.mutant import NEVER, Mutant

FOLD = "fold_usage"
CENTRES = "load_centres"
UNUSUAL = "tell_unusual"
UNRATED = "tell_unrated"
USAGES = [
    Mutant(
        UNUSUAL,
        "if redis.call('EXISTS', noted_key) == 1 then return 'known' end",
        "",
        unusual.test_unusual_usage_is_told_once,
    ),
    Mutant(UNUSUAL, "if tell ~= '1' then", NEVER, unusual.test_unusual_usage_is_told_once),
    Mutant(UNUSUAL, ", 'PX', keep_ms", "", unusual.test_unusual_usage_is_told_once),
    Mutant(UNRATED, "service .. '\\31' .. ARGV[i]", "ARGV[i]", unrated.test_services_are_told_apart),
    Mutant(UNRATED, " and on ~= day ", " ", unrated.test_place_is_told_once_a_day),
    Mutant(UNRATED, "count > tonumber(had) and on", "on", unrated.test_place_is_told_once_a_day),
    Mutant(UNRATED, "calls + count", "calls + 1", unrated.test_places_are_told_at_once),
    Mutant(UNRATED, "if told <= tonumber(most) then", "if true then", unrated.test_places_are_told_at_once),
    Mutant(
        UNRATED,
        " or count < tonumber(had) then",
        " then",
        unrated.test_place_whose_calls_got_their_price_is_told_anew,
    ),
    Mutant(UNRATED, "is_new and day or on", "day", unrated.test_place_whose_calls_got_their_price_is_told_anew),
    Mutant(UNRATED, "if told == 0 then return 0 end", "", unrated.test_place_is_told_once_a_day),
    Mutant(UNRATED, "redis.call('PEXPIRE', unrated_key, keep_ms)", "", unrated.test_what_was_told_is_kept_for_long),
    Mutant(UNRATED, "told - #named", "told", unrated.test_places_are_told_at_once),
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
