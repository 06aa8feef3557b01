"""The HTTP API as a program meets it: over a real connection, on a real Redis."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from store.tokens import Made, Scope, Tokens
from tests.controls import MANAGER, REF, Bank

HERE = f"/v1/accounts/{REF.account}"
READ = (Scope.ACCOUNT_READ, Scope.ENTRIES_READ, Scope.RATES_READ)


@dataclass
class Site:
    """A served API, the bank behind it, and a client whose token may do everything in every account."""

    client: httpx.AsyncClient
    bank: Bank
    tokens: Tokens
    secret: str = ""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def token(self, *scopes: Scope, **given: Any) -> str:
        """A new token's secret."""
        made = await self.tokens.make(
            MANAGER,
            REF.tenant,
            name="PBX",
            scopes=scopes or tuple(Scope),
            operation_id=f"token-{next(self.numbers)}",
            **given,
        )
        assert isinstance(made, Made), made
        return made.secret

    async def get(self, path: str, secret: str | None = None, **given: Any) -> httpx.Response:
        """GET with a token, "" for none."""
        return await self.client.get(path, headers=self._headers(secret), **given)

    async def post(
        self, path: str, body: Any = None, *, key: str | None = "", secret: str | None = None, **given: Any
    ) -> httpx.Response:
        """POST JSON with a token and a fresh key, or with this one, or with none (None)."""
        headers = self._headers(secret)
        if key is not None:
            headers["Idempotency-Key"] = key or f"key-{next(self.numbers)}"
        return await self.client.post(path, json=body, headers=headers | given.pop("headers", {}), **given)

    async def hold(self, hold_id: str = "call-1", amount: str = "10", **given: Any) -> httpx.Response:
        """Place a hold of a minute."""
        body = {"id": hold_id, "amount": usd(amount), "ttl_s": 60}
        return await self.post(f"{HERE}/holds", body, **given)

    def _headers(self, secret: str | None) -> dict[str, str]:
        known = self.secret if secret is None else secret
        return {"Authorization": f"Bearer {known}"} if known else {}


def usd(amount: str) -> dict[str, str]:
    """Dollars as they are sent."""
    return {"amount": amount, "currency": "USD"}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is this problem, whole and in its own media type; answers its members."""
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told.get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"urn:problem:communications-credits:{code.replace('_', '-')}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told


def done(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """What a request that was carried out is answered."""
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told
