"""Drafts and marks: what is kept for a while, for whom, and for how long."""

import dataclasses

from store import keys
from store.drafts import Drafts
from store.scripts import Client
from store.seen import Seen
from tests.controls import MANAGER, MEMBER
from tests.everywhere import every_key


async def test_draft_is_kept_for_its_person(redis: Client) -> None:
    """The person who made a draft gets its fields; anyone else, in this tenant or another, gets none."""
    drafts = Drafts(redis)
    draft_id = await drafts.put(MANAGER, {"amount_micros": "50000000", "note": "ü | , {}"})

    assert await drafts.get(MANAGER, draft_id) == {"amount_micros": "50000000", "note": "ü | , {}"}
    assert await drafts.get(MEMBER, draft_id) is None
    assert await drafts.get(dataclasses.replace(MANAGER, tenant="T0OTHER"), draft_id) is None
    assert await drafts.get(MANAGER, "none") is None


async def test_draft_lives_thirty_minutes(redis: Client) -> None:
    """A draft expires, after half an hour and not much sooner."""
    drafts = Drafts(redis, ids=lambda: "one")
    await drafts.put(MANAGER, {})

    ttl = await redis.ttl(keys.draft(MANAGER.tenant, "one"))

    assert 30 * 60 - 60 <= ttl <= 30 * 60


async def test_drafts_have_ids_that_cannot_be_guessed(redis: Client) -> None:
    """Each draft's id is 128 random bits."""
    drafts = Drafts(redis)

    ids = {await drafts.put(MANAGER, {}) for _ in range(20)}

    assert len(ids) == 20
    assert all(len(each) == 32 for each in ids)


async def test_mark_is_new_once(redis: Client) -> None:
    """The same signature is new the first time only; another is new by itself."""
    seen = Seen(redis)

    assert [await seen.first("v0=aa"), await seen.first("v0=aa"), await seen.first("v0=bb")] == [True, False, True]


async def test_mark_is_forgotten_after_its_window(redis: Client) -> None:
    """Marks expire, and seeing one again does not prolong it."""
    seen = Seen(redis, window_s=600)
    await seen.first("v0=aa")
    [key] = await every_key(redis)
    await redis.expire(key, 300)

    await seen.first("v0=aa")

    assert 0 < await redis.ttl(key) <= 300
