"""A small language for the shape of JSON: checks that report each finding with its JSON pointer.

A check is a function of (value, pointer, report). The wording of findings follows Slack's habit:
the message first, then the pointer in brackets.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Finding:
    """One broken rule: its name, what is wrong, and where (a JSON pointer)."""

    rule: str
    message: str
    pointer: str

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer or '/'}]"


@dataclass
class Report:
    """The findings of one check."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, rule: str, message: str, pointer: str) -> None:
        """Note a broken rule."""
        self.findings.append(Finding(rule, message, pointer))


Check = Callable[[Any, str, Report], None]


class Field(NamedTuple):
    """A property of an object."""

    check: Check
    required: bool = False


Shape = Mapping[str, Field]


def need(check: Check) -> Field:
    """A property that must be there."""
    return Field(check, required=True)


def may(check: Check) -> Field:
    """A property that may be there."""
    return Field(check)


def string(maximum: int | None = None, minimum: int = 1) -> Check:
    """A string of `minimum` to `maximum` characters."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("wrong_type", "must provide a string", pointer)
        elif len(value) < minimum:
            report.add("too_short", f"must be at least {minimum} characters", pointer)
        elif maximum is not None and len(value) > maximum:
            report.add("too_long", f"must be at most {maximum} characters, has {len(value)}", pointer)

    return check


def integer(low: int | None = None, high: int | None = None) -> Check:
    """A whole number from `low` to `high`."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add("wrong_type", "must provide an integer", pointer)
        elif (low is not None and value < low) or (high is not None and value > high):
            report.add("out_of_range", f"must be from {low} to {high}", pointer)

    return check


def number(value: Any, pointer: str, report: Report) -> None:
    """Any finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        report.add("wrong_type", "must provide a number", pointer)


def boolean(value: Any, pointer: str, report: Report) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report.add("wrong_type", "must provide a boolean", pointer)


def anything(value: Any, pointer: str, report: Report) -> None:
    """Whatever: a place whose contents this stand-in does not judge."""


def choice(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.add("not_allowed", f"must be one of {', '.join(allowed)}", pointer)

    return check


def array(item: Check, minimum: int = 1, maximum: int | None = None) -> Check:
    """A list of `minimum` to `maximum` items."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("wrong_type", "must provide an array", pointer)
            return
        if len(value) < minimum:
            report.add("too_few", f"no fewer than {minimum} items allowed", pointer)
        if maximum is not None and len(value) > maximum:
            report.add("too_many", f"no more than {maximum} items allowed, has {len(value)}", pointer)
        for index, entry in enumerate(value):
            item(entry, f"{pointer}/{index}", report)

    return check


def obj(shape: Shape, *more: Check) -> Check:
    """An object with these properties and no others; `more` looks at properties that depend on each other."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("wrong_type", "must provide an object", pointer)
            return
        for name, (part, required) in shape.items():
            if value.get(name) is not None:
                part(value[name], f"{pointer}/{name}", report)
            elif required:
                report.add("missing_field", f"missing required field: {name}", pointer)
        for name in value.keys() - shape.keys():
            report.add("unknown_field", f"invalid additional property: {name}", pointer)
        for part in more:
            part(value, pointer, report)

    return check


def by_type(shapes: Mapping[str, Check], allowed: Collection[str], what: str) -> Check:
    """An object whose `type` picks its shape: unknown where no shape has it, misplaced where it is not allowed."""

    def check(value: Any, pointer: str, report: Report) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in shapes:
            report.add(f"unknown_{what}", f"unsupported type: {kind}", f"{pointer}/type")
        elif kind not in allowed:
            report.add(f"misplaced_{what}", f"{kind} is not allowed here", f"{pointer}/type")
        else:
            shapes[kind](value, pointer, report)

    return check
