"""How requests are served: a working thread is given a request when the whole of it has come, and not before.

gunicorn's threads read from the connection themselves, so that as many slow senders as there are threads stop the site. Here
the loop that accepts connections gathers each request (`hematovision.whole_request`); a sender that takes its time costs a
connection and some disk. TLS ends in front of this server (docs/RUNBOOK.md).
"""

from __future__ import annotations

import errno
import selectors
import socket
import struct
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

from hematovision.whole_request import WholeRequest

if TYPE_CHECKING:
    from concurrent.futures import Future

HEAD_SECONDS = 20
"""From the first byte, or the connection, to the end of the head."""
BODY_IDLE_SECONDS = 30
"""Between two pieces of a body."""
SEND_IDLE_SECONDS = 30
"""For which a receiver may take nothing of its answer."""
LINGER_SECONDS = 2

_PIECE_BYTES = 64 * 1024
_TRY_LATER = {errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_ROOM = b"HTTP/1.1 507 Insufficient Storage\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Connection(TConn):  # type: ignore[misc]
    """A connection with the request that is arriving on it; `deadline` is a time of the monotonic clock, seconds."""

    request: WholeRequest
    deadline: float
    rest: bytes = b""


class WholeRequestWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, with whole requests."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: set[Connection] = set()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection and wait for its first request."""
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in _TRY_LATER:
                return
            raise
        self.nr_conns += 1
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_IDLE_SECONDS, 0))
        connection = Connection(self.cfg, client, address, listener.getsockname())
        # Neither of gunicorn's own first steps is for this: both read from the connection.
        connection.initialized = connection.data_ready = True
        self._expect(connection)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """A kept connection has something to say: its next request begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._expect(conn)

    def murder_pending(self) -> None:
        """Drop the connections whose time is up; while stopping also those that have said nothing."""
        now = time.monotonic()
        for connection in list(self.arriving):
            if connection.deadline < now or not (self.alive or connection.request.has_begun):
                self._end(connection)

    def finish_request(self, conn: Connection, fs: Future[Any]) -> None:
        """Wait for the next request, or end the connection without making this loop wait for its other side."""
        cut = conn.request.is_cut
        conn.request.close()
        kept = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        if not kept or cut:
            self._linger(conn)
        elif conn.rest:
            rest, conn.rest = conn.rest, b""
            self._expect(conn)
            self._take(conn, rest)
        else:
            super().finish_request(conn, fs)

    def _expect(self, connection: Connection) -> None:
        from django.conf import settings

        from hematovision.bodies import keeps_a_part, most_bytes

        connection.request = WholeRequest(
            most_bytes=most_bytes, keeps_a_part=keeps_a_part, folder=settings.FILE_UPLOAD_TEMP_DIR
        )
        connection.deadline = time.monotonic() + HEAD_SECONDS
        self._watch(connection, self._read)

    def _watch(self, connection: Connection, callback: Any) -> None:
        connection.sock.setblocking(False)
        self.poller.register(connection.sock, selectors.EVENT_READ, partial(callback, connection))
        self.arriving.add(connection)

    def _unwatch(self, connection: Connection) -> None:
        self.arriving.discard(connection)
        self.poller.unregister(connection.sock)

    def _read(self, connection: Connection, client: socket.socket) -> None:
        data = _received(client)
        if data is None:
            return
        if not data:
            self._end(connection)
            return
        self._take(connection, data)

    def _take(self, connection: Connection, data: bytes) -> None:
        request = connection.request
        had_head = request.has_head
        try:
            connection.rest = request.take(data)
            if request.wants_continue and not had_head:
                connection.sock.send(_CONTINUE)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                _say(connection.sock, _NO_ROOM)
            self._drop(connection)
            return
        if request.has_head:
            connection.deadline = time.monotonic() + BODY_IDLE_SECONDS
        if request.is_complete:
            self._serve(connection)

    def _end(self, connection: Connection) -> None:
        """Drop a connection on which no more comes; what came of a piece of an upload is kept first."""
        if connection.request.end_here():
            self._serve(connection)
        else:
            self._drop(connection)

    def _serve(self, connection: Connection) -> None:
        self._unwatch(connection)
        connection.parser = http.get_parser(self.cfg, connection.request, connection.client)
        self.enqueue_req(connection)

    def _linger(self, connection: Connection) -> None:
        """Send the end of the answer and take what still comes, for a while: closing at once could cut the answer off."""
        try:
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.nr_conns -= 1
            connection.close()
            return
        connection.deadline = time.monotonic() + LINGER_SECONDS
        self._watch(connection, self._ignore)

    def _ignore(self, connection: Connection, client: socket.socket) -> None:
        if _received(client) == b"":
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        self._unwatch(connection)
        self.nr_conns -= 1
        connection.request.close()
        connection.close()


def _received(client: socket.socket) -> bytes | None:
    """The next bytes; none where the other side has ended, None where there is nothing yet."""
    try:
        return client.recv(_PIECE_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _say(client: socket.socket, answer: bytes) -> None:
    try:
        client.send(answer)
    except OSError:
        # It has gone; there is nobody to tell.
        return
