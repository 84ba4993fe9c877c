"""A laboratory system that takes results over MLLP, in a thread, and answers as it is told."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Self

from integrations.hl7.mllp import Unframer, frame


def ack(control_id: str, code: str = "AA", *, header: str = "20261130120000||ACK") -> bytes:
    """An acknowledgement, in its frame."""
    text = f"MSH|^~\\&|LIS|HOSPITAL|HV|LAB|{header}|A1|P|2.5.1\rMSA|{code}|{control_id}|said\r"
    return frame(text.encode("latin-1"))


def control_id_of(message: bytes) -> str:
    """MSH-10."""
    return message.split(b"\r")[0].split(b"|")[9].decode("ascii")


class LisReceiver:
    """Takes messages on a port. `answers` are used up one a message; the last one holds from then on.

    `AA`, `AE`, `AR`, `CE`, `CR`: that code. `silent`: nothing. `wrong`: a code for another message. `late`: the answer to the
    message before, then the right one. `close`: no answer, the connection is closed. `half`: half an answer, then closed.
    `garbage`: no HL7. `odd`: the right answer, in a character set and with a time that nobody knows.
    """

    def __init__(self, *answers: str, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.answers = list(answers) or ["AA"]
        self.messages: list[bytes] = []
        self.connections = 0
        self.on_message: Callable[[bytes], None] = lambda _: None
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def control_ids(self) -> list[str]:
        """What came, in order, by MSH-10."""
        return [control_id_of(message) for message in self.messages]

    def stop(self) -> None:
        """Close the port and every connection."""
        # Closing alone does not wake the thread that waits for somebody.
        self._listening.close()
        for channel in list(self._open):
            _shut(channel)
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        for thread in list(self._threads):
            if thread is not threading.current_thread():
                thread.join(30)

    def _start(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                channel, _ = self._listening.accept()
                if self._tls is not None:
                    channel = self._tls.wrap_socket(channel, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            self.connections += 1
            self._open.append(channel)
            self._start(self._serve, channel)

    def _serve(self, channel: socket.socket) -> None:
        unframer = Unframer()
        try:
            while received := channel.recv(65536):
                for message in unframer.feed(received):
                    self.messages.append(message)
                    self.on_message(message)
                    if not self._answer(channel, message):
                        return
        except OSError:
            pass
        finally:
            _shut(channel)

    def _answer(self, channel: socket.socket, message: bytes) -> bool:
        """Answer as told; False closes the connection."""
        mode = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        mine = control_id_of(message)
        before = control_id_of(self.messages[-2]) if len(self.messages) > 1 else "another"
        if mode == "close":
            return False
        parts: Iterable[bytes] = {
            "silent": (),
            "wrong": (ack("another"),),
            "late": (ack(before), ack(mine)),
            "half": (ack(mine)[:-20],),
            "garbage": (frame(b"no HL7"),),
            "odd": (
                ack(mine, header="30.11.2026||ACK^R01")
                .replace(b"2.5.1", b"2.3||||||WIN-1252")
                .replace(b"said", b"\xfc"),
            ),
        }.get(mode, (ack(mine, mode),))
        for part in parts:
            channel.sendall(part)
        return mode != "half"


def _shut(channel: socket.socket) -> None:
    with contextlib.suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)
    channel.close()
