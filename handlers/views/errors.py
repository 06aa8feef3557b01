"""What is said when something cannot be done as asked: each says what to do instead."""

from handlers.locales import Texts
from handlers.parsing import UsageError
from handlers.views import kit
from store.outcomes import Reason
from store.policy import Limits

_FIELDS = {
    Reason.BELOW_MINIMUM: "amount",
    Reason.ABOVE_MAXIMUM: "amount",
    Reason.AMOUNT_INVALID: "below",
    Reason.CAP_BELOW_AMOUNT: "cap",
    Reason.NO_METHOD: "method",
    Reason.METHOD_DEAD: "method",
}


def usage(error: UsageError, texts: Texts, currency: str) -> str:
    """A UsageError in words, as mrkdwn."""
    variables = {name: kit.escape(value) for name, value in _variables(error, texts).items()}
    return texts(error.key, **variables, **_common(texts, currency))


def usage_plain(error: UsageError, texts: Texts, currency: str) -> str:
    """A UsageError in words, for the line under an input."""
    return texts.plain(error.key, **_variables(error, texts), **_common(texts, currency))


def refused(reason: Reason, texts: Texts, limits: Limits, currency: str, *, is_admin: bool = False) -> str:
    """A refusal in words, as mrkdwn; `is_admin` says that this person may appoint credit managers."""
    if reason is Reason.NOT_A_MANAGER and is_admin:
        return texts("appoint-yourself")
    minimum, maximum = limits.minimum(currency), limits.maximum(currency)
    return texts(f"refused-{reason}", minimum=texts.money(minimum), maximum=texts.money(maximum))


def refused_plain(reason: Reason, texts: Texts, limits: Limits, currency: str) -> str:
    """A refusal in words, for the line under an input."""
    return refused(reason, texts, limits, currency).replace("`", "").replace("*", "")


def refused_field(reason: Reason, fallback: str) -> str:
    """The input under which a refusal belongs."""
    return _FIELDS.get(reason, fallback)


def _variables(error: UsageError, texts: Texts) -> dict[str, str]:
    """What the error tells, with the decimal that it suggests as it is typed here."""
    second = error.variables.get("second")
    return {**error.variables, **({"second": texts.decimal(second)} if second else {})}


def _common(texts: Texts, currency: str) -> dict[str, str]:
    return {"examples": texts.examples(currency), "currency": currency}
