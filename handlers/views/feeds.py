"""What is said of sources of call records that cannot be read: why, and what somebody has to do."""

from handlers.locales import Texts
from store.feed_events import FeedFailed, FeedRecovered


def told(event: FeedFailed | FeedRecovered, texts: Texts) -> str:
    """What the alert channel is told."""
    since = texts.time(event.failing_ms)
    if isinstance(event, FeedRecovered):
        return texts("news-feed-recovered", since=since)
    key = f"feed-{event.problem.replace('_', '-')}"
    return texts("news-feed-failed", why=texts(key if texts.has(key) else "feed-other"), since=since)
