"""Rated lines for tests, posted as those who rate them do."""

from collections.abc import Sequence
from dataclasses import dataclass

from store import keys
from store.call import CallRecord
from store.cards import Cards
from store.charged import Centres
from store.charging import EARLIEST_MS, LATEST_MS, OLDEST_MS, Charging
from store.grounds import rows_text
from store.keys import AccountRef
from store.ledger import Past
from store.lines import Lines
from store.outcomes import Reason
from store.packing import pack
from store.plans import Plans
from store.rating import PAID_WITH_CREDIT, Terms, rate
from store.recording import call_of
from store.records import UNUSED, UsageRecord
from store.scripts import Client, Scripts
from tests.controls import MANAGER, REF, Bank
from tests.store.rating import at
from tests.store.recorded import posted, record

POOL, MONTH, LIMIT = "meetings", "2026-11", 1000


def pooled(number: int, seconds: int) -> UsageRecord:
    """A call that a pool pays."""
    return record(number, 0, basis=f"rate 00ff00ff00 49 15000 60/60 0 {seconds} pool {POOL} {seconds}")


def unrated(number: int) -> UsageRecord:
    """A call that has no price."""
    return record(number, 0, basis="unrated no-card")


async def post_told(
    bank: Bank,
    records: Sequence[UsageRecord],
    uses: Sequence[tuple[int, int]] = (),
    *,
    unpriced: Sequence[int] = (),
    late: str = "",
    limit: int = LIMIT,
    ref: AccountRef = REF,
) -> str:
    """The script's answer; `uses`: of the pool, the seconds used before and after, of this month and those before."""
    months = [f"2026-{11 - at:02}" for at in range(len(uses))]
    lines = Lines.of_records(records)
    said = ",".join(f"{POOL}:{month}:{has - had}" for month, (had, has) in zip(months, uses, strict=True) if has > had)
    packed = pack(lines, said or UNUSED)
    named, args = call_of(
        ref,
        lines,
        packed,
        actor="ingest",
        payment_id="p",
        uses="\n".join(f"{POOL} {month} {had} {has} {limit}" for month, (had, has) in zip(months, uses, strict=True)),
        unpriced=rows_text([*unpriced]),
        late=late,
    )
    return str(await Scripts(bank.redis).call("post_records", named, **args))


class CrashError(Exception):
    """The process ends here."""


NOW = at("2026-12-02T00:00")
"""When the tests' calls are charged."""


def charging(bank: Bank, centres: Centres | None = None, past: Past | None = None) -> Charging:
    """As a process has it that just began."""
    cards, plans = Cards(bank.redis, bank.roles), Plans(bank.redis, bank.roles)
    return Charging(bank.redis, cards, plans, centres, clock=lambda: NOW, past=past)


async def arrange(redis: Client, terms: Terms) -> Bank:
    """An account that is rated by these."""
    bank = await Bank.open(redis, balance=100)
    await set_terms(bank, terms)
    return bank


async def set_terms(bank: Bank, terms: Terms) -> None:
    """Load the cards, and set pools and zone."""
    for each in terms.tariff.cards:
        await Cards(bank.redis, bank.roles).load(MANAGER, REF.tenant, each)
    plans = Plans(bank.redis, bank.roles)
    await plans.set_pools(MANAGER, REF, terms.pools, operation_id=bank.operation())
    await plans.set_zone(MANAGER, REF.tenant, terms.zone, operation_id=bank.operation())


@dataclass
class Expected:
    """What calls come to, one after the other, by the rules for one call."""

    lines: dict[str, tuple[str, int, str]]
    used: dict[tuple[str, str], int]
    repeated: int
    refused: list[tuple[int, Reason]]

    @classmethod
    def of(cls, calls: Sequence[CallRecord], terms: Terms) -> "Expected":
        """Rate them by themselves."""
        found, first = cls({}, {}, 0, []), dict[str, CallRecord]()
        for place, call in enumerate(calls):
            if reason := found.refusal(call, terms):
                found.refused.append((place, reason))
            elif call.id in first and first[call.id] == call:
                found.repeated += 1
            elif call.id in first:
                found.refused.append((place, Reason.OPERATION_CONFLICT))
            else:
                first[call.id] = call
                charge = rate(call, terms, found.used)
                for pool, seconds in charge.pooled:
                    found.used[pool, charge.month] = found.used.get((pool, charge.month), 0) + seconds
                found.lines[call.id] = call.service, charge.amount_micros, charge.basis
        return found

    @staticmethod
    def refusal(call: CallRecord, terms: Terms) -> Reason | None:
        """Why a call is not even asked about."""
        if not NOW - OLDEST_MS <= call.start_ms <= NOW + LATEST_MS:
            return Reason.TIME_IMPLAUSIBLE
        if call.start_ms < NOW - EARLIEST_MS:
            return Reason.TOO_OLD
        brings = call.own_micros is not None and (call.own_micros or call.capability == PAID_WITH_CREDIT)
        return Reason.CURRENCY_MISMATCH if brings and call.currency not in {"", terms.currency} else None


async def lines_of(bank: Bank, ref: AccountRef = REF) -> dict[str, tuple[str, int, str]]:
    """Every line in the journal, by its id: service, price, ground."""
    found = [(each.id, (each.service, each.amount.micros, each.basis)) for each in await posted(bank, ref)]
    assert len(dict(found)) == len(found), "a call was posted twice"
    return dict(found)


async def used_of(bank: Bank, ref: AccountRef = REF) -> dict[tuple[str, str], int]:
    """What pools have given."""
    kept = await bank.redis.hgetall(keys.pooled(ref))
    return {(*name.split(":"),): int(each.split(" ")[0]) for name, each in kept.items()}
