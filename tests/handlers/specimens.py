"""One of each thing that Slack is shown: usual, and as large as data can make it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from handlers.locales import Texts
from handlers.parsing import Number, UsageError
from handlers.views import (
    alerts,
    balance,
    errors,
    general,
    history,
    home,
    incident,
    lines,
    managers,
    news,
    rate,
    recharge,
    service,
    tokens,
    topup,
    usage,
    why,
)
from handlers.views import help as help_view
from handlers.views.balance import UnderWay
from handlers.views.payment import became_of
from handlers.views.pools import Share
from store.account import AlertPolicy, Page, RechargePolicy
from store.call import CallRecord
from store.events import Event
from store.lots import Lot
from store.money import MAX_MICROS, Money
from store.outcomes import Reason
from store.payment import Step
from store.pools import MAX_SECONDS, Pool
from store.rating import Terms
from store.rating import rate as rated
from store.report import Part, Period, report
from store.tariff import Rate, RateCard, Tariff
from store.tokens import Scope, Token
from tests.handlers import usages
from tests.handlers.examples import (
    ACCOUNTS,
    CROWDED,
    FRESH,
    FULL_PAGE,
    HUGE,
    HUGE_LIMITS,
    LARGEST,
    LIMITS,
    MANY,
    METHODS,
    NOTED,
    REVERSALS_PAGE,
    STATES,
    TOPUPS,
    USUAL_PAGE,
    account,
    payment,
    usd,
)
from tests.handlers.happenings import AT_MS, CHANNEL, PLAN, events, incidents
from tests.handlers.importing import importing

CARD = RateCard(
    "calling",
    "USD",
    0,
    (
        *(Rate("44", 15_000, "United Kingdom"), Rate("447", 320_000, "United Kingdom, mobile")),
        *(Rate(f"81{number}", 61_000 + number, "<!channel> Japan " * 6) for number in range(10, 30)),
    ),
    fee_micros=50_000,
    sample=True,
)
RATE_QUESTIONS = (
    ("usual", CARD, Number("447700900123", "+44 7700 900123", True, "calling")),
    ("depends", CARD, Number("44", "+44 …", False, "calling")),
    ("depends-largest", CARD, Number("81", "+81 …", False, "calling")),
    ("none", CARD, Number("4930", "+4930 …", False, "calling")),
    ("no-card", None, Number("447700900123", "+44 7700 900123", True, "calling")),
    ("free", None, Number("447700900123", "+44 7700 900123", True, "inbound")),
)

BESIDES = replace(ACCOUNTS["overdrawn"], stops=ACCOUNTS["stopped-many"].stops * 2)
SHARES = (
    *(Share(PLAN.pools[0], 72_059), Share(PLAN.pools[1], 6_000), Share(PLAN.pools[2], MAX_SECONDS // 3)),
    Share(Pool("nothing", ("calling",), 0, 0), 0),
    *(Share(Pool(f"{number:02d}{'x' * 30}", ("y" * 32,) * 9, MAX_SECONDS, 1), 7) for number in range(16)),
)
"""What pools have given: the first two usual, all together as much as there can be."""

Specimen = tuple[str, dict[str, Any]]
"""Where it is shown (message, modal, home), and what."""


def specimens(texts: Texts) -> dict[str, Specimen]:
    """Every message, modal and Home tab in one language."""
    groups = (_looking, _adding, _recharging, _settings, _tokens, _refusing, _telling, _using, importing)
    return {name: (surface, body) for group in groups for name, surface, body in group(texts)}


Named = Iterator[tuple[str, str, dict[str, Any]]]


def _looking(texts: Texts) -> Named:
    yield "help", "message", help_view.message(texts)
    for name, each in ACCOUNTS.items():
        for manages in (True, False):
            body = balance.message(each, UnderWay(), texts, may_manage=manages, sandbox=manages)
            yield f"balance-{name}-{'manager' if manages else 'member'}", "message", body
    for state in STATES:
        for manages in (True, False):
            open_ = payment(state, amount=HUGE if state == "stuck" else usd(50))
            body = balance.message(ACCOUNTS["recharging"], UnderWay(open_), texts, may_manage=manages, sandbox=manages)
            yield f"balance-waits-{state}-{'manager' if manages else 'member'}", "message", body
    expiring = UnderWay(expiring=Lot("17", usd(12).micros, granted=False, expires_ms=AT_MS))
    yield "balance-expiring", "message", balance.message(account(), expiring, texts, may_manage=True, sandbox=False)
    asking = payment("unknown", step=Step.FIND)
    body = balance.message(ACCOUNTS["recharging"], UnderWay(asking), texts, may_manage=True, sandbox=True)
    yield "balance-waits-asking", "message", body
    for state in STATES:
        yield f"too-late-{state}", "message", general.says(became_of(payment(state), texts))
    credited = payment("stuck", charged=True)
    body = balance.message(ACCOUNTS["recharging"], UnderWay(credited), texts, may_manage=True, sandbox=True)
    yield "balance-waits-not-credited", "message", body
    for manages in (True, False):
        body = balance.message(account(), UnderWay(topups=TOPUPS), texts, may_manage=manages, sandbox=manages)
        yield f"balance-topups-{'manager' if manages else 'member'}", "message", body
    body = balance.message(LARGEST, CROWDED, texts, may_manage=True, sandbox=True)
    yield "balance-largest-waiting", "message", body
    trail = '["' + '","'.join(["9" * 13 + "-0"] * 60) + '"]'
    yield "history-empty", "message", history.message(Page((), ""), texts, older="", newer="")
    yield "history", "message", history.message(USUAL_PAGE, texts, older='["","1-1"]', newer="")
    fewer = replace(USUAL_PAGE, entries=USUAL_PAGE.entries[3:], fewer=True)
    yield "history-fewer", "message", history.message(fewer, texts, older="", newer="")
    none = Page((), "1-1", fewer=True)
    yield "history-only-holds", "message", history.message(none, texts, older='["","1-1"]', newer="")
    yield "home-fewer", "home", home.view(account(), UnderWay(), fewer, texts, may_manage=False, sandbox=False)
    yield "history-reversals", "message", history.message(REVERSALS_PAGE, texts, older="", newer="")
    yield "history-largest", "message", history.message(FULL_PAGE, texts, older=trail, newer=trail)
    yield "home", "home", home.view(account(), UnderWay(), USUAL_PAGE, texts, may_manage=True, sandbox=True)
    yield "home-fresh", "home", home.view(FRESH, UnderWay(), Page((), ""), texts, may_manage=False, sandbox=False)
    yield (
        "home-largest",
        "home",
        home.view(LARGEST, CROWDED, FULL_PAGE, texts, may_manage=True, sandbox=True),
    )


def _using(texts: Texts) -> Named:
    given: dict[str, Any] = {"shares": SHARES[:2], "zone": "Europe/Berlin"}
    for period in Period:
        for part in Part:
            body = usage.message(usages.usual(period, part), "EUR", texts, **given)
            yield f"usage-{period}-{part}", "message", body
    yield "usage-plain", "message", usage.plain(usages.usual(Period.WEEK, Part.DESTINATION), "EUR", texts, **given)
    nothing = report(Period.WEEK, Part.SERVICE, usages.TODAY, {})
    yield "usage-empty", "message", usage.message(nothing, "EUR", texts)
    yield "usage-empty-pools", "message", usage.message(nothing, "EUR", texts, **given)
    given["shares"] = SHARES
    yield "usage-largest", "message", usage.message(usages.largest(), "USD", texts, **given)
    yield "usage-plain-largest", "message", usage.plain(usages.largest(), "USD", texts, **given)
    for ground in usages.GROUNDS:
        one = [usages.explained(ground, usd("1.33") if ground.startswith(("rate", "own")) else usd(0))]
        name = (
            "-".join(ground.split()[:2])
            + ("-late" if "late" in ground else "")
            + ("-all" if "pool x" in ground else "")
        )
        yield f"why-call-{name}", "message", why.message(usages.CALL, one, texts, may_manage=False)
    back = replace(usages.explained(usages.RATE, usd("1.33")), reversed_by="1700000000000-18", returned_s=120)
    yield "why-call-reversed", "message", why.message(usages.CALL, [back], texts, may_manage=False)
    largest = [replace(usages.explained(usages.RATE, HUGE, long=True), returned_s=10**6)] * 7
    yield "why-largest", "message", why.message("x" * 200, largest, texts, may_manage=True)
    for kind in ("usage", "records", "grant"):
        yield f"why-entry-{kind}", "message", why.message("1-1", [usages.whole(kind, usd(5))], texts, may_manage=True)
    for name, card, number in RATE_QUESTIONS:
        calls = [
            CallRecord("example", number.service, AT_MS, seconds, f"+{number.digits}{'' if number.whole else '*'}")
            for seconds in (60, 307)
        ]
        terms = Terms("USD", Tariff([card] if card else []))
        priced = [(each, rated(each, terms, {})) for each in calls]
        yield f"rate-{name}", "message", rate.message(number, card, priced, "USD", texts)


def _adding(texts: Texts) -> Named:
    ask: Callable[..., dict[str, Any]] = topup.ask_amount
    yield "add-amount", "modal", ask(account(), LIMITS, texts, sandbox=True, metadata="d" * 32)
    yield "add-amount-largest", "modal", ask(LARGEST, HUGE_LIMITS, texts, sandbox=False, metadata="d" * 32)
    for name, methods in (("one", METHODS), ("one-noted", NOTED[:1]), ("noted", NOTED), ("many", MANY)):
        body = topup.confirm(account(), usd(50), methods, texts, sandbox=True, metadata="d" * 32)
        yield f"add-confirm-{name}", "modal", body
    half = Money(MAX_MICROS // 2, "USD")
    body = topup.confirm(account(available=half), half, MANY, texts, sandbox=True, metadata="d" * 32)
    yield "add-confirm-largest", "modal", body
    for repeated in (False, True):
        body = topup.requested(usd(50), MANY[0], texts, repeated=repeated, sandbox=True)
        yield f"add-requested-{'again' if repeated else 'once'}", "message", body


def _recharging(texts: Texts) -> Named:
    for name, each in ACCOUNTS.items():
        methods = MANY if name == "largest" else METHODS
        body = recharge.settings(each, methods, LIMITS, texts, sandbox=True, metadata="d" * 32)
        yield f"recharge-{name}", "modal", body
    for name, each in (("usual", account()), ("largest", LARGEST)):
        body = recharge.confirm(each, each.recharge, MANY[0], texts, sandbox=True, metadata="d" * 32)
        yield f"recharge-confirm-{name}", "modal", body
        for outcome, changed, charging in (("same", False, False), ("on", True, False), ("now", True, True)):
            body = recharge.saved(each.recharge, CHANNEL, texts, changed=changed, charging=charging, sandbox=True)
            yield f"recharge-saved-{name}-{outcome}", "message", body
    off = recharge.saved(RechargePolicy(on=False), "", texts, changed=True, charging=False, sandbox=False)
    yield "recharge-saved-off", "message", off
    kept = replace(account().recharge, on=False)
    for name, changed in (("kept", True), ("same", False)):
        body = recharge.saved(kept, CHANNEL, texts, changed=changed, charging=False, sandbox=True)
        yield f"recharge-saved-off-{name}", "message", body


def _settings(texts: Texts) -> Named:
    crowd = [f"U0PERSON{number:03d}" for number in range(50)]
    for name, each in (("usual", account()), ("fresh", FRESH), ("largest", LARGEST)):
        yield f"alerts-{name}", "modal", alerts.settings(each, texts, metadata="d" * 32)
        yield f"alerts-saved-{name}", "message", alerts.saved(each.alerts, texts, changed=True)
    yield "alerts-saved-same", "message", alerts.saved(AlertPolicy(), texts, changed=False)
    for name, users in (("none", []), ("one", crowd[:1]), ("crowd", crowd)):
        yield f"managers-{name}", "modal", managers.settings(users, texts, metadata="d" * 32)
        yield f"managers-saved-{name}", "message", managers.saved(users, texts, changed=True)


def _tokens(texts: Texts) -> Named:
    usual = Token("3fa9c1d2e4b5", "PBX", frozenset({Scope.HOLDS_WRITE}), "", "slack:U0MANAGER", AT_MS, AT_MS + 1)
    largest = replace(usual, name="<!channel> " + "x" * 49, scopes=frozenset(Scope), account="a" * 64, seen_ms=AT_MS)
    over = (
        replace(usual, id="0" * 12, revoked_by="operator:anna", revoked_ms=AT_MS),
        replace(usual, id="1" * 12, expires_ms=AT_MS),
    )
    yield "tokens-none", "message", tokens.message((), AT_MS, texts)
    yield "tokens", "message", tokens.message((usual, replace(usual, id="2" * 12, seen_ms=AT_MS), *over), AT_MS, texts)
    crowd = tuple(replace(largest, id=f"{number:012x}") for number in range(100))
    yield "tokens-largest", "message", tokens.message(crowd, AT_MS, texts)
    yield "token-form", "modal", tokens.ask(texts, metadata="d" * 32)
    yield "token-made", "modal", tokens.made("<!channel>", f"crd_{'T' * 11}_{'x' * 38}", texts)
    yield "token-made-before", "modal", general.notice(texts("token-made-before"), texts)


def _refusing(texts: Texts) -> Named:
    own = errors.refused(Reason.NOT_A_MANAGER, texts, LIMITS, "USD", is_admin=True)
    yield "refused-appoint-yourself", "message", general.says(own)
    echo = "x" * 60
    for reason in Reason:
        text = errors.refused(reason, texts, LIMITS, "USD")
        yield f"refused-{reason}", "modal", general.notice(text, texts)
    for key in ("not_a_number", "other_currency", "not_positive", "too_fine", "too_large"):
        text = errors.usage(UsageError(f"amount-{key}", typed=echo), texts, "USD")
        yield f"amount-{key}", "message", general.says(text)
    text = errors.usage(UsageError("amount-ambiguous", typed="1,234", first="1234", second="1.23"), texts, "USD")
    yield "amount-ambiguous", "message", general.says(text)
    for key, words in (
        ("unknown-command", {"nearest": "balance"}),
        ("unknown-command-no-guess", {}),
        ("too-many-words", {}),
    ):
        yield key, "message", general.says(errors.usage(UsageError(key, word=echo, **words), texts, "USD"))
    for key in ("usage-unknown", "why-unknown", "why-too-long", "why-no-archive", "why-no-id"):
        yield key, "message", general.says(errors.usage(UsageError(key, typed=echo), texts, "USD"))
    for key in ("rate-no-number", "rate-no-country", "rate-bad-country"):
        yield key, "message", general.says(errors.usage(UsageError(key, typed=echo, proposed="+44"), texts, "USD"))
    for key in ("error", "error-ledger", "error-slack", "error-slow"):
        yield key, "message", general.says(texts(key, reference="0a1b2c3d"))
    again = topup.confirm(account(), usd(50), METHODS, texts, sandbox=True, metadata="d" * 32)
    yield "again", "modal", general.again(again, texts("error-slow", reference="0a1b2c3d"))
    yield "loading", "modal", general.loading(texts)


def _telling(texts: Texts) -> Named:
    for name, each in incidents().items():
        yield f"incident-{name}", "message", incident.message(each, texts, method=MANY[0].label, sandbox=True)
    every = incidents()
    for name, reason in (("low", "cool_down"), ("exhausted", "daily_limit"), ("blocked-cap", "monthly_cap")):
        wait = balance.waits_until(ACCOUNTS[f"waits-{reason}"], texts)
        body = incident.message(every[name], texts, method=MANY[0].label, sandbox=True, wait=wait)
        yield f"incident-{name}-waits", "message", body
    out = ("exhausted", "overdrawn", "frozen", "closed", "low")
    for name, stands in {**{name: ACCOUNTS[name] for name in out}, "besides": BESIDES}.items():
        calls = service.calls(stands, texts)
        body = incident.message(every["exhausted"], texts, method="", sandbox=False, calls=calls)
        yield f"incident-exhausted-account-{name}", "message", body
    for name, event in events().items():
        yield from _line(name, event, texts)
        told = news.of_account(event, texts, lambda method: f"<{method}>", PLAN)
        if told:
            action = news.actions(event, texts)
            body = news.message(told.text, texts, sandbox=news.is_money(event), action=action)
            yield f"news-{name}", "message", body
        text = news.to_person(event, texts, lambda method: f"<{method}>")
        if text:
            action = news.actions(event, texts)
            small = [texts("notice-elsewhere", channel=f"<#{CHANNEL}>")]
            yield f"person-{name}", "message", news.message(text, texts, sandbox=True, small=small, action=action)
        text = news.for_others(event, texts, lambda method: f"<{method}>")
        if text:
            small = [texts("notice-missed", who="<@U0MANAGER>"), texts("notice-late", when=texts.time(AT_MS))]
            yield f"for-others-{name}", "message", news.message(text, texts, sandbox=True, small=small)


def _line(name: str, event: Event, texts: Texts) -> Named:
    """What is left of a line, with every way in which one may end."""
    where = {"channel": CHANNEL, "ts": "1.2", "mark": f"{event.id}/news"}
    line = lines.opened(event, texts, lambda method: f"<{method}>", **where, sandbox=True)
    for ending, then in events().items() if line else ():
        end = lines.ending(line, then, texts) if line else ""
        if line and end:
            yield f"line-{name}-then-{ending}", "message", lines.closed(line, end, texts)
