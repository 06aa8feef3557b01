"""Faults in claims, settlements, failures, wakes and top-ups."""

from store.money import Money
from store.payments import Failure
from tests.controls import CURRENCY, usd
from tests.store import test_claim, test_fail, test_settle, test_topup
from tests.store.mutants.mutant import NEVER, REPEAT, WANTED, Mutant

PAYMENTS = [
    Mutant(
        "claim_payment",
        "if attempt ~= wanted_attempt then",
        NEVER,
        test_claim.test_claim_of_another_attempt_is_refused,
        {"attempt": 2},
    ),
    Mutant(
        "claim_payment",
        "tonumber(payment.fence) + 1",
        "tonumber(payment.fence)",
        test_claim.test_claimed_again_keeps_attempt_and_key,
    ),
    Mutant(
        "claim_payment",
        "or payment.attempt\n",
        "or text(tonumber(payment.attempt) + 1)\n",
        test_claim.test_claimed_again_keeps_attempt_and_key,
    ),
    Mutant(
        "claim_payment",
        "fresh and attempt == '1'",
        "attempt == '1'",
        test_claim.test_claimed_again_keeps_attempt_and_key,
    ),
    Mutant(
        "claim_payment",
        "and is_dead(account, payment.method) then",
        "and false then",
        test_fail.test_topup_whose_card_died_meanwhile_is_declined,
    ),
    Mutant(
        "claim_payment",
        "(uncharged and payment.kind == 'recharge') and",
        "false and",
        test_claim.test_next_attempt_takes_the_policys_method,
    ),
    Mutant("fail_payment", "if result == 'dead' and", "if false and", test_fail.test_dead_method_is_never_tried_again),
    Mutant(
        "fail_payment", "result == 'declined' and offset", "offset", test_fail.test_dead_method_is_never_tried_again
    ),
    Mutant("fail_payment", "ctx.now + 60000", "0", test_fail.test_retry_is_never_in_the_past),
    Mutant("fail_payment", "tell('recharge_paused')", "text(0)", test_fail.test_dead_method_is_never_tried_again),
    Mutant(
        "fail_payment",
        "is_dead(account, account.method) then pause()",
        "false then pause()",
        test_fail.test_card_that_died_under_a_topup_is_not_charged_by_a_recharge,
    ),
    Mutant(
        "lib/account", "' ' .. method .. ' '", "method", test_fail.test_method_whose_name_contains_a_dead_ones_is_alive
    ),
    Mutant("lib/payment", "payment.account ~= account_id", "false", test_settle.test_payment_belongs_to_one_account),
    Mutant(
        "settle_payment",
        "if known then return table.concat(known, ' ') end",
        "",
        test_settle.test_charge_reported_twice_is_credited_once,
    ),
    Mutant(
        "settle_payment",
        WANTED,
        NEVER,
        test_settle.test_settlement_is_refused,
        {"received": Money.of(50, "EUR"), "reason": "currency_mismatch"},
    ),
    Mutant(
        "settle_payment",
        "if not canonical(amount_micros) then",
        NEVER,
        test_settle.test_settlement_is_refused,
        {"received": usd(0), "reason": "amount_invalid"},
    ),
    Mutant(
        "settle_payment",
        "balance + account.held + amount > MAX",
        "false",
        test_settle.test_settlement_is_refused,
        {"received": Money(2**53 - 1, CURRENCY), "reason": "balance_limit"},
    ),
    Mutant(
        "settle_payment",
        "enter(amount,",
        "enter(tonumber(payment.amount_micros),",
        test_settle.test_what_was_received_is_credited,
    ),
    Mutant("settle_payment", "'state', 'succeeded', ", "", test_claim.test_claim_after_success_is_refused),
    Mutant(
        "settle_payment",
        "\nclose_slot(",
        "\ntext(0, ",
        test_settle.test_success_that_comes_late_is_credited,
        {"failure": Failure.DECLINED},
    ),
    Mutant("request_topup", REPEAT, "", test_topup.test_topup_confirmed_twice_is_one_payment),
    Mutant("request_topup", "\nremember(", "\ntext(0, ", test_topup.test_topup_confirmed_twice_is_one_payment),
    Mutant("request_topup", "if is_dead(account, method) then", NEVER, test_fail.test_dead_method_is_never_tried_again),
]
