"""Faults in loading rate cards and in setting pools."""

from tests.store import test_cards, test_plans
from tests.store.mutants.mutant import NEVER, REPEAT, Mutant

TARIFFS = [
    Mutant(
        "load_card",
        "if redis.call('HGET', cards_key, card_id) then return { 'done', 'known' } end",
        "",
        test_cards.test_same_card_is_loaded_once,
    ),
    Mutant("load_card", "redis.call('HLEN', cards_key) + 1", "1", test_cards.test_cards_are_listed_newest_first),
    Mutant("load_card", "redis.call('SET', card_key, content)", "", test_cards.test_new_card_is_noticed),
    Mutant("load_card", "new = told", "new = ''", test_cards.test_card_is_loaded),
    Mutant("set_plan", REPEAT, "", test_plans.test_repeat_does_not_undo_a_later_plan),
    Mutant(
        "set_plan",
        "redis.call('EXISTS', account_key) == 0",
        "false",
        test_plans.test_pools_of_an_unknown_account_are_refused,
    ),
    Mutant("set_plan", "topic == 'pools' and ", "", test_plans.test_zone_needs_no_account),
    Mutant("set_plan", "if old == value then", NEVER, test_plans.test_setting_the_same_again_is_silent),
    Mutant("set_plan", "old = old, new = value", "old = '', new = ''", test_plans.test_zone_is_the_workspaces),
]
