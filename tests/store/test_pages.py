"""Which calls come into one entry: those whose names are near, because these are kept together."""

from itertools import pairwise

import numpy as np

from store.call import CALLING, CONFERENCE
from store.calls import to_columns
from store.rated import Calls, Rated
from store.ratings import Rater
from store.recording import MAX_LINES
from tests.store.rating import call, card, terms

TERMS = terms(card(), card(service=CONFERENCE))
COUNT = 4 * MAX_LINES + 10


def test_names_of_a_page_lie_together_and_its_calls_in_their_order() -> None:
    """Each service for itself; every call is in one page."""
    services = [CONFERENCE if number % 4 else CALLING for number in range(COUNT)]
    batch = to_columns([call(id=f"call-{number}", service=each) for number, each in enumerate(services)])
    calls = Calls.of(batch, np.arange(COUNT))

    rated = Rated.of(calls, Rater(TERMS), {})
    pages = list(rated.pages(TERMS, {}, MAX_LINES))

    assert [len(each.lines) for each in pages if each.lines.service == CONFERENCE] == [MAX_LINES] * 3 + [7]
    assert sorted(row for each in pages for row in each.rows.tolist()) == [*range(COUNT)]
    for page in pages:
        assert page.rows.tolist() == sorted(page.rows.tolist())
        assert {services[row] for row in page.rows} == {page.lines.service}
        assert page.lines.batch["id"].to_pylist() == [f"call-{row}" for row in page.rows]
    for service in (CALLING, CONFERENCE):
        bounds = [
            (calls.names[each.rows].min(), calls.names[each.rows].max())
            for each in pages
            if each.lines.service == service
        ]
        assert all(one[1] < other[0] for one, other in pairwise(bounds))
