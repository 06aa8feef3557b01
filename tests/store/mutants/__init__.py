"""Ways to break the scripts, one each, and the test that notices."""

from tests.store.mutants.aside import LETTERS, OPEN, PAUSES
from tests.store.mutants.books import BOOKS
from tests.store.mutants.caps import CAPS
from tests.store.mutants.corrections import CORRECTIONS
from tests.store.mutants.forbidden import REASONS, RESERVATIONS
from tests.store.mutants.holds import HOLDS
from tests.store.mutants.many_services import MANY_SERVICES
from tests.store.mutants.minutes import MINUTES
from tests.store.mutants.mutant import Mutant
from tests.store.mutants.needs import NEEDS, WAITS
from tests.store.mutants.orders import ORDERS
from tests.store.mutants.others import HEADERS, OTHERS
from tests.store.mutants.owners import OWNERS
from tests.store.mutants.payments import PAYMENTS
from tests.store.mutants.postings import POSTING, THRESHOLDS
from tests.store.mutants.recharges import RECHARGE
from tests.store.mutants.records import KNOWN, MOVED, POOLED, RECORDS, TOLD
from tests.store.mutants.resolutions import RESOLUTIONS
from tests.store.mutants.reversals import REVERSALS
from tests.store.mutants.seals import SEALS, UNBIDDEN
from tests.store.mutants.services import SERVICES
from tests.store.mutants.short_holds import SHORT_HOLDS
from tests.store.mutants.shortcuts import SHORT_CUTS
from tests.store.mutants.states import STATES
from tests.store.mutants.stuck import CANCELS, REPEATS, STUCK, UNAVAILABLE
from tests.store.mutants.tariffs import TARIFFS
from tests.store.mutants.tokens import TOKENS
from tests.store.mutants.transfers import TRANSFERS
from tests.store.mutants.turns import CLAIMS, LOOKS
from tests.store.mutants.usages import USAGES
from tests.store.mutants.wakes import SETTINGS, WAKES, WATCHES
from tests.store.mutants.wallet import LOTS, WALLET
from tests.store.mutants.webhooks import QUEUES, RETRIES, SETTLES, WEBHOOKS
from tests.store.mutants.words import CREDITS, WORDS

__all__ = ["ALL", "Mutant"]

ALL = [
    *POSTING,
    *THRESHOLDS,
    *WALLET,
    *LOTS,
    *HOLDS,
    *RESOLUTIONS,
    *SHORT_HOLDS,
    *RECHARGE,
    *PAYMENTS,
    *WATCHES,
    *WAKES,
    *SETTINGS,
    *CAPS,
    *ORDERS,
    *OTHERS,
    *HEADERS,
    *UNAVAILABLE,
    *STUCK,
    *CANCELS,
    *REPEATS,
    *OWNERS,
    *NEEDS,
    *WAITS,
    *REASONS,
    *RESERVATIONS,
    *CLAIMS,
    *LOOKS,
    *SEALS,
    *WORDS,
    *CREDITS,
    *UNBIDDEN,
    *LETTERS,
    *OPEN,
    *PAUSES,
    *SHORT_CUTS,
    *SERVICES,
    *MANY_SERVICES,
    *STATES,
    *TARIFFS,
    *TRANSFERS,
    *CORRECTIONS,
    *REVERSALS,
    *MINUTES,
    *BOOKS,
    *RECORDS,
    *MOVED,
    *POOLED,
    *KNOWN,
    *TOLD,
    *TOKENS,
    *WEBHOOKS,
    *QUEUES,
    *SETTLES,
    *RETRIES,
    *USAGES,
]
