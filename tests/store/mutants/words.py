"""Faults in a person's word that a payment was not charged, and in what keeps one that was."""

from store.payments import Failure
from tests.store import (
    test_charged,
    test_fail,
    test_word,
    test_word_again,
)
from tests.store.mutants.mutant import NEVER, Mutant

UNREACHED = "payment.step == 'cancel' and payment.ends == '1' and payment.reason == 'no_answer'"
TOLD = "payment.reason == 'unseen' and unclear"
UNKNOWN = {"answer": Failure.UNKNOWN}
CHARGED = "'charged', fresh and '' or payment.charged,"

WORDS = [
    Mutant("cancel_payment", "payment.state ~= 'stuck'", "false", test_word.test_only_what_is_stuck_is_given_up),
    Mutant("cancel_payment", "payment.attempt ~= attempt", "false", test_word.test_only_what_is_stuck_is_given_up),
    Mutant(
        "cancel_payment",
        "if payment.charged == '1' then",
        NEVER,
        test_charged.test_charge_that_cannot_be_credited_is_told_and_kept,
    ),
    Mutant("cancel_payment", UNREACHED, "true", test_word.test_provider_is_asked_to_cancel_it_first),
    Mutant(
        "cancel_payment", UNREACHED, "false", test_word.test_second_word_ends_what_the_provider_cannot_be_asked_about
    ),
    Mutant(
        "cancel_payment",
        " and payment.reason == 'no_answer'",
        "",
        test_word.test_provider_that_fails_to_cancel_is_asked_again_by_the_next_word,
    ),
    Mutant(
        "cancel_payment",
        " and payment.ends == '1'",
        "",
        test_word.test_word_counts_as_the_first_after_anything_else,
        {"between": Failure.NEEDS_ACTION},
    ),
    Mutant(
        "cancel_payment",
        "payment.step == 'cancel' and",
        "",
        test_word_again.test_word_counts_as_the_first_after_a_press_that_was_not_answered,
    ),
    Mutant(
        "wake_payment",
        "    'ends', '', ",
        "    ",
        test_word.test_word_counts_as_the_first_after_anything_else,
        {"between": Failure.NEEDS_ACTION},
    ),
    Mutant(
        "wake_payment",
        "'cancelled_by', '', ",
        "",
        test_word_again.test_press_after_a_word_makes_it_nobody_s,
    ),
    Mutant(
        "cancel_payment",
        "'state', 'unknown', 'step', 'cancel',",
        "'state', 'unknown',",
        test_word.test_provider_is_asked_to_cancel_it_first,
    ),
    Mutant(
        "cancel_payment",
        "'asks', '0', ",
        "",
        test_word_again.test_first_wait_after_a_word_is_short,
    ),
    Mutant(
        "cancel_payment",
        "'first_asked_ms', text(ctx.now),\n  'ends'",
        "'ends'",
        test_word_again.test_word_about_an_old_payment_is_followed_up,
    ),
    Mutant("cancel_payment", "  'ends', '1', ", "  ", test_word.test_recharge_that_is_seen_cancelled_is_over),
    Mutant(
        "cancel_payment",
        "'quiet', '', ",
        "",
        test_word_again.test_first_wait_after_a_word_is_short,
    ),
    Mutant(
        "cancel_payment",
        "'quiet', '', 'cancelled_by', actor, ",
        "'quiet', '', ",
        test_word.test_recharge_that_is_seen_cancelled_is_over,
    ),
    Mutant(
        "cancel_payment",
        "payment.cancelled_by = actor\n",
        "",
        test_word_again.test_second_word_of_another_person_is_told_as_theirs,
    ),
    Mutant("cancel_payment", "\nhand_over(", "\ntext(0, ", test_word.test_provider_is_asked_to_cancel_it_first),
    Mutant(
        "cancel_payment",
        "  tell_not_charged(",
        "  text(0, ",
        test_word.test_second_word_ends_what_the_provider_cannot_be_asked_about,
    ),
    Mutant(
        "cancel_payment",
        "'state', 'cancelled', ",
        "",
        test_word.test_second_word_ends_what_the_provider_cannot_be_asked_about,
    ),
    Mutant(
        "cancel_payment",
        "remember(operation_key, digest, keep_ms, 'cancelled')",
        "text(0)",
        test_word_again.test_repeat_of_the_second_word_is_answered_with_what_it_did,
    ),
    Mutant(
        "cancel_payment",
        "'reason', 'unseen', ",
        "",
        test_word.test_worker_that_turns_up_after_the_second_word_opens_it_again,
        UNKNOWN,
    ),
    *(
        Mutant(
            "fail_payment",
            f"result == '{answer}'",
            "false",
            test_word.test_worker_that_turns_up_after_the_second_word_opens_it_again,
            {"answer": answer},
        )
        for answer in (Failure.UNKNOWN, Failure.STUCK, Failure.NOT_CREDITED)
    ),
    Mutant(
        "fail_payment",
        TOLD,
        "payment.reason == 'unseen'",
        test_word.test_worker_with_a_clear_answer_changes_nothing_after_the_end,
        {"answer": Failure.UNAVAILABLE},
    ),
    Mutant(
        "fail_payment",
        TOLD,
        "unclear",
        test_word.test_worker_that_turns_up_after_a_cancellation_that_was_seen_changes_nothing,
    ),
    Mutant(
        "fail_payment",
        "payment.fence ~= fence and not reopens",
        "payment.fence ~= fence",
        test_word.test_overtaken_worker_opens_it_again_as_well,
        UNKNOWN,
    ),
    Mutant(
        "fail_payment",
        "if payment.fence ~= fence and not reopens then",
        NEVER,
        test_fail.test_result_of_an_overtaken_worker_is_fenced,
        {"failure": Failure.DECLINED},
    ),
    Mutant(
        "fail_payment",
        "if payment.state ~= 'charging' and not reopens then",
        NEVER,
        test_fail.test_failure_reported_twice_counts_once,
    ),
    Mutant(
        "fail_payment",
        "  if payment.kind == 'recharge' then count_in(ctx, payment.month, payment.amount_micros) end\n",
        "",
        test_word.test_worker_that_turns_up_after_the_second_word_opens_it_again,
        UNKNOWN,
    ),
    Mutant(
        "fail_payment",
        "  if payment.kind == 'recharge' then count_in(",
        "  if true then count_in(",
        test_word.test_worker_that_turns_up_after_a_topup_s_end_opens_it_again,
        UNKNOWN,
    ),
    Mutant(
        "fail_payment",
        "local answer = call_off('1')",
        "local answer = call_off('')",
        test_word_again.test_recharge_that_was_opened_again_is_not_charged_anew,
    ),
]

CREDITS = [
    Mutant(
        "fail_payment",
        "result == 'not_credited' and '1' or payment.charged",
        "payment.charged",
        test_charged.test_charge_that_cannot_be_credited_is_told_and_kept,
    ),
    Mutant(
        "fail_payment",
        "result == 'not_credited' and '1' or payment.charged",
        "result == 'not_credited' and '1' or ''",
        test_charged.test_charge_stays_known_through_an_error,
    ),
    Mutant(
        "claim_payment",
        CHARGED,
        "'charged', payment.charged,",
        test_charged.test_next_attempt_knows_nothing_of_an_earlier_charge,
    ),
    Mutant(
        "claim_payment",
        CHARGED,
        "'charged', '',",
        test_charged.test_charge_stays_known_through_an_error,
    ),
]
