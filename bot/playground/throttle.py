"""How often a method may be called: about one message a second per channel, the others by their tier."""

from dataclasses import dataclass, field

from bot.playground.config import Clock

MESSAGE_BURST = 3
MESSAGE_RATE_S = 1.0
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
RETRY_AFTER_S = 1


@dataclass
class _Bucket:
    tokens: float
    at_s: float
    closed_until_s: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """Whether a call may pass; `too_early` when it came although Retry-After had not passed."""

    allowed: bool
    retry_after_s: int = 0
    too_early: bool = False


@dataclass
class Throttle:
    """Token buckets, one for each key. While it is `lenient`, messages come as fast as they like."""

    clock: Clock
    enforce_tiers: bool
    lenient: bool = False
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def message(self, channel: str) -> Verdict:
        """One more message in this channel."""
        if self.lenient:
            return Verdict(allowed=True)
        return self._take(f"message {channel}", MESSAGE_BURST, MESSAGE_RATE_S)

    def method(self, name: str, tier: int) -> Verdict:
        """One more call of a method of this tier."""
        if not self.enforce_tiers:
            return Verdict(allowed=True)
        return self._take(f"method {name}", TIERS[tier], TIERS[tier] / 60)

    def _take(self, key: str, burst: int, rate: float) -> Verdict:
        now = self.clock.monotonic()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at_s) * rate)
        bucket.at_s = now
        if now < bucket.closed_until_s:
            return Verdict(allowed=False, retry_after_s=RETRY_AFTER_S, too_early=True)
        if bucket.tokens < 1:
            wait = max(RETRY_AFTER_S, round((1 - bucket.tokens) / rate))
            bucket.closed_until_s = now + wait
            return Verdict(allowed=False, retry_after_s=wait)
        bucket.tokens -= 1
        return Verdict(allowed=True)
