"""Faults in the posting of call records and in what is known of them."""

from tests.controls import usd
from tests.store import (
    test_grounds,
    test_moved_calls,
    test_pooled,
    test_records,
    test_records_known,
    test_records_told,
    test_unpriced,
)
from tests.store.mutants.mutant import NEVER, WANTED, Mutant
from tests.store.recorded import DAY_MS, START_MS

ALONE = {"changes": {"amount": usd(2)}, "together": False}
DAY_AFTER = {"changes": {"start_ms": START_MS + 60_000 + DAY_MS}, "together": False}
DAY_BEFORE = {"changes": {"start_ms": START_MS + 60_000 - DAY_MS}, "together": False}

SHARES = test_pooled.test_shares_are_told_once_a_month
POOL, UNPRICED = "lib/pooled", "lib/unpriced"
ONE, FIRST = {"uses": [(0, 60)]}, {"uses": [(0, 0), (60, 60)]}
MORE = {
    "field": "meetings:2026-11",
    "value": "61 0",
    "difference": "pool meetings has given 61 seconds in 2026-11, by the journal 60",
}

RECORDS = [
    Mutant("post_records", "if known then", NEVER, test_records_known.test_page_of_repeats_changes_nothing),
    Mutant("post_records", WANTED, NEVER, test_records.test_other_currency_is_refused),
    Mutant(
        "post_records",
        "if balance - sum < -MAX or",
        "if",
        test_records.test_balance_reaches_the_lower_limit_and_not_beyond,
    ),
    Mutant("post_records", "if account.state == 'closed' then", NEVER, test_records.test_closed_account_is_refused),
    Mutant(
        "post_records",
        WANTED,
        "call('HINCRBY', account_key, 'version', 1)\n" + WANTED,
        test_records.test_other_currency_is_refused,
    ),
    Mutant("post_records", "sum_micros ~= '0' and ", "", test_grounds.test_calls_that_cost_nothing_are_an_entry),
    Mutant("post_records", "begin()\n", "", test_records.test_what_has_expired_does_not_pay),
    Mutant("post_records", "consume(sum)", "lot", test_records.test_recorded_usage_goes_below_zero),
    Mutant("post_records", "count(counter, sum)\n", "", test_records.test_records_are_one_entry),
    Mutant(
        "post_records", "remember_records(kept", "type(kept", test_records_known.test_repeats_are_left_out_one_by_one
    ),
    Mutant("post_records", "save_account()\n", "", test_records.test_records_are_one_entry),
    Mutant(
        "post_records",
        "settle_downwards(ctx, account, at)",
        "settle_downwards(ctx, account, balance)",
        test_records.test_levels_are_crossed_by_the_records_that_cross_them,
    ),
    Mutant(
        "post_records", "if at < level then", NEVER, test_records.test_levels_are_crossed_by_the_records_that_cross_them
    ),
    Mutant(
        "post_records",
        "    level = least_by_rules(looked)\n",
        "    level = -MAX\n",
        test_records.test_levels_are_crossed_by_the_records_that_cross_them,
    ),
    Mutant(
        "post_records",
        "      consider_recharge(ctx,",
        "      type(ctx,",
        test_records.test_levels_are_crossed_by_the_records_that_cross_them,
    ),
    Mutant(
        "lib/marks",
        "first = place + 1, last = place + count,",
        "first = 1, last = count + 0,",
        test_records_known.test_batch_of_many_days_is_posted,
    ),
]

HOMES = "home_key == account_key and { account_key } or { account_key, home_key }"
MOVED = [
    Mutant(
        "post_records",
        HOMES,
        "{ account_key }",
        test_moved_calls.test_rule_that_changes_has_nobody_pay_again,
        {"before": "", "after": "second"},
    ),
    Mutant("post_records", HOMES, "{ home_key }", test_moved_calls.test_account_that_pays_knows_its_calls),
]

POOLED = [
    Mutant("find_records", "find_records(read_days()) or ''", "''", test_records_known.test_known_records_are_found),
    Mutant("post_records", "if pools_moved() then", NEVER, test_pooled.test_pool_that_was_used_meanwhile_is_told, ONE),
    Mutant("post_records", "if late_moved() then", NEVER, test_unpriced.test_price_is_given_once),
    Mutant("post_records", "use_pools()\n", "", test_pooled.test_lines_use_a_pool),
    Mutant("post_records", "keep_unpriced(", "type(", test_unpriced.test_calls_without_a_price_are_listed),
    Mutant(POOL, "moved or used + 0", "used + 0", test_pooled.test_pool_that_was_used_meanwhile_is_told, FIRST),
    Mutant(POOL, "kept or '0 0'", "'0 0'", test_pooled.test_lines_use_a_pool),
    Mutant(
        POOL,
        "taken[i].told, moved = told + 0,",
        "taken[i].told, moved = 0,",
        test_pooled.test_shares_are_told_once_a_month,
    ),
    Mutant(POOL, "each.told >= share or ", "", SHARES),
    Mutant(POOL, "* 100 <", "* 100 <=", SHARES),
    Mutant(POOL, "  each.told = share\n", "", SHARES),
    Mutant(POOL, "share == 80 and 'pool_low' or", "", SHARES),
    Mutant(POOL, "if each.has > each.had then", "if true then", test_pooled.test_pool_that_gives_nothing_is_not_told),
    Mutant(POOL, "      tell_pool(each, 80)\n", "", SHARES),
    Mutant(UNPRICED, "(%S+) (%S+) %S+", "(%S+) (%S+) %S+$", test_unpriced.test_price_is_given_once),
    Mutant(UNPRICED, "if unpriced ~= '' then", NEVER, test_unpriced.test_calls_without_a_price_are_listed),
    Mutant(UNPRICED, "if left == '-' then", NEVER, test_unpriced.test_late_price_takes_them_off),
    Mutant(UNPRICED, "else call('HSET'", "else type('HSET'", test_unpriced.test_late_price_takes_them_off),
    Mutant(
        "reverse_entry", "call('HDEL', unpriced_key, entry_id)\n", "", test_unpriced.test_reversed_entry_gets_no_prices
    ),
    Mutant(
        "read_standing",
        "redis.call('HGETALL', pooled_key)",
        "{}",
        test_pooled.test_proof_compares_pools_with_lines,
        MORE,
    ),
]

KNOWN = [
    Mutant(
        "lib/records",
        "states[i] = sub(set, at + NAME, at + MARK - 1) == sub(all_marks, begin + NAME + 1, begin + MARK) and",
        "states[i] = true and",
        test_records_known.test_known_id_with_other_contents_is_refused,
        ALONE,
    ),
    Mutant(
        "lib/records",
        "begin + NAME + 1, begin + MARK) and '=' or '!'",
        "begin + NAME + 1, begin + MARK) and '!' or '!'",
        test_records_known.test_repeats_are_left_out_one_by_one,
    ),
    Mutant(
        "lib/records",
        "  while at and at % MARK ~= 1 do at = find(set, name, at + 1, true) end\n",
        "",
        test_records_known.test_mark_begins_where_another_ends,
    ),
    Mutant(
        "lib/records",
        "find(set, name, at + 1, true) end",
        "nil end",
        test_records_known.test_mark_begins_where_another_ends,
    ),
    Mutant(
        "lib/records",
        "index[sub(set, at, at + NAME - 1)] = at",
        "index[sub(set, at, at + NAME)] = at",
        test_records_known.test_page_of_repeats_changes_nothing,
    ),
    Mutant(
        "lib/records",
        "index and index[name] or",
        "index and 1 or",
        test_records_known.test_many_that_are_new_are_told_from_those_that_are_known,
    ),
    Mutant(
        "lib/records",
        "        look_up_day(home, each, day - 1, kept, states)\n",
        "",
        test_records_known.test_known_id_with_other_contents_is_refused,
        DAY_AFTER,
    ),
    Mutant(
        "lib/records",
        "        look_up_day(home, each, day + 1, kept, states)\n",
        "",
        test_records_known.test_known_id_with_other_contents_is_refused,
        DAY_BEFORE,
    ),
    Mutant(
        "lib/records",
        "until i > each.last or number_of(i, wide) ~= number",
        "until i > each.last",
        test_records_known.test_sets_hold_the_names_of_their_numbers,
    ),
    Mutant(
        "lib/records",
        "(c3 - ZERO) * 4096",
        "(c3 - ZERO) * 2048",
        test_records_known.test_name_on_the_edge_of_sets_belongs_to_the_later,
    ),
    Mutant(
        "lib/records",
        "i * MARK - 7, i * MARK - 5",
        "i * MARK - 8, i * MARK - 6",
        test_records_known.test_sets_hold_the_names_of_their_numbers,
    ),
    Mutant(
        "lib/records",
        "found[#found + 1] = { number, first, i - 1 }",
        "found[#found + 1] = { number, first, math.max(first, i - 2) }",
        test_records_known.test_repeats_are_left_out_one_by_one,
    ),
    Mutant(
        "lib/records",
        "  if each.runs[level] then return each.runs[level] end\n",
        "  if next(each.runs) then return select(2, next(each.runs)) end\n",
        test_records_known.test_sets_hold_the_names_of_their_numbers_on_every_level,
    ),
    Mutant("lib/records", "each.first\n  while", "1\n  while", test_records_known.test_batch_of_many_days_is_posted),
    Mutant(
        "lib/records", "states[i] or '.'", "states[i] or '='", test_records_known.test_repeats_are_left_out_one_by_one
    ),
    Mutant(
        "lib/records",
        "for level = 0, LEVELS do\n    for _, run",
        "for level = 1, LEVELS do\n    for _, run",
        test_records_known.test_repeats_are_left_out_one_by_one,
    ),
    Mutant(
        "lib/records",
        "<= FILL * GROWTH ^ level then",
        "< FILL * GROWTH ^ level then",
        test_records_known.test_day_of_any_size_begins_with_one_set,
    ),
    Mutant("lib/records", "+ more <=", "<=", test_records_known.test_day_of_any_size_begins_with_one_set),
    Mutant(
        "lib/records",
        "'PEXPIREAT', set_key, ends",
        "'PERSIST', set_key",
        test_records_known.test_what_is_remembered_is_dropped_after_ninety_one_days,
    ),
    Mutant(
        "lib/records",
        ", 'PXAT', ends",
        "",
        test_records_known.test_what_is_remembered_is_dropped_after_ninety_one_days,
    ),
    Mutant(
        "lib/records",
        "EPOCH_MS + DAY",
        "EPOCH_MS - DAY",
        test_records_known.test_what_is_remembered_is_dropped_after_ninety_one_days,
    ),
    Mutant(
        "lib/records",
        "before[at] + (at == level and more or 0)",
        "(at == level and more or 0)",
        test_records_known.test_day_of_any_size_begins_with_one_set,
    ),
    Mutant(
        "lib/records",
        "sub(all_marks, (run[2] - 1) * MARK + 1, run[3] * MARK)",
        "sub(all_marks, run[2] * MARK + 1, run[3] * MARK)",
        test_records_known.test_page_of_repeats_changes_nothing,
    ),
]

TOLD = [
    Mutant(
        "lib/records",
        "    if not states[i] then return false end\n",
        "",
        test_records_known.test_known_id_with_other_contents_is_refused,
        DAY_AFTER,
    ),
    Mutant(
        "lib/records",
        "kept[day - 1].by ~= by[-1] or ",
        "",
        test_records_told.test_neighbours_are_told_of_as_well,
        {"other": -1},
    ),
    Mutant(
        "lib/records",
        " or kept[day + 1].by ~= by[1] then",
        " then",
        test_records_told.test_neighbours_are_told_of_as_well,
        {"other": 1},
    ),
    Mutant(
        "lib/records",
        "kept[day].by ~= by[0] or ",
        "",
        test_records_told.test_who_does_not_know_who_told_last_is_not_believed,
        {"told": {}},
    ),
    Mutant(
        "lib/records",
        "if kept[day - 1].by",
        "if true or kept[day - 1].by",
        test_records_told.test_who_told_a_day_from_its_beginning_is_believed,
    ),
    Mutant(
        "lib/records",
        "before.by == each.by[nth][0] and by or '!'",
        "by",
        test_records_told.test_day_that_two_have_told_is_looked_up_ever_after,
        {"told": {}},
    ),
    Mutant(
        "lib/records",
        "before.by == each.by[nth][0] and by or '!'",
        "before.by == '-' and by or '!'",
        test_records_told.test_who_told_a_day_from_its_beginning_is_believed,
    ),
    Mutant(
        "lib/records",
        "before.by == each.by[nth][0]",
        "before.by == each.by[1][0]",
        test_records_told.test_account_that_pays_and_the_one_named_are_told_of_each,
    ),
    Mutant(
        "lib/records",
        "day, by = each.day, each.by[nth]",
        "day, by = each.day, each.by[1]",
        test_records_told.test_who_knows_one_account_is_not_believed_of_the_other,
        {"told": {test_records_told.DAY: "b"}, "home_told": {}, "number": 1},
    ),
    Mutant(
        "lib/records",
        "remember_in(home, kept[nth], nth, by)",
        "remember_in(home, kept[1], nth, by)",
        test_records_told.test_account_that_pays_and_the_one_named_are_told_of_each,
    ),
    Mutant(
        "lib/marks",
        "told_day = told_day + 1",
        "told_day = 1",
        test_records_told.test_account_named_is_told_of_day_by_day,
    ),
]
