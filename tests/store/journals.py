"""Journals made up by chance, true ones and tampered ones, as the stream has them."""

import random

from store.columns import Raw
from store.lots import NEVER_MS

CREDITS = ("grant\tpromotional", "topup\tfunding:card")


def journal(seed: random.Random, length: int) -> list[Raw]:
    """`length` entries that fit: credit, usage that one lot or several or none pays, holds, words from people."""
    made: list[Raw] = []
    lots: list[list[int]] = []  # id, left; first one first
    holds: dict[str, int] = {}
    balance, ms = 0, 1_700_000_000_000
    for version in range(1, length + 1):
        ms += seed.choice([0, 0, 1, 977])
        words = seed.choice(["", "a call", "a\ttab", "two\nlines", "ü€ \r", "=1+1"] if seed.random() < 0.02 else ["x"])
        note = f"system:pbx\top-{version}\t\t{words}"
        if not lots or seed.random() < 0.05:
            micros = seed.randint(1, 5_000_000)
            unpaid = min(max(0, -balance - sum(holds.values())), micros)
            lot = f"{version}/0/{NEVER_MS}"
            text = "-=" + str(micros) if unpaid == micros else lot
            if 0 < unpaid < micros:
                text = f"-={unpaid} {lot}={micros - unpaid}"
            if unpaid < micros:
                lots.append([version, micros - unpaid])
            balance += micros
            line = f"{seed.choice(CREDITS)}\twallet\t{micros}\t{balance}\t{text}\t{note}"
        elif seed.random() < 0.1 and balance > 10:
            hold, micros = f"h{version}", seed.randint(1, balance)
            holds[hold] = micros
            balance -= micros
            line = f"hold\twallet\tholds\t{micros}\t{balance}\t\tsystem:pbx\top-{version}\t{hold}\t"
        elif holds and seed.random() < 0.5:
            hold, micros = holds.popitem()
            balance += micros
            line = f"release\tholds\twallet\t{micros}\t{balance}\t\tsystem:pbx\top-{version}\t{hold}\t"
        else:
            micros = seed.randint(1, seed.choice([1000, 100_000, 6_000_000]))
            text = _pay(lots, micros)
            balance -= micros
            line = f"usage\twallet\tusage:{seed.choice('ab')}\t{micros}\t{balance}\t{text}\t{note}"
        made.append((f"{ms}-{version}".encode(), line.encode()))
    return made


def _pay(lots: list[list[int]], micros: int) -> str:
    paid = []
    while micros:
        if not lots:
            paid.append(["-", micros])
            break
        part = min(lots[0][1], micros)
        paid.append([str(lots[0][0]), part])
        lots[0][1] -= part
        micros -= part
        if not lots[0][1]:
            lots.pop(0)
    return str(paid[0][0]) if len(paid) == 1 and paid[0][0] != "-" else " ".join(f"{lot}={part}" for lot, part in paid)


FIELDS = ("id", "debit", "credit", "micros", "after", "lots")
"""What an entry says of money."""


def tampered(seed: random.Random, entry: Raw, field: str) -> Raw:
    """The entry with this field changed to something else that could stand there."""
    entry_id, line = entry[0].decode(), entry[1].decode().split("\t", 9)
    kind, debit, credit, micros, after, lots, *note = line
    if field == "id":
        ms, version = map(int, entry_id.split("-"))
        entry_id = seed.choice([f"{ms}-{version + 1}", f"{ms}-{version - 1}", f"{ms - 10**9}-{version}"])
    if field == "debit":
        debit = seed.choice([each for each in ("holds", "promotional", "usage:c") if each != debit])
    if field == "credit":
        credit = seed.choice([each for each in ("holds", "expired", "usage:c") if each != credit])
    if field == "micros":
        micros = seed.choice([str(int(micros) + 1), "0", f"-{micros}", "", "x", str(2**63)])
    if field == "after":
        after = seed.choice([str(int(after) - 1), str(-int(after) or 7), "", str(2**62)])
    if field == "lots":
        others = ["", "999999", "x", lots + " 1=1", "1=1=1"]
        lots = seed.choice(others if lots.startswith("-=") else [*others, "-"])
    return entry_id.encode(), "\t".join([kind, debit, credit, micros, after, lots, *note]).encode()
