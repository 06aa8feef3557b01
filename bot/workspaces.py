"""Slack clients for what the bot says by itself, by tenant."""

import asyncio

from slack_sdk.web.async_client import AsyncWebClient

from bot.posting import patiently


class UnknownWorkspaceError(LookupError):
    """No token is known for this tenant."""


class Workspaces:
    """One workspace, that of the bot's token; events of any other are not ours to post."""

    def __init__(self, token: str, api_url: str, *, timeout_s: int = 15) -> None:
        # Retrying a lost connection is decided by the listener, which looks first whether the message is there.
        self.client = AsyncWebClient(token=token, base_url=api_url, timeout=timeout_s, retry_handlers=[])
        self._tenants: frozenset[str] = frozenset()
        self._lock = asyncio.Lock()

    async def sign_in(self) -> frozenset[str]:
        """The tenants that the token serves: its workspace, or its organisation; asks Slack the first time.

        Raises:
            bot.posting.SlackAwayError: Slack does not answer, or does not know the token.
        """
        async with self._lock:
            if not self._tenants:
                answer = await patiently(self.client.auth_test)
                names = {answer.get("team_id"), answer.get("enterprise_id")}
                self._tenants = frozenset(str(name) for name in names if name)
        return self._tenants

    async def of(self, tenant: str) -> AsyncWebClient:
        """The client for `tenant`, or UnknownWorkspaceError."""
        if tenant not in await self.sign_in():
            raise UnknownWorkspaceError(tenant)
        return self.client
