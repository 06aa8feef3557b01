"""The rest of the model: an account's state and overdraft, and what puts an entry right."""

from dataclasses import dataclass, field

from tests.store.model_holds import HoldsModel
from tests.store.model_lots import YEAR

FINAL = ("pay-", "reversal-")
"""What the operations of entries begin with that have an end of their own: payments and reversals."""


@dataclass
class WholeModel(HoldsModel):
    """Each method answers what the store should answer."""

    reversed: set[int | tuple[int, str]] = field(default_factory=set)
    """Entries by their place, and call records by that and their id."""

    def put_state(self, state: str, new_id: str) -> str:
        """Open, frozen or closed; what has expired but was not looked at yet is still there."""
        if state == "closed" and (self.balance or self.held):
            return "not_empty"
        if state == self.state:
            return "unchanged"
        stopped, self.state = self.state == "open", state
        self._settings_changed(new_id, lowered=stopped)
        return "changed"

    def allow(self, limit: int, new_id: str) -> str:
        """How far authorised usage and holds may go below zero."""
        if limit == self.overdraft:
            return "unchanged"
        self.overdraft = limit
        self._settings_changed(new_id)
        return "changed"

    def correct(self, operation: str, change: int, new_id: str) -> str:
        """Up, by a lot that was paid for, or down as usage."""
        if self.state == "closed":
            return "account_closed"
        self.begin()
        if change > 0:
            self.put(operation, change, granted=False, lasts=YEAR)
            self._rise()
            self._look_at_slot()
        else:
            self.take(operation, -change)
            self.fall()
            self.consider(new_id)
        return "posted"

    def reverse(self, operation: str, index: int, new_id: str) -> str:
        """The opposite of an entry, or what is left of its call records; not of what named no lot, as holds."""
        name, amount, _ = self.entries[index]
        if name.startswith(FINAL) or not self.payers[index]:
            return "not_reversible"
        lines = self.packs.get(index, {})
        rest = amount + sum(each for line, each in lines.items() if (index, line) in self.reversed)
        if index in self.reversed or not rest:
            return "already_reversed"
        answer = self.correct(operation, -rest, new_id)
        if answer == "posted":
            self.reversed.add(index)
        return answer

    def reverse_record(self, operation: str, index: int, line: str, new_id: str) -> str:
        """One call record of an entry, unless the entry was reversed."""
        if line not in self.packs.get(index, {}):
            return "unknown_record"
        if index in self.reversed or (index, line) in self.reversed:
            return "already_reversed"
        answer = self.correct(operation, self.packs[index][line], new_id)
        if answer == "posted":
            self.reversed.add((index, line))
        return answer
