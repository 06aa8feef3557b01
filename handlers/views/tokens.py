"""API tokens: the list, the form, and the token itself, this once."""

from collections.abc import Sequence
from typing import Any

from handlers import ids
from handlers.locales import Texts
from handlers.views import kit
from handlers.views.changes import scopes
from handlers.views.payment import who
from store.tokens import Scope, Token

DAYS = ("30", "90", "365", "730")
"""How long a token may be good, as it is chosen."""
_USUAL_DAYS = "365"
_MOST = 15
"""Shown in one message."""
_USUAL = (Scope.ACCOUNT_READ, Scope.HOLDS_WRITE, Scope.USAGE_WRITE)


def message(tokens: Sequence[Token], now_ms: int, texts: Texts) -> dict[str, Any]:
    """The tokens, the last to end first."""
    shown = [_token(each, now_ms, texts) for each in tokens[:_MOST]] or [kit.section(texts("tokens-none"))]
    rest = len(tokens) - _MOST
    return kit.message(
        texts("tokens-title"),
        [
            kit.header(texts("tokens-title")),
            kit.section(texts("tokens-intro")),
            *shown,
            *([kit.context(texts("tokens-more", count=rest))] if rest > 0 else []),
            kit.actions("token_actions", kit.button(texts("tokens-new"), ids.NEW_TOKEN)),
        ],
    )


def ask(texts: Texts, *, metadata: str) -> dict[str, Any]:
    """The form of a new token."""
    may = [kit.option(texts(f"scope-{scope.replace(':', '-')}"), scope.value) for scope in Scope]
    days = [kit.option(texts("token-days-option", days=each), each) for each in DAYS]
    hint = texts("token-account-hint")
    return kit.modal(
        ids.TOKEN,
        texts("token-title"),
        [
            kit.text_input(ids.NAME, texts("token-name"), placeholder=texts("token-name-placeholder")),
            kit.checkboxes(ids.SCOPES, texts("token-scopes"), may, initial=_USUAL),
            kit.text_input(ids.ACCOUNT, texts("token-account"), placeholder="default", hint=hint, optional=True),
            kit.select(ids.DAYS, texts("token-days"), days, initial=_USUAL_DAYS),
        ],
        submit=texts("token-make"),
        close=texts("cancel"),
        metadata=metadata,
    )


def made(name: str, secret: str, texts: Texts) -> dict[str, Any]:
    """The modal with the token itself."""
    told = texts("token-made", name=kit.escape(name))
    return kit.modal(
        ids.NOTICE, texts("tokens-title"), [kit.section(told), kit.section(f"```{secret}```")], close=texts("close")
    )


def _token(token: Token, now_ms: int, texts: Texts) -> kit.Block:
    lines = [
        f"*{kit.escape(token.name)}*  `{token.id}`",
        texts("tokens-may", scopes=scopes(sorted(token.scopes), texts)),
        texts("tokens-only", account=token.account) if token.account else texts("tokens-all"),
        *_state(token, now_ms, texts),
    ]
    block = kit.section(*lines)
    if token.revoked_ms or token.expires_ms <= now_ms:
        return block
    asked = kit.question(
        texts("tokens-revoke"),
        texts.plain("tokens-revoke-ask", name=token.name),
        yes=texts("tokens-revoke"),
        no=texts("cancel"),
    )
    button = kit.button(texts("tokens-revoke"), ids.REVOKE_TOKEN, value=token.id, style="danger", confirm=asked)
    return {**block, "block_id": f"token_{token.id}", "accessory": button}


def _state(token: Token, now_ms: int, texts: Texts) -> list[str]:
    made_by = who(token.made_by, texts)
    made = texts("tokens-made", who=made_by, when=texts.date(token.made_ms), end=texts.date(token.expires_ms))
    if token.revoked_ms:
        when = texts.time(token.revoked_ms)
        return [made, texts("tokens-revoked", who=who(token.revoked_by, texts), when=when)]
    if token.expires_ms <= now_ms:
        return [made, texts("tokens-expired", when=texts.date(token.expires_ms))]
    used = texts("tokens-used", when=texts.time(token.seen_ms)) if token.seen_ms else texts("tokens-unused")
    return [made, used]
