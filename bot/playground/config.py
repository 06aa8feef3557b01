"""What a playground is told at its start, and the clocks it reads.

Nothing here reads the environment: the command line and the tests hand everything in.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

Json = dict[str, Any]
Labels = dict[str, str]
"""What something is called, by language; "en" is always there."""

ACKNOWLEDGE_TIMEOUT_S = 3.0
EVENT_RETRY_DELAYS_S = (0.0, 60.0, 300.0)
SPEED = 60.0


@dataclass(frozen=True)
class Clock:
    """The two clocks of a playground: `wall` in Unix seconds, `monotonic` for ages. Tests pass their own."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, kw_only=True)
class PlaygroundConfig:
    """Settings of one playground.

    `port` 0 takes any free port. `bot_url` is the bot's base address (requests go to `{bot_url}/slack/events`)
    and may be set later on the playground. `data_file` None keeps everything in memory. `completions` gives,
    for a locale, the subcommands (word, description) that the composer offers. `enforce_tiers` switches the
    per-minute limits of the methods; the limit of one message a second per channel always holds. `speed` is how
    many times as fast as real ones simulated calls go by.
    """

    port: int
    signing_secret: str = field(repr=False)
    bot_token: str = field(repr=False)
    manifest: Path
    bot_url: str | None = None
    data_file: Path | None = None
    seed: int = 0
    clock: Clock = field(default_factory=Clock)
    acknowledge_timeout_s: float = ACKNOWLEDGE_TIMEOUT_S
    event_retry_delays_s: tuple[float, ...] = EVENT_RETRY_DELAYS_S
    heartbeat_s: float = 15.0
    enforce_tiers: bool = True
    completions: Callable[[str], Sequence[tuple[str, str]]] | None = None
    speed: float = SPEED


class Wallet(Protocol):
    """The payment cards that recharge a tenant's account. The playground knows no ledger."""

    async def cards(self, tenant: str) -> list[tuple[str, Labels]]:
        """Return the payment cards one may pick, as (id, labels)."""

    async def card(self, tenant: str) -> str:
        """Return the id of the card in use."""

    async def choose_card(self, tenant: str, card_id: str) -> None:
        """Use this card from now on."""
