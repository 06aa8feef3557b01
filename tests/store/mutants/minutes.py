"""Faults in giving included minutes back."""

from tests.store import test_minutes_back as minutes
from tests.store.charging import MONTH, POOL
from tests.store.mutants.mutant import NEVER, Mutant

LIB, ENTRY, RECORD, REVERSAL = "lib/minutes", "reverse_entry", "reverse_record", "lib/reversal"
ONCE, WHOLE = minutes.test_minutes_are_given_back_once, minutes.test_reversed_entry_gives_minutes_back
SINGLE, SHARE = minutes.test_reversed_record_gives_its_minutes_back, minutes.test_share_is_kept_as_told_while_it_is_used
MOST = minutes.test_no_more_minutes_are_given_back_than_the_entry_took
THIRD = {"number": 3, "month": MONTH, "left": 0}
SECOND = {"number": 2, "month": "2026-10", "left": 100}
TOO_MANY = {"minutes": f"{POOL}:{MONTH}:61", "answer": "refused"}
ALL = {"minutes": f"{POOL}:{MONTH}:60", "answer": "posted"}
BACK = {"back": 1, "kept": "999 80 1000"}
AT_EIGHTY = {"back": 200, "kept": "800 80 1000"}
BELOW = {"back": 201, "kept": "799 0"}

MINUTES = [
    Mutant(LIB, "was == 'records' and string.match", "false and string.match", WHOLE),
    Mutant(LIB, "< seconds + 0 then return nil end", "< 0 then return nil end", MOST, TOO_MANY),
    Mutant(LIB, "(left[name] or 0) < seconds", "(left[name] or 0) <= seconds", MOST, ALL),
    Mutant(LIB, "left[name] = left[name] - seconds\n", "\n", ONCE),
    Mutant(LIB, "if left[name] > 0 then", "if true then", minutes.test_entry_that_pools_paid_is_reversed),
    Mutant(LIB, "return head .. ' ' .. parts .. memo", "return note", WHOLE),
    Mutant(LIB, "head .. ' ' .. parts .. memo", "head .. memo .. ' ' .. parts", WHOLE),
    Mutant(LIB, "(had or 0) - seconds", "(had or 0) - 1", WHOLE),
    Mutant(LIB, "if share and has * 100 < limit * 80 then", NEVER, SHARE, BELOW),
    Mutant(LIB, "has * 100 < limit * 80", "has * 100 <= limit * 80", SHARE, AT_EIGHTY),
    Mutant(LIB, "elseif share and has * 100 < limit * share then", "elseif false then", SHARE, BACK),
    Mutant(LIB, "'80 ' .. limit", "'80'", SHARE, BACK),
    Mutant(ENTRY, "give_minutes_back(minutes)\n", "", WHOLE),
    Mutant(ENTRY, "noted(note, minutes)", "note", WHOLE),
    Mutant(ENTRY, "(micros == '0' and used == '')", "micros == '0'", minutes.test_entry_that_pools_paid_is_reversed),
    Mutant(ENTRY, "(rest == 0 and minutes == '')", "rest == 0", minutes.test_entry_that_pools_paid_is_reversed),
    Mutant(ENTRY, "and minutes == ''", "and false", minutes.test_entry_that_pools_paid_is_reversed),
    Mutant(RECORD, "give_minutes_back(minutes)\n", "", SINGLE, THIRD),
    Mutant(RECORD, "noted(note, minutes)", "note", SINGLE, THIRD),
    Mutant(RECORD, "amount_micros == '0' and minutes == ''", "amount_micros == '0'", SINGLE, SECOND),
    Mutant(RECORD, " or not minutes_left then", " then", MOST, TOO_MANY),
    Mutant(RECORD, "sum + delta, minutes_left)", "sum + delta, left_before)", ONCE),
    Mutant(REVERSAL, "minutes == '' and used or", "minutes == '' and '' or", WHOLE),
    Mutant(REVERSAL, "minutes == '-' and '' or minutes", "minutes", minutes.test_entry_that_pools_paid_is_reversed),
    Mutant(REVERSAL, "minutes == '' and ' -' or", "", minutes.test_entry_that_pools_paid_is_reversed),
    Mutant("lib/correction", "local given = delta >= 0", "local given = delta > 0", SINGLE, THIRD),
    Mutant("lib/correction", "delta > 0 and add_lot(", "delta >= 0 and add_lot(", SINGLE, THIRD),
    Mutant("lib/pooled", "format('%d %d', each.told, each.limit)", "each.told", SHARE, BACK),
]
