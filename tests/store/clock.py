"""Redis' clock as the scripts read it, set by hand, so that a test can stand at the edge of a month."""

import dataclasses
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from store import scripts
from store.scripts import Script

READS_CLOCK = re.compile(
    re.escape("local time = redis.call('TIME')\n")
    + " *"
    + re.escape("return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)\n")
)
WALLET_CLOCK = re.compile(
    r"^( *)local clock = call\('TIME'\)\n\1local now = clock\[1\] \* 1000 \+ floor\(clock\[2\] / 1000\)\n", re.MULTILINE
)
_NOW = "<now>"


def with_source(script: Script, source: str) -> Script:
    """The same script with other source."""
    return dataclasses.replace(script, source=source, sha=hashlib.sha1(source.encode()).hexdigest())  # noqa: S324


@cache
def without_time(script: Script) -> str:
    """Its source with a gap where it asks Redis for the time: found once, as a test moves its clock often."""
    assert ("now_ms()" in script.source) == bool(READS_CLOCK.search(script.source)), script.name
    assert ("local now =" in script.source) == bool(WALLET_CLOCK.search(script.source)), script.name
    source = READS_CLOCK.sub(f"return {_NOW}\n", script.source)
    return WALLET_CLOCK.sub(f"local now = {_NOW}\n", source)


class Clock:
    """Stands still until it is moved, a century ahead of any server; `load` takes the place of `store.scripts.load`."""

    def __init__(self, load: Callable[[str], Script] = scripts.load) -> None:
        self._load = load
        self.now = datetime(2127, 5, 10, 12, tzinfo=UTC)

    @property
    def ms(self) -> int:
        """The time in milliseconds since the epoch."""
        return round(self.now.timestamp() * 1000)

    def advance(self, **by: float) -> None:
        """Move on, by hours=1 and the like."""
        self.now += timedelta(**by)

    def load(self, name: str) -> Script:
        """The script `name`, reading this clock."""
        script = self._load(name)
        return with_source(script, without_time(script).replace(_NOW, str(self.ms)))
