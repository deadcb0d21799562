"""The two files of a connection that cheroot reads requests from and writes answers to.

cheroot's own are in Python; these rest on the C ones, and send an answer's head and body as one piece. Both together
are a tenth of the server's CPU for a token.
"""

from __future__ import annotations

import io
import socket
from typing import Any


class _Received(socket.SocketIO):
    """A socket that knows how much it gave."""

    size = 0

    def readinto(self, buffer: Any) -> int | None:
        """As the socket's."""
        size = super().readinto(buffer)
        self.size += size or 0
        return size


class Reader(io.BufferedReader):
    """What comes from the client; cheroot asks it whether some is here already."""

    bytes_read = 0

    def __init__(self, connection: Any, size: int) -> None:
        self._received = _Received(connection, "r")
        super().__init__(self._received, size)

    def read(self, size: int | None = -1, /) -> bytes:
        """As any file's."""
        data = super().read(size)
        self.bytes_read += len(data)
        return data

    def readline(self, size: int | None = -1, /) -> bytes:
        """As any file's."""
        line = super().readline(size)
        self.bytes_read += len(line)
        return line

    def has_data(self) -> bool:
        """Whether a part of the next request was received together with the last one."""
        return self._received.size > self.bytes_read


class Writer(io.RawIOBase):
    """What goes to the client, at once, unless it is told to wait for more."""

    bytes_written = 0

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._held: list[bytes] | None = None

    def hold(self) -> None:
        """Keep what is written from now on until ``release``."""
        self._held = []

    def write(self, data: Any, /) -> int:
        """All of it, or the socket's error."""
        if self._held is None:
            self._connection.sendall(data)
        else:
            self._held.append(bytes(data))
        self.bytes_written += len(data)
        return len(data)

    def release(self) -> None:
        """Send what was kept as one piece."""
        held, self._held = self._held, None
        if held:
            self._connection.sendall(b"".join(held))


def make_file(connection: Any, mode: str, size: int) -> Reader | Writer:
    """The file for ``rb`` or ``wb``, in the form of cheroot's ``MakeFile``."""
    return Reader(connection, size) if "r" in mode else Writer(connection)
