"""What is said of sources of call records that cannot be read: why, and what somebody has to do."""

from handlers.locales import Texts
from store.feed_events import FeedFailed, FeedRecovered

_ONLY_SOME = frozenset({"not_taken", "other_currency"})
"""Problems of some calls alone: everything is read, and the others are charged."""


def told(event: FeedFailed | FeedRecovered, texts: Texts) -> str:
    """What the alert channel is told."""
    since = texts.time(event.failing_ms)
    if isinstance(event, FeedRecovered):
        return texts("news-feed-recovered", since=since)
    key = f"feed-{event.problem.replace('_', '-')}"
    why = texts(key if texts.has(key) else "feed-other")
    if event.problem in _ONLY_SOME:
        return texts("news-feed-some", why=why, since=since)
    return texts("news-feed-failed", why=why, since=since)
