"""What the handlers work with; `bot.app` builds it once and hands it down."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from store.cards import Cards
from store.drafts import Drafts
from store.keys import AccountRef
from store.ledger import Ledger
from store.orders import Orders
from store.payments import Payments
from store.plans import Plans
from store.policy import Limits, Policies
from store.roles import Roles
from store.seen import Seen
from store.tokens import Tokens
from store.usage import Usage
from store.webhooks import Webhooks
from store.why import Why
from store.workspaces import Workspaces


class Note(StrEnum):
    """What people are told of a payment method beside its name: the keys of the catalogues."""

    DECLINES = "method-declines"
    LOST = "method-lost"
    LATE = "method-late"
    ASKS_THE_BANK = "method-asks-the-bank"


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay, as the payment provider lists it: its id and what people call it ("Visa •••• 4242")."""

    id: str
    label: str
    note: Note | None = None


class Methods(Protocol):
    """The payment methods on offer."""

    @property
    def sandbox(self) -> bool:
        """Whether no real money moves; then every message says so."""

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:
        """What this account may pay with, the preferred one first."""


@dataclass(frozen=True, slots=True)
class Services:
    """The credit domain and the payment methods."""

    ledger: Ledger
    policies: Policies
    payments: Payments
    roles: Roles
    drafts: Drafts
    tokens: Tokens
    seen: Seen
    limits: Limits
    methods: Methods
    currency: str
    webhooks: Webhooks
    usage: Usage
    cards: Cards
    plans: Plans
    why: Why
    orders: Orders
    accounts: Workspaces
