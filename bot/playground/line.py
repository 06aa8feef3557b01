"""One call from its beginning to its end, as an exchange or a meeting service leads and pays for it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from bot.playground.config import Clock, Json
from bot.playground.exchange import Exchange, Problem
from bot.playground.traffic import CALLING, Call, record

TTL_S = 90
"""How long what is set aside lives in real time, should the exchange die."""
UNPRICED = Decimal("0.50")
"""Set aside for each minute of a call whose price nobody knows."""
MINUTE_S = 60


class State(StrEnum):
    """How a call stands or ended, by what the API says became of its record."""

    TALKING = "talking"
    REFUSED = "refused"
    CHARGED = "charged"
    POOLED = "pooled"
    FREE = "free"
    UNRATED = "unrated"
    REPEATED = "repeated"
    """Paid before: the first answer was lost, and with it the word of what it cost."""
    LOST = "lost"
    """The API could not be asked."""


@dataclass(slots=True)
class Line:
    """A call in progress or over, as the panel shows it.

    `reason` is the code of the problem that refused it or cut it short, `why` the same in words.
    """

    call: Call
    state: State = State.TALKING
    charged: Decimal = Decimal()
    reason: str = ""
    why: str = ""

    def told(self) -> Json:
        """What the page gets."""
        call = self.call
        return {
            "id": call.id,
            "at": call.start.timestamp(),
            "service": call.service,
            "number": call.number,
            "user": call.user.partition("@")[0],
            "minutes": call.minutes,
            "state": self.state,
            "amount_micros": int(self.charged * 1_000_000),
            "reason": self.reason,
            "why": self.why,
        }


class Lines:
    """Leads calls; `speed` is how many times as fast as real ones they go by."""

    def __init__(self, exchange: Exchange, clock: Clock, speed: float) -> None:
        self._exchange = exchange
        self._clock = clock
        self._speed = speed

    async def lead(self, line: Line, *, now: bool = True) -> None:
        """Let the call take place, if it may, and have it paid. `now`: it ends when it ends here, not as it says.

        Raises:
            Problem: the API refuses for a reason that is not about this call.
            UnreachableError: it does not answer.
        """
        authorise = self._authorised if line.call.service == CALLING else self._offered
        begun = self._clock.wall()
        try:
            held = await authorise(line)
        except Problem as problem:
            if not problem.of_this_call:
                raise
            line.state, line.reason, line.why = State.REFUSED, problem.code, str(problem)
            return
        if now:
            # The minutes went by faster than the clock: the call ends now, so it began as long before.
            ended = line.call.start + timedelta(seconds=self._clock.wall() - begun)
            line.call = replace(line.call, start=ended - timedelta(seconds=line.call.duration_s))
        if held:
            # First of all: a call that is paid and held for at once would sound an alarm at a balance that is not low.
            await self._exchange.release(line.call.id)
        await self._report(line)

    async def _offered(self, line: Line) -> bool:
        """A meeting service and the toll-free numbers report calls afterwards; before, they ask if any are paid for."""
        services = (await self._exchange.account())["services"]
        state = services.get(line.call.service, {"open": True})
        if not state["open"]:
            raise Problem(_CLOSED.get(state["reason"], {"code": state["reason"]}), 409)
        await self._minutes(line.call.duration_s)
        return False

    async def _authorised(self, line: Line) -> bool:
        """Credit is set aside for each minute before it begins; where it is refused, the call ends with the one before.

        Answers whether anything is set aside.
        """
        call = line.call
        rate = await self._exchange.rate(call.service, call.dialled)
        price = Decimal(rate["per_minute"]["amount"]) if rate else UNPRICED
        fee = Decimal(rate["connection_fee"]["amount"]) if rate else Decimal()
        if not price + fee:
            await self._minutes(call.duration_s)
            return False
        first, further = await self._money(price + fee), await self._money(price)
        await self._exchange.hold(call.id, first, service=call.service, ttl_s=TTL_S, memo=f"Call to {call.number}")
        for minute in range(1, call.minutes):
            await self._minutes(MINUTE_S)
            try:
                await self._exchange.extend(call.id, further, ttl_s=TTL_S, minute=minute + 1)
            except Problem as problem:
                if not problem.of_this_call:
                    raise
                line.reason, line.why = problem.code, str(problem)
                line.call = replace(call, duration_s=minute * MINUTE_S)
                return True
        await self._minutes(call.duration_s - (call.minutes - 1) * MINUTE_S)
        return True

    async def _report(self, line: Line) -> None:
        [told] = await self._exchange.report([record(line.call)])
        if told["outcome"] == "refused":
            line.state, line.reason, line.why = State.REFUSED, str(told["reason"]), str(told["reason"])
            return
        line.state = State(told["outcome"])
        line.charged = Decimal(told["charged"]["amount"]) if told["charged"] else Decimal()

    async def _money(self, amount: Decimal) -> Json:
        return {"amount": f"{amount:f}", "currency": await self._exchange.currency()}

    async def _minutes(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


_CLOSED = {
    "exhausted": {"code": "insufficient_credit", "title": "Insufficient credit", "detail": "Nothing is available."},
    "stopped": {"code": "service_stopped", "title": "Service stopped", "detail": "A credit manager stopped it."},
    "frozen": {"code": "account_frozen", "title": "Account frozen", "detail": "Nothing new is paid from it."},
    "closed": {"code": "account_closed", "title": "Account closed", "detail": "Nothing is charged to it any more."},
}
"""Why a service takes no calls, in the words in which a hold would be refused."""
