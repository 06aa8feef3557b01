"""The HTTP API, for the systems that telephone: `build_api` makes the application that is mounted at /v1."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from bot.api import accounts, holds, problems, usage
from bot.api.described import describe
from bot.api.docs import serve_docs
from bot.api.door import Door
from bot.api.ports import Charger, Rates
from bot.api.problems import Code, ProblemError
from store.ledger import Ledger
from store.tokens import Tokens

PER_MINUTE = 6_000
"""Requests of one token."""
_MOST_ERRORS = 20
_OF_STATUS = {400: Code.BODY_UNREADABLE, 404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED}
_ABOUT = """Prepaid credit for telephone calls: ask before a call, extend while it lasts, capture what it cost;
or report calls afterwards.

**Money** is a decimal string with its currency, never a float. **Times** are RFC 3339 in UTC.
**Errors** are problems (RFC 9457): tell them apart by `code`; `detail` says what to do.

**Sending again**: an answer may be lost. A request that changes money carries an `Idempotency-Key`: send it again
with the same key and body, and it is answered as the first time, with `repeated`. Another body under a
used key is refused. After a 503 `outcome_unknown` that is how to find out what happened.

**Rates**: each token has so many requests a minute; `RateLimit` says how many are left.

**Tokens** are made by a credit manager in Slack with `/credits tokens`, or by an operator with `credits token create`.
"""


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What the API works with."""

    ledger: Ledger
    tokens: Tokens
    charger: Charger
    rates: Rates
    per_minute: int = PER_MINUTE


def build_api(services: ApiServices) -> FastAPI:
    """The application, to be mounted at /v1."""
    bearer = HTTPBearer(
        auto_error=False, scheme_name="token", bearerFormat="crd_…", description="An API token, scoped and expiring."
    )
    api = FastAPI(
        title="Communications credits",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(bearer)],
        middleware=[Middleware(Door, tokens=services.tokens, per_minute=services.per_minute)],
        exception_handlers={
            ProblemError: _problem,
            RequestValidationError: _invalid,
            HTTPException: _http,
        },
        generate_unique_id_function=lambda route: route.name,
        openapi_tags=[
            {"name": "Holds", "description": "Before and during a call."},
            {"name": "Usage", "description": "After a call, and what it would cost."},
            {"name": "Accounts", "description": "What is left, and why."},
        ],
    )
    api.include_router(holds.router(services.ledger))
    api.include_router(usage.router(services.ledger, services.charger, services.rates))
    api.include_router(accounts.router(services.ledger))
    api.openapi = partial(describe, api)  # type: ignore[method-assign]
    serve_docs(api)
    return api


async def _problem(_request: Request, error: ProblemError) -> JSONResponse:
    return problems.response(error.code, headers=error.headers, **error.more)


async def _http(_request: Request, error: HTTPException) -> JSONResponse:
    """What the framework refuses."""
    return problems.response(_OF_STATUS.get(error.status_code, Code.INTERNAL), headers=error.headers)


async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    """What is wrong where; a missing key and a body that is no JSON have codes of their own."""
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problems.response(Code.BODY_UNREADABLE)
    if any(each["type"] == "missing" and each["loc"] == ("header", "Idempotency-Key") for each in found):
        return problems.response(Code.KEY_MISSING)
    return problems.response(Code.INVALID, errors=[_part(each) for each in found[:_MOST_ERRORS]])


def _part(error: dict[str, Any]) -> dict[str, str]:
    place, *inner = error["loc"]
    detail = error["msg"].removeprefix("Value error, ")
    if place != "body":
        return {"detail": detail, "parameter": str(inner[0]) if inner else str(place)}
    if inner and inner[0] in {"batch", "record"}:
        inner = inner[1:]
    return {"detail": detail, "pointer": "#" + "".join(f"/{each}" for each in inner)}
