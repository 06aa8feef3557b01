"""Which workspace the bot's token serves, and Slack clients for what the bot says by itself."""

import asyncio
import time

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.web.async_client import AsyncWebClient

from bot.posting import SlackAwayError, patiently

_PATIENCE_S = 1.5
"""How long a request waits for the sign-in; Slack waits 3 s for its acknowledgement."""
_AGAIN_S = 5.0
_LATELY_S = 180.0
"""An event that waits for its workspace asks more often than this."""

log = structlog.get_logger(__name__)


class UnknownWorkspaceError(ConnectionError):
    """The bot's token is not this tenant's: what is to be told there waits, as it does while Slack is away."""


class Workspaces:
    """One workspace, that of the bot's token; events of any other wait until the token is theirs."""

    def __init__(self, token: str, api_url: str, *, timeout_s: int = 15) -> None:
        # Retrying a lost connection is decided by the listener, which looks first whether the message is there.
        self.client = AsyncWebClient(token=token, base_url=api_url, timeout=timeout_s, retry_handlers=[])
        self._me: AuthorizeResult | None = None
        self._lock = asyncio.Lock()
        self._strange_at = float("-inf")

    @property
    def right(self) -> bool:
        """Whether no event waited lately for another workspace's token."""
        return time.monotonic() - self._strange_at > _LATELY_S

    async def sign_in(self) -> AuthorizeResult:
        """Whom the token stands for; asks Slack the first time.

        Raises:
            bot.posting.SlackAwayError: Slack does not answer, or does not know the token.
        """
        async with self._lock:
            if self._me is None:
                answer = await patiently(self.client.auth_test)
                self._me = AuthorizeResult(
                    enterprise_id=answer.get("enterprise_id"),
                    team_id=answer.get("team_id"),
                    bot_user_id=answer.get("user_id"),
                    bot_id=answer.get("bot_id"),
                    bot_token=self.client.token,
                )
        return self._me

    async def keep_signing_in(self) -> None:
        """Sign in as soon as Slack answers, so that no person's request has to wait for it."""
        while True:
            try:
                await self.sign_in()
            except SlackAwayError as error:
                log.warning("not_signed_in", error=str(error), retry_s=_AGAIN_S)
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    async def of(self, tenant: str) -> AsyncWebClient:
        """The client for `tenant`.

        Raises:
            UnknownWorkspaceError: the token is another workspace's.
            bot.posting.SlackAwayError: Slack does not say whose it is.
        """
        me = await self.sign_in()
        if tenant not in {me.team_id, me.enterprise_id}:
            self._strange_at = time.monotonic()
            msg = f"the bot's token is for {me.team_id}, and this is to be told in {tenant}"
            raise UnknownWorkspaceError(msg)
        return self.client


class Authorize(AsyncAuthorize):
    """Answers Bolt's question of every request: whom does the token stand for."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def __call__(self, **_payload: object) -> AuthorizeResult | None:
        """None while Slack does not say."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await self._workspaces.sign_in()
        except (SlackAwayError, TimeoutError):
            return None
