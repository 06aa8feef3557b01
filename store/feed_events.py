"""What is told of sources of call records: that one cannot be read, and that it can again. See `store.events`."""

from dataclasses import dataclass

from store.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent(Event):
    """An event about the source `feed`, which has not been read to its end since `failing_ms`."""

    feed: str
    failing_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFailed(FeedEvent):
    """It cannot be read, and somebody should look; told once for each problem until it is read again.

    `problem` is the reader's own word for it, as `bot.ingest.graph.problems` has them.
    """

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRecovered(FeedEvent):
    """After `FeedFailed` it was read to its end."""
