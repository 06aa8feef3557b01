"""What is said of unusual usage, and the button that stops its service."""

from babel.dates import format_date, get_day_names

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit
from handlers.views.why import service_name
from store.money import Money
from store.report import date_of
from store.unusual import What
from store.usage_events import CallsUnrated, UsageUnusual

UNRATED = "unrated"
"""What the button's value ends in where calls without a price are the ground, not unusual usage."""


def told(event: UsageUnusual, texts: Texts) -> str:
    """What is unusual, and why that is said."""
    words = {
        "service": service_name(event.service, texts),
        "amount": texts.money(Money(event.amount_micros, event.currency)),
        "usual": texts.money(Money(event.usual_micros, event.currency)),
        "subject": _subject(event, texts),
    }
    return texts(f"news-unusual-{event.what}", **words)


def unrated(event: CallsUnrated, texts: Texts) -> str:
    """Where calls without a price went, how many there are, and what to do about them."""
    places = [
        texts("unrated-place", place=kit.escape(kit.clip(place, 100)) or texts("why-somewhere"), calls=count)
        for place, count in event.named
    ]
    more = [texts("unrated-more", count=int(event.others))] if event.others != "0" else []
    service = service_name(event.service, texts)
    return texts("news-unrated", service=service, calls=int(event.calls), places=", ".join([*places, *more]))


def to_stop(event: UsageUnusual | CallsUnrated, texts: Texts) -> kit.Element:
    """Stop the service; asked first. The button names the event that it stands below."""
    service = service_name(event.service, texts)
    asked = kit.question(
        kit.clip(texts.plain("stop-ask-title", service=service), 100),
        kit.clip(texts.plain("stop-ask", service=service), 300),
        yes=texts("stop-yes"),
        no=texts("stop-no"),
    )
    label = texts.plain("button-stop", service=service)
    value = f"{event.id}:{event.service}" + (f":{UNRATED}" if isinstance(event, CallsUnrated) else "")
    return kit.button(label, ids.STOP_SERVICE, style="danger", value=value, confirm=asked)


def _subject(event: UsageUnusual, texts: Texts) -> str:
    locale = texts.locale.replace("-", "_")
    if event.what == What.HOUR:
        day, _, hour = event.subject.partition(" ")
        return texts("unusual-hour", day=get_day_names("wide", locale=locale)[int(day)], hour=f"{int(hour):02d}:00")
    if event.what == What.DAY:
        return str(format_date(date_of(int(event.subject)), "medium", locale=locale))
    return kit.escape(kit.clip(" ".join(event.subject.split()), 100)) or texts("why-somewhere")
