"""The check of histories itself: what is true passes, and each way of being wrong is seen."""

from store.account import Entry
from store.money import Money
from store.outcomes import Held, Posted, Reason, Refused, Repeated, Resolved
from tests.controls import CURRENCY, usd
from tests.store.linearizing import Call, Outcome, Request, contradictions

CREDIT, CHARGE = Request("credit", "credit-1", 10), Request("charge", "charge-1", 10, authorised=True)
PLACE, CAPTURE = Request("place", "place-1", 10, "call-1"), Request("capture", "capture-1", 4, "call-1")
POOR = Refused(Reason.INSUFFICIENT_CREDIT)


def posted(number: int, before: int, after: int) -> Posted:
    """The answer to a posting."""
    return Posted(f"5-{number}", usd(before), usd(after), 5)


def journal(*operations: str) -> list[Entry]:
    """Entries of these operations, of which the check reads no more than their order and ids."""
    zero = Money(0, CURRENCY)
    return [
        Entry(f"5-{number}", "", "", "", zero, zero, number, "", "", operation, "", "")
        for number, operation in enumerate(operations, 1)
    ]


def history(*calls: tuple[Request, int, int, Outcome]) -> list[Call]:
    """Calls from their request, invocation, completion and outcome."""
    return [Call(*each) for each in calls]


CREDITED, CHARGED = (CREDIT, 0, 1, posted(1, 0, 10)), (CHARGE, 2, 3, posted(2, 10, 0))


def test_answers_in_their_order_are_no_contradiction() -> None:
    """Credit, a hold, its capture and its repeat, one after another."""
    held, resolved = Held("5-2", usd(0), 9), Resolved("5-4", usd(10), usd(6))
    again = Resolved("5-4", usd(10), usd(6), repeated=True)
    calls = history(CREDITED, (PLACE, 2, 3, held), (CAPTURE, 4, 5, resolved), (CAPTURE, 6, 7, again))

    assert contradictions(calls, journal("credit-1", "place-1", "capture-1", "capture-1")) == []


def test_refusal_beside_the_credit_that_came_too_late_is_none() -> None:
    """Asked before the credit was answered, a charge may have come before it."""
    calls = history((CREDIT, 0, 2, posted(1, 0, 10)), (CHARGE, 1, 3, POOR))

    assert contradictions(calls, journal("credit-1")) == []


def test_refusal_that_the_balance_never_allowed_is_seen() -> None:
    """Asked after the credit was answered, it cannot have."""
    calls = history(CREDITED, (CHARGE, 2, 3, POOR))

    [wrong] = contradictions(calls, journal("credit-1"))

    assert "no place" in wrong


def test_refusal_before_what_another_saw_refused_is_seen() -> None:
    """Refusals have an order, too: the second was asked after the first, which only the credit explains."""
    other = Request("charge", "credit-1", 10)
    calls = history(
        (CREDIT, 0, 9, posted(1, 0, 10)),
        (other, 1, 2, Refused(Reason.OPERATION_CONFLICT)),
        (CHARGE, 3, 4, POOR),
    )

    [wrong] = contradictions(calls, journal("credit-1"))

    assert "charge-1" in wrong


def test_refusal_that_only_a_later_posting_explains_is_seen() -> None:
    """The charge that left too little was asked for when the other had been refused already."""
    other = Request("charge", "charge-2", 10, authorised=True)
    calls = history(CREDITED, (other, 2, 3, POOR), (CHARGE, 4, 5, posted(2, 10, 0)))

    [wrong] = contradictions(calls, journal("credit-1", "charge-1"))

    assert "charge-2" in wrong


def test_entry_before_one_that_was_answered_earlier_is_seen() -> None:
    """The journal has them the other way round than time."""
    late = Request("credit", "credit-2", 5)
    calls = history((CREDIT, 0, 1, posted(2, 5, 15)), (late, 2, 3, posted(1, 0, 5)))

    [wrong] = contradictions(calls, journal("credit-2", "credit-1"))

    assert "had completed" in wrong


def test_wrong_balance_is_seen() -> None:
    """An answer's balance is not that of its place."""
    calls = history(CREDITED, (CHARGE, 2, 3, posted(2, 11, 1)))

    [wrong] = contradictions(calls, journal("credit-1", "charge-1"))

    assert "should say [10, 0]" in wrong


def test_posting_that_had_to_be_refused_is_seen() -> None:
    """Authorised usage of more than there is."""
    calls = history((CHARGE, 0, 1, posted(1, 0, -10)))

    [wrong] = contradictions(calls, journal("charge-1"))

    assert "insufficient_credit" in wrong


def test_operation_posted_twice_is_seen() -> None:
    """Both are answered as posted, and the journal has both."""
    calls = history(CREDITED, (CREDIT, 2, 3, posted(2, 10, 20)))

    assert contradictions(calls, journal("credit-1", "credit-1")) != []


def test_lost_posting_is_seen() -> None:
    """It was answered as posted, and the journal has nothing of it."""
    assert contradictions(history(CREDITED, CHARGED), journal("credit-1")) != []


def test_repeat_with_another_answer_is_seen() -> None:
    """It has to be the first one's."""
    calls = history(CREDITED, (CREDIT, 2, 3, Repeated("5-1", usd(0), usd(11), 5)))

    [wrong] = contradictions(calls, journal("credit-1"))

    assert "no place" in wrong
