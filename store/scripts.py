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
from redis.exceptions import NoScriptError

Client = Any
"""redis.asyncio's Redis or RedisCluster with decode_responses=True, which their types cannot express."""

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

    async def call(self, name: str, keys: Mapping[str, str], **args: str | int | Sequence[str | int]) -> Any:
        """Run the script `name`; a server that does not know it yet is sent its source.

        Raises:
            TypeError: the names of `keys` or `args` are not those of the script's header.
            redis.exceptions.RedisError: the outcome is unknown; call again with the same operation id.
        """
        script = load(name)
        if set(keys) != set(script.keys) or {*args} != {each.removesuffix("...") for each in script.args}:
            msg = f"{name} takes keys {script.keys} and arguments {script.args}"
            raise TypeError(msg)
        ordered: list[str | int] = [keys[each] for each in script.keys]
        if self._cluster and len(ordered) > 1:
            ordered.append(_absent(keys[script.keys[0]]))
        number = len(ordered)
        for each in script.args:
            value = args[each.removesuffix("...")]
            ordered.extend([value] if isinstance(value, str | int) else value)
        try:
            return await self._redis.execute_command("EVALSHA", script.sha, number, *ordered)
        except NoScriptError:
            return await self._redis.execute_command("EVAL", script.source, number, *ordered)


def _absent(key: str) -> str:
    """A key that never exists, in the slot of `key`."""
    return f"{key.partition('}')[0]}}}:absent"


def _text(name: str) -> str:
    return (_LUA / f"{name}.lua").read_text("utf-8")


def _header(source: str, label: str) -> tuple[str, ...]:
    found = re.search(rf"^-- {label}: (.*)$", source.replace("\n--   ", " "), re.MULTILINE)
    return tuple(found[1].split()) if found else ()
