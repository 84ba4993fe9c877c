"""A line between a browser and a server that breaks at chosen places of what is sent."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PIECE = b"PATCH /api/v1/uploads/"


class CuttingProxy:
    """Passes bytes on as they come. After as many bytes of pieces as `cuts` says it breaks every connection, by turns with a
    close and a reset, then counts anew towards the next cut; after the last one it only passes on. `url` is its address.
    """

    def __init__(self, address: tuple[str, int], cuts: Iterable[int]) -> None:
        self.address = address
        self.cuts = deque(cuts)
        self.made = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections, and end those there are."""
        self._listener.close()
        with self._lock:
            self._end_all()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                server = socket.create_connection(self.address)
                with self._lock:
                    self._open |= {browser, server}
                for ends in ((browser, server, True), (server, browser, False)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_sent: bool) -> None:
        counts = False
        with contextlib.suppress(OSError):
            while data := source.recv(16_384):
                counts = counts or (is_sent and PIECE in data)
                target.sendall(data[: self._left_of(len(data))] if counts else data)
                if counts:
                    self._count(len(data))
        with self._lock:
            for end in (source, target):
                self._end(end)

    def _left_of(self, size: int) -> int:
        with self._lock:
            return min(size, self.cuts[0]) if self.cuts else size

    def _count(self, size: int) -> None:
        with self._lock:
            if not self.cuts:
                return
            self.cuts[0] -= size
            if self.cuts[0] <= 0:
                self.cuts.popleft()
                self.made += 1
                self._end_all()

    def _end_all(self) -> None:
        for end in list(self._open):
            if self.made % 2:
                # Closed with a reset: what is on its way is lost.
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._end(end)

    def _end(self, end: socket.socket) -> None:
        self._open.discard(end)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
