"""Faults in what keeps the books together: the list of accounts, the trimming of a journal."""

from tests.store import test_reversals, test_trim, test_verify
from tests.store.mutants.mutant import NEVER, Mutant

BOOKS = [
    Mutant(
        "open_account",
        "redis.call('SADD', accounts_key, tenant .. ':' .. account_id)",
        "",
        test_verify.test_what_the_store_wrote_is_proven,
    ),
    Mutant(
        "trim_journal",
        "if redis.call('GET', lease_key) ~= owner then",
        NEVER,
        test_trim.test_without_the_lease_nothing_is_trimmed,
    ),
    Mutant("read_standing", "'amount') or '0'", "'expires_ms')", test_verify.test_what_the_store_wrote_is_proven),
    Mutant(
        "read_standing",
        "redis.call('HGETALL', reversed_key)",
        "{}",
        test_reversals.test_what_redis_keeps_otherwise_is_said,
        {"field": "x", "value": "9-9 5", "said": "x is kept as reversed by 9-9 5, which the journal does not say"},
    ),
    Mutant("read_standing", "'+', '-'", "'-', '+'", test_verify.test_the_journal_is_read_to_its_end),
    Mutant("trim_journal", "last, last) == 0", "last, last) == 9", test_trim.test_an_unknown_entry_trims_nothing),
    Mutant(
        "trim_journal",
        "'MINID', last)",
        "'MAXLEN', 0)",
        test_trim.test_last_archived_entry_stays,
        {"number": 2, "dropped": 2},
    ),
    Mutant("trim_journal", "redis.call('HSET', account_key", "type('HSET'", test_trim.test_what_is_archived_is_kept),
]
