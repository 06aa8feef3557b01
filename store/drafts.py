"""What a person is about to confirm, kept on our side: a button carries only the draft's id.

A draft is bound to the tenant and the person it was made for and lives 30 minutes. Its id is the operation id of
what is confirmed, so a second confirmation is a repeat.
"""

import json
from collections.abc import Mapping

from store import keys
from store.operations import Ids, random_id
from store.roles import Actor
from store.scripts import Client

LIFE_S = 30 * 60


class Drafts:
    """Puts and gets drafts."""

    def __init__(self, redis: Client, *, ids: Ids = random_id) -> None:
        self._redis = redis
        self._ids = ids

    async def put(self, actor: Actor, fields: Mapping[str, str]) -> str:
        """Keep `fields` for this person; answers the draft's id."""
        draft_id = self._ids()
        record = json.dumps({"user": actor.user_id, "fields": dict(fields)})
        await self._redis.set(keys.draft(actor.tenant, draft_id), record, ex=LIFE_S)
        return draft_id

    async def get(self, actor: Actor, draft_id: str) -> dict[str, str] | None:
        """The fields, or None: expired, never made, or made for somebody else."""
        record = await self._redis.get(keys.draft(actor.tenant, draft_id))
        draft = json.loads(record) if record else {}
        return dict(draft["fields"]) if draft.get("user") == actor.user_id else None
