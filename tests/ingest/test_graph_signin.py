"""Signing in: msal's answers, in an operator's words."""

import asyncio
import json
import logging
from datetime import UTC, datetime

import pytest

from bot.ingest.graph.access import SITES, Access, Cloud, Site
from bot.ingest.graph.problems import GraphError, Problem
from bot.ingest.graph.signin import SignIn
from tests.ingest.graph_service import APP, LOGIN, ORGANISATION, SECRET, FastClock, GraphService, Said


def service() -> GraphService:
    """A place to sign in."""
    stand_in = GraphService(FastClock(int(datetime.now(UTC).timestamp()) * 1000))
    stand_in.root = "http://127.0.0.1:1"
    return stand_in


async def refusal(stand_in: GraphService, access: Access | None = None) -> GraphError:
    """What signing in ends with; nothing secret is told."""
    with pytest.raises(GraphError) as caught:
        await SignIn(access or stand_in.access(), http=stand_in).token()
    assert SECRET not in str(caught.value)
    return caught.value


async def test_token_is_kept_until_it_is_refused() -> None:
    """Then another one is asked for, once, however many were refused the same."""
    stand_in = service()
    sign_in = SignIn(stand_in.access(), http=stand_in)

    first = await sign_in.token()
    assert await sign_in.token() == first
    others = await asyncio.gather(*(sign_in.token(refused=first) for _ in range(5)))

    assert len({first, *others}) == 2
    assert len(stand_in.tokens) == 2


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (7000215, Problem.SECRET_WRONG),
        (7000222, Problem.SECRET_EXPIRED),
        (700016, Problem.APP_UNKNOWN),
        (90002, Problem.TENANT_UNKNOWN),
        (53003, Problem.SIGN_IN_REFUSED),
    ],
)
async def test_refusal_is_told_by_its_code(code: int, problem: Problem) -> None:
    """With what to set right; Microsoft's own text is left out."""
    stand_in = service()
    stand_in.sign_in_says.append(stand_in.no(code))

    error = await refusal(stand_in)

    assert error.problem is problem
    assert f"AADSTS{code}" in str(error)
    assert APP not in str(error)


async def test_wrong_secret_is_told() -> None:
    """Its value is often mistaken for its id."""
    stand_in = service()
    stand_in.secret = "another"

    assert "takes the secret's value" in str(await refusal(stand_in))


async def test_refusal_without_a_code() -> None:
    """Is told by its kind, if that is one."""
    for said, told in (("invalid_scope", "invalid_scope"), ("<b>", "no reason"), (7, "no reason")):
        stand_in = service()
        stand_in.sign_in_says.append(Said(401, json.dumps({"error": said})))
        assert str(await refusal(stand_in)) == f"Microsoft refuses the sign-in: {told}."


async def test_unknown_organisation() -> None:
    """There is nowhere to sign in."""
    stand_in = service()

    assert (await refusal(stand_in, Access("nobody", APP, SECRET, Site(LOGIN, "x")))).problem is Problem.TENANT_UNKNOWN


@pytest.mark.parametrize("said", [ConnectionError("gone"), Said(503, "")])
async def test_sign_in_that_is_away_can_be_tried_again(said: Said | OSError) -> None:
    """What failed is not remembered for ever."""
    stand_in = service()
    stand_in.sign_in_says.append(said)
    sign_in = SignIn(stand_in.access(), http=stand_in)

    with pytest.raises(GraphError) as caught:
        await sign_in.token()
    assert caught.value.problem is Problem.AWAY
    if isinstance(said, OSError):
        assert await sign_in.token()


async def test_log_has_no_secret_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    """Not even msal's, at debug."""
    stand_in = service()
    with caplog.at_level(logging.DEBUG, "msal"):
        sign_in = SignIn(stand_in.access(), http=stand_in)
        token = await sign_in.token()
        await sign_in.token(refused=token)
        stand_in.secret = "another"
        stand_in.sign_in_says.append(stand_in.no(7000222))
        with pytest.raises(GraphError):
            await SignIn(stand_in.access(), http=stand_in).token()

    assert caplog.records
    for secret in (SECRET, *stand_in.tokens):
        assert secret not in caplog.text


def test_access_shows_no_secret() -> None:
    """Nor does what prints it."""
    assert SECRET not in repr(Access(ORGANISATION, APP, SECRET))


def test_every_cloud_has_its_servers() -> None:
    """All by https, as the token is worth it."""
    assert set(SITES) == set(Cloud)
    for each in SITES.values():
        assert each.login.startswith("https://login.")
        assert each.graph.startswith("https://")
