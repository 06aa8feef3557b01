"""What can go wrong over HTTP, once: each problem's code, status, and what to do about it (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi.responses import JSONResponse

from store.outcomes import Reason

MEDIA_TYPE = "application/problem+json"
_URN = "urn:problem:communications-credits:"


class Code(StrEnum):
    """By what a program tells problems apart; they do not change."""

    BODY_UNREADABLE = "body_unreadable"
    KEY_MISSING = "idempotency_key_missing"
    TOKEN_MISSING = "token_missing"  # noqa: S105 a code, no secret
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    TOKEN_EXPIRED = "token_expired"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    INSUFFICIENT_CREDIT = "insufficient_credit"
    SCOPE_MISSING = "scope_missing"
    ACCOUNT_FORBIDDEN = "account_forbidden"
    NOT_FOUND = "not_found"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_HOLD = "unknown_hold"
    UNRATED = "unrated"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_SLOW = "too_slow"
    HOLD_EXISTS = "hold_exists"
    HOLD_RESOLVED = "hold_resolved"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_CLOSED = "account_closed"
    SERVICE_STOPPED = "service_stopped"
    SERVICES_TOO_MANY = "services_too_many"
    CURRENCY_MISMATCH = "currency_mismatch"
    BALANCE_LIMIT = "balance_limit"
    TOO_LARGE = "too_large"
    MEDIA_TYPE = "media_type"
    INVALID = "invalid"
    KEY_REUSED = "idempotency_key_reused"
    TOO_MANY_REQUESTS = "too_many_requests"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its HTTP status, its name, and what to do about it."""

    status: int
    title: str
    detail: str


KINDS: Mapping[Code, Kind] = {
    Code.BODY_UNREADABLE: Kind(400, "Body unreadable", "The body is not JSON in UTF-8. Nothing was done."),
    Code.KEY_MISSING: Kind(
        400,
        "Idempotency-Key missing",
        "This changes money: send an Idempotency-Key of your own, and the same one whenever you send this again.",
    ),
    Code.TOKEN_MISSING: Kind(401, "Token missing", "Send your token: Authorization: Bearer crd_…"),
    Code.TOKEN_INVALID: Kind(401, "Token invalid", "Nobody has made this token; it may be mistyped or cut off."),
    Code.TOKEN_EXPIRED: Kind(401, "Token expired", "Its time is over. A credit manager makes a new one."),
    Code.TOKEN_REVOKED: Kind(401, "Token revoked", "It was revoked. A credit manager makes a new one."),
    Code.INSUFFICIENT_CREDIT: Kind(
        402,
        "Insufficient credit",
        "What is available does not cover this. Nothing was set aside: let no call begin, or go on, that needs it.",
    ),
    Code.SCOPE_MISSING: Kind(403, "Scope missing", "This token is not for that; one with the named scope is."),
    Code.ACCOUNT_FORBIDDEN: Kind(403, "Another account", "This token is for another account."),
    Code.NOT_FOUND: Kind(404, "Not found", "There is nothing at this address; /v1/docs lists what there is."),
    Code.UNKNOWN_ACCOUNT: Kind(404, "Unknown account", "This workspace has no account of that name."),
    Code.UNKNOWN_HOLD: Kind(404, "Unknown hold", "The account has no hold of that id, or not any more."),
    Code.UNRATED: Kind(404, "Unrated", "No rate card has a rate for this number and service."),
    Code.METHOD_NOT_ALLOWED: Kind(405, "Method not allowed", "The Allow header names those that are."),
    Code.TOO_SLOW: Kind(408, "Body too slow", "The body did not arrive in time. Nothing was done: send it again."),
    Code.HOLD_EXISTS: Kind(409, "Hold exists", "This id is in use by another hold, open or resolved: choose another."),
    Code.HOLD_RESOLVED: Kind(409, "Hold resolved", "It was captured, released or has expired; nothing was changed."),
    Code.ACCOUNT_FROZEN: Kind(409, "Account frozen", "Nothing new is paid from it until a credit manager opens it."),
    Code.ACCOUNT_CLOSED: Kind(409, "Account closed", "Nothing is charged to it any more."),
    Code.SERVICE_STOPPED: Kind(409, "Service stopped", "A credit manager stopped this service, and can resume it."),
    Code.SERVICES_TOO_MANY: Kind(
        409,
        "Too many services",
        "The account has been charged for fifty services, and this would be a new one: is its name right? A service of "
        "one of the workspace's rate cards can be reported all the same.",
    ),
    Code.CURRENCY_MISMATCH: Kind(409, "Other currency", "Send amounts in the account's own currency."),
    Code.BALANCE_LIMIT: Kind(409, "Balance limit", "The figures would become larger than can be kept exactly."),
    Code.TOO_LARGE: Kind(413, "Body too large", "Send fewer records at once, at most 10,000. Nothing was done."),
    Code.MEDIA_TYPE: Kind(415, "Not JSON", "Send the body with Content-Type: application/json."),
    Code.INVALID: Kind(422, "Invalid", "`errors` says what is wrong where. Nothing was done."),
    Code.KEY_REUSED: Kind(
        422,
        "Idempotency-Key reused",
        "This key was used for another request. Take a new key for each new request. Nothing was done.",
    ),
    Code.TOO_MANY_REQUESTS: Kind(429, "Too many requests", "Wait as long as Retry-After says. Nothing was done."),
    Code.INTERNAL: Kind(
        500,
        "Internal error",
        "A mistake of ours; the log has it under the reference. Send the same again with the same Idempotency-Key.",
    ),
    Code.UNAVAILABLE: Kind(503, "Ledger unavailable", "The ledger does not answer. Nothing was done: send it again."),
    Code.OUTCOME_UNKNOWN: Kind(
        503,
        "Outcome unknown",
        "The ledger did not answer in time: this may have been done or not. Send the same again with the same "
        "Idempotency-Key, or the same record ids; what was done is not done twice.",
    ),
}

OF_REASON: Mapping[Reason, Code] = {
    Reason.UNKNOWN_ACCOUNT: Code.UNKNOWN_ACCOUNT,
    Reason.CURRENCY_MISMATCH: Code.CURRENCY_MISMATCH,
    Reason.OPERATION_CONFLICT: Code.KEY_REUSED,
    Reason.AMOUNT_INVALID: Code.INVALID,
    Reason.BALANCE_LIMIT: Code.BALANCE_LIMIT,
    Reason.INSUFFICIENT_CREDIT: Code.INSUFFICIENT_CREDIT,
    Reason.ACCOUNT_FROZEN: Code.ACCOUNT_FROZEN,
    Reason.ACCOUNT_CLOSED: Code.ACCOUNT_CLOSED,
    Reason.SERVICE_STOPPED: Code.SERVICE_STOPPED,
    Reason.SERVICES_TOO_MANY: Code.SERVICES_TOO_MANY,
    Reason.UNKNOWN_HOLD: Code.UNKNOWN_HOLD,
    Reason.HOLD_EXISTS: Code.HOLD_EXISTS,
    Reason.HOLD_RESOLVED: Code.HOLD_RESOLVED,
    Reason.UNKNOWN_TOKEN: Code.TOKEN_INVALID,
    Reason.TOKEN_EXPIRED: Code.TOKEN_EXPIRED,
    Reason.TOKEN_REVOKED: Code.TOKEN_REVOKED,
}
"""What the ledger's refusals are over HTTP."""

RETRY_AFTER_S = 1


class ProblemError(Exception):
    """An endpoint's way to end with a problem; `more` are its further members, `headers` its own."""

    def __init__(self, code: Code, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.headers = headers
        self.more = more


def response(code: Code, *, headers: Mapping[str, str] | None = None, **more: Any) -> JSONResponse:
    """The problem as it is sent."""
    kind, own = KINDS[code], dict(headers or {})
    if kind.status == KINDS[Code.UNAVAILABLE].status:
        own.setdefault("Retry-After", str(RETRY_AFTER_S))
    if kind.status == KINDS[Code.TOKEN_MISSING].status:
        error = "" if code is Code.TOKEN_MISSING else ' error="invalid_token"'
        own.setdefault("WWW-Authenticate", f"Bearer{error}")
    return JSONResponse(body(code, **more), kind.status, own, MEDIA_TYPE)


def body(code: Code, **more: Any) -> dict[str, Any]:
    """The members of a problem, `more` last."""
    kind = KINDS[code]
    return {
        "type": f"{_URN}{code.replace('_', '-')}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "code": code.value,
        **more,
    }
