"""A load of ready-made commands over raw connections, so that the client costs next to nothing."""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CONNECTIONS, PIPELINE = 50, 16
_RECEIVED = 1 << 16


def command(*parts: str | int) -> bytes:
    """A command as it goes over the wire."""
    encoded = [str(each).encode() for each in parts]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(each), each) for each in encoded)


def per_second(
    port: int, commands: Sequence[bytes], *, connections: int = CONNECTIONS, pipeline: int = PIPELINE
) -> float:
    """Send every command, `pipeline` at a time on each of the connections; answers commands a second.

    Each command has to be answered by one line or one bulk string; an error raises RuntimeError.
    """
    loads = [_Load(port, commands[nth::connections], pipeline) for nth in range(connections)]
    try:
        return len(commands) / _drive(loads)
    finally:
        for load in loads:
            load.socket.close()


def _drive(loads: "Sequence[_Load]") -> float:
    """Seconds until everything is answered."""
    with selectors.DefaultSelector() as selector:
        for load in loads:
            selector.register(load.socket, selectors.EVENT_READ, load)
        begun, open_ = time.perf_counter(), len(loads)
        for load in loads:
            load.send()
        while open_:
            for key, _ in selector.select():
                if key.data.receive():
                    selector.unregister(key.fileobj)
                    open_ -= 1
        return time.perf_counter() - begun


@dataclass(slots=True)
class _Answers:
    """Counts whole answers in what arrives."""

    rest: bytes = b""

    def count(self, data: bytes) -> int:
        found, buffer, at = 0, self.rest + data, 0
        while (end := buffer.find(b"\r\n", at)) >= 0:
            kind, after = buffer[at], end + 2
            if kind == ord("-"):
                raise RuntimeError(buffer[at:end].decode())
            if kind == ord("$"):
                after += int(buffer[at + 1 : end]) + 2
                if after > len(buffer):
                    break
            found, at = found + 1, after
        self.rest = buffer[at:]
        return found


class _Load:
    def __init__(self, port: int, commands: Sequence[bytes], pipeline: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._batches = self._in_batches(commands, pipeline)
        self._answers, self._waiting = _Answers(), 0

    @staticmethod
    def _in_batches(commands: Sequence[bytes], size: int) -> Iterator[tuple[int, bytes]]:
        for start in range(0, len(commands), size):
            batch = commands[start : start + size]
            yield len(batch), b"".join(batch)

    def send(self) -> bool:
        """Send the next batch; False where there is none."""
        size, data = next(self._batches, (0, b""))
        if size:
            self.socket.sendall(data)
        self._waiting = size
        return bool(size)

    def receive(self) -> bool:
        """Take what has come; answers whether everything is over."""
        self._waiting -= self._answers.count(self.socket.recv(_RECEIVED))
        return not self._waiting and not self.send()
