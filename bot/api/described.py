"""The OpenAPI description: problems with their examples on every operation, and the headers that every answer has."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from bot.api import problems
from bot.api.money import Answer, MoneyOut
from bot.api.problems import KINDS, MEDIA_TYPE, Code

_REF = "#/components/schemas/{model}"
_EVERYWHERE = (
    *(Code.TOKEN_MISSING, Code.TOKEN_INVALID, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED),
    *(
        Code.SCOPE_MISSING,
        Code.ACCOUNT_FORBIDDEN,
        Code.INVALID,
        Code.TOO_MANY_REQUESTS,
        Code.INTERNAL,
        Code.UNAVAILABLE,
    ),
    *(Code.TOO_LARGE, Code.MEDIA_TYPE, Code.TOO_SLOW, Code.BODY_UNREADABLE),
)
_UNCOUNTED = {"401", "503"}
"""Answers before the token's requests are counted."""
_MORE: dict[Code, dict[str, Any]] = {
    Code.SCOPE_MISSING: {"scope": "holds:write"},
    Code.INTERNAL: {"reference": "5f0c2a91"},
    Code.TOO_LARGE: {"largest_bytes": 65_536},
    Code.INVALID: {"errors": [{"detail": "Field required", "pointer": "#/ttl_s"}]},
    Code.INSUFFICIENT_CREDIT: {
        "available": {"amount": "0.300000", "currency": "USD"},
        "missing": {"amount": "0.700000", "currency": "USD"},
    },
}
_HEADERS = {
    "RateLimitPolicy": {
        "description": "How many requests (q) this token has in how many seconds (w).",
        "schema": {"type": "string", "examples": ['"token";q=6000;w=60']},
    },
    "RateLimit": {
        "description": "How many are left (r), and in how many seconds all are there again (t).",
        "schema": {"type": "string", "examples": ['"token";r=5999;t=1']},
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "Allow": {"description": "The methods that are.", "schema": {"type": "string"}},
    "Authenticate": {"description": "That a bearer token is wanted.", "schema": {"type": "string"}},
}


class InvalidPart(BaseModel):
    """What is wrong, and where: a JSON pointer into the body, or the name of a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(BaseModel):
    """What went wrong, and what to do about it (RFC 9457). Tell problems apart by `code`."""

    type: str = Field(description="A URN, one for each code.")
    title: str
    status: int
    detail: str = Field(description="What to do.")
    code: Code
    errors: list[InvalidPart] | None = Field(None, description="`invalid`: what is wrong where.")
    available: MoneyOut | None = Field(None, description="`insufficient_credit`: what there was right afterwards.")
    missing: MoneyOut | None = Field(None, description="`insufficient_credit`: what would have been needed beyond.")
    scope: str | None = Field(None, description="`scope_missing`: the scope that is needed.")
    largest_bytes: int | None = Field(None, description="`too_large`: how large a body may be.")
    reference: str | None = Field(None, description="`internal`: under which the log has it.")


def responses(*codes: Code) -> dict[int | str, dict[str, Any]]:
    """An operation's problems: these, and those that every operation has."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in sorted({*codes, *_EVERYWHERE}, key=list(Code).index):
        kind = KINDS[code]
        schema = {"schema": {"$ref": _REF.format(model="Problem")}, "examples": {}}
        entry = found.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: schema}})
        entry["description"] = ", or: ".join(filter(None, (entry["description"], kind.title)))
        example = {"summary": kind.title, "value": problems.body(code, **_MORE.get(code, {}))}
        entry["content"][MEDIA_TYPE]["examples"][code.value] = example
    return found


def describe(api: FastAPI) -> dict[str, Any]:
    """The description, made once."""
    if api.openapi_schema is None:
        made = get_openapi(
            title=api.title,
            version=api.version,
            description=api.description,
            routes=api.routes,
            tags=api.openapi_tags,
            servers=[{"url": "/v1"}],
        )
        components = made["components"]
        models = Problem.model_json_schema(ref_template=_REF)
        components["schemas"] |= {**models.pop("$defs"), "Problem": models}
        components["headers"] = _HEADERS
        for model in Answer.__subclasses__():  # the framework leaves out what is null
            shown = model.model_config.get("json_schema_extra")
            if isinstance(shown, dict) and model.__name__ in components["schemas"]:
                components["schemas"][model.__name__] |= shown
        for path in made["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    answer["headers"] = _headers_of(status)
        api.openapi_schema = made
    return api.openapi_schema


def _headers_of(status: str) -> dict[str, Any]:
    named = {} if status in _UNCOUNTED else {"RateLimit-Policy": "RateLimitPolicy", "RateLimit": "RateLimit"}
    own = {"429": {"Retry-After": "RetryAfter"}, "503": {"Retry-After": "RetryAfter"}}
    own["401"] = {"WWW-Authenticate": "Authenticate"}
    return {name: {"$ref": f"#/components/headers/{each}"} for name, each in {**named, **own.get(status, {})}.items()}
