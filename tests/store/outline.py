"""The outbox in short, and in full: every event decoded, so that a test compares what would be told."""

from typing import TypeVar, overload

from store import keys
from store.events import (
    BalanceLow,
    Codec,
    Event,
    RechargeBlocked,
    ServiceResumed,
    ServicesHalted,
    ServicesResumed,
    ServiceStopped,
)
from tests.controls import REF, Bank

E = TypeVar("E", bound=Event)

SHORT = {"balance_": "", "recharge_": "", "payment_": "", "topup_": "topup "}
QUIET = {
    *("settings_changed", "managers_changed"),
    *("services_halted", "services_resumed", "service_stopped", "service_resumed"),
}
"""That services stop and go on is compared by itself: see `halts`."""


@overload
async def outline(bank: Bank) -> list[str]: ...
@overload
async def outline(bank: Bank, kind: type[E]) -> list[E]: ...
async def outline(bank: Bank, kind: type[E] | None = None) -> list[str] | list[E]:
    """Without `kind` the events' short names in order, such as "low 50"; with it, the events of that kind."""
    lines: list[str] = []
    events: list[E] = []
    for event_id, record in await bank.redis.xrange(keys.outbox(keys.partition_of(REF.tenant))):
        event = Codec.decode(f"32-{event_id}", record)
        if kind is not None and isinstance(event, kind):
            events.append(event)
        if record["type"] not in QUIET:
            lines.append(_line(record["type"], event))
    return lines if kind is None else events


async def halts(bank: Bank) -> list[str]:
    """When services stopped and went on: "halted exhausted", "resumed by grant", "stopped calls", "resumed calls"."""
    lines: list[str] = []
    for _, record in await bank.redis.xrange(keys.outbox(keys.partition_of(REF.tenant))):
        match Codec.decode("32-0-0", record):
            case ServicesHalted(reason=reason):
                lines.append(f"halted {reason}")
            case ServicesResumed(cause=cause):
                lines.append(f"resumed by {cause}")
            case ServiceStopped(service=service):
                lines.append(f"stopped {service}")
            case ServiceResumed(service=service):
                lines.append(f"resumed {service}")
    return lines


def _line(name: str, event: Event) -> str:
    for long, short in SHORT.items():
        if name.startswith(long):
            name = short + name.removeprefix(long)
    if isinstance(event, BalanceLow):
        return f"{name} {event.level.plain()}"
    return f"{name} {event.reason}" if isinstance(event, RechargeBlocked) else name
