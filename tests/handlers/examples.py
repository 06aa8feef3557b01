"""Accounts, payments and entries to be shown: usual, and as large as data can make them."""

from dataclasses import replace
from typing import Any

from handlers.services import Note, PaymentMethod
from handlers.views.balance import UnderWay
from store.account import Account, AlertPolicy, Entry, Page, RechargePolicy, State, Stop, Wait, WaitReason
from store.money import MAX_MICROS, Money
from store.payment import Payment, Step
from store.policy import Limits
from tests.handlers.happenings import AT_MS, CHANNEL

HUGE = Money(MAX_MICROS, "USD")
MEMO = "<!channel> <https://example.org|Approve> & " + "long " * 2_000
METHODS = (PaymentMethod("card_1", "Visa •••• 4242"),)
NOTED = tuple(PaymentMethod(f"card_{note}", "Visa •••• 9995", note) for note in Note)
MANY = tuple(PaymentMethod(f"card_{number}", f"Card <{number}> " + "x" * 100) for number in range(100))
LIMITS = Limits()
HUGE_LIMITS = Limits(1, MAX_MICROS)


def usd(units: str | int) -> Money:
    """Dollars."""
    return Money.of(units, "USD")


def account(**changes: Any) -> Account:
    """An account in good order."""
    usual = Account(
        currency="USD",
        available=usd("123.456789"),
        held=usd(0),
        version=7,
        recharge=RechargePolicy(on=True, amount=usd(50), below=usd(20), cap=usd(200), method="card_1"),
        alerts=AlertPolicy((usd(20), usd(5)), CHANNEL, "en-US"),
        low=None,
        exhausted=False,
        slot="",
        paused="",
        dead_methods=frozenset(),
    )
    return replace(usual, **changes)


FRESH = account(available=usd(0), recharge=RechargePolicy(on=False), alerts=AlertPolicy())
LARGEST = account(
    available=HUGE,
    recharge=RechargePolicy(on=True, amount=HUGE, below=HUGE, cap=HUGE, method="card_1"),
    alerts=AlertPolicy((HUGE, HUGE, HUGE), CHANNEL, "en-US"),
    stops=tuple(Stop(f"<!channel>{number:055d}", AT_MS, "slack:U0MANAGER", MEMO[:200]) for number in range(100)),
)
STOPS = (Stop("calling", AT_MS, "operator:anna", ""), Stop("toll-free", AT_MS, "slack:U0MANAGER", "A loop of <calls>"))
ACCOUNTS = {
    "usual": account(),
    "fresh": FRESH,
    "low": account(available=usd("19.99"), low=usd(20)),
    "exhausted": account(available=usd("-0.01"), low=usd(5), exhausted=True),
    "overdrawn": account(available=usd("-0.01"), low=usd(5), exhausted=True, overdraft_micros=20_000_000),
    "stopped": account(stops=STOPS),
    "stopped-many": account(stops=tuple(replace(STOPS[0], service=f"line-{number}") for number in range(6))),
    "recharging": account(available=usd(5), low=usd(20), slot="p1"),
    "holds": account(available=usd("93.456789"), held=usd(30)),
    "holds-rounded": account(available=usd("70.095"), held=usd("0.557")),
    "holds-little": account(available=usd("70.091"), held=usd("0.002")),
    "holds-low": account(available=usd(5), held=usd(118), low=usd(20), slot="p1"),
    "paused": account(available=usd(5), low=usd(20), paused="lost_card"),
    **{f"waits-{reason}": account(available=usd(5), low=usd(20), wait=Wait(reason, AT_MS)) for reason in WaitReason},
    **{state.value: account(available=usd(0), state=state) for state in (State.FROZEN, State.CLOSED)},
    "largest": LARGEST,
}


def payment(state: str, **changes: Any) -> Payment:
    """The open recharge."""
    record = {"id": "p1", "kind": "recharge", "state": state, "attempt": "1", "method": "card_1"}
    more = {"next_ms": str(AT_MS), "url": "https://pay.example.com/confirm", "amount_micros": "50000000"}
    return replace(Payment.decode({**record, **more, "currency": "USD"}), **changes)


STATES = ("due", "charging", "retrying", "needs_action", "unavailable", "unknown", "stuck", "succeeded")
TOPUP = {"kind": "topup", "requested_by": "slack:U0MANAGER"}
TOPUPS = (
    *(payment(state, id=f"p-{state}", **TOPUP) for state in ("charging", "needs_action", "unavailable", "stuck")),
    payment("unknown", id="p-unknown", **{**TOPUP, "requested_by": "import"}),
    payment("unknown", id="p-asked", step=Step.FIND, **TOPUP),
)
CROWD = tuple(payment("stuck", id=f"p{number}", amount=HUGE, **TOPUP) for number in range(100))
CROWDED = UnderWay(payment("stuck", amount=HUGE), CROWD)


def entry(number: int, **changes: Any) -> Entry:
    """A call."""
    usual = Entry(
        id=f"{AT_MS + number * 60_000}-{number}",
        kind="usage",
        debit="wallet",
        credit="usage:calls",
        moved=usd("0.015"),
        after=usd(50),
        version=number,
        lots="1",
        actor="ingest",
        operation=f"op-{number}",
        ref="",
        memo="Call to +44 7700 900123",
    )
    return replace(usual, **changes)


def credit(number: int, kind: str, units: int, source: str, **changes: Any) -> Entry:
    """Money that came in."""
    lots = f"{number}/1/1830000000000"
    return entry(number, kind=kind, debit=source, credit="wallet", moved=usd(units), lots=lots, memo="", **changes)


USUAL_PAGE = Page(
    (
        entry(8),
        entry(7, kind="release", debit="holds", credit="wallet", moved=usd("0.50"), lots="", actor="pbx"),
        entry(6, kind="hold", credit="holds", moved=usd("0.50"), lots="", actor="pbx"),
        entry(5),
        entry(4, kind="expiry", credit="expired", moved=usd(2), memo=""),
        credit(3, "recharge", 50, "funding:sandbox"),
        credit(2, "topup", 50, "funding:sandbox", actor="slack:U0MANAGER"),
        replace(credit(1, "grant", 5, "promotional"), memo="Welcome"),
    ),
    "",
)
_UNDONE = {"kind": "reversal", "debit": "usage:calls", "credit": "wallet", "actor": "operator:anna"}
REVERSALS_PAGE = Page(
    (entry(4, ref="1-2", **_UNDONE, memo=""), entry(3, ref="1-1#record-7", **_UNDONE, memo="Never answered")), ""
)
FULL_PAGE = Page(
    tuple(entry(n, moved=HUGE, after=-HUGE, actor="slack:U0MANAGER", memo=MEMO) for n in range(10)),
    "1-1",
)
