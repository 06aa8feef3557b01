"""A payment provider that fails on demand and, as a careful one does, keeps idempotency keys.

The public Stripe stand-ins ignore keys; a test of double charging needs one that does not.
"""

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from bot.payments.gateway import (
    Answer,
    Charge,
    GatewayUnavailableError,
    GatewayUnknownError,
    Succeeded,
)
from handlers.services import PaymentMethod
from store.keys import AccountRef
from store.money import Money

Fault = Literal["drop_before", "drop_after", "hang_after", "error_500", "unavailable", "broken"]


class ChangedParametersError(Exception):
    """A key came again with other contents."""


@dataclass
class FaultyGateway:
    """`faults` strike one asking each, in order. `charged` is the money that really moved, by key."""

    faults: deque[Fault] = field(default_factory=deque)
    charged: dict[str, Charge] = field(default_factory=dict)
    asked: list[Charge] = field(default_factory=list)
    answers: dict[str, Answer | Exception] = field(default_factory=dict)
    received: Money | None = None
    under_way: int = 0
    most_at_once: int = 0
    sandbox: bool = False
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:  # noqa: ARG002 the protocol's
        """One card."""
        return (PaymentMethod("card", "Visa •••• 4242"),)

    async def charge(self, charge: Charge) -> Answer:
        """Charge once for each key; then do what the next fault says."""
        self.asked.append(charge)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            return await self._charge(charge)
        finally:
            self.under_way -= 1

    async def _charge(self, charge: Charge) -> Answer:
        fault = self.faults.popleft() if self.faults else None
        if fault == "drop_before":
            raise GatewayUnknownError("the connection broke")
        if fault == "unavailable":
            raise GatewayUnavailableError("503")
        if fault == "broken":
            raise ChangedParametersError(charge.key)
        answer = self._once(charge, fault)
        await asyncio.sleep(0)
        if fault == "drop_after":
            raise GatewayUnknownError("the connection broke")
        if fault == "hang_after":
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _once(self, charge: Charge, fault: Fault | None) -> Answer | Exception:
        known = self.charged.get(charge.key)
        if known and known != charge:
            raise ChangedParametersError(charge.key)
        if charge.key not in self.answers:
            self.charged[charge.key] = charge
            answer: Answer | Exception = Succeeded(f"ch_{next(self.numbers)}", self.received or charge.amount)
            # Providers remember the answer 500 as well, and give it again, although the money may have moved.
            self.answers[charge.key] = GatewayUnknownError("500") if fault == "error_500" else answer
        return self.answers[charge.key]

    def repair(self) -> None:
        """The provider's people put right what a remembered 500 hid."""
        for key, answer in self.answers.items():
            if isinstance(answer, Exception):
                self.answers[key] = Succeeded(f"ch_{next(self.numbers)}", self.received or self.charged[key].amount)
