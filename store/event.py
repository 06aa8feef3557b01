"""What every event of the outbox carries."""

from dataclasses import dataclass

from store.keys import AccountRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries. `id` is unique for ever: partition and place in its stream."""

    id: str
    ref: AccountRef
    at_ms: int
