"""Faults in transfers."""

from store.account import State
from tests.controls import REF
from tests.store import test_transfer_credit as credit
from tests.store import test_transfer_lots as lots
from tests.store import test_transfer_refused as refused
from tests.store.mutants.mutant import NEVER, Mutant
from tests.store.pair import SECOND

FILE = "transfer_credit"
FROZEN = {"state": State.FROZEN, "reason": "account_frozen"}

TRANSFERS = [
    Mutant(
        FILE,
        "if account_key == taker_account_key then",
        NEVER,
        refused.test_accounts_currency_and_amount_are_checked,
    ),
    Mutant(
        FILE,
        "if type(taker) == 'string' then",
        NEVER,
        refused.test_accounts_currency_and_amount_are_checked,
    ),
    Mutant(
        FILE,
        "if type(giver) == 'string' then",
        NEVER,
        refused.test_accounts_currency_and_amount_are_checked,
    ),
    Mutant(FILE, "if currency ~= wanted then", NEVER, refused.test_accounts_currency_and_amount_are_checked),
    Mutant(
        FILE,
        "if not giver.canonical(amount_micros) then",
        NEVER,
        refused.test_accounts_currency_and_amount_are_checked,
    ),
    Mutant(
        FILE,
        "if known then return giver.repeated(known, contents) end",
        "",
        credit.test_repeat_moves_nothing,
    ),
    Mutant(
        FILE,
        "return giver.repeated(known, contents)",
        "return 'repeated ' .. string.sub(known, #contents + 1)",
        refused.test_operation_id_with_other_contents_is_refused,
        {"changed": {"amount": 31}},
    ),
    Mutant(
        FILE,
        "giver.refusal(-amount) or ",
        "",
        refused.test_both_accounts_have_to_be_open,
        {**FROZEN, "ref": REF},
    ),
    Mutant(
        FILE,
        " or taker.refusal(amount)",
        "",
        refused.test_both_accounts_have_to_be_open,
        {**FROZEN, "ref": SECOND},
    ),
    Mutant(
        FILE,
        "if account.state ~= 'open' then",
        "if account.state == 'closed' then",
        refused.test_both_accounts_have_to_be_open,
        {**FROZEN, "ref": SECOND},
    ),
    Mutant(FILE, "+ change > MAX or", "+ change >= MAX or", refused.test_takers_balance_has_its_limit),
    Mutant(FILE, "balance + account.held + change > MAX or ", "", refused.test_takers_balance_has_its_limit),
    Mutant(FILE, " or math.abs(total - change) > MAX", "", refused.test_total_of_transfers_has_its_limit),
    Mutant(
        FILE,
        "(total - change) > MAX",
        "(total - change) >= MAX",
        refused.test_total_of_transfers_has_its_limit,
    ),
    Mutant(
        FILE,
        "if available() < amount then",
        "if available() <= amount then",
        credit.test_transfer_of_all_leaves_nothing,
    ),
    Mutant(FILE, "if available() < amount then", NEVER, refused.test_what_is_set_aside_does_not_move),
    Mutant(
        FILE,
        "return balance - math.min(rest, math.max(balance, 0))",
        "return balance",
        refused.test_expired_credit_that_is_set_aside_does_not_move,
        {"used_up": False},
    ),
    Mutant(
        FILE,
        "rest = rest + read_lot(format('%d', tonumber(each)))",
        "",
        refused.test_expired_credit_that_is_set_aside_does_not_move,
        {"used_up": True},
    ),
    Mutant(
        FILE,
        "      if expires > now then\n",
        "      if true then\n",
        lots.test_expired_credit_of_the_giver_leaves_first,
    ),
    Mutant(
        FILE,
        "'(' .. rank(class, now)",
        "rank(class, 0)",
        lots.test_expired_lots_that_wait_are_not_counted,
    ),
    Mutant(
        FILE,
        "if balance > tonumber(account.bottom) then ids[1] = lot end",
        "ids[1] = lot",
        lots.test_used_up_lot_is_no_part,
    ),
    Mutant(FILE, "if #parts == MOST then", NEVER, lots.test_parts_are_limited_in_number),
    Mutant(
        FILE,
        "if #parts == MOST then",
        "if #parts == MOST - 1 then",
        lots.test_parts_are_limited_in_number,
    ),
    Mutant(
        FILE,
        "for class = GRANTED, PAID do",
        "for class = GRANTED, GRANTED do",
        lots.test_parts_keep_class_and_expiry,
    ),
    Mutant(FILE, "left = left - part.micros", "", credit.test_transfer_is_posted),
    Mutant(FILE, "        forget(part.id)\n", "", lots.test_parts_keep_class_and_expiry),
    Mutant(
        FILE,
        "part.rest - part.micros, part.class",
        "part.rest, part.class",
        lots.test_parts_keep_class_and_expiry,
    ),
    Mutant(
        FILE,
        "elseif part.rest == part.micros then",
        "elseif false then",
        lots.test_parts_keep_class_and_expiry,
    ),
    Mutant(
        FILE,
        "local _, place_key = recall(mark) -- an",
        "local place_key = earlier -- an",
        credit.test_repeat_is_known_after_an_expiry_and_a_turn_of_the_epoch,
    ),
    Mutant(
        FILE,
        "  local function give(amount, parts)\n    begin()\n",
        "  local function give(amount, parts)\n    left = balance - account.bottom\n",
        lots.test_expired_credit_of_the_giver_leaves_first,
    ),
    Mutant(FILE, "    count(counter, amount)\n", "", credit.test_there_and_back_leaves_no_total),
    Mutant(FILE, "      count(counter, -part.micros)\n", "", credit.test_there_and_back_leaves_no_total),
    Mutant(
        FILE,
        "    settle_down(payment_key, payment_id)\n",
        "",
        credit.test_giver_crosses_its_levels_and_recharges,
    ),
    Mutant(
        FILE,
        "    settle_upwards(ctx, account, balance, 'transfer')\n",
        "",
        credit.test_taker_recovers_and_needs_no_recharge,
    ),
    Mutant(FILE, "    look_at_slot(ctx, account)\n", "", credit.test_taker_recovers_and_needs_no_recharge),
    Mutant(
        FILE,
        "add_lot(part.micros, part.class, part.expires)",
        "add_lot(part.micros, PAID, part.expires)",
        lots.test_parts_keep_class_and_expiry,
    ),
    Mutant(
        FILE,
        "add_lot(part.micros, part.class, part.expires)",
        "add_lot(part.micros, part.class, NEVER)",
        lots.test_transferred_lot_is_on_the_schedule,
    ),
    Mutant(
        FILE,
        "  local function take(parts, entry)\n    begin()\n",
        "  local function take(parts, entry)\n    left = balance - account.bottom\n",
        lots.test_expired_credit_of_the_taker_leaves_first,
    ),
    Mutant(FILE, "taker.take(parts, string.match(outcome, '^%S+'))", "", credit.test_transfer_is_posted),
    Mutant(FILE, "string.match(outcome, '^%S+'))", "'')", credit.test_transfer_is_posted),
    Mutant(
        FILE,
        "local refused = giver.refusal",
        "giver.touch = redis.call('HSET', account_key, 'touched', '1')\nlocal refused = giver.refusal",
        refused.test_insufficient_credit_changes_nothing,
    ),
]
