"""`/credits …`: acknowledge, read the subcommand, hand over to its feature."""

from collections.abc import Awaitable, Callable

from handlers import alerts, balance, history, managers, parsing, recharge, tokens, topup
from handlers.call import Call
from handlers.parsing import Word

_FEATURES: dict[Word, Callable[[Call], Awaitable[None]]] = {
    Word.HELP: balance.explain,
    Word.BALANCE: balance.show,
    Word.RECHARGE: recharge.begin,
    Word.ALERTS: alerts.begin,
    Word.HISTORY: history.show,
    Word.MANAGERS: managers.begin,
    Word.TOKENS: tokens.show,
}


async def credits_(call: Call) -> None:
    """The slash command."""
    await call.ack()
    request = parsing.command(call.body.get("text") or "")
    if request.word is Word.ADD:
        await topup.begin(call, request.rest)
    else:
        await _FEATURES[request.word](call)
