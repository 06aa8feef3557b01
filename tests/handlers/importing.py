"""One of each thing that is said of files of call records: usual, and as large as data can make it."""

from collections.abc import Iterator
from typing import Any

from bot.imports.fetching import Trouble as Away
from bot.ingest.refusals import Problem
from bot.ingest.words import REFUSED
from handlers.locales import Texts
from handlers.views import general, imports
from handlers.views.imports import (
    BROKEN,
    CHANGED,
    MOST_LISTED,
    NO_LINE,
    OTHER,
    RATE_CARD,
    Counted,
    Line,
    Progress,
    Result,
    Trouble,
)
from store.keys import AccountRef
from store.outcomes import Reason
from tests.handlers.examples import LARGEST, account

LONG = "<!channel> & " + "x" * 240
NAMES = [LONG] * 10
ACCOUNTS = ["branch", "default", *(f"{'a' * 60}{number:03d}" for number in range(120))]
COUNTED = [Counted("october.csv", 1_200, 0)]
MANY = [Counted(name, 9_999_999, 5) for name in NAMES]
REF = AccountRef("T0TEST")
USUAL = Result(
    records=1_204,
    charged={"calling": (900, 301_500_000), "conference": (200, 12_345_678)},
    pooled=40,
    pooled_s={"audio": 7_260},
    free=12,
    repeated=51,
    unrated={"Ruritania": 1, "": 1},
    refused={"duration_negative": 2},
    unknown={"call_type echo_in": 3},
    listed=(Line("october.csv", 14, "duration_negative"), Line("october.csv", 20, "duration_negative")),
)
CROWD = {f"{LONG}{number}": (9_999_999, 2**52) for number in range(30)}
HUGE = Result(
    records=99_999_999,
    charged=CROWD,
    pooled=9_999_999,
    pooled_s=dict.fromkeys(CROWD, 9_999_999),
    free=9_999_999,
    repeated=9_999_999,
    unrated=dict.fromkeys(CROWD, 9_999_999),
    refused={"id_malformed": 9_999_999},
    unknown=dict.fromkeys(CROWD, 9_999_999),
    listed=tuple(Line(f"{LONG}{number}", 9_999_999, "id_malformed") for number in range(MOST_LISTED)),
)
NOT_READ = Trouble("october.csv", NO_LINE, "duration_negative")
TROUBLES = [
    NOT_READ,
    *(Trouble("october.csv", why, "Charge, Currency") for why in (*Problem, *Away, RATE_CARD, CHANGED, OTHER, BROKEN)),
]


def importing(texts: Texts) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """By name: where it is shown, and what."""
    yield "import-form", "modal", imports.ask(["default"], texts, metadata="d" * 32)
    yield "import-form-largest", "modal", imports.ask(ACCOUNTS, texts, metadata="d" * 32)
    yield "import-begun", "modal", imports.begun(texts)
    yield "import-no-scope", "modal", general.notice(texts("import-no-scope"), texts)
    yield "import-hint", "message", general.says(texts("import-hint"))
    yield "import-cancelled", "message", imports.cancelled(texts)
    yield "import-looking", "message", imports.looking(["october.csv"], texts)
    yield "import-looking-largest", "message", imports.looking(NAMES, texts)
    yield "import-question", "message", imports.question("o" * 24, COUNTED, (), ["default"], texts)
    one = [Counted("one.csv", 1, 1)]
    yield "import-question-one", "message", imports.question("o", one, (), ["default"], texts)
    yield "import-question-accounts", "message", imports.question("o", COUNTED, (), ACCOUNTS[:2], texts)
    largest = [Trouble(LONG, Problem.COLUMNS_MISSING, LONG * 3)] * 10
    yield "import-question-largest", "message", imports.question("o" * 200, MANY, largest, ACCOUNTS, texts)
    for name, reached in (("begun", Progress(0, 0.0)), ("half", Progress(3_400, 0.5)), ("pages", Progress(1, None))):
        yield f"import-progress-{name}", "message", imports.progress(["october.csv"], reached, texts)
    yield "import-progress-largest", "message", imports.progress(NAMES, Progress(99_999_999, 1.0), texts)
    yield from _summaries(texts)


def _summaries(texts: Texts) -> Iterator[tuple[str, str, dict[str, Any]]]:
    told: dict[str, Any] = {"by": "U0MANAGER", "ref": REF}
    same = Result(records=3, repeated=3)
    none = Result(records=1, refused={"currency_mismatch": 1}, listed=(Line("a.csv", 2, "currency_mismatch"),))
    part = Result(records=10, charged={"calling": (10, 1_000_000)})
    for name, result in (("usual", USUAL), ("same", same), ("none", none)):
        yield f"import-{name}", "message", imports.summary(["october.csv"], result, (), account(), texts, **told)
    gone = [Trouble("october.csv", Away.GONE)]
    yield "import-part", "message", imports.summary(["october.csv"], part, gone, account(), texts, **told)
    told_large: dict[str, Any] = {"by": "U0MANAGER", "ref": AccountRef("T0TEST", "a" * 64)}
    yield "import-largest", "message", imports.summary(NAMES, HUGE, (), LARGEST, texts, **told_large)
    for each in TROUBLES:
        body = imports.summary(["october.csv"], Result(), [each], account(), texts, **told)
        yield f"import-trouble-{each.why}", "message", body
    for reason in (Reason.NOT_A_MANAGER, Reason.UNKNOWN_ACCOUNT):
        refused = [Trouble("", f"{imports.REFUSED}{reason}")]
        body = imports.summary(["october.csv"], Result(), refused, None, texts, **told)
        yield f"import-refused-{reason}", "message", body
    every = tuple(Line("a.csv", number, str(reason)) for number, reason in enumerate([*REFUSED, "new"]))
    for begin in range(0, len(every), MOST_LISTED):
        listed = every[begin : begin + MOST_LISTED]
        result = Result(records=99, free=1, refused={"x": len(listed)}, listed=listed)
        yield f"import-reasons-{begin}", "message", imports.summary(["a.csv"], result, (), account(), texts, **told)
