"""The archive that CREDITS_ARCHIVE_URL names, and the worker's hourly look at what is to be moved there."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError

from bot.outages import redis_outage
from bot.settings import Settings, SettingsError
from store.manifest import ArchiveError
from store.scripts import Client

if TYPE_CHECKING:
    from store.archive import Archive

EVERY_S = 3600.0
"""How often the worker looks at each of its partitions, seconds."""
LOOK_S = 5.0
"""How long a partition that has just become ours waits for its first look, seconds."""

log = structlog.get_logger(__name__)


def open_archive(settings: Settings) -> "Archive | None":
    """The archive that the settings name, or None.

    Raises:
        SettingsError: no library that is installed knows such an address.
    """
    if settings.archive_url is None:
        return None
    from store.archive import Archive  # noqa: PLC0415 it loads pyarrow, which nobody else waits for
    from store.folder import Folder  # noqa: PLC0415 as above

    try:
        return Archive(Folder(settings.archive_url.get_secret_value()))
    except ValueError as error:
        raise SettingsError({"CREDITS_ARCHIVE_URL": f"cannot be used ({error})."}) from None


class Archiving:
    """The worker's: archives the partitions that are its own, each once an hour."""

    def __init__(
        self,
        redis: Client,
        archive: "Archive",
        keep_days: int,
        mine: Callable[[], Iterable[int]],
    ) -> None:
        """`mine` answers the partitions that this process reads now."""
        from store.archiver import Archiver  # noqa: PLC0415 it loads pyarrow

        self._archiver = Archiver(redis, archive, keep_days=keep_days)
        self._mine = mine
        self._outage = redis_outage()
        self._looked: dict[int, float] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            for partition in self._mine():
                now = time.monotonic()
                if now - self._looked.get(partition, float("-inf")) >= EVERY_S:
                    self._looked[partition] = now
                    await self.look(partition)
            await asyncio.sleep(LOOK_S)

    async def look(self, partition: int) -> None:
        """Archive what is old enough; what goes wrong is told in the log, and the next look tries again."""
        from store.archiver import BusyError  # noqa: PLC0415 as above

        try:
            moved = await self._archiver.partition(partition)
        except BusyError:
            return  # whoever is at it does what is to be done
        except ArchiveError as error:
            log.warning("archive_refused", partition=partition, reason=str(error))
        except RedisError as error:
            self._outage.away(error)
        except Exception:
            log.exception("archiving_failed", partition=partition)
        else:
            if moved:
                log.info("journal_archived", partition=partition, entries=moved)
