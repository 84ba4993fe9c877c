"""One request as its bytes arrive: where it ends, and whether its body is worth waiting for. Knows no server."""

from __future__ import annotations

import re
import tempfile
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_HEAD_BYTES = 32 * 1024
_IN_MEMORY_BYTES = 256 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_ENCODING = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
_CLOSE = b"\r\nConnection: close"


class WholeRequest:
    """Gathers the head and the body of one request.

    It only finds the end; what the request means is decided by the parser that is given its bytes. Where the end cannot be
    told for certain, or the body is longer than `most_bytes` of its address, the request is `is_cut`: it is complete with its
    head, its body is left where it is, and the connection has to end with the answer. Where the connection ends before the
    body, `end_here` completes a request whose address takes a part (`keeps_a_part`, of method and path).
    """

    def __init__(
        self,
        *,
        most_bytes: Callable[[str], int],
        keeps_a_part: Callable[[str, str], bool] = lambda _method, _path: False,
        folder: str | None = None,
    ) -> None:
        self.is_complete = False
        self.is_cut = False
        self.wants_continue = False
        """Whether the sender waits for a word before it sends the body."""
        self._most_bytes = most_bytes
        self._keeps_a_part = keeps_a_part
        self._takes_a_part = False
        self._folder = folder
        self._head = bytearray()
        self._content: IO[bytes] | None = None
        self._missing = 0

    @property
    def has_begun(self) -> bool:
        """Whether any byte of it has come."""
        return bool(self._head)

    @property
    def has_head(self) -> bool:
        """Whether the head is there, and only the body is waited for."""
        return self._content is not None

    def take(self, data: bytes) -> bytes:
        """Take what belongs to this request and return what came behind it; raises `OSError` where the disk is full."""
        if self._content is None:
            searched_from = max(0, len(self._head) - len(_END_OF_HEAD))
            self._head += data
            end = self._head.find(_END_OF_HEAD, searched_from)
            if end < 0:
                if len(self._head) > MOST_HEAD_BYTES:
                    self._start(bytes(self._head), cut=True)
                return b""
            data = bytes(self._head[end + len(_END_OF_HEAD) :])
            self._begin(bytes(self._head[:end]))
        content = self._content
        if content is None or self.is_cut:
            return b""
        mine, rest = data[: self._missing], data[self._missing :]
        content.write(mine)
        self._missing -= len(mine)
        if self._missing == 0:
            self._finish(content)
        return rest

    def end_here(self) -> bool:
        """Complete the request with what came of its body, nothing more will; returns whether there is a request now."""
        if self._content is None or self.is_complete or not self._takes_a_part:
            return False
        self.is_cut = True
        self._finish(self._content)
        return True

    def recv(self, size: int) -> bytes:
        """Return the next bytes of the complete request, as a socket would; none at its end."""
        return self._content.read(size) if self._content is not None else b""

    def close(self) -> None:
        """Give up what was gathered."""
        if self._content is not None:
            self._content.close()

    def _begin(self, head: bytes) -> None:
        stated = _LENGTH.findall(head)
        known = not _ENCODING.search(head) and len(stated) <= 1 and all(text.strip().isdigit() for text in stated)
        self._missing = int(stated[0]) if stated and known else 0
        method, path = _asked(head)
        self._takes_a_part = self._keeps_a_part(method, path)
        if not known or self._missing > self._most_bytes(path):
            self._start(head.replace(b"\r\n", _CLOSE + b"\r\n", 1) + _END_OF_HEAD, cut=True)
            return
        self.wants_continue = bool(_EXPECT.search(head)) and self._missing > 0
        # The word is given here; the parser behind would give it once more.
        self._start(_EXPECT.sub(b"", head) + _END_OF_HEAD, cut=False)

    def _start(self, head: bytes, *, cut: bool) -> None:
        self._content = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=self._folder)  # noqa: SIM115 (closed by close)
        self._content.write(head)
        if cut:
            self.is_cut = True
            self._finish(self._content)

    def _finish(self, content: IO[bytes]) -> None:
        content.seek(0)
        self.is_complete = True


def _asked(head: bytes) -> tuple[str, str]:
    """The method of a request line, and its path without its query."""
    method, target = [*head.partition(b"\r\n")[0].split(b" "), b"", b""][:2]
    return method.decode("latin-1"), unquote(target.partition(b"?")[0].decode("latin-1"))
