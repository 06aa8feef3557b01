"""Faults in the steps of orders to import."""

from tests.store import test_orders
from tests.store.mutants.mutant import NEVER, Mutant

ORDERS = [
    Mutant("move_order", "if state ~= from then", NEVER, test_orders.test_confirmed_is_not_called_off),
    Mutant("move_order", "if state ~= from then", NEVER, test_orders.test_given_twice_is_one_order),
    Mutant(
        "move_order",
        "if owner ~= '' and redis.call('GET', lease_key) ~= owner then",
        NEVER,
        test_orders.test_worker_that_lost_it_changes_nothing,
    ),
    Mutant("move_order", "owner ~= '' and ", "", test_orders.test_confirmed_once),
    Mutant("move_order", "or ''", "or from", test_orders.test_unknown_order_is_gone),
    Mutant("move_order", "'state', to, ", "'state', from, ", test_orders.test_called_off_is_not_charged),
    Mutant("move_order", "unpack(ARGV, 7)", "unpack(ARGV, 9)", test_orders.test_given_order_waits_for_a_worker),
    Mutant(
        "move_order",
        "redis.call('PEXPIRE', order_key, keep_ms)",
        "",
        test_orders.test_given_order_waits_for_a_worker,
    ),
    Mutant("move_order", "if due_ms == '' then", NEVER, test_orders.test_confirmed_once),
    Mutant("move_order", "redis.call('ZREM', pending_key, member)", "", test_orders.test_confirmed_once),
    Mutant("move_order", "pending_key, due_ms, member", "pending_key, 0, member", test_orders.test_put_off),
]
