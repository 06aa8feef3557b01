"""Signing in with client credentials; the token is kept in memory alone."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msal  # type: ignore[import-untyped]
from msal.exceptions import MsalError  # type: ignore[import-untyped]

from bot.ingest.graph.access import Access
from bot.ingest.graph.problems import GraphError, Problem

TIMEOUT_S = 20.0
_LONGEST = 64
_CODES = {
    7000215: Problem.SECRET_WRONG,
    7000222: Problem.SECRET_EXPIRED,
    700016: Problem.APP_UNKNOWN,
    90002: Problem.TENANT_UNKNOWN,
    900023: Problem.TENANT_UNKNOWN,
}
"""Microsoft's AADSTS codes for what an operator can set right."""


class SignIn:
    """One app's tokens. msal keeps one until shortly before its end, and asks for the next."""

    def __init__(self, access: Access, *, http: Any = None) -> None:
        """`http`: what msal talks through instead of the network. msal itself insists on https."""
        self._access = access
        self._http = http
        self._app: Any = None
        self._lock = asyncio.Lock()

    async def token(self, *, refused: str = "") -> str:
        """A token, not the one that was `refused`.

        Raises:
            GraphError: the sign-in is refused, or AWAY.
        """
        async with self._lock:  # msal makes one request for each that asks at the same time
            return await asyncio.to_thread(self._token, refused)

    def _token(self, refused: str) -> str:
        answer = self._ask()
        if refused and answer.get("access_token") == refused:
            self._app.remove_tokens_for_client()
            answer = self._ask()
        if token := answer.get("access_token"):
            return str(token)
        raise _refused(answer)

    def _ask(self) -> Mapping[str, Any]:
        try:
            app = self._app = self._app or self._open()
            found: Mapping[str, Any] = app.acquire_token_for_client(scopes=[f"{self._access.site.graph}/.default"])
        except (MsalError, OSError, ValueError, RuntimeError) as error:
            # requests' errors are OSErrors; their text may quote an address, which says nothing that helps
            raise GraphError(Problem.AWAY, f"the sign-in fails ({type(error).__name__})") from None
        return found

    def _open(self) -> Any:
        """The app as msal has it, which looks up where to sign in."""
        # Microsoft's own list of its sites is not asked: ours are written down here.
        options = {"http_client": self._http} if self._http else {"timeout": TIMEOUT_S}
        authority = f"{self._access.site.login}/{self._access.tenant_id}"
        try:
            return msal.ConfidentialClientApplication(
                self._access.client_id,
                client_credential=self._access.secret,
                authority=authority,
                instance_discovery=False,
                **options,
            )
        except ValueError:
            raise GraphError(Problem.TENANT_UNKNOWN, "there is no such place to sign in") from None


def _refused(answer: Mapping[str, Any]) -> GraphError:
    """Why there is no token. Microsoft's description is left out: it names the app and the moment."""
    codes = [each for each in answer.get("error_codes") or [] if isinstance(each, int)]
    for code in codes:
        if code in _CODES:
            return GraphError(_CODES[code], f"AADSTS{code}")
    said = ", ".join(f"AADSTS{each}" for each in codes) or word(answer.get("error"))
    return GraphError(Problem.SIGN_IN_REFUSED, said)


def word(code: object) -> str:
    """An error's code as others gave it, if it is one."""
    text = code if isinstance(code, str) else ""
    return text if text.isascii() and 0 < len(text) <= _LONGEST and text.replace("_", "").isalnum() else "no reason"
