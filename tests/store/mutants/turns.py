"""Faults in what becomes of a recharge that is forbidden and that may have been charged."""

from store.payments import Failure, Step
from tests.store import (
    test_calling_off,
    test_cap_at_claim,
    test_claim,
    test_fail,
    test_forbidden,
    test_new_settings,
    test_owner,
    test_stuck,
    test_unavailable,
)
from tests.store.mutants.mutant import NEVER, Mutant

OFF, CARD = {"change": test_forbidden.switch_off}, {"change": test_forbidden.change_card}
CAP, GRANT = {"change": test_forbidden.lower_cap}, {"change": test_forbidden.grant}
PAUSE = {"change": test_forbidden.pause}

CLAIMS = [
    Mutant(
        "claim_payment",
        "if uncharged and forbidden and",
        "if fresh and forbidden and",
        test_unavailable.test_cap_lowered_during_an_outage_holds,
    ),
    Mutant(
        "claim_payment",
        "  cancel(forbidden)\n",
        "",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "and forbidden ~= 'other_card' then",
        "then",
        test_claim.test_next_attempt_takes_the_policys_method,
    ),
    Mutant(
        "claim_payment",
        "if forbidden == 'above_cap' then look_at",
        "if false then look_at",
        test_cap_at_claim.test_recharge_above_the_lowered_cap_is_cancelled,
    ),
    Mutant(
        "claim_payment",
        "if forbidden == 'above_cap' then look_at",
        "if true then look_at",
        test_unavailable.test_recharge_switched_off_during_an_outage_is_not_charged,
    ),
    Mutant(
        "claim_payment",
        "step == 'charge' and unwanted(",
        "unwanted(",
        test_owner.test_outage_while_asking_lets_no_setting_end_it,
        {"step": Step.FIND},
    ),
    Mutant(
        "claim_payment",
        "local turned = asks_again and forbidden",
        "local turned = payment.state == 'unknown' and forbidden",
        test_forbidden.test_charge_that_may_have_been_made_is_not_asked_for_again,
        {**OFF, "lost": None},
    ),
    *(
        Mutant(
            "claim_payment",
            "if turned then step = 'cancel' end",
            "",
            test_forbidden.test_charge_that_may_have_been_made_is_not_asked_for_again,
            {**change, "lost": Failure.UNKNOWN},
        )
        for change in (OFF, CARD, CAP, GRANT)
    ),
    Mutant(
        "claim_payment",
        "and not turned and not may_ask",
        "and not may_ask",
        test_forbidden.test_twenty_hours_begin_anew_with_the_cancelling,
        {"hours": 30},
    ),
    Mutant(
        "claim_payment",
        "(uncharged or turned) and text(ctx.now)",
        "uncharged and text(ctx.now)",
        test_forbidden.test_twenty_hours_begin_anew_with_the_cancelling,
        {"hours": 19},
    ),
    Mutant(
        "claim_payment",
        "(uncharged or turned) and text(ctx.now)",
        "(fresh or turned) and text(ctx.now)",
        test_stuck.test_twenty_hours_count_from_the_first_asking_of_the_attempt,
    ),
    Mutant(
        "claim_payment",
        "(uncharged or turned) and text(ctx.now) or payment.first_asked_ms",
        "text(ctx.now)",
        test_stuck.test_unanswered_charge_is_stuck_after_twenty_hours,
        {"lost": Failure.UNKNOWN},
    ),
    Mutant(
        "claim_payment",
        "if asks_again and not turned and not may_ask_again(payment, ctx.now) then",
        NEVER,
        test_stuck.test_unanswered_charge_is_stuck_after_twenty_hours,
        {"lost": Failure.UNKNOWN},
    ),
    Mutant(
        "claim_payment",
        "(fresh or turned) and '0'",
        "turned and '0'",
        test_fail.test_each_attempt_asks_again_from_the_start,
    ),
    Mutant(
        "claim_payment",
        "(fresh or turned) and '0'",
        "fresh and '0'",
        test_forbidden.test_first_wait_of_the_cancelling_is_short,
    ),
]

LOOKS = [
    Mutant(
        "wake_payment",
        "settings = { retrying = true, unavailable = true, unknown = true,",
        "settings = { retrying = true, unavailable = true,",
        test_forbidden.test_unanswered_charge_is_looked_at_at_once,
        OFF,
    ),
    Mutant(
        "wake_payment",
        "if cause == 'settings' and not unwanted(ctx, account, payment) then",
        NEVER,
        test_forbidden.test_charge_that_is_allowed_again_is_asked_for_again,
    ),
    Mutant(
        "wake_payment",
        "if cause == 'settings' and not unwanted(ctx, account, payment) then",
        NEVER,
        test_forbidden.test_lower_cap_with_room_changes_nothing,
        {"failure": Failure.NEEDS_ACTION},
    ),
    Mutant(
        "wake_payment",
        "if cause == 'settings' and not unwanted",
        "if not unwanted",
        test_fail.test_unanswered_charge_is_asked_for_again,
    ),
    Mutant("set_policy", " or lowered)", ")", test_forbidden.test_unanswered_charge_is_looked_at_at_once, CAP),
    Mutant(
        "set_policy",
        " or lowered)",
        " or true)",
        test_new_settings.test_other_settings_leave_the_schedule_alone,
    ),
    Mutant(
        "set_policy",
        "wanted.recharge_on == '0' or method ~= old_method or",
        "method ~= old_method or",
        test_new_settings.test_switching_off_puts_the_open_recharge_on_the_schedule,
    ),
    Mutant(
        "set_policy",
        "wanted.recharge_on == '0' or method ~= old_method or",
        "wanted.recharge_on == '0' or",
        test_new_settings.test_new_card_puts_the_open_recharge_on_the_schedule,
    ),
    Mutant(
        "fail_payment",
        "  look_at_slot(ctx, account, true)\n",
        "",
        test_forbidden.test_unanswered_charge_is_looked_at_at_once,
        PAUSE,
    ),
    Mutant(
        "fail_payment",
        "if result == 'needs_action' and unwanted(ctx, account, payment) then",
        NEVER,
        test_forbidden.test_charge_that_turns_out_to_wait_for_its_owner_is_cancelled,
        CAP,
    ),
    Mutant(
        "fail_payment",
        "then return call_off('') end",
        "then return call_off('1') end",
        test_calling_off.test_what_was_given_up_while_it_was_asked_goes_on_anew,
    ),
]
