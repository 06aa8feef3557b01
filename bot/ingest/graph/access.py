"""What it takes to read an organisation's records, and to wait."""

import asyncio
import time
from dataclasses import dataclass, field
from enum import StrEnum


class Cloud(StrEnum):
    """Microsoft's clouds that have call records."""

    GLOBAL = "global"
    US = "us"
    US_DOD = "us-dod"


@dataclass(frozen=True, slots=True)
class Site:
    """Where one signs in, and where the records are."""

    login: str
    graph: str


SITES = {
    Cloud.GLOBAL: Site("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    Cloud.US: Site("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    Cloud.US_DOD: Site("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """An app that is registered with an organisation, Microsoft's "tenant"."""

    tenant_id: str
    client_id: str
    secret: str = field(repr=False)
    site: Site = SITES[Cloud.GLOBAL]


class Clock:
    """Time, which a test can make pass."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
