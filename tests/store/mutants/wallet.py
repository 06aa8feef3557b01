"""Faults in the wallet: entries, operations, totals."""

from tests.store import test_ledger, test_lots, test_operations, test_repeat, test_thresholds
from tests.store.mutants.mutant import CHARGE, CREDIT, NEVER, Mutant

MANY = {"postings": 5 * test_operations.LOAD + 7}

WALLET = [
    Mutant(
        "lib/posting",
        "if string.sub(known, 1, #contents) ~= contents then",
        NEVER,
        test_repeat.test_operation_id_with_other_contents_is_refused,
        CREDIT,
    ),
    Mutant(
        "lib/posting",
        "if place_key then call('HSET', place_key, mark, contents .. outcome) end",
        "",
        test_repeat.test_repeat_answers_the_first_outcome,
        CREDIT,
    ),
    Mutant("lib/place", "if number >= buckets then", NEVER, test_operations.test_every_operation_is_known_again, MANY),
    Mutant(
        "lib/place",
        "older < base",
        "false",
        test_operations.test_operation_is_remembered_over_the_turn_of_an_epoch,
        {"days": 91},
    ),
    Mutant(
        "lib/place",
        "(base - older) / LOAD",
        "0 / LOAD",
        test_operations.test_many_operations_before_the_turn_are_known_after_it,
    ),
    Mutant("lib/grow", "nth - 2 ^ (bits - 1)", "nth - 1", test_operations.test_every_operation_is_known_again, MANY),
    Mutant(
        "lib/grow", "(version - base) % LOAD == 0 or", "", test_operations.test_every_operation_is_known_again, MANY
    ),
    Mutant(
        "lib/grow",
        "for j = 1, #gone, 1000 do",
        "for j = 1, 0 do",
        test_operations.test_buckets_stay_small_and_each_operation_is_in_one,
    ),
    *(
        Mutant(
            "lib/grow",
            f"unpack({several}, j, math.min(j + 999, #{several}))",
            f"unpack({several})",
            test_operations.test_operations_that_all_fall_together_are_divided,
        )
        for several in ("gone", "moved")
    ),
    Mutant(
        "lib/grow",
        "call('PEXPIREAT',",
        "type('',",
        test_operations.test_buckets_stay_small_and_each_operation_is_in_one,
    ),
    Mutant(
        "lib/grow",
        "(epoch + 2)",
        "(epoch + 1)",
        test_operations.test_operation_is_forgotten_after_two_epochs,
    ),
    Mutant(
        "lib/write",
        "if type(made) == 'table' then",
        NEVER,
        test_operations.test_clock_that_goes_back_over_the_turn_forgets_nothing,
    ),
    Mutant(
        "lib/write",
        "if place_key then call('HSET', place_key, mark, contents .. outcome) end",
        "",
        test_operations.test_repeat_after_a_clock_that_went_back_names_the_entry,
    ),
    Mutant("lib/write", "micros .. '\\t' .. after", "micros .. '\\t' .. micros", test_ledger.test_charge_is_posted),
    Mutant("lib/name", "now, version", "now - 1, version", test_operations.test_entry_has_redis_own_time),
    Mutant(
        "lib/posting", "balance + delta, version + 1", "balance + delta, version", test_ledger.test_credit_is_posted
    ),
    Mutant("lib/posting", "total = total + amount", "total = total", test_ledger.test_credit_is_posted),
    Mutant(
        "lib/posting",
        "'total:' .. ledger_account",
        "'totals:' .. ledger_account",
        test_lots.test_posting_does_not_use_what_has_expired,
    ),
    Mutant("lib/posting", "<= MAX", "<= 2 * MAX", test_ledger.test_amount_is_refused, {**CREDIT, "micros": 2**53}),
    Mutant("lib/posting", "^[1-9]%d*$", "^%d+$", test_ledger.test_amount_is_refused, {**CREDIT, "micros": 0}),
    Mutant("lib/wallet", "if not currency then", NEVER, test_ledger.test_unknown_account_is_refused, CHARGE),
    Mutant("lib/wallet", "read[4] + 0", "-MAX", test_thresholds.test_level_is_told_once),
]

LOTS = [
    Mutant("lib/lots", "class * 1e15", "0", test_lots.test_granted_credit_goes_before_paid_credit),
    Mutant("lib/lots", "'%016d'", "'%d'", test_lots.test_of_equal_expiry_the_first_to_come_is_used_first),
    Mutant(
        "lib/lots",
        "math.max(0, -(balance + tonumber(account.held)))",
        "0",
        test_lots.test_usage_beyond_all_lots_is_paid_by_the_next_credit,
    ),
    Mutant("lib/lots", "if rest == 0 then", NEVER, test_lots.test_credit_that_only_pays_debt_is_no_lot),
    Mutant(
        "lib/lots",
        "while left > 0 and account.expires <= now do",
        "while false do",
        test_lots.test_credit_that_comes_after_a_lots_end_finds_it_expired,
    ),
    Mutant(
        "lib/lots",
        "rank(class, 0), rank(class, now))",
        "rank(class, 0), rank(class, 0))",
        test_lots.test_nothing_is_authorised_on_credit_that_waits_and_has_expired,
    ),
    Mutant(
        "lib/lots",
        "if gone == rest then forget(id) elseif",
        "if",
        test_lots.test_nothing_is_authorised_on_credit_that_waits_and_has_expired,
    ),
    Mutant(
        "lib/lots",
        "if found[2] then first =",
        "if found[2] then local _ =",
        test_lots.test_nothing_is_authorised_on_credit_that_waits_and_has_expired,
    ),
    Mutant(
        "lib/lots",
        "  settle_downwards(ctx, account, balance)\n",
        "",
        test_lots.test_credit_that_comes_after_a_lots_end_finds_it_expired,
    ),
    Mutant(
        "lib/lots",
        "  look_at(ctx, now)\n",
        "",
        test_lots.test_credit_that_comes_after_a_lots_end_finds_it_expired,
    ),
    Mutant("lib/lots", "  count('expired', amount)\n", "", test_lots.test_expiry_is_an_entry_and_an_event),
    Mutant("lib/lots", "emit(ctx, 'credit_expired',", "type(ctx,", test_lots.test_expiry_is_an_entry_and_an_event),
    Mutant(
        "lib/lots",
        "if left == 0 then return forget(lot) end",
        "",
        test_lots.test_nothing_is_told_of_a_lot_that_was_used_up,
    ),
    Mutant(
        "lib/lots", "expires - days * DAY > now", "false", test_lots.test_warnings_come_thirty_seven_and_one_days_ahead
    ),
    Mutant("lib/lots", "if expires < NEVER then", NEVER, test_lots.test_expiry_is_an_entry_and_an_event),
    Mutant(
        "lib/lots",
        "tonumber(rank(class, expires)) <",
        "tonumber(rank(class, expires)) >",
        test_lots.test_first_to_expire_is_used_first,
    ),
    Mutant("expire_lot", "if expires > now then", "if true then", test_lots.test_expiry_is_an_entry_and_an_event),
    Mutant("expire_lot", "if days > WARN_DAYS[1] then", NEVER, test_lots.test_look_that_comes_too_early_tells_nothing),
    Mutant("expire_lot", "due_ms + 0 > now", "false", test_lots.test_look_that_is_repeated_warns_once),
    Mutant("expire_lot", "rest == 0 then\n", "false then\n", test_lots.test_nothing_is_told_of_a_lot_that_was_used_up),
    Mutant(
        "expire_lot",
        "emit(ctx, 'credit_expiring',",
        "type(ctx,",
        test_lots.test_warnings_come_thirty_seven_and_one_days_ahead,
    ),
    Mutant("expire_lot", "begin()\n", "", test_lots.test_lot_that_waits_expires_as_well),
    Mutant("expire_lot", "save_account()", "", test_lots.test_expiry_is_an_entry_and_an_event),
    Mutant(
        "lib/rules",
        "  expire_all()\n",
        "",
        test_lots.test_credit_that_comes_after_a_lots_end_finds_it_expired,
    ),
    Mutant(
        "lib/rules",
        "math.min(first_expiry(), (epoch + 1) * EPOCH_MS)",
        "(epoch + 1) * EPOCH_MS",
        test_lots.test_posting_does_not_use_what_has_expired,
    ),
    Mutant(
        "lib/rules",
        "(epoch + 1) * EPOCH_MS",
        "(epoch + 9) * EPOCH_MS",
        test_operations.test_operation_is_forgotten_after_two_epochs,
    ),
    Mutant(
        "lib/rules",
        "current <= tonumber(epoch)",
        "current == tonumber(epoch)",
        test_operations.test_clock_that_goes_back_over_the_turn_forgets_nothing,
    ),
    Mutant(
        "lib/rules",
        "current == epoch + 1 and base or version",
        "version",
        test_operations.test_operation_is_remembered_over_the_turn_of_an_epoch,
        {"days": 91},
    ),
]
