"""Files of call records: the form, the question, how far it is, and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import general, kit
from handlers.views.why import service_name
from store.account import Account
from store.keys import AccountRef
from store.money import Money

RATE_CARD, NO_RECORDS, NO_LINE, CHANGED, BROKEN = "rate_card", "no_records", "no_line", "changed", "broken"
OTHER = "other"
"""What may be the matter with a file, beside what its readers and Slack say."""
REFUSED = "refused-"
"""What is the matter begins so where nobody may charge it, or to that account; behind it the refusal's reason."""
FILE_TYPES = ("csv", "zip", "json", "jsonl", "txt")
"""What Slack's form lets people choose. What a file is, is told by what is in it."""
MOST_LISTED = 20
"""So many refused lines are listed."""

_MOST_NAMED = 8
_MOST_ACCOUNTS = 100
_NAME = 80
_DETAIL = 160
_SHORT_NAME = 40
_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of a file's lines are call records, how many are refused unread, and why the first of these is."""

    name: str
    records: int
    refused: int
    first: str = ""

    @property
    def trouble(self) -> "Trouble | None":
        """What is the matter where there is nothing to charge."""
        if self.records:
            return None
        return Trouble(self.name, NO_LINE, self.first) if self.refused else Trouble(self.name, NO_RECORDS)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is the matter with a file ("" for all of them): a key of the catalogues behind "file-", and a detail."""

    name: str
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A refused line."""

    file: str
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many records are charged, and which share of the files that is; None where nobody knows."""

    records: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the records, as `bot.ingest.tally` counts them, and the first refused lines."""

    records: int = 0
    charged: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    pooled: int = 0
    pooled_s: Mapping[str, int] = field(default_factory=dict)
    free: int = 0
    repeated: int = 0
    unrated: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    listed: tuple[Line, ...] = ()

    @classmethod
    def of(cls, tally: Mapping[str, Any], listed: Sequence[Sequence[Any]]) -> "Result":
        """As it was kept with the order."""
        known = {name: value for name, value in tally.items() if name in cls.__dataclass_fields__}
        return cls(**known, listed=tuple(Line(*each) for each in listed))

    @property
    def changed(self) -> bool:
        """Whether any record was taken that was not known before."""
        return bool(self.charged or self.pooled or self.free or self.unrated)


def ask(accounts: Sequence[str], texts: Texts, *, metadata: str) -> dict[str, Any]:
    """The form: files, and the account where there are several."""
    return kit.modal(
        ids.IMPORT,
        texts("import-title"),
        [
            kit.section(texts("import-intro")),
            kit.file_input(ids.FILES, texts("import-files"), FILE_TYPES, hint=texts("import-files-hint")),
            *_account_input(accounts, texts),
        ],
        submit=texts("import-submit"),
        close=texts("cancel"),
        metadata=metadata,
    )


def begun(texts: Texts) -> dict[str, Any]:
    """What the form becomes."""
    return general.notice(texts("import-begun"), texts)


def usual(accounts: Sequence[str]) -> str:
    """The account that is proposed."""
    return "default" if "default" in accounts[:_MOST_ACCOUNTS] else accounts[0]


def looking(names: Sequence[str], texts: Texts) -> dict[str, Any]:
    """Before anything is known of them."""
    return general.says(texts("import-looking", files=_names(names)))


def question(
    order_id: str, counted: Sequence[Counted], troubles: Sequence[Trouble], accounts: Sequence[str], texts: Texts
) -> dict[str, Any]:
    """Whether to charge these; only a press of the button does."""
    names, records = _names([each.name for each in counted]), sum(each.records for each in counted)
    refused = sum(each.refused for each in counted)
    several = len(accounts) > 1
    account = kit.escape(accounts[0] if accounts else "default")
    title = texts("import-ask" if several else "import-ask-account", files=names, records=records, account=account)
    small = [texts("import-ask-once"), *([texts("import-ask-refused", count=refused)] if refused else [])]
    choice = [_account_menu(accounts, texts)] if several else []
    buttons = [
        kit.button(texts("import-charge"), ids.IMPORT_CHARGE, style="primary", value=order_id),
        kit.button(texts("import-cancel"), ids.IMPORT_CANCEL, value=order_id),
    ]
    return kit.message(
        title,
        [
            kit.section(title),
            *_troubles(troubles, texts),
            kit.actions(ids.IMPORT_ACTIONS, *choice, *buttons),
            kit.context(*small),
        ],
    )


def cancelled(texts: Texts) -> dict[str, Any]:
    """In place of the question."""
    return general.says(texts("import-cancelled"))


def progress(names: Sequence[str], reached: Progress, texts: Texts) -> dict[str, Any]:
    """How far it is."""
    text = texts("import-progress", files=_names(names), records=reached.records)
    if reached.share is None:
        return general.says(text)
    full = round(reached.share * _WIDTH)
    bar = f"{'█' * full}{'░' * (_WIDTH - full)}"
    return kit.message(text, [kit.section(text, f"`{bar}` {int(reached.share * 100)} %")])


def summary(
    names: Sequence[str],
    result: Result,
    troubles: Sequence[Trouble],
    account: Account | None,
    texts: Texts,
    *,
    by: str,
    ref: AccountRef,
) -> dict[str, Any]:
    """What came of it, and how the account stands now."""
    title = _title(names, result, troubles, texts)
    blocks = [kit.section(title), *_troubles(troubles, texts)]
    if result.records and account:
        lines = [*_taken(result, account.currency, texts)]
        blocks += [kit.section(*lines)] if lines else []
        blocks += _left(result, texts)
        balance = texts.money(account.balance)
        told = texts("import-small", account=kit.escape(ref.account), who=kit.user(by), balance=balance)
        blocks.append(kit.context(told))
    return kit.message(title, blocks)


def _title(names: Sequence[str], result: Result, troubles: Sequence[Trouble], texts: Texts) -> str:
    files = _names(names)
    if troubles:
        return texts("import-broken-off" if result.changed else "import-nothing", files=files)
    if result.records == 0 or not (result.changed or result.repeated):
        return texts("import-none", files=files)
    return texts("import-done" if result.changed else "import-same", files=files, records=result.records)


def _taken(result: Result, currency: str, texts: Texts) -> Iterator[str]:
    """The counts that are not nothing."""
    yield texts("import-read", records=result.records)
    if result.charged:
        count, micros = (sum(each) for each in zip(*result.charged.values(), strict=True))
        amounts = result.amounts or {currency: micros}  # rules may have accounts of other currencies pay
        amount = " + ".join(_money(amounts[each], each, texts) for each in sorted(amounts))
        yield texts("import-charged", calls=count, amount=amount)
        if len(result.charged) > 1 == len(amounts):
            [currency] = amounts
            for service, (calls, cost) in sorted(result.charged.items(), key=lambda item: -item[1][1])[:_MOST_NAMED]:
                name = kit.escape(service_name(service, texts))
                yield texts("import-service", service=name, calls=calls, amount=_money(cost, currency, texts))
    if result.pooled or result.pooled_s:
        yield texts("import-pooled", calls=result.pooled)
        for pool, seconds in sorted(result.pooled_s.items())[:_MOST_NAMED]:
            yield texts("import-pool", pool=kit.escape(pool), minutes=-(-seconds // 60))
    if result.free:
        yield texts("import-free", calls=result.free)
    if result.repeated and result.changed:
        yield texts("import-repeated", calls=result.repeated)


def _left(result: Result, texts: Texts) -> Iterator[kit.Block]:
    """What was not charged, or not understood."""
    if result.unrated:
        named = {place or texts("import-no-number"): count for place, count in result.unrated.items()}
        yield kit.section(texts("import-unrated", calls=sum(named.values())), _named(named))
    if result.unknown:
        yield kit.section(texts("import-unknown"), _named(result.unknown))
    if refused := sum(result.refused.values()):
        several = len({each.file for each in result.listed}) > 1
        lines = [_line(each, texts, several=several) for each in result.listed]
        yield kit.section(texts("import-refused", count=refused), *lines)
        if refused > len(lines):
            yield kit.context(texts("import-refused-more", count=refused - len(lines)))


def _line(line: Line, texts: Texts, *, several: bool) -> str:
    key = "import-refused-line-of" if several else "import-refused-line"
    given = {"file": kit.escape(kit.clip(line.file, _SHORT_NAME))} if several else {}
    return texts(key, line=str(line.number), reason=_reason(line.reason, texts), **given)


def _reason(reason: str, texts: Texts) -> str:
    key = f"unread-{reason}"
    return texts(key if texts.has(key) else "unread-other")


def _troubles(troubles: Sequence[Trouble], texts: Texts) -> list[kit.Block]:
    return [kit.section(_trouble(each, texts)) for each in troubles]


def _trouble(trouble: Trouble, texts: Texts) -> str:
    """What is the matter, and what to do about it."""
    if trouble.why.startswith(REFUSED):
        return texts(trouble.why) if texts.has(trouble.why) else texts("file-broken")
    key = f"file-{trouble.why}" if texts.has(f"file-{trouble.why}") else "file-broken"
    detail = kit.escape(kit.clip(trouble.detail, _DETAIL))
    if trouble.why == NO_LINE:
        detail = _reason(trouble.detail, texts)
    return texts(key, name=kit.escape(kit.clip(trouble.name, _NAME)), detail=detail)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"*{kit.escape(kit.clip(each, _NAME).replace('*', '·'))}*" for each in names[:10])


def _named(counts: Mapping[str, int]) -> str:
    most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    shown = [f"{kit.escape(kit.clip(word, _NAME))} ({count})" for word, count in most[:_MOST_NAMED]]
    return ", ".join([*shown, *(["…"] if len(most) > _MOST_NAMED else [])])


def _account_input(accounts: Sequence[str], texts: Texts) -> list[kit.Block]:
    if len(accounts) < 2:  # noqa: PLR2004 one account is no choice
        return []
    return [kit.select(ids.PAYS, texts("import-account"), _options(accounts), initial=usual(accounts))]


def _account_menu(accounts: Sequence[str], texts: Texts) -> kit.Element:
    chosen = next(each for each in _options(accounts) if each["value"] == usual(accounts))
    return {
        "type": "static_select",
        "action_id": ids.IMPORT_ACCOUNT,
        "placeholder": kit.plain(texts("import-account")),
        "options": _options(accounts),
        "initial_option": chosen,
    }


def _options(accounts: Sequence[str]) -> list[kit.Element]:
    return [kit.option(each, each) for each in accounts[:_MOST_ACCOUNTS]]


def _money(micros: int, currency: str, texts: Texts) -> str:
    return texts.money(Money(micros, currency), exact=True)
