"""Which workspace the bot's token serves, and Slack clients for what the bot says by itself."""

import asyncio
import time

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outages import plainly, slack_outage
from bot.posting import SlackAwayError, patiently

_PATIENCE_S = 1.5
"""How long a request waits for the sign-in; Slack waits 3 s for its acknowledgement."""
_AGAIN_S = 5.0
LEFT_S = 7 * 24 * 3600.0
"""How long events wait for a workspace that may have been left for good, seconds."""
LEFT = "left workspace: "
"""How the reason begins for which such an event is put aside."""
_GONE = {"account_inactive", "token_revoked"}
_LATELY_S = 180.0
"""An event that waits for its workspace asks more often than this."""


class UnknownWorkspaceError(ConnectionError):
    """The bot's token is not this tenant's: what is to be told there waits, as it does while Slack is away."""


class Workspaces:
    """One workspace, that of the bot's token; events of any other wait for a token that is theirs, and not for ever."""

    def __init__(self, token: str, api_url: str, *, timeout_s: int = 15, left_s: float = LEFT_S) -> None:
        """`left_s`: how long events of a workspace that may have been left for good wait; 0 for not at all."""
        # Retrying a lost connection is decided by the listener, which looks first whether the message is there.
        self.client = AsyncWebClient(token=token, base_url=api_url, timeout=timeout_s, retry_handlers=[])
        self._me: AuthorizeResult | None = None
        self._lock = asyncio.Lock()
        self._left_s = left_s
        self._strange_at = float("-inf")
        self._outage = slack_outage(api_url)

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
            except (SlackClientError, OSError) as error:
                self._outage.away(error)
                await asyncio.sleep(_AGAIN_S)
            else:
                self._outage.back()
                return

    def hopeless(self, error: Exception, waited_s: float) -> str:
        """Why an event that has waited so long because of `error` is to be put aside; "" while it is to wait on.

        Put aside is what is to be told in a workspace that was left for good, as it seems after `left_s`: the token
        is another's, or Slack says that the app was removed or the workspace is no more.
        """
        left = isinstance(error, UnknownWorkspaceError) or (
            isinstance(error, SlackAwayError) and isinstance(error.__cause__, SlackApiError) and str(error) in _GONE
        )
        return f"{LEFT}{plainly(error)}" if left and waited_s >= self._left_s else ""

    async def of(self, tenant: str) -> AsyncWebClient:
        """The client for `tenant`, a workspace; an installation for a whole organisation is none, and is refused.

        Raises:
            UnknownWorkspaceError: the token is another workspace's.
            bot.posting.SlackAwayError: Slack does not say whose it is.
        """
        me = await self.sign_in()
        if tenant != me.team_id:
            if self._left_s > 0:
                self._strange_at = time.monotonic()
            msg = f"SLACK_BOT_TOKEN is for workspace {me.team_id}, and this is to be told in {tenant}"
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
