"""Faults in policies, roles and leases, and in what the headers promise."""

from store.money import Money
from tests.store import test_fail, test_leases, test_policy, test_roles, test_scripts
from tests.store import test_feeds as feeds
from tests.store.mutants.mutant import NEVER, REPEAT, WANTED, Mutant

ROUND = "end_round"
OTHERS = [
    Mutant("set_policy", REPEAT, "", test_policy.test_repeat_does_not_undo_a_later_change),
    Mutant(
        "set_policy",
        "currency ~= '' and account.currency ~= currency",
        "false",
        test_policy.test_alert_levels_are_refused,
        {"levels": (Money.of(5, "EUR"),), "reason": "currency_mismatch"},
    ),
    Mutant(
        "set_policy",
        "if on == '1' and is_dead(account, method) then",
        NEVER,
        test_fail.test_dead_method_is_never_tried_again,
    ),
    Mutant("set_policy", "if old ~= value then", "if true then", test_policy.test_only_what_changed_is_told),
    Mutant("change_managers", REPEAT, "", test_roles.test_repeat_does_not_appoint_again),
    Mutant("change_managers", "if changed then", "if true then", test_roles.test_change_without_a_difference_is_silent),
    Mutant(
        "hold_lease",
        "if holder and holder ~= owner then",
        NEVER,
        test_leases.test_no_partition_is_held_twice_while_a_worker_joins,
    ),
    Mutant("hold_lease", "holder and 1 or 2", "1", test_leases.test_stalled_worker_takes_its_partitions_anew),
    Mutant(
        "release_lease",
        "redis.call('GET', lease_key) ~= owner",
        "false",
        test_leases.test_leaving_does_not_free_anothers_lease,
    ),
    Mutant(
        "write_if_leased",
        "redis.call('GET', lease_key) ~= owner",
        "false",
        test_leases.test_write_without_the_lease_is_fenced,
        {"holder": "somebody else"},
    ),
    Mutant(
        ROUND,
        "if redis.call('GET', lease_key) ~= owner then",
        NEVER,
        feeds.test_round_of_a_reader_that_has_lost_the_feed_is_not_told,
    ),
    Mutant(
        ROUND,
        "tonumber(kept[1] or '') or ctx.now",
        "ctx.now",
        feeds.test_what_goes_away_by_itself_is_told_when_it_lasts,
    ),
    Mutant(ROUND, "'failing_ms', '', ", "", feeds.test_what_goes_away_by_itself_is_told_when_it_lasts),
    Mutant(ROUND, ", 'told', '')", ")", feeds.test_what_a_person_has_to_mend_is_told_at_once),
    Mutant(ROUND, "if told == '' then return 'noted' end", "", feeds.test_short_trouble_is_not_told),
    Mutant(ROUND, "' ' .. problem .. ' '", "problem .. 'x'", feeds.test_what_a_person_has_to_mend_is_told_at_once),
    Mutant(ROUND, "not known and mend == '1'", "not known", feeds.test_short_trouble_is_not_told),
    Mutant(ROUND, "not known and mend == '1'", "mend == '1'", feeds.test_what_a_person_has_to_mend_is_told_at_once),
    Mutant(ROUND, "told == '' and ctx.now", "ctx.now", feeds.test_what_goes_away_by_itself_is_told_when_it_lasts),
    Mutant(
        ROUND,
        ">= tonumber(patience_ms)",
        "> tonumber(patience_ms) * 2",
        feeds.test_what_goes_away_by_itself_is_told_when_it_lasts,
    ),
    Mutant(ROUND, "told .. ' ' .. problem", "problem", feeds.test_what_a_person_has_to_mend_is_told_at_once),
    Mutant(ROUND, "if not tell then return 'noted' end", "", feeds.test_short_trouble_is_not_told),
]

HEADERS = [
    Mutant(
        "add_credit",
        WANTED,
        "call('HINCRBY', account_key, 'version', 1)\n" + WANTED,
        test_scripts.test_every_write_comes_after_the_last_refusal,
        {"name": "add_credit"},
    ),
    Mutant(
        "settle_payment",
        WANTED,
        "close_slot({ account_key = account_key }, account, payment_id, '0', '')\n" + WANTED,
        test_scripts.test_every_write_comes_after_the_last_refusal,
        {"name": "settle_payment"},
    ),
    Mutant(
        "add_credit",
        "KEYS[1], KEYS[2]",
        "KEYS[2], KEYS[1]",
        test_scripts.test_first_statements_bind_the_headers_names,
        {"name": "add_credit"},
    ),
    Mutant(
        "fail_payment",
        "tell('payment_needs_action', 'url', url)",
        "tell('payment_needs_action')",
        test_scripts.test_events_carry_exactly_their_fields,
        {"name": "fail_payment"},
    ),
    Mutant(
        "lib/account",
        "'cause', cause",
        "'why', cause",
        test_scripts.test_events_carry_exactly_their_fields,
        {"name": "add_credit"},
    ),
    Mutant(
        "claim_payment",
        "emit(ctx, 'recharge_started'",
        "emit(ctx, 'recharge_resumed'",
        test_scripts.test_header_lists_every_event,
        {"name": "claim_payment"},
    ),
    Mutant(
        "set_policy",
        "for i = 10, #ARGV, 2 do wanted",
        "for i = 9, #ARGV, 2 do wanted",
        test_scripts.test_rest_of_the_arguments_starts_after_the_named_ones,
        {"name": "set_policy"},
    ),
    Mutant(
        "wake_payment",
        "redis.call('ZREM', due_key",
        "redis.call('ZREM', 'due'",
        test_scripts.test_script_touches_only_the_keys_that_it_is_given,
        {"name": "wake_payment"},
    ),
]
