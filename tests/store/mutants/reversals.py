"""Faults in reversals of entries and of call records."""

from tests.store import test_grounds as grounds
from tests.store import test_reverse_archived as archived
from tests.store import test_reverse_claims as claims
from tests.store import test_reverse_entry as reversing
from tests.store import test_reverse_record as records
from tests.store import test_reverse_refused as refused
from tests.store.mutants.mutant import NEVER, Mutant

ENTRY, RECORD, ORIGINAL, REVERSAL = "reverse_entry", "reverse_record", "lib/original", "lib/reversal"
REPEAT = "if known then return repeated_reversal(known, contents) end"
REFUSE = "if refused then return refused end\n"
NOTHING, ODD = "usage\twallet\tusage:calls\t0\t", "records\twallet\tusage:calls\t00\t"
SPELLED = "'^([1-9]%d*)%-([1-9]%d*)$'"

REVERSALS = [
    Mutant(ENTRY, REPEAT, "", reversing.test_repeat_reverses_nothing_more),
    Mutant(ENTRY, "if not was then", NEVER, refused.test_unknown_entry_is_refused, {"entry": "1-1"}),
    Mutant(ENTRY, "not REVERSIBLE[was] or ", "", refused.test_some_kinds_are_not_reversible),
    Mutant(ENTRY, " or (micros == '0' and used == '') then", " then", grounds.test_what_cost_nothing_is_not_reversed),
    Mutant(ENTRY, "expiry = true }", "expiry = true, reversal = true }", refused.test_some_kinds_are_not_reversible),
    Mutant(ENTRY, "if already or", "if", reversing.test_entry_is_reversed_once_for_ever),
    Mutant(
        ENTRY,
        " or (rest == 0 and minutes == '') then",
        " then",
        records.test_entry_is_reversed_when_all_its_records_are,
    ),
    Mutant(ENTRY, "micros - sum", "micros + 0", records.test_whole_entry_reverses_what_is_left_of_it),
    Mutant(ENTRY, "debit == 'wallet' and rest or -rest", "rest", reversing.test_grant_is_reversed),
    Mutant(ENTRY, REFUSE, "", refused.test_closed_account_is_not_changed),
    Mutant(ENTRY, "return keep_reversed(outcome, delta)", "return outcome", reversing.test_reversal_is_posted),
    Mutant(RECORD, REPEAT, "", records.test_repeat_gives_nothing_more_back),
    Mutant(RECORD, "if not was then", NEVER, records.test_unknown_entry_is_refused, {"entry": "1-1"}),
    Mutant(RECORD, "was ~= 'records' or ", "", records.test_only_entries_of_call_records_have_records),
    Mutant(
        RECORD, "if amount_micros == '0' and minutes == '' then", NEVER, grounds.test_what_cost_nothing_is_not_reversed
    ),
    Mutant(ORIGINAL, "(%d+)\\t')", "([1-9]%d*)\\t')", grounds.test_what_cost_nothing_is_not_reversed),
    Mutant(ORIGINAL, "was ~= 'records' or ", "", archived.test_what_is_no_entry_is_refused, {"told": NOTHING}),
    Mutant(ORIGINAL, " or micros ~= '0')", ")", archived.test_what_is_no_entry_is_refused, {"told": ODD}),
    Mutant(ORIGINAL, "then was = nil end", "then end", archived.test_what_is_no_entry_is_refused, {"told": NOTHING}),
    Mutant(RECORD, " or line ~= told then", " then", claims.test_what_was_unpacked_has_to_be_the_entry),
    Mutant(
        RECORD,
        "if amount_micros ~= '0' and not canonical(amount_micros) then",
        NEVER,
        claims.test_amount_is_one_that_a_record_can_have,
        {"amount": "-1"},
    ),
    Mutant(RECORD, "if already then", NEVER, records.test_record_is_reversed_once_for_ever),
    Mutant(
        RECORD,
        "sum + delta > tonumber(micros) or",
        "",
        claims.test_records_give_back_no_more_than_the_entry_took,
    ),
    Mutant(
        RECORD,
        "sum + delta > tonumber",
        "delta > tonumber",
        claims.test_records_give_back_no_more_than_the_entry_took,
    ),
    Mutant(
        RECORD, "> tonumber(micros)", ">= tonumber(micros)", records.test_entry_is_reversed_when_all_its_records_are
    ),
    Mutant(RECORD, REFUSE, "", records.test_closed_account_is_not_changed),
    Mutant(RECORD, "lines + 1,", "lines,", records.test_record_is_reversed_once_for_ever),
    Mutant(RECORD, "sum + delta, minutes", "delta, minutes", records.test_whole_entry_reverses_what_is_left_of_it),
    Mutant(
        REVERSAL,
        "call('HSET', reversed_key, lines_field,",
        "type('',",
        records.test_whole_entry_reverses_what_is_left_of_it,
    ),
    Mutant(
        REVERSAL,
        "if not string.find(answer, '^repeated ') then return answer end",
        "",
        refused.test_operation_of_another_kind_is_a_conflict,
    ),
    Mutant(
        REVERSAL,
        "local answer = repeated(known, contents)",
        "local answer = 'repeated ' .. string.sub(known, #contents + 1)",
        reversing.test_only_one_half_of_a_repeat_is_no_repeat,
    ),
    Mutant(REVERSAL, "call('HSET', reversed_key, field,", "type('',", reversing.test_entry_is_reversed_once_for_ever),
    Mutant(REVERSAL, "kept[1] or kept[2]", "kept[1]", records.test_record_is_reversed_once_for_ever),
    Mutant(REVERSAL, "kept[1] or kept[2]", "kept[2]", records.test_record_of_a_reversed_entry_is_reversed),
    Mutant(REVERSAL, "or lines_field .. record", "or record", records.test_entries_keep_their_records_apart),
    Mutant(REVERSAL, "local change = format('%d', delta)", "local change = micros", reversing.test_grant_is_reversed),
    Mutant(ORIGINAL, "'^(", "'(", refused.test_unknown_entry_is_refused, {"entry": "x1-1"}),
    Mutant(ORIGINAL, SPELLED, "'^(%d+)%-([1-9]%d*)$'", refused.test_entry_has_one_name, {"spelled": "0{ms}-{number}"}),
    Mutant(ORIGINAL, SPELLED, "'^([1-9]%d*)%-(%d+)$'", refused.test_entry_has_one_name, {"spelled": "{ms}-0{number}"}),
    Mutant(ORIGINAL, SPELLED, "'^([1-9]%d*)%-([1-9]%d*)'", archived.test_entry_of_a_version_is_one_entry),
    Mutant(
        ORIGINAL,
        "#ms <= 15 and ",
        "",
        refused.test_unknown_entry_is_refused,
        {"entry": "99999999999999999999-1"},
    ),
    Mutant(
        ORIGINAL,
        " and #number <= 15",
        "",
        refused.test_unknown_entry_is_refused,
        {"entry": "1-99999999999999999999"},
    ),
    Mutant(ORIGINAL, "debit == 'wallet' and credit or", "", reversing.test_reversal_is_posted),
    Mutant(ORIGINAL, "and not found then", "then", archived.test_journal_is_believed_and_nobody_else),
    Mutant(ORIGINAL, "number + 0 <= last + 0 and ", "", archived.test_only_what_was_archived_is_taken_from_the_archive),
    Mutant(ORIGINAL, " and ms + 0 <= last_ms + 0", "", archived.test_only_what_was_archived_is_taken_from_the_archive),
    Mutant(
        ORIGINAL,
        "if last and number + 0 <= last + 0 and ms + 0 <= last_ms + 0 then",
        "if true then",
        archived.test_nothing_is_taken_from_the_archive_of_an_account_without_one,
    ),
    Mutant(ORIGINAL, "then line = told end", "then line = '' end", archived.test_archived_entry_is_reversed),
    Mutant(
        ORIGINAL,
        "'^0')",
        "'^00')",
        archived.test_what_is_no_entry_is_refused,
        {"told": "usage\twallet\tusage:calls\t01\t"},
    ),
]
