"""Services that people stopped: what is said of each, and the button that lets it go on."""

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit
from handlers.views.payment import who
from handlers.views.why import service_name
from store.account import Account, State, Stop
from store.events import ServiceResumed, ServicesHalted, ServicesResumed, ServiceStopped
from store.money import Money
from store.services import states

Told = ServiceStopped | ServiceResumed | ServicesHalted | ServicesResumed

_NAMED = 8
MOST_STOPS = 5
"""So many stopped services are shown, by name; the others are counted."""


def stops(account: Account, texts: Texts, *, may_manage: bool) -> list[kit.Block]:
    """The services that people stopped, each with its button for managers."""
    blocks: list[kit.Block] = []
    for number, stop in enumerate(account.stops[:MOST_STOPS]):
        blocks.append(kit.section(said(stop, texts)))
        if may_manage:
            blocks.append(kit.actions(f"service_actions_{number}", to_resume(stop.service, stop.at_ms, texts)))
    more = len(account.stops) - MOST_STOPS
    return [*blocks, *([kit.context(texts("stopped-more", count=more))] if more > 0 else [])]


def calls(account: Account, texts: Texts) -> str:
    """What becomes of new calls while the credit is used up: which are stopped, or how far they go on."""
    if account.state is not State.OPEN:
        return texts(f"calls-{account.state}")
    stopped = [service_name(each.service, texts) for each in states(account) if not each.open]
    named = ", ".join(stopped[:_NAMED]) + (" …" if len(stopped) > _NAMED else "")
    if account.halts:
        return texts("calls-stopped", services=named)
    limit = account.overdraft_micros
    line = texts("calls-overdraft", overdraft=texts.money(account.overdraft)) if limit else texts("calls-go-on")
    return f"{line} {texts('calls-stopped-besides', services=named)}" if stopped else line


def said(stop: Stop, texts: Texts) -> str:
    """Which service, who, when and why."""
    words = {"service": service_name(stop.service, texts), "who": who(stop.by, texts), "when": texts.time(stop.at_ms)}
    line = texts("stopped-line", **words)
    return f"{line}\n{kit.escape(stop.reason)}" if stop.reason else line


def to_resume(service: str, at_ms: int, texts: Texts) -> kit.Element:
    """Let it go on. The button names the stop that it was shown for: it ends no later one."""
    return kit.button(texts("button-resume"), ids.RESUME_SERVICE, style="primary", value=f"{at_ms}:{service}")


def news(event: Told, texts: Texts) -> str:
    """What people did; of credit only what is not told anyway: that it ends and begins below zero, by the overdraft."""
    match event:
        case ServicesHalted(reason="exhausted") if event.overdraft_micros:
            return texts("news-halted", overdraft=texts.money(Money(event.overdraft_micros, event.currency)))
        case ServicesResumed() if event.cause != "settings" and event.balance_micros <= 0:
            return texts("news-services-resumed", balance=texts.money(event.balance))
        case ServiceStopped() | ServiceResumed():
            key = "news-service-stopped" if isinstance(event, ServiceStopped) else "news-service-resumed"
            line = texts(key, who=who(event.by, texts), service=service_name(event.service, texts))
            return f"{line}\n{kit.escape(event.reason)}" if event.reason else line
        case _:
            return ""
