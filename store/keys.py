"""Every Redis key, once.

All keys of a tenant carry one hash tag, that of its partition, so that a script touches a single slot.

| key                                        | type   | life time | owner      | what                                  |
|--------------------------------------------|--------|-----------|------------|---------------------------------------|
| cr:{pNN}:form                              | string | for ever  | schema     | the form in which all this is kept    |
| cr:{pNN}:tenants                           | set    | for ever  | ledger     | tenants with an account here          |
| cr:{pNN}:accounts                          | set    | for ever  | ledger     | every account, as tenant:account      |
| cr:{pNN}:archive                           | hash   | for ever  | archiver   | the last day archived, and its digest |
| cr:{pNN}:outbox                            | stream | trimmed   | outbox     | events, read by consumer groups       |
| cr:{pNN}:dead                              | stream | for ever  | outbox     | events that no reaction could handle  |
| cr:{pNN}:taken:<operation>                 | string | 1 day     | outbox     | that a dead letter was taken away     |
| cr:{pNN}:due                               | zset   | for ever  | schedule   | what is to be looked at, by time (ms) |
| cr:{pNN}:pushing                           | zset   | for ever  | deliveries | webhooks that are due, by time (ms)   |
| cr:{pNN}:orders                            | zset   | for ever  | orders     | imports that wait, by time (ms)       |
| cr:{pNN}:lease:<group>                     | string | lease     | leases     | the worker that reads this partition  |
| cr:{pNN}:workers:<group>                   | zset   | for ever  | leases     | workers by the end of their heartbeat |
| cr:{pNN}:seen:<digest>                     | string | window    | seen       | signatures and events already taken   |
| cr:{pNN}:t:<tenant>:managers               | set    | for ever  | roles      | user ids of the credit managers       |
| cr:{pNN}:t:<tenant>:op:<operation>         | string | 90 days   | policy     | a change's contents and outcome       |
| cr:{pNN}:t:<tenant>:charge:<ref>           | string | 10 years  | payments   | a provider's charge and its credit    |
| cr:{pNN}:t:<tenant>:draft:<id>             | string | 30 min    | drafts     | what a person is about to confirm     |
| cr:{pNN}:t:<tenant>:order:<id>             | hash   | 30 days   | orders     | an import that a person asked for     |
| cr:{pNN}:t:<tenant>:importer:<id>          | string | lease     | orders     | the worker that does it               |
| cr:{pNN}:t:<tenant>:payment:<id>           | hash   | for ever  | payments   | a recharge or top-up and its attempts |
| cr:{pNN}:t:<tenant>:cards                  | hash   | for ever  | cards      | rate cards: what, by whom, since when |
| cr:{pNN}:t:<tenant>:card:<id>              | string | for ever  | cards      | a rate card's file, compressed        |
| cr:{pNN}:t:<tenant>:centres                | hash   | for ever  | centres    | rules for cost centres, each version  |
| cr:{pNN}:t:<tenant>:plans                  | hash   | for ever  | plans      | time zone, and pools of each account  |
| cr:{pNN}:t:<tenant>:token:<digest>         | hash   | its own   | tokens     | an API token, its rate, its last use  |
| cr:{pNN}:t:<tenant>:tokens                 | zset   | for ever  | tokens     | digests of API tokens, by their end   |
| cr:{pNN}:t:<tenant>:a:<account>            | hash   | for ever  | ledger     | balance, policy, slot, months' counts |
| cr:{pNN}:t:<tenant>:a:<account>:journal    | stream | archived  | ledger     | the entries                           |
| cr:{pNN}:t:<tenant>:a:<account>:topups     | zset   | for ever  | payments   | top-ups that are open, by their start |
| cr:{pNN}:t:<tenant>:a:<account>:lots       | hash   | for ever  | ledger     | lots: left, class, expiry             |
| cr:{pNN}:t:<tenant>:a:<account>:queue      | zset   | for ever  | ledger     | lots that wait, in order of use       |
| cr:{pNN}:t:<tenant>:a:<account>:hold:<id>  | hash   | 180 days  | ledger     | a hold; lives on once it is resolved  |
| cr:{pNN}:t:<tenant>:a:<account>:holds      | zset   | for ever  | ledger     | holds that are open, by their expiry  |
| cr:{pNN}:t:<tenant>:a:<account>:op:<e>:<n> | hash   | 2 epochs  | ledger     | postings' contents and outcomes       |
| cr:{pNN}:t:<tenant>:a:<account>:reversed   | hash   | for ever  | ledger     | what was reversed, and by which entry |
| cr:{pNN}:t:<tenant>:a:<account>:pooled     | hash   | for ever  | ledger     | seconds used, by pool and month       |
| cr:{pNN}:t:<tenant>:a:<account>:unpriced   | hash   | for ever  | ledger     | by entry: calls without a price yet   |
| cr:{pNN}:t:<tenant>:a:<account>:days:<n>   | string | 91 days   | ledger     | by day: how many records are known    |
| cr:{pNN}:t:<tenant>:a:<account>:known:<n>  | string | 91 days   | ledger     | by day, level, set: records known     |
| cr:{pNN}:t:<tenant>:a:<account>:usage      | hash   | for ever  | usage      | how far the journal is in it, totals  |
| cr:{pNN}:t:<tenant>:a:<account>:usage:<g>:<n> | hash | 400 days | usage      | by generation and day: calls, cost    |
| cr:{pNN}:t:<tenant>:a:<account>:import:<f> | string | 90 days   | imports    | how far a file of records is charged  |
| cr:{pNN}:t:<tenant>:a:<account>:unusual:<d> | string | 400 days | usage     | that unusual usage was told of        |
| cr:{pNN}:t:<tenant>:a:<account>:unrated    | hash   | 400 days  | usage      | calls without a price: what was told  |
| cr:{pNN}:t:<tenant>:a:<account>:incident   | hash   | for ever  | alerts     | the message now open in the channel   |
| cr:{pNN}:t:<tenant>:a:<account>:feed:<n>   | hash   | for ever  | feeds      | how far a source of records was read  |
| cr:{pNN}:t:<tenant>:a:<account>:reader:<n> | string | lease     | feeds      | the worker that reads that source     |
| cr:{pNN}:t:<tenant>:notice:<event>         | hash   | 30 days   | alerts     | what was posted for an event          |
| cr:{pNN}:t:<tenant>:webhooks               | set    | for ever  | webhooks   | ids of the tenant's endpoints         |
| cr:{pNN}:t:<tenant>:webhook:<id>           | hash   | for ever  | webhooks   | an endpoint: address, secret, filter  |
| cr:{pNN}:t:<tenant>:deliveries:<id>        | hash   | for ever  | deliveries | what it is to be told, tries, why not |
| cr:{pNN}:t:<tenant>:delivering:<id>        | zset   | for ever  | deliveries | what waits of that, by its next try   |
| cr:{pNN}:t:<tenant>:delivered:<id>         | zset   | 7 days    | deliveries | what has arrived, by when             |
| cr:{pNN}:t:<tenant>:undelivered:<id>       | zset   | for ever  | deliveries | what was given up, by when            |
| cr:{pNN}:sandbox:charge:<key>              | hash   | 30 days   | sandbox    | the sandbox provider's own memory     |

`cr:{pNN}:absent` never exists: see `store.scripts`.
"""

import re
import zlib
from dataclasses import dataclass

PARTITIONS = 64
"""Fixed for the life of an installation: a tenant's partition is a stable hash of its id modulo this."""

DEFAULT_ACCOUNT = "default"

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class AccountRef:
    """One account of one tenant. Both names: 1 to 64 of `A-Z a-z 0-9 _ . -`, else ValueError."""

    tenant: str
    account: str = DEFAULT_ACCOUNT

    def __post_init__(self) -> None:
        for name in (self.tenant, self.account):
            if not _NAME.fullmatch(name):
                msg = f"not a name for a tenant or an account: {name!r}"
                raise ValueError(msg)


def partition_of(name: str) -> int:
    """The partition, 0 to 63, that `name` lies in; the same on every machine and for ever."""
    return zlib.crc32(name.encode()) % PARTITIONS


def form(partition: int) -> str:
    """In which form the partition's keys are kept."""
    return f"{_tag(partition)}:form"


def tenants(partition: int) -> str:
    """Tenants that have an account in this partition."""
    return f"{_tag(partition)}:tenants"


def accounts(partition: int) -> str:
    """Every account in this partition, as `<tenant>:<account>`."""
    return f"{_tag(partition)}:accounts"


def archive(partition: int) -> str:
    """Up to which day the partition's journals are archived."""
    return f"{_tag(partition)}:archive"


def outbox(partition: int) -> str:
    """The partition's events."""
    return f"{_tag(partition)}:outbox"


def dead(partition: int) -> str:
    """The partition's events that were given up."""
    return f"{_tag(partition)}:dead"


def taken(partition: int, operation_id: str) -> str:
    """That this operation took a dead letter of the partition away."""
    return f"{_tag(partition)}:taken:{operation_id}"


def due(partition: int) -> str:
    """What is to be looked at, scored by milliseconds since the epoch."""
    return f"{_tag(partition)}:due"


def pushing(partition: int) -> str:
    """The partition's webhooks that have something to deliver, scored by the milliseconds of the next try."""
    return f"{_tag(partition)}:pushing"


def orders(partition: int) -> str:
    """The partition's imports that a worker is to see to, scored by the milliseconds when."""
    return f"{_tag(partition)}:orders"


def lease(partition: int, group: str) -> str:
    """Which worker reads this partition for `group`."""
    return f"{_tag(partition)}:lease:{group}"


def workers(group: str) -> str:
    """The workers alive in `group`; one key for all partitions."""
    return f"{_tag(partition_of(group))}:workers:{group}"


def seen(digest: str) -> str:
    """A signature or event id that was taken."""
    return f"{_tag(partition_of(digest))}:seen:{digest}"


def managers(tenant: str) -> str:
    """The tenant's credit managers."""
    return f"{_tenant(tenant)}:managers"


def operation(tenant: str, operation_id: str) -> str:
    """What an operation did."""
    return f"{_tenant(tenant)}:op:{operation_id}"


def charge(tenant: str, charge_ref: str) -> str:
    """What a provider's charge was credited as; apart from the operations, whose ids callers choose."""
    return f"{_tenant(tenant)}:charge:{charge_ref}"


def draft(tenant: str, draft_id: str) -> str:
    """What a person is about to confirm."""
    return f"{_tenant(tenant)}:draft:{draft_id}"


def order(tenant: str, order_id: str) -> str:
    """An import that was asked for in Slack."""
    return f"{_tenant(tenant)}:order:{order_id}"


def importer(tenant: str, order_id: str) -> str:
    """Which worker does that import now."""
    return f"{_tenant(tenant)}:importer:{order_id}"


def payment(tenant: str, payment_id: str) -> str:
    """One recharge or top-up."""
    return f"{_tenant(tenant)}:payment:{payment_id}"


def cards(tenant: str) -> str:
    """Which rate cards the tenant has."""
    return f"{_tenant(tenant)}:cards"


def card(tenant: str, card_id: str) -> str:
    """One rate card."""
    return f"{_tenant(tenant)}:card:{card_id}"


def centres(tenant: str) -> str:
    """The tenant's rules for cost centres."""
    return f"{_tenant(tenant)}:centres"


def plans(tenant: str) -> str:
    """The tenant's time zone and its accounts' pools."""
    return f"{_tenant(tenant)}:plans"


def token(tenant: str, digest: str) -> str:
    """One API token, by the digest of its secret."""
    return f"{_tenant(tenant)}:token:{digest}"


def tokens(tenant: str) -> str:
    """The tenant's API tokens, scored by the milliseconds of their end."""
    return f"{_tenant(tenant)}:tokens"


def account(ref: AccountRef) -> str:
    """The account's own record."""
    return f"{_tenant(ref.tenant)}:a:{ref.account}"


ACCOUNTS = "cr:{p*}:t:*:a:*"
"""A pattern that every account's own record matches, and its other keys as well."""
_ACCOUNT = re.compile(rf"cr:\{{p\d\d\}}:t:({_NAME.pattern}):a:({_NAME.pattern})", re.ASCII)


def ref_of(key: str) -> AccountRef | None:
    """Whose record a key is, or None if it is no account's."""
    found = _ACCOUNT.fullmatch(key)
    ref = AccountRef(found[1], found[2]) if found else None
    return ref if ref and account(ref) == key else None


def journal(ref: AccountRef) -> str:
    """The account's entries."""
    return f"{account(ref)}:journal"


def topups(ref: AccountRef) -> str:
    """The account's top-ups that are not over, scored by the milliseconds of their start."""
    return f"{account(ref)}:topups"


def lots(ref: AccountRef) -> str:
    """The account's lots, by the version of the entry that each came by."""
    return f"{account(ref)}:lots"


def queue(ref: AccountRef) -> str:
    """The lots that wait to be used, first one first."""
    return f"{account(ref)}:queue"


def hold(ref: AccountRef, hold_id: str) -> str:
    """One hold, and for 180 days what became of it."""
    return f"{account(ref)}:hold:{hold_id}"


def holds(ref: AccountRef) -> str:
    """The account's open holds, scored by the milliseconds of their expiry."""
    return f"{account(ref)}:holds"


def bucket(ref: AccountRef, epoch: int, number: int) -> str:
    """One of the account's small hashes of operations; the scripts choose which (lib/place)."""
    return f"{account(ref)}:op:{epoch}:{number}"


def reversals(ref: AccountRef) -> str:
    """The account's entries and call records that were reversed: by which entry, and what that changed."""
    return f"{account(ref)}:reversed"


def pooled(ref: AccountRef) -> str:
    """What the account's pools have given: of each pool and month the seconds, and which share of it was told."""
    return f"{account(ref)}:pooled"


def unpriced(ref: AccountRef) -> str:
    """The account's entries with calls that have no price yet, and which of their lines these are."""
    return f"{account(ref)}:unpriced"


def day(ref: AccountRef, day: int) -> str:
    """Which call told the account last of records that start on a day, and how many it knows on each level."""
    return f"{account(ref)}:days:{day}"


def known(ref: AccountRef, day: int, level: int, number: int) -> str:
    """One of a level's small sets; the scripts choose which (lib/records)."""
    return f"{account(ref)}:known:{day}:{level}:{number}"


def usage(ref: AccountRef) -> str:
    """How far the account's journal is in its sums of usage."""
    return f"{account(ref)}:usage"


def usage_day(ref: AccountRef, generation: int, day: int) -> str:
    """What was used on a day; each time that all is summed anew is a generation."""
    return f"{usage(ref)}:{generation}:{day}"


def reached(ref: AccountRef, file: str) -> str:
    """How far a file's call records are charged to the account; `file` is a digest of its contents."""
    return f"{account(ref)}:import:{file}"


def unusual(ref: AccountRef, digest: str) -> str:
    """That something unusual in the account's usage was told."""
    return f"{account(ref)}:unusual:{digest}"


def unrated(ref: AccountRef) -> str:
    """Of each service and place to which calls have no price: on which day that was told, and of how many."""
    return f"{account(ref)}:unrated"


def incident(ref: AccountRef) -> str:
    """The alert that stands in the account's channel."""
    return f"{account(ref)}:incident"


def feed(ref: AccountRef, name: str) -> str:
    """How far the source of call records of this name was read into the account."""
    return f"{account(ref)}:feed:{name}"


def feed_reader(ref: AccountRef, name: str) -> str:
    """Which worker reads that source now."""
    return f"{account(ref)}:reader:{name}"


def notice(tenant: str, event_id: str) -> str:
    """What was posted for an event."""
    return f"{_tenant(tenant)}:notice:{event_id}"


def webhooks(tenant: str) -> str:
    """The tenant's endpoints."""
    return f"{_tenant(tenant)}:webhooks"


def webhook(tenant: str, webhook_id: str) -> str:
    """One endpoint."""
    return f"{_tenant(tenant)}:webhook:{webhook_id}"


def deliveries(tenant: str, webhook_id: str) -> str:
    """What an endpoint is still to be told, or was not told in the end."""
    return f"{_tenant(tenant)}:deliveries:{webhook_id}"


def delivering(tenant: str, webhook_id: str) -> str:
    """What waits for a try, scored by the milliseconds of that."""
    return f"{_tenant(tenant)}:delivering:{webhook_id}"


def delivered(tenant: str, webhook_id: str) -> str:
    """What has arrived, scored by the milliseconds when it did."""
    return f"{_tenant(tenant)}:delivered:{webhook_id}"


def undelivered(tenant: str, webhook_id: str) -> str:
    """What was given up, scored by the milliseconds when that was."""
    return f"{_tenant(tenant)}:undelivered:{webhook_id}"


def sandbox(key: str) -> str:
    """The sandbox provider's record of an idempotency key."""
    return f"{_tag(partition_of(key))}:sandbox:charge:{key}"


def _tag(partition: int) -> str:
    return f"cr:{{p{partition:02d}}}"


def _tenant(tenant: str) -> str:
    return f"{_tag(partition_of(tenant))}:t:{tenant}"
