"""A line that is cut: a proxy that ends connections in the middle, and tells how much it has passed on."""

from __future__ import annotations

import random
import socket
import struct
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

RESET = struct.pack("ii", 1, 0)
MOST_BYTES = 100_000
PATIENCE_S = 60


class CuttingProxy:
    """Passes connections on to a server. While it cuts, each ends after a number of bytes drawn for it."""

    def __init__(self, origin: str, seed: int) -> None:
        base = urlsplit(origin)
        self._server = (base.hostname, base.port)
        self._chance = random.Random(seed)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._changed = threading.Condition()
        self.passed = self.cuts = self._refused = 0
        self.is_cutting, self._is_off = True, False

    def wait_for(self, more: int) -> None:
        """Return when so many bytes more were sent to the server."""
        with self._changed:
            until = self.passed + more
            self._changed.wait_for(lambda: self.passed >= until, PATIENCE_S)

    def refuse_one(self) -> None:
        """Be off until somebody was refused."""
        with self._changed:
            until, self._is_off = self._refused + 1, True
            self._changed.wait_for(lambda: self._refused >= until, PATIENCE_S)
            self._is_off = False

    def serve(self) -> None:
        """Take connections until the socket is closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self._is_off:
                with self._changed:
                    self._refused += 1
                    self._changed.notify_all()
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.close()
                continue
            most = self._chance.randrange(200, MOST_BYTES) if self.is_cutting else None
            threading.Thread(target=self._carry, args=(client, most), daemon=True).start()

    def _carry(self, client: socket.socket, most: int | None) -> None:
        with client, socket.create_connection(self._server) as server:
            back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
            back.start()
            left = most
            while True:
                try:
                    data = client.recv(65536 if left is None else min(65536, left))
                except OSError:
                    break
                if not data:
                    break
                server.sendall(data)
                with self._changed:
                    self.passed += len(data)
                    self._changed.notify_all()
                if left is not None:
                    left -= len(data)
                    if left <= 0:
                        self.cuts += 1
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                        break
            shut(server)
            shut(client)
            back.join()

    @staticmethod
    def _pump(server: socket.socket, client: socket.socket) -> None:
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except OSError:
            return
        shut(client)

    def close(self) -> None:
        """End it."""
        shut(self._listening)
        self._listening.close()


def shut(line: socket.socket) -> None:
    """End both ways of a line that may have ended already."""
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def cutting_proxy(origin: str, seed: int):
    """A proxy before `origin`, for as long as the block runs."""
    proxy = CuttingProxy(origin, seed)
    serving = threading.Thread(target=proxy.serve, daemon=True)
    serving.start()
    try:
        yield proxy
    finally:
        proxy.close()
        serving.join()
