"""Charging, for whoever brings call records."""

from typing import TYPE_CHECKING

from store.roles import Roles
from store.scripts import Client

if TYPE_CHECKING:
    from store.charging import Charging


def open_charging(redis: Client, *, old: bool = False) -> "Charging":
    """Charges by the rate cards, pools and rules for cost centres that this Redis has; `old` calls as well if asked."""
    from store.cards import Cards  # noqa: PLC0415 these load numpy and pyarrow, which nobody else waits for
    from store.centres import CentreRules  # noqa: PLC0415 as above
    from store.charging import Charging  # noqa: PLC0415 as above
    from store.plans import Plans  # noqa: PLC0415 as above

    roles = Roles(redis)
    return Charging(redis, Cards(redis, roles), Plans(redis, roles), CentreRules(redis, roles), old=old)
