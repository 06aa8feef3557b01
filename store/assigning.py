"""Rules for cost centres over whole columns of calls: what each of them says of each different value, once.

Imported only where calls are charged: pyarrow takes longer to load than the bot to start.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from store.calls import Batch
from store.centres import Match, Rule
from store.charged import Assigned
from store.fewer import encoded
from store.prefixes import Ints, begin_with, numbers
from store.tariff import LONGEST_PREFIX


def assign(rules: Sequence[Rule], calls: Batch) -> Assigned:
    """The first rule that matches each call says who bears it and who pays; "" where none does."""
    if not rules:
        return Assigned()
    first = np.full(len(calls), len(rules), np.int64)
    for match in Match:
        those = [(place, rule) for place, rule in enumerate(rules) if rule.match is match]
        if those:
            np.minimum(first, _first(match, those, len(rules), calls), out=first)
    places = pa.array(first.astype(np.int32))
    centres, accounts = ([*(getattr(each, name) for each in rules), ""] for name in ("centre", "account"))
    return Assigned(
        pa.DictionaryArray.from_arrays(places, pa.array(centres, pa.string())),
        pa.DictionaryArray.from_arrays(places, pa.array(accounts, pa.string())) if any(accounts) else None,
    )


def _first(match: Match, rules: Sequence[tuple[int, Rule]], none: int, calls: Batch) -> Ints:
    """The place of the first of these rules that matches each call."""
    codes, values = encoded(calls[match])
    if match is Match.NUMBER:
        read = numbers(values, LONGEST_PREFIX)
        keys = np.where(read.readable, read.keys, -1)
        found = np.full(len(values), none, np.int64)
        for place, rule in reversed(rules):
            found[begin_with([rule.value], keys, LONGEST_PREFIX)] = place
        return found[codes] if len(values) else np.full(len(codes), none, np.int64)
    by_value: dict[str, int] = {}
    for place, rule in rules:
        by_value.setdefault(rule.value.casefold(), place)
    return np.array([by_value.get(each.casefold(), none) for each in values.to_pylist()] or [none], np.int64)[codes]
