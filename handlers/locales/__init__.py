"""One catalogue per language, and `Texts`, which speaks one of them. No language state outside an object."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from babel.dates import format_date, format_datetime
from babel.numbers import get_currency_symbol, get_decimal_symbol
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Message, Resource

from store.money import Money, format_money

LANGUAGES = ("en", "de")
DEFAULT_LOCALE = "en-US"

_MINUS = "\N{MINUS SIGN}"
_REGIONS = {"en": "en-US", "de": "de-DE"}


class MissingTextError(LookupError):
    """A catalogue lacks a key or a text lacks a variable: a mistake of ours."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, money and times in one locale such as "de-DE". A locale that we do not speak is answered in English."""

    locale: str = DEFAULT_LOCALE

    @classmethod
    def of(cls, locale: str | None) -> "Texts":
        """The texts for Slack's `locale` ("de-DE", "en-GB", "fr-FR", None)."""
        language, _, region = (locale or DEFAULT_LOCALE).replace("_", "-").partition("-")
        if language not in LANGUAGES:
            return cls()
        return cls(f"{language}-{region}" if len(region) == 2 else _REGIONS[language])  # noqa: PLR2004 ISO 3166

    def __call__(self, key: str, **variables: str | int) -> str:
        """The text of `key` with its variables filled in, as mrkdwn; MissingTextError for a mistake of ours."""
        bundle = _bundle(self.locale.partition("-")[0])
        pattern = bundle.get_message(key).value if bundle.has_message(key) else None
        if pattern is None:
            raise MissingTextError(key)
        text, errors = bundle.format_pattern(pattern, variables)
        if errors:
            raise MissingTextError(f"{key}: {errors}")
        return str(text)

    def plain(self, key: str, **variables: str | int) -> str:
        """The text without mrkdwn's marks, for places where Slack shows them as they are."""
        return self(key, **variables).replace("`", "").replace("*", "")

    def has(self, key: str) -> bool:
        """Whether the catalogue has `key`."""
        return bool(_bundle(self.locale.partition("-")[0]).has_message(key))

    def reason(self, code: str) -> str:
        """Why a card did not pay, in words."""
        key = f"reason-{code}"
        return self(key if self.has(key) else "reason-other")

    def money(self, money: Money, *, exact: bool = False) -> str:
        """Money as it is written here, a loss with a true minus sign; see `store.money.format_money`."""
        return format_money(money, self.locale, exact=exact).replace("-", _MINUS)

    def signed(self, money: Money) -> str:
        """An exact amount with its sign, plus included: "+$50.00", "−$0.02"."""
        text = self.money(Money(abs(money.micros), money.currency), exact=True)
        return f"{_MINUS if money.micros < 0 else '+'}{text}"

    def decimal(self, number: str) -> str:
        """A plain decimal as it is typed here: "12.50" or "12,50"."""
        return number.replace(".", get_decimal_symbol(self.locale.replace("-", "_")))

    def examples(self, currency: str) -> str:
        """How amounts may be typed."""
        symbol = get_currency_symbol(currency, locale=self.locale.replace("-", "_"))
        return self("example-amounts", symbol=symbol, currency=currency)

    def time(self, at_ms: int) -> str:
        """A moment, shown by Slack in the reader's own time zone; in UTC where Slack cannot."""
        moment = datetime.fromtimestamp(at_ms / 1000, UTC)
        fallback = format_datetime(moment, "short", locale=self.locale.replace("-", "_"))
        return f"<!date^{at_ms // 1000}^{{date_short_pretty}}, {{time}}|{fallback} UTC>"

    def date(self, at_ms: int) -> str:
        """A day, by the clock of whoever reads it."""
        day = format_date(datetime.fromtimestamp(at_ms / 1000, UTC), "medium", locale=self.locale.replace("-", "_"))
        return f"<!date^{at_ms // 1000}^{{date_pretty}}|{day}>"


@cache
def keys(language: str) -> frozenset[str]:
    """The keys of a catalogue."""
    return frozenset(entry.id.name for entry in _resource(language).body if isinstance(entry, Message))


@cache
def _resource(language: str) -> Resource:
    return FluentResource((files("handlers.locales") / f"{language}.ftl").read_text("utf-8"))


@cache
def _bundle(language: str) -> FluentBundle:
    bundle = FluentBundle([_REGIONS[language]], use_isolating=False)
    bundle.add_resource(_resource(language))
    return bundle
