"""The standing message as data: events in, the next incident out."""

import copy
import itertools
from typing import Any

import pytest

from handlers import ids
from handlers.locales import Texts
from handlers.views import incident as incidents
from handlers.views import news
from handlers.views.incident import Incident, after
from store.events import Codec, Event
from tests.bot.news import EVENTS, LOW, RECOVERED, TROUBLE
from tests.world import MANAGER, REF, texts_in

ENGLISH, GERMAN = Texts.of("en-US"), Texts.of("de-DE")

RECORDS: dict[str, dict[str, Any]] = {
    **{name.removeprefix("balance_").removeprefix("recharge_"): {"type": name, **EVENTS[name]} for name in EVENTS},
    "low5": {"type": "balance_low", **LOW},
    "low20": {"type": "balance_low", **LOW, "level_micros": 20_000_000, "balance_micros": 15_000_000},
    "partly": {"type": "balance_recovered", **RECOVERED, "level_micros": 20_000_000, "was_exhausted": "1"},
    "declined_last": {"type": "recharge_declined", **TROUBLE, "next_ms": ""},
    "declined_again": {"type": "recharge_declined", **EVENTS["recharge_declined"], "attempt": "2"},
    "topup_declined": {"type": "topup_declined", **TROUBLE, "kind": "topup"},
    "topup_unknown": {"type": "payment_unknown", **TROUBLE, "kind": "topup"},
    "stuck": {"type": "payment_stuck", **TROUBLE, "reason": "gateway_error"},
    "stuck_silent": {"type": "payment_stuck", **TROUBLE, "reason": "no_answer"},
    "topup_stuck": {"type": "payment_stuck", **TROUBLE, "kind": "topup"},
    "cancelled": {"type": "recharge_cancelled", **TROUBLE},
    "not_needed": {"type": "recharge_cancelled", **TROUBLE, "reason": "not_needed"},
    "another_card": {"type": "settings_changed", "topic": "recharge", "by": f"slack:{MANAGER}", "currency": "USD",
                     "changes": '[{"field": "method", "old": "a", "new": "b"}]'},
    "switched_off": {"type": "settings_changed", "topic": "recharge", "by": f"slack:{MANAGER}", "currency": "USD",
                     "changes": '[{"field": "recharge_on", "old": "1", "new": "0"}]'},
    "cancelled_unmade": {"type": "recharge_cancelled", **TROUBLE, "attempt": "0"},
    "due": {"type": "recharge_due", "payment": "p1", "attempt": "1"},
    "settings": {"type": "settings_changed", "topic": "alerts", "by": f"slack:{MANAGER}", "currency": "USD",
                 "changes": '[{"field": "levels", "old": "", "new": "20000000"}]'},
}  # fmt: skip
NEEDS, UNKNOWN, TOPPED, MANAGERS = "payment_needs_action", "payment_unknown", "topped_up", "managers_changed"
CONCERNED = ["low20", "low5", "exhausted", "recovered", "partly", "started", "recharged", "declined", "declined_last",
             "paused", "resumed", "blocked", "stuck", "cancelled", "not_needed", "another_card",
             UNKNOWN, NEEDS, TOPPED]  # fmt: skip


def event(name: str) -> Event:
    """The event of this name, as the outbox gives it."""
    record = {key: str(value) for key, value in RECORDS[name].items()}
    return Codec.decode("01-1-0", {**record, "tenant": REF.tenant, "account": REF.account, "at_ms": "1"})


def tell(*names: str) -> Incident:
    """The incident after these events."""
    incident = Incident()
    for name in names:
        incident = after(incident, event(name))
    return incident


def label(method: str) -> str:
    """A card."""
    return f"Visa {method}"


STORIES = [
    # events, state, part, open, buttons
    ("", "", "", False, ""),
    ("low20", "low", "", True, "add settings"),
    ("low20 low5", "low", "", True, "add settings"),
    ("low20 exhausted", "exhausted", "", True, "add settings"),
    ("exhausted low5", "exhausted", "", True, "add settings"),
    ("low20 exhausted partly", "low", "", True, "add settings"),
    ("low20 exhausted recovered", "recovered", "", False, ""),
    ("low20 recovered", "recovered", "", False, ""),
    ("low20 started", "low", "started", True, ""),
    ("low20 started recharged", "low", "arrived", True, "add settings"),
    ("low20 started recharged recovered", "recovered", "arrived", False, ""),
    ("started", "", "started", True, ""),
    ("started recharged", "", "arrived", False, ""),
    ("low20 started declined", "low", "declined", True, "retry settings add"),
    ("low20 started declined declined_again recharged recovered", "recovered", "arrived", False, ""),
    ("low20 started declined_last paused", "low", "paused", True, "resume settings add"),
    ("low20 started declined_last paused resumed", "low", "", True, "add settings"),
    ("low20 started declined_last paused topped_up recovered", "recovered", "paused", True, "resume settings add"),
    (f"low20 started {UNKNOWN}", "low", "unknown", True, ""),
    (f"low20 started {UNKNOWN} recharged recovered", "recovered", "arrived", False, ""),
    (f"low20 started {NEEDS}", "low", "needs-action", True, "link confirmed settings"),
    (f"low20 started {NEEDS} recharged recovered", "recovered", "arrived", False, ""),
    ("low20 started stuck", "low", "stuck", True, "retry not_charged add"),
    ("low20 started stuck_silent", "low", "stuck", True, "retry not_charged add"),
    ("started declined cancelled", "", "cancelled", False, ""),
    ("low20 started declined cancelled", "low", "cancelled", True, "add settings"),
    ("low20 started declined cancelled blocked", "low", "blocked-monthly_cap", True, "add settings"),
    ("low20 started declined_last paused cancelled", "low", "paused", True, "resume settings add"),
    ("low20 started declined not_needed", "low", "not-needed", True, "add settings"),
    ("low20 started declined topped_up recovered", "recovered", "declined", True, "settings"),
    ("low20 started declined topped_up recovered not_needed", "recovered", "not-needed", False, ""),
    ("low20 started declined_last paused another_card", "low", "", True, "add settings"),
    ("low20 started declined_last paused switched_off", "low", "", True, "add settings"),
    ("low20 started declined another_card", "low", "declined", True, "retry settings add"),
    ("low20 blocked cancelled_unmade", "low", "blocked-monthly_cap", True, "add settings"),
    ("low20 blocked", "low", "blocked-monthly_cap", True, "add settings"),
    ("low20 blocked started recharged recovered", "recovered", "arrived", False, ""),
    ("low20 topup_declined topup_unknown due settings managers_changed", "low", "", True, "add settings"),
]
BUTTONS = {
    "add": ids.OPEN_ADD,
    "settings": ids.OPEN_RECHARGE,
    "link": ids.OPEN_LINK,
    "resume": ids.RESUME_RECHARGE,
    "retry": ids.RETRY_PAYMENT,
    "confirmed": ids.RETRY_PAYMENT,
    "not_charged": ids.NOT_CHARGED,
}


@pytest.mark.parametrize(("story", "state", "part", "is_open", "buttons"), STORIES, ids=[each[0] for each in STORIES])
def test_story(story: str, state: str, part: str, is_open: bool, buttons: str) -> None:
    """After these events: state, the recharge's part, whether it stands, and what one would do next."""
    incident = tell(*story.split())
    blocks = incidents.message(incident, ENGLISH, method="Visa", sandbox=False)["blocks"]
    pressed = [each["action_id"] for block in blocks if block["type"] == "actions" for each in block["elements"]]

    assert (incident.state, incident.part, incident.open) == (state, part, is_open)
    assert pressed == [BUTTONS[name] for name in buttons.split()]


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("low20", True),
        ("exhausted", True),
        ("low20 started recharged", True),
        ("low20 blocked", True),
        ("low20 started", False),
        ("low20 started declined", False),
        ("low20 paused", False),
        ("low20 started recharged recovered", False),
    ],
)
def test_why_no_recharge_opens_is_said_while_none_is_under_way(story: str, said: bool) -> None:
    """Not beside a recharge that waits itself, nor when the balance has recovered; a limit is not told twice."""
    text = texts_in(incidents.message(tell(*story.split()), ENGLISH, method="Visa", sandbox=False, wait="Until then."))

    assert ("Until then." in text) == said
    assert "Not recharged" not in text


@pytest.mark.parametrize("name", RECORDS)
def test_the_same_event_twice_changes_nothing_more(name: str) -> None:
    """From wherever it comes, the reducer is idempotent."""
    for start in itertools.chain([()], itertools.combinations(CONCERNED, 1), itertools.permutations(CONCERNED, 2)):
        once = after(tell(*start), event(name))
        assert after(once, event(name)) == once


@pytest.mark.parametrize("name", RECORDS)
def test_the_reducer_and_the_views_are_pure(name: str) -> None:
    """What goes in is not changed, and the same comes out again."""
    for start in itertools.permutations(CONCERNED, 2):
        before = tell(*start)
        kept = copy.deepcopy(before)
        first, second = (after(before, event(name)) for _ in range(2))
        assert (before, first) == (kept, second)
        shown = [incidents.message(first, GERMAN, method="<Visa>", sandbox=True) for _ in range(2)]
        assert shown[0] == shown[1]
        assert "<Visa>" not in texts_in(shown[0])


@pytest.mark.parametrize("name", ["due", "settings", "managers_changed", "topup_declined", "topup_unknown"])
def test_what_does_not_concern_it_changes_nothing(name: str) -> None:
    """Settings, managers, top-ups that fail and work that is due leave the incident as it is."""
    for start in itertools.permutations(CONCERNED, 2):
        assert after(tell(*start), event(name)) == tell(*start)


def test_an_incident_survives_redis() -> None:
    """Every field comes back as it was; a record without any is no incident."""
    for start in itertools.permutations(CONCERNED, 2):
        incident = tell(*start)
        assert Incident.decode(incident.record()) == incident
    assert Incident.decode({}) == Incident()


ANEW = {("recovered", "low20"), ("recovered", "exhausted")}


def test_only_a_new_crossing_after_recovery_opens_anew() -> None:
    """Low and exhausted after recovered; nothing else, and in no other state."""
    starts = {"": "", "low": "low20", "exhausted": "exhausted", "recovered": "low20 recovered"}
    found = {
        (state, name)
        for state, story in starts.items()
        for name in CONCERNED
        if incidents.opens_anew(tell(*story.split()), event(name))
    }
    assert found == ANEW | {("recovered", "low5")}


LOUD = {
    "exhausted": True, "recharged": False, "declined": True, "paused": True, "blocked": True, NEEDS: True,
    TOPPED: False, MANAGERS: True, "settings": True,
    "low20": False, "recovered": False, "partly": False, "started": False, "resumed": False, UNKNOWN: False,
    "declined_again": True, "declined_last": False, "stuck": True, "cancelled": False, "not_needed": False,
    "due": None, "cancelled_unmade": None, "topup_stuck": True, "topup_declined": None, "topup_unknown": None,
}  # fmt: skip


@pytest.mark.parametrize("name", LOUD)
def test_what_is_loud(name: str) -> None:
    """What the whole channel sees, what stays in the thread, and what the channel is not told at all."""
    told = news.of_account(event(name), ENGLISH, label)

    assert (told.loud if told else None) is LOUD[name]


@pytest.mark.parametrize("name", RECORDS)
def test_every_event_has_words_in_both_languages(name: str) -> None:
    """News differ by language and are never empty; a person is told of a top-up alone."""
    english, german = (news.of_account(event(name), texts, label) for texts in (ENGLISH, GERMAN))

    assert (english is None) == (german is None)
    if english and german:
        assert english.text
        assert english.text != german.text
        assert english.loud == german.loud
    to_person = news.to_person(event(name), GERMAN, label)
    assert bool(to_person) == (name in {TOPPED, "topup_declined", "topup_unknown", "topup_stuck"})
