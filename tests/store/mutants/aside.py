"""Faults in what is put aside and comes back, in top-ups that are open, and in a pause that is no decline's."""

from store.payments import Failure
from tests.store import test_dead, test_give_up, test_pause, test_topup
from tests.store.mutants.mutant import NEVER, Mutant

LETTERS = [
    Mutant(
        "give_up_event",
        "if waiting.err or #waiting == 0 then",
        "if waiting.err then",
        test_give_up.test_event_given_up_twice_is_put_aside_once,
    ),
    Mutant(
        "give_up_event",
        "redis.call('XACK', outbox_key, group, stream_id)\n",
        "",
        test_give_up.test_event_given_up_is_put_aside,
    ),
    Mutant(
        "replay_letter",
        "redis.call('XDEL', dead_key, place)\n",
        "",
        test_dead.test_replayed_event_comes_back_with_its_id_for_its_group,
    ),
    Mutant(
        "replay_letter",
        "if #redis.call('XRANGE', dead_key, place, place) == 0 then",
        NEVER,
        test_dead.test_dropped_letter_is_gone,
    ),
    Mutant(
        "drop_letter",
        "if redis.call('XDEL', dead_key, place) == 0 then return 0 end",
        "redis.call('XDEL', dead_key, place)",
        test_dead.test_dropped_letter_is_gone,
    ),
]

LEAVES = "redis.call('ZREM', topups_key, payment_id)\n"
OPEN = [
    Mutant(
        "request_topup",
        "redis.call('ZADD', topups_key, text(ctx.now), payment_id)\n",
        "",
        test_topup.test_open_topups_are_found_until_they_are_over,
    ),
    Mutant("settle_payment", LEAVES, "", test_topup.test_open_topups_are_found_until_they_are_over),
    *(
        Mutant(file, old, "", test_topup.test_topup_that_a_person_ended_is_open_again_only_if_a_worker_turns_up)
        for file, old in (
            ("cancel_payment", LEAVES),
            ("fail_payment", "redis.call('ZADD', topups_key, payment.created_ms, payment_id)"),
        )
    ),
    Mutant(
        "claim_payment",
        LEAVES,
        "",
        test_topup.test_topup_whose_card_died_before_it_was_charged_is_no_longer_open,
    ),
    Mutant(
        "fail_payment",
        f"  set_state('failed')\n  {LEAVES}",
        "  set_state('failed')\n",
        test_topup.test_topup_that_brought_no_money_is_no_longer_open,
        {"failure": Failure.DECLINED},
    ),
    Mutant(
        "fail_payment",
        f"  set_state('cancelled')\n  {LEAVES}",
        "  set_state('cancelled')\n",
        test_topup.test_topup_that_was_seen_cancelled_is_no_longer_open,
    ),
]

PAUSES = [
    Mutant(
        "pause_recharge",
        "look_at_slot(ctx, account, true)\n",
        "",
        test_pause.test_recharge_that_waits_when_it_is_paused_is_looked_at_at_once,
    ),
    *(
        Mutant(
            "pause_recharge",
            "account.recharge_on ~= '1' or account.recharge_paused ~= ''",
            check,
            test_pause.test_what_does_not_recharge_is_not_paused,
        )
        for check in ("account.recharge_on ~= '1'", "account.recharge_paused ~= ''")
    ),
]
