"""How a Web API method refuses."""

from collections.abc import Sequence

from bot.playground.blockkit.schema import Finding


class Refusal(Exception):  # noqa: N818 - Slack refuses; that is no fault of the playground
    """The answer `{"ok": false, "error": code}`.

    `rule` is the rule the bot broke, None where only the world stood in the way (somebody closed the modal).
    `findings` go into `response_metadata.messages`, as Slack's do, and are noted one by one.
    """

    def __init__(
        self, code: str, *, rule: str | None = None, detail: str = "", findings: Sequence[Finding] = ()
    ) -> None:
        super().__init__(code)
        self.code = code
        self.rule = rule
        self.detail = detail
        self.findings = list(findings)


def broken(code: str, detail: str = "") -> Refusal:
    """A refusal that is the bot's own fault; the rule carries the name of the error."""
    return Refusal(code, rule=code, detail=detail)
