"""`/credits …`: acknowledge, read the subcommand, hand over to its feature."""

from collections.abc import Awaitable, Callable

from handlers import alerts, balance, history, imports, managers, parsing, rate, recharge, tokens, topup, usage, why
from handlers.call import Call
from handlers.parsing import Word

_FEATURES: dict[Word, Callable[[Call], Awaitable[None]]] = {
    Word.HELP: balance.explain,
    Word.BALANCE: balance.show,
    Word.RECHARGE: recharge.begin,
    Word.ALERTS: alerts.begin,
    Word.IMPORT: imports.begin,
    Word.MANAGERS: managers.begin,
    Word.TOKENS: tokens.show,
}
_TYPED: dict[Word, Callable[[Call, str], Awaitable[None]]] = {
    Word.ADD: topup.begin,
    Word.USAGE: usage.show,
    Word.WHY: why.show,
    Word.RATE: rate.show,
    Word.HISTORY: history.show,
}
"""Those that take what is typed behind them."""


async def credits_(call: Call) -> None:
    """The slash command."""
    await call.ack()
    request = parsing.command(call.body.get("text") or "")
    if request.word in _TYPED:
        await _TYPED[request.word](call, request.rest)
    else:
        await _FEATURES[request.word](call)
