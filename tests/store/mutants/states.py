"""Faults in what frozen and closed accounts and overdrafts allow."""

from store.account import State
from tests.store import test_forbidden, test_overdraft, test_state
from tests.store.mutants.mutant import NEVER, Mutant

FREEZE = {"change": test_forbidden.freeze}
EMPTY = "if wanted.state == 'closed' and (account.balance ~= '0' or account.held ~= '0') then"
HAPPENED, CLOSED = test_state.test_frozen_account_takes_what_has_happened, "if account.state == 'closed' then"

STATES = [
    Mutant("set_policy", EMPTY, NEVER, test_state.test_closing_is_refused_while_there_is_a_balance, {"units": 99}),
    Mutant(
        "set_policy",
        "account.balance ~= '0' or",
        "tonumber(account.balance) > 0 or",
        test_state.test_closing_is_refused_while_there_is_a_balance,
        {"units": 101},
    ),
    Mutant(
        "set_policy",
        " or account.held ~= '0'",
        "",
        test_state.test_closing_is_refused_while_credit_is_set_aside,
    ),
    Mutant(
        "set_policy",
        "if wanted.state == 'closed' and",
        "if wanted.state and",
        test_state.test_frozen_account_authorises_nothing,
    ),
    Mutant("set_policy", " or stopped or", " or", test_forbidden.test_unanswered_charge_is_looked_at_at_once, FREEZE),
    Mutant(
        "lib/payment",
        " or account.state ~= 'open'",
        "",
        test_forbidden.test_recharge_ends_once_it_is_seen_cancelled,
        FREEZE,
    ),
    Mutant(
        "lib/account",
        "account.state ~= 'open' or not is_needed",
        "not is_needed",
        test_state.test_account_that_is_not_open_recharges_nothing,
        {"state": State.FROZEN},
    ),
    Mutant("request_topup", CLOSED, NEVER, test_state.test_closed_account_takes_no_usage_and_no_credit),
    Mutant("add_credit", CLOSED, NEVER, test_state.test_closed_account_takes_no_usage_and_no_credit),
    Mutant("post_usage", CLOSED, NEVER, test_state.test_closed_account_takes_no_usage_and_no_credit),
    Mutant("add_credit", CLOSED, "if account.state ~= 'open' then", HAPPENED),
    Mutant("post_usage", CLOSED, "if account.state ~= 'open' then", HAPPENED),
    Mutant("post_usage", "authorised == '1' and account.state == 'frozen'", "account.state == 'frozen'", HAPPENED),
    Mutant(
        "post_usage",
        "if authorised == '1' and account.state == 'frozen' then",
        NEVER,
        test_state.test_frozen_account_authorises_nothing,
    ),
    Mutant(
        "lib/rules",
        "  if account.state ~= 'open' then return MAX end\n",
        "",
        test_state.test_frozen_account_authorises_nothing,
    ),
    Mutant(
        "post_usage",
        "balance - amount < -tonumber(account.overdraft)",
        "balance - amount < 0",
        test_overdraft.test_overdraft_is_used_to_its_limit_and_not_beyond,
    ),
    Mutant(
        "post_usage",
        "balance - amount < -tonumber(account.overdraft)",
        "balance - amount <= -tonumber(account.overdraft)",
        test_overdraft.test_overdraft_is_used_to_its_limit_and_not_beyond,
    ),
    Mutant(
        "post_usage",
        "balance >= amount and call",
        "call",
        test_overdraft.test_lowered_overdraft_holds_at_once,
    ),
]
