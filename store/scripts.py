"""The Lua scripts: load, splice the shared parts in, call by name with named keys and arguments.

A script's header is its interface: `KEYS:` and `ARGV:` name the positions, and `Scripts.call` fills them by
those names, so that a caller cannot pass two arguments in the wrong order. A last name that ends in "..."
takes the rest.

In a cluster a slot can be on the move, its keys on two nodes. A script is begun there if the keys that it names are
all on one of them, and is cut short, with what it has written, at the first that it does not name and that is not
there. So in a cluster each call names one key more, which never exists: what names several keys of a moving slot and
misses one is not begun, but answered with TRYAGAIN, and the client asks again until the move is over.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from textwrap import indent
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import AskError, NoScriptError, TryAgainError

Client = Any
"""redis.asyncio's Redis or RedisCluster with decode_responses=True, which their types cannot express."""

Argument = str | int | Sequence[str | int]
"""What a script is given under a name; a sequence for a name that takes the rest."""

_INCLUDE = re.compile(r"^( *)-- include: (\S+)\n", re.MULTILINE)
_LUA = files("store") / "lua"


@dataclass(frozen=True, slots=True)
class Script:
    """One verb: its whole source, its digest, and the names of its keys and arguments in order."""

    name: str
    source: str
    sha: str
    keys: tuple[str, ...]
    args: tuple[str, ...]


def names() -> tuple[str, ...]:
    """Every script's name, sorted."""
    return tuple(sorted(f.name.removesuffix(".lua") for f in _LUA.iterdir() if f.name.endswith(".lua")))


@cache
def load(name: str) -> Script:
    """The script `name`, with its includes spliced in, and what those include."""
    own = source = _text(name)
    while _INCLUDE.search(source):
        source = _INCLUDE.sub(lambda match: indent(_text(match[2]), match[1]), source)
    return Script(
        name=name,
        source=source,
        sha=hashlib.sha1(source.encode()).hexdigest(),  # noqa: S324 Redis names scripts by SHA-1
        keys=_header(own, "KEYS"),
        args=_header(own, "ARGV"),
    )


class Scripts:
    """Calls scripts on one Redis, Redis with replicas, or Redis Cluster."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._cluster = isinstance(redis, RedisCluster)

    async def call(self, name: str, keys: Mapping[str, str], **args: Argument) -> Any:
        """Run the script `name`; a server that does not know it yet is sent its source.

        Raises:
            TypeError: the names of `keys` or `args` are not those of the script's header.
            redis.exceptions.RedisError: the outcome is unknown; call again with the same operation id.
        """
        script = load(name)
        number, ordered = self._ordered(script, keys, args)
        try:
            return await self._redis.execute_command("EVALSHA", script.sha, number, *ordered)
        except NoScriptError:
            return await self._redis.execute_command("EVAL", script.source, number, *ordered)

    def command(self, name: str, keys: Mapping[str, str], args: Mapping[str, Argument]) -> list[str | int]:
        """The words that call the script `name` of a server that knows it. TypeError: as `call`."""
        script = load(name)
        number, ordered = self._ordered(script, keys, args)
        return ["EVALSHA", script.sha, number, *ordered]

    async def call_many(
        self, name: str, calls: Sequence[tuple[Mapping[str, str], Mapping[str, Argument]]]
    ) -> list[Any]:
        """Run the script once for each of `calls`, keys and arguments, sent together; the answers are in that order.

        Raises:
            TypeError: as `call`.
            redis.exceptions.RedisError: the outcome of one or more is unknown; call all again with the same ids.
        """
        if len(calls) == 1:
            [(keys, args)] = calls
            return [await self.call(name, keys, **args)]
        script = load(name)
        pipeline = self._redis.pipeline(transaction=False)
        for keys, args in calls:
            number, ordered = self._ordered(script, keys, args)
            pipeline.execute_command("EVALSHA", script.sha, number, *ordered)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        for place, (keys, args) in enumerate(calls):
            if isinstance(answers[place], NoScriptError | TryAgainError | AskError):
                answers[place] = await self.call(name, keys, **args)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def _ordered(
        self, script: Script, keys: Mapping[str, str], args: Mapping[str, Argument]
    ) -> tuple[int, list[str | int]]:
        """The number of keys, and keys and arguments in the order of the script's header."""
        if set(keys) != set(script.keys) or {*args} != {each.removesuffix("...") for each in script.args}:
            msg = f"{script.name} takes keys {script.keys} and arguments {script.args}"
            raise TypeError(msg)
        ordered: list[str | int] = [keys[each] for each in script.keys]
        if self._cluster and len(ordered) > 1:
            ordered.append(_absent(keys[script.keys[0]]))
        number = len(ordered)
        for each in script.args:
            value = args[each.removesuffix("...")]
            ordered.extend([value] if isinstance(value, str | int) else value)
        return number, ordered


def _absent(key: str) -> str:
    """A key that never exists, in the slot of `key`."""
    return f"{key.partition('}')[0]}}}:absent"


def _text(name: str) -> str:
    return (_LUA / f"{name}.lua").read_text("utf-8")


def _header(source: str, label: str) -> tuple[str, ...]:
    found = re.search(rf"^-- {label}: (.*)$", source.replace("\n--   ", " "), re.MULTILINE)
    return tuple(found[1].split()) if found else ()
