"""Faults in the scripts of API tokens."""

from collections.abc import Callable
from typing import Any

from tests.store import test_token_admission, test_tokens
from tests.store.mutants.mutant import NEVER, REPEAT, Mutant

_Row = tuple[str, str, str, Callable[..., Any]]

_MAKE: list[_Row] = [
    ("make_token", REPEAT, "", test_tokens.test_repeat_makes_no_second_token),
    (
        "make_token",
        "if only ~= '' and not redis.call('HGET', account_key, 'currency') then",
        NEVER,
        test_tokens.test_token_for_an_account_that_is_not_there_is_refused,
    ),
    ("make_token", ">= tonumber(most)", "> tonumber(most)", test_tokens.test_so_many_tokens_are_enough),
    (
        "make_token",
        "tokens_key, text(at), '+inf'",
        "tokens_key, '-inf', '+inf'",
        test_tokens.test_so_many_tokens_are_enough,
    ),
    ("make_token", "'account', only,", "'account', '',", test_tokens.test_list_tells_everything_but_the_secret),
    (
        "make_token",
        "text(expires + tonumber(kept_ms))",
        "text(expires)",
        test_tokens.test_token_that_is_over_is_forgotten_after_a_month,
    ),
    (
        "make_token",
        "redis.call('ZREMRANGEBYSCORE', tokens_key, '-inf', text(at - tonumber(kept_ms)))",
        "",
        test_tokens.test_token_that_is_over_is_forgotten_after_a_month,
    ),
    ("make_token", "'by', actor", "'by', tenant", test_tokens.test_making_is_told_with_who_did),
]
_REVOKE: list[_Row] = [
    ("revoke_token", REPEAT, "", test_tokens.test_repeated_revocation),
    ("revoke_token", "if not name then", NEVER, test_tokens.test_revoking_what_is_not_there_is_refused),
    (
        "revoke_token",
        "if revoked then return { 'done', 'unchanged' } end",
        "",
        test_tokens.test_revoked_twice_is_told_once,
    ),
    (
        "revoke_token",
        "redis.call('HSET', token_key, 'revoked_by', actor, 'revoked_ms', text(at))",
        "",
        test_tokens.test_revoked_token_is_refused_at_once,
    ),
    (
        "revoke_token",
        "redis.call('PEXPIREAT', token_key, text(at + tonumber(kept_ms)))",
        "",
        test_tokens.test_token_that_is_over_is_forgotten_after_a_month,
    ),
]
_ADMIT: list[_Row] = [
    (
        "admit_request",
        "if revoked then return",
        "if false then return",
        test_tokens.test_revoked_token_is_refused_at_once,
    ),
    (
        "admit_request",
        "at >= tonumber(expires)",
        "at > tonumber(expires)",
        test_token_admission.test_expired_token_is_refused_from_the_very_moment,
    ),
    (
        "admit_request",
        "if over > 0 then",
        NEVER,
        test_token_admission.test_bucket_lets_so_many_in_at_once_and_then_one_by_one,
    ),
    (
        "admit_request",
        "if over > 0 then",
        "if over >= 0 then",
        test_token_admission.test_bucket_lets_so_many_in_at_once_and_then_one_by_one,
    ),
    (
        "admit_request",
        "math.max(tonumber(found[6] or 0), at)",
        "tonumber(found[6] or at)",
        test_token_admission.test_bucket_is_full_again_after_a_minute_and_no_fuller,
    ),
    (
        "admit_request",
        ">= tonumber(seen_every_ms)",
        "> tonumber(seen_every_ms)",
        test_token_admission.test_last_use_is_written_once_a_minute,
    ),
    (
        "admit_request",
        "if at - tonumber(found[7] or 0) >= tonumber(seen_every_ms) then",
        "if true then",
        test_token_admission.test_last_use_is_written_once_a_minute,
    ),
]

TOKENS = [Mutant(*each) for each in (*_MAKE, *_REVOKE, *_ADMIT)]
