# ruff: noqa: INP001 it is copied to where it is used, and is in no package
"""A telephone exchange that pays for calls: a small client of the API, and the loop of one call.

Needs httpx. Everything here is safe to do twice: each step has an Idempotency-Key of its own, made of the call's id, so
that a step whose answer was lost is sent again, even by an exchange that was restarted meanwhile.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import httpx

AGAIN = {408, 429, 503}
"""Answers after which the same request is sent again."""
NOTICE_S = 10
"""How long before the paid time is over the next minute is asked for."""


class CreditsError(Exception):
    """The API said no; `code` says why, for programs, and `problem` has everything that it said."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('title')}: {problem.get('detail')}")
        self.code = str(problem.get("code"))
        self.problem = problem


class InsufficientCreditError(CreditsError):
    """There is not enough credit; `missing` is how much more was wanted."""

    @property
    def missing(self) -> Decimal:
        """In the account's currency."""
        return Decimal(self.problem["missing"]["amount"])


@dataclass(frozen=True, slots=True)
class Hold:
    """Credit set aside for a call: how much is available beside it."""

    id: str
    available: Decimal


class Credits:
    """The API, for one account."""

    def __init__(
        self,
        http: httpx.Client,
        *,
        account: str = "default",
        currency: str = "USD",
        tries: int = 6,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`http` has the server's address and the token: `httpx.Client(base_url=…, headers={"Authorization": …})`."""
        self._http = http
        self._account = account
        self._currency = currency
        self._tries = tries
        self._sleep = sleep

    def authorise(self, call_id: str, amount: Decimal, ttl_s: int) -> Hold:
        """Set credit aside before a call; InsufficientCreditError: let it not begin."""
        body = {"id": call_id, "amount": self._money(amount), "ttl_s": ttl_s}
        return self._hold(self._post(f"/v1/accounts/{self._account}/holds", body, key=f"{call_id}-place"))

    def extend(self, call_id: str, amount: Decimal, ttl_s: int, *, minute: int) -> Hold:
        """Set credit aside for the call's next minute; InsufficientCreditError: let it end when its time is over."""
        body = {"amount": self._money(amount), "ttl_s": ttl_s}
        return self._hold(self._post(self._at(call_id, "extend"), body, key=f"{call_id}-extend-{minute}"))

    def capture(self, call_id: str, amount: Decimal, *, service: str = "calling") -> Hold:
        """Charge what the call cost, and give the rest back."""
        body = {"amount": self._money(amount), "service": service}
        return self._hold(self._post(self._at(call_id, "capture"), body, key=f"{call_id}-capture"))

    def _at(self, call_id: str, verb: str) -> str:
        return f"/v1/holds/{call_id}/{verb}?account={self._account}"

    def _money(self, amount: Decimal) -> dict[str, str]:
        return {"amount": f"{amount:f}", "currency": self._currency}

    def _hold(self, told: dict[str, Any]) -> Hold:
        return Hold(str(told["id"]), Decimal(told["available"]["amount"]))

    def _post(self, path: str, body: dict[str, Any], *, key: str) -> dict[str, Any]:
        """The answer; while there is none, or one that says so, the same is sent again."""
        for attempt in range(1, self._tries + 1):
            try:
                answer = self._http.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                if attempt == self._tries:
                    raise
                self._sleep(min(2**attempt / 10, 2))
                continue
            if answer.status_code not in AGAIN or attempt == self._tries:
                return _told(answer)
            self._sleep(float(answer.headers.get("Retry-After", 1)))
        raise AssertionError


class Call(Protocol):
    """A call as the exchange has it."""

    id: str

    def connect(self) -> None:
        """Let it begin."""

    def lasts_until(self, second: int) -> bool:
        """Wait until that second of the call, or until it is over; whether it still goes on."""

    def end(self, second: int) -> None:
        """End it at that second, if it still goes on then."""

    def minutes(self) -> int:
        """How many minutes it began, once it is over."""


def pay_for(call: Call, api: Credits, per_minute: Decimal) -> Decimal | None:
    """Lead a call from its beginning to its end; answers what it cost, or None where there was no credit for it.

    What is set aside always covers the minute that runs. It lives for two minutes longer than that, so that it does not
    run out while the exchange is restarted; when it does, the capture still charges the call.
    """
    try:
        api.authorise(call.id, per_minute, ttl_s=180)
    except InsufficientCreditError:
        return None
    call.connect()
    paid = 1
    while call.lasts_until(paid * 60 - NOTICE_S):
        try:
            api.extend(call.id, per_minute, ttl_s=180, minute=paid + 1)
        except InsufficientCreditError:
            call.end(paid * 60)
            break
        paid += 1
    cost = per_minute * call.minutes()
    api.capture(call.id, cost)
    return cost


def _told(answer: httpx.Response) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    if answer.is_success:
        return told
    known = InsufficientCreditError if told.get("code") == "insufficient_credit" else CreditsError
    raise known(told)
