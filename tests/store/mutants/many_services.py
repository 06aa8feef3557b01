"""Faults in the bound of an account's services."""

from tests.store import test_services_many as many
from tests.store.mutants.mutant import Mutant

LIB = "lib/services"
LAST, HOLD = many.test_hold_makes_its_service_one_of_the_account, many.test_hold_for_one_service_more_is_refused
RECORD = many.test_records_of_one_service_more_are_refused
INVENTED = {"service": "invented", "posted": 0}

MANY_SERVICES = [
    Mutant(LIB, "count >= MOST_SERVICES", "count > MOST_SERVICES", HOLD),
    Mutant(LIB, "MOST_SERVICES = 50", "MOST_SERVICES = 49", LAST),
    Mutant(LIB, "listed == '1' or met", "met", HOLD),
    Mutant(LIB, "listed == '1' or met", "listed == '1'", RECORD, {"service": "s7", "posted": 1}),
    Mutant(LIB, "== 'total:usage:' then", "== 'total:usage;' then", HOLD),
    Mutant("place_hold", " or service_refusal()", "", HOLD),
    Mutant("place_hold", "and (met or listed == '1') and balance", "and balance", HOLD),
    Mutant("place_hold", "local counter = 'usage:' .. service", "local counter = 'expired'", LAST),
    Mutant(
        "capture_hold",
        " or told_service ~= '' and service_refusal()",
        "",
        many.test_capture_for_one_service_more_is_refused,
    ),
    Mutant(
        "capture_hold",
        " and (met or listed == '1' or told_service == '')",
        "",
        many.test_capture_for_one_service_more_is_refused,
    ),
    Mutant(
        "capture_hold",
        "told_service ~= '' and service_refusal()",
        "service_refusal()",
        many.test_capture_for_the_service_of_the_hold_is_never_refused,
    ),
    Mutant("post_records", "local refused = service_refusal()\n", "local refused = nil\n", RECORD, INVENTED),
]
