"""Faults in the path without functions that leave a posting as it should be, but not all that goes with it."""

from tests.store.mutants.mutant import Mutant
from tests.store.test_fast_path import test_short_cut_changes_nothing as killer

SHORT_CUTS = [
    Mutant("post_usage", " and credit == counter", "", killer, {"seed": 0}),
    Mutant("post_usage", "'wallet', lot\n", "'wallet', ''\n", killer, {"seed": 0}),
    Mutant("post_usage", "balance - amount >= least", "balance - amount >= least - 1000000", killer, {"seed": 0}),
    Mutant("place_hold", "  call('HINCRBY', account_key, 'held', micros)\n", "", killer, {"seed": 0}),
    Mutant("place_hold", "  call('ZADD', holds_key, expires_ms, hold_id)\n", "", killer, {"seed": 0}),
]
