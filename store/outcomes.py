"""What an operation answers: posted, refused for a named reason, or repeated."""

from dataclasses import dataclass
from enum import StrEnum

from store.money import Money


class Reason(StrEnum):
    """Why an operation was refused. Nothing was changed."""

    UNKNOWN_ACCOUNT = "unknown_account"
    CURRENCY_MISMATCH = "currency_mismatch"
    OPERATION_CONFLICT = "operation_conflict"
    """The operation id was used before, with other contents."""
    AMOUNT_INVALID = "amount_invalid"
    TIME_IMPLAUSIBLE = "time_implausible"
    """A call's record says that it began years ago, or in the future."""
    TOO_OLD = "too_old"
    """A call began so long ago that nobody knows any more whether it was charged."""
    BALANCE_LIMIT = "balance_limit"
    """The balance, or a ledger account's total, would leave the range that is kept exactly, ± 2^53 − 1 millionths."""

    INSUFFICIENT_CREDIT = "insufficient_credit"
    """What is available does not cover authorised usage, a hold or a transfer."""
    ACCOUNT_FROZEN = "account_frozen"
    """Nothing new is authorised; usage that has happened and credit still post."""
    SERVICE_STOPPED = "service_stopped"
    """A person stopped the service: no new calls are authorised for it; usage that has happened still posts."""
    SERVICES_TOO_MANY = "services_too_many"
    """The account has been charged for so many services already; a new one has to be listed: see `store.services`."""
    ACCOUNT_CLOSED = "account_closed"
    """Nothing is charged or credited but what a provider has taken already."""
    NOT_EMPTY = "not_empty"
    """An account with credit, debt or holds is not closed."""
    SAME_ACCOUNT = "same_account"
    """A transfer is between two accounts."""
    LOTS_TOO_MANY = "lots_too_many"
    """A transfer would move parts of more lots than one step takes."""
    UNKNOWN_ENTRY = "unknown_entry"
    """No such entry is in the account's journal, nor in the archive, if there is one."""
    UNKNOWN_RECORD = "unknown_record"
    """The entry is not of call records, or this is none of them."""
    NOT_REVERSIBLE = "not_reversible"
    """Only usage, grants, adjustments and expiries are reversed, and nothing that came to 0."""
    ALREADY_REVERSED = "already_reversed"
    UNKNOWN_HOLD = "unknown_hold"
    HOLD_EXISTS = "hold_exists"
    """The hold's id is in use, by one that is open or that was resolved not long ago."""
    HOLD_RESOLVED = "hold_resolved"
    """The hold was captured, released or expired before."""

    NOT_A_MANAGER = "not_a_manager"
    NOT_AN_ADMIN = "not_an_admin"
    STRANGER = "stranger"
    """A person of another organisation, in a shared channel."""

    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 a reason, no secret
    """No such API token, or not any more."""
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 a reason, no secret
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 a reason, no secret
    TOKENS_TOO_MANY = "tokens_too_many"

    BELOW_MINIMUM = "below_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    CAP_BELOW_AMOUNT = "cap_below_amount"
    LEVELS_TOO_MANY = "levels_too_many"
    NO_METHOD = "no_method"
    """No payment method is chosen, or the chosen one is not on offer."""
    METHOD_DEAD = "method_dead"
    """The provider said never to try this payment method again."""
    DRAFT_GONE = "draft_gone"
    """What was to be confirmed has expired, was confirmed already, or was somebody else's."""
    RECHARGE_OFF = "recharge_off"
    ABOVE_CAP = "above_cap"
    """A recharge that was open when the monthly cap was lowered, or that waited into a month without room."""
    NOT_NEEDED = "not_needed"
    """A recharge that was open when the balance rose to the trigger, or when the trigger was lowered to the balance."""

    UNKNOWN_PAYMENT = "unknown_payment"
    NOT_PENDING = "not_pending"
    """The payment is not in a state from which this step goes on."""
    CHARGED = "charged"
    """The provider has charged the payment: it has to be credited, or paid back, but is not given up."""
    FENCED = "fenced"
    """A later worker has taken this payment over."""

    UNKNOWN_WEBHOOK = "unknown_webhook"
    WEBHOOKS_TOO_MANY = "webhooks_too_many"
    """A workspace has as many endpoints as it may have."""
    URL_REFUSED = "url_refused"
    """Nothing is ever sent to this address; `store.reach` says why."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The change was made: the entry's id, the balance before and after it, Redis' time in ms."""

    entry: str
    before: Money
    after: Money
    at_ms: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """The operation id was known with the same contents: the first outcome, nothing changed now.

    `before` and `after` are None where the entry has left Redis for the archive.
    """

    entry: str
    before: Money | None
    after: Money | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Done:
    """A change that moves no money was made, or had been made by the same operation before."""

    result: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Credit was set aside: the entry's id ("" where only time was added), what is available after, until when in ms.

    `repeated`: the operation id was known with the same contents; this is its first outcome, nothing changed now.
    """

    entry: str
    after: Money
    expires_ms: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """A hold is over: the last entry's id, what was given back (0 if it had expired), what is available after.

    `repeated`: as in `Held`.
    """

    entry: str
    released: Money
    after: Money
    repeated: bool = False


Posting = Posted | Repeated | Refused
Holding = Held | Refused
Resolution = Resolved | Refused
Change = Done | Refused
