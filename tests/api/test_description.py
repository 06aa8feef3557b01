"""The OpenAPI description and its page: true, whole, and from here alone."""

import re
from typing import Any

import jsonschema
import pytest

from bot.api.described import Problem
from bot.api.problems import KINDS, OF_REASON, Code
from store.outcomes import Reason
from tests.api.site import Site, done


@pytest.fixture
async def described(site: Site) -> dict[str, Any]:
    """What /v1/openapi.json tells; nobody has to sign in for it."""
    return done(await site.get("/v1/openapi.json", ""))


def operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each operation under its name."""
    return [(each["operationId"], each) for path in described["paths"].values() for each in path.values()]


def schema_of(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it refers to."""
    return {**schema, "components": described["components"]}


async def test_every_operation_is_described(described: dict[str, Any]) -> None:
    """Each says what it does, wants a token, and has its answers; each parameter says what it is."""
    found = dict(operations(described))

    assert set(found) == {
        *("place_hold", "extend_hold", "capture_hold", "release_hold"),
        *("report_usage", "read_rate", "read_account", "read_entries"),
    }
    for operation in found.values():
        assert operation["description"]
        assert operation["security"] == [{"token": []}]
        assert {"401", "403", "422", "429", "500", "503"} <= set(operation["responses"])
        assert all(each["description"] for each in operation.get("parameters", ()))
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert described["servers"] == [{"url": "/v1"}]


async def test_every_request_and_response_has_a_true_example(described: dict[str, Any]) -> None:
    """Each body and each answer shows one, and each that is shown is as its schema says."""
    count = 0
    for name, operation in operations(described):
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for place in (*bodies, *operation["responses"].values()):
            [content] = place["content"].values()
            shown = examples(described, content)
            assert shown, name
            for each in shown:
                jsonschema.validate(each, schema_of(described, content["schema"]), jsonschema.Draft202012Validator)
                count += 1

    assert count > 100


def examples(described: dict[str, Any], content: dict[str, Any]) -> list[Any]:
    """What a media type shows, or its schema, or what that refers to."""
    if "examples" in content:
        return [each["value"] for each in content["examples"].values()]
    return _of_schema(described, content["schema"])


def _of_schema(described: dict[str, Any], schema: dict[str, Any]) -> list[Any]:
    if "$ref" in schema:
        return _of_schema(described, described["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    parts = schema.get("oneOf") or schema.get("anyOf") or ()
    return list(schema.get("examples", ())) or [found for each in parts for found in _of_schema(described, each)]


def test_every_problem_has_its_words() -> None:
    """Each code has a status and says what to do, in sentences."""
    assert set(KINDS) == set(Code)
    for kind in KINDS.values():
        assert 400 <= kind.status <= 599
        assert re.fullmatch(r"[A-Z].*", kind.title)
        assert len(kind.detail) > 20
    assert {"code", "detail", "status", "title", "type"} <= set(Problem.model_fields)


def test_every_refusal_of_the_verbs_is_a_problem() -> None:
    """What the ledger refuses of holds, and tokens at the door, is told by a code."""
    holds = {Reason.UNKNOWN_HOLD, Reason.HOLD_EXISTS, Reason.HOLD_RESOLVED, Reason.INSUFFICIENT_CREDIT}
    holds |= {Reason.SERVICE_STOPPED, Reason.SERVICES_TOO_MANY}
    account = {Reason.UNKNOWN_ACCOUNT, Reason.CURRENCY_MISMATCH, Reason.ACCOUNT_FROZEN, Reason.ACCOUNT_CLOSED}
    common = {Reason.OPERATION_CONFLICT, Reason.AMOUNT_INVALID, Reason.BALANCE_LIMIT}
    door = {Reason.UNKNOWN_TOKEN, Reason.TOKEN_EXPIRED, Reason.TOKEN_REVOKED}

    assert set(OF_REASON) == holds | account | common | door


async def test_page_loads_nothing_from_elsewhere(site: Site) -> None:
    """Every address in it is its own, and is there; the browser is told to load no other."""
    page = await site.get("/v1/docs", "")

    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert page.status_code == 200
    assert "http" not in page.text
    assert len(addresses) == 3
    for each in set(addresses) - {"data:,"}:
        assert (await site.get(f"/v1/{each}", "")).status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
