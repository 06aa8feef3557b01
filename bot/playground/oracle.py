"""The strict eye: every rule of Slack's that the bot broke is noted here, and shown in the page's panel."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from bot.playground.blockkit.schema import Finding
from bot.playground.config import Clock, Json
from bot.playground.errors import Refusal
from bot.playground.hub import Hub


@dataclass(frozen=True)
class Violation:
    """One broken rule. `at` is in Unix seconds; `method` names the Web API method or the delivery."""

    id: int
    at: float
    rule: str
    method: str
    message: str
    detail: str

    def to_page(self) -> Json:
        """The violation as the page's panel shows it."""
        return asdict(self)


class Oracle:
    """Keeps the violations."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self.violations: list[Violation] = []
        self._hub = hub
        self._clock = clock
        self._count = 0
        self._expected: dict[str, int] = {}

    def record(self, rule: str, method: str, message: str, detail: str = "") -> None:
        """Note that `rule` was broken, unless a test said that it expects just that."""
        if rule in self._expected:
            self._expected[rule] += 1
            return
        self._count += 1
        violation = Violation(self._count, self._clock.wall(), rule, method, message, detail)
        self.violations.append(violation)
        self._hub.publish({"type": "violation", "violation": violation.to_page()})

    def record_refusal(self, method: str, refusal: Refusal) -> None:
        """Note what made a method refuse; nothing where only the world stood in the way."""
        self.record_findings(method, refusal.findings)
        if refusal.rule is not None:
            self.record(refusal.rule, method, f"refused: {refusal.code}", refusal.detail)

    def record_findings(self, method: str, findings: Sequence[Finding]) -> None:
        """Note what a check found."""
        for finding in findings:
            self.record(finding.rule, method, finding.message, finding.pointer)

    @contextmanager
    def expect(self, rule: str) -> Iterator[None]:
        """Within the block, breaking `rule` is the test's intent and not noted.

        Raises:
            AssertionError: the rule was not broken.
        """
        self._expected[rule] = 0
        try:
            yield
            if not self._expected[rule]:
                raise AssertionError(f"{rule} was expected to be violated and was not")
        finally:
            del self._expected[rule]

    def clear(self) -> None:
        """Forget all violations."""
        self.violations.clear()
        self._hub.wake()
