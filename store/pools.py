"""Minutes included per calendar month, which calls use before credit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from store.call import is_service
from store.tariff import is_prefix

Used = Mapping[tuple[str, str], int]
"""The seconds already used, by pool and month ("2026-11"); 0 where there is none."""

MAX_POOLS = 20
MAX_SECONDS = 10**12
"""What a pool may hold in a month: more than all of mankind can talk."""

_NAME = re.compile(r"[a-z0-9-]{1,32}")
_EPOCH = 1970 * 12


@dataclass(frozen=True, slots=True)
class Pool:
    """Included minutes of an account: `seconds_each` of a month for each of its `licences`, shared by all.

    It takes calls of `services` to numbers that begin with one of `prefixes`, or to every number where there is none;
    of a masked number only the digits that are shown count. ValueError where something is out of range.
    """

    name: str
    services: tuple[str, ...]
    seconds_each: int
    licences: int
    prefixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a pool's name is 1 to 32 of a-z 0-9 -, not {self.name!r}")
        if not self.services or not all(is_service(each) for each in self.services):
            raise ValueError(f"a pool is for one service or more: {self.services}")
        if self.seconds_each < 0 or self.licences < 0 or self.seconds > MAX_SECONDS:
            raise ValueError(
                f"a pool holds 0 to {MAX_SECONDS} seconds: {self.seconds_each} for each of {self.licences}"
            )
        if not all(is_prefix(each) for each in self.prefixes):
            raise ValueError(f"a prefix is 1 to 15 digits, country code first: {self.prefixes}")

    @property
    def seconds(self) -> int:
        """What it holds each month."""
        return self.seconds_each * self.licences

    def takes(self, service: str, digits: str) -> bool:
        """Whether a call of this service to a number that begins with `digits` may use it."""
        return service in self.services and (not self.prefixes or digits.startswith(self.prefixes))


def month_of(start_ms: int, zone: str) -> str:
    """The calendar month of a moment in a time zone (its IANA name): "2026-11"."""
    return label(month_number(start_ms, zone))


def month_number(start_ms: int, zone: str) -> int:
    """The calendar month of a moment in a time zone, as the number of months since January 1970."""
    local = datetime.fromtimestamp(start_ms // 1000, _zone(zone))
    number = local.year * 12 + local.month - 1 - _EPOCH
    # A clock that is put back in a month's first minutes does not bring the last month back.
    return number + 1 if start_ms >= begins_ms(number + 1, zone) else number


@lru_cache(maxsize=4096)
def begins_ms(number: int, zone: str) -> int:
    """When the month of this number begins in a time zone, ms since the epoch."""
    year, month = divmod(number + _EPOCH, 12)
    return int(datetime(year, month + 1, 1, tzinfo=_zone(zone)).timestamp()) * 1000


def label(number: int) -> str:
    """The month of this number as a text: "2026-11"."""
    year, month = divmod(number + _EPOCH, 12)
    return f"{year:04d}-{month + 1:02d}"


def number_of(month: str) -> int:
    """The number of the month that `label` names so."""
    year, _, of_year = month.partition("-")
    return int(year) * 12 + int(of_year) - 1 - _EPOCH


def is_zone(name: str) -> bool:
    """Whether this is a time zone's IANA name, such as Europe/Berlin."""
    try:
        _zone(name)
    except (KeyError, ValueError, OSError):  # no such zone; a path out of their folder; a folder of zones
        return False
    return True


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
