"""A payment provider that fails on demand and, as a careful one does, keeps idempotency keys and a list of its charges.

The public Stripe stand-ins ignore keys; a test of double charging needs one that does not.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.payments.gateway import (
    Answer,
    Charge,
    Declined,
    GatewayUnavailableError,
    GatewayUnknownError,
    NeedsAction,
    NotCharged,
    Succeeded,
)
from handlers.services import PaymentMethod
from store.keys import AccountRef
from store.money import Money

Fault = Literal["drop_before", "drop_after", "hang_after", "error_500", "unavailable", "broken"]
Outcome = Answer | NotCharged


class ChangedParametersError(Exception):
    """A key came again with other contents."""


@dataclass
class Listed:
    """A charge in the provider's list, which it never forgets."""

    charge: Charge
    charge_ref: str
    state: Literal["waiting", "succeeded", "cancelled"]


@dataclass
class FaultyGateway:
    """`faults` strike one asking each, in order; the owners of the cards in `careful` have to confirm each charge.

    `asked` is every asking for money, `asked_about` every other one, as "find p1:1".
    """

    faults: deque[Fault] = field(default_factory=deque)
    careful: set[str] = field(default_factory=set)
    listed: list[Listed] = field(default_factory=list)
    asked: list[Charge] = field(default_factory=list)
    asked_about: list[str] = field(default_factory=list)
    answers: dict[str, Answer | Exception] = field(default_factory=dict)
    received: Money | None = None
    under_way: int = 0
    most_at_once: int = 0
    sandbox: bool = False
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def charged(self) -> list[Charge]:
        """The money that really moved."""
        return [each.charge for each in self.listed if each.state == "succeeded"]

    async def methods(self, ref: AccountRef) -> tuple[PaymentMethod, ...]:  # noqa: ARG002 the protocol's
        """One card."""
        return (PaymentMethod("card", "Visa •••• 4242"),)

    async def charge(self, charge: Charge) -> Answer:
        """Charge once for each key; then do what the next fault says."""
        self.asked.append(charge)
        answer = await self._strike(charge, self._once)
        assert not isinstance(answer, NotCharged)
        return answer

    async def find(self, charge: Charge) -> Outcome:
        """Look it up in the list, whatever was answered before; then do what the next fault says."""
        self.asked_about.append(f"find {charge.key}")
        return await self._strike(charge, self._look_up)

    async def cancel(self, charge: Charge) -> Outcome:
        """End it if it waits, and see to it that its key moves nothing later; then do what the next fault says."""
        self.asked_about.append(f"cancel {charge.key}")
        return await self._strike(charge, self._call_off)

    def confirm(self, key: str) -> bool:
        """The card's owner confirms at the bank: the money moves, unless the charge was cancelled before."""
        waiting = [each for each in self.listed if each.charge.key == key and each.state == "waiting"]
        for each in waiting:
            each.state = "succeeded"
        return bool(waiting)

    def forget(self) -> None:
        """More than a day goes by: a key that comes again is charged anew."""
        self.answers.clear()

    def repair(self) -> None:
        """The provider's people put right what a remembered 500 hid."""
        for each in self.listed:
            if isinstance(self.answers.get(each.charge.key), Exception):
                self.answers[each.charge.key] = self._answer(each)

    async def _strike(self, charge: Charge, ask: Callable[[Charge], Outcome | Exception]) -> Outcome:
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            return await self._with_fault(charge, ask, self.faults.popleft() if self.faults else None)
        finally:
            self.under_way -= 1

    async def _with_fault(
        self, charge: Charge, ask: Callable[[Charge], Outcome | Exception], fault: Fault | None
    ) -> Outcome:
        if fault == "drop_before":
            raise GatewayUnknownError("the connection broke")
        if fault == "unavailable":
            raise GatewayUnavailableError("503")
        if fault == "broken":
            raise ChangedParametersError(charge.key)
        new = charge.key not in self.answers
        answer = ask(charge)
        if fault == "error_500":
            # Providers remember the answer 500 as well, and give it again, although the money may have moved.
            answer = GatewayUnknownError("500")
            if new and charge.key in self.answers:
                self.answers[charge.key] = answer
        await asyncio.sleep(0)
        if fault == "drop_after":
            raise GatewayUnknownError("the connection broke")
        if fault == "hang_after":
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _once(self, charge: Charge) -> Answer | Exception:
        known = self._listed(charge)
        if charge.key not in self.answers:
            known = Listed(
                replace(charge, charge_ref=""),
                f"ch_{next(self.numbers)}",
                "waiting" if charge.method in self.careful else "succeeded",
            )
            self.listed.append(known)
            self.answers[charge.key] = self._answer(known)
        return self.answers[charge.key]

    def _look_up(self, charge: Charge) -> Outcome:
        known = self._listed(charge)
        if known is None or known.state == "cancelled":
            return NotCharged()
        return self._answer(known)

    def _call_off(self, charge: Charge) -> Outcome:
        known = self._listed(charge)
        if known is None or known.state != "succeeded":
            self.answers[charge.key] = Declined("cancelled")
        if known is not None and known.state == "waiting":
            known.state = "cancelled"
        return self._look_up(charge)

    def _listed(self, charge: Charge) -> Listed | None:
        """The charge as it is listed, found by the provider's id or else by its key, with the same contents."""
        known = [
            each
            for each in self.listed
            if (each.charge_ref == charge.charge_ref if charge.charge_ref else each.charge.key == charge.key)
        ]
        if known and known[-1].charge != replace(charge, charge_ref=""):
            raise ChangedParametersError(charge.key)
        return known[-1] if known else None

    def _answer(self, known: Listed) -> Answer:
        if known.state == "cancelled":
            return Declined("cancelled")
        if known.state == "waiting":
            return NeedsAction("authentication_required", "https://bank.example/confirm", known.charge_ref)
        return Succeeded(known.charge_ref, self.received or known.charge.amount)
