"""Delivering messages over MLLP: one in flight, its answer told from the answers of others, and no socket kept after a doubt."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integrations.hl7.ack import Answer, is_answer_to, parse_answer
from integrations.hl7.faults import FaultError, UnreadableError
from integrations.hl7.mllp import Unframer, frame
from integrations.models import AttemptOutcome
from integrations.said import gettext_noop
from integrations.sending.tls import BadCertificateError, client_context
from integrations.sending.told import Told

if TYPE_CHECKING:
    from integrations.hl7.outgoing import Outgoing

CONNECT_SECONDS = 10
MOST_BYTES_OF_ANSWER = 1024 * 1024
TRIES_AFTER_AN_ERROR = 3
"""A receiver that says AE so often will not have the message."""
_MSH_7, _MSH_18 = 6, 17
_NO_ANSWER = gettext_noop("No answer came in time.")
_CLOSED = gettext_noop("The receiver closed the connection without an answer.")
_UNTRUSTED = gettext_noop("The certificate of the receiver is not trusted.")
_NO_TLS = gettext_noop("The receiver does not speak TLS with us.")
_NOT_FOUND = gettext_noop("The host of the receiver is not known.")
_NOT_REACHED = gettext_noop("The receiver does not take connections.")
_WRONG = gettext_noop("What came was no acknowledgement of HL7.")
_ANOTHER = gettext_noop("Only answers to other messages came.")


class _ClosedError(Exception):
    """The receiver closed the connection before it answered."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where messages go, and how long an answer may take, in seconds."""

    host: str
    port: int
    ack_timeout: float = 15
    keeps_open: bool = False
    uses_tls: bool = False
    authority: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)


class MllpLink:
    """A connection to one receiver. After anything but an answer the socket is closed.

    What a slow receiver says later would otherwise be taken for the answer to the next message.
    """

    def __init__(self, receiver: Receiver) -> None:
        self._to = receiver
        self._socket: socket.socket | None = None

    def send(self, message: Outgoing) -> Told:
        """Send one message and wait for its acknowledgement."""
        was_open = self._socket is not None
        try:
            return self._send(message)
        except _ClosedError:
            self.close()
            if not was_open:
                return Told(AttemptOutcome.NO_ANSWER, _CLOSED)
        # It was kept open, and the receiver had closed it since: it may not even have seen the message.
        try:
            return self._send(message)
        except _ClosedError:
            self.close()
            return Told(AttemptOutcome.NO_ANSWER, _CLOSED)

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, message: Outgoing) -> Told:
        if self._socket is None:
            try:
                self._socket = self._connect()
            except (OSError, ValueError) as error:
                return Told(AttemptOutcome.NO_CONNECTION, _why(error))
        told = self._exchange(self._socket, message)
        if told.outcome in {AttemptOutcome.NO_ANSWER, AttemptOutcome.WRONG_ANSWER} or not self._to.keeps_open:
            self.close()
        return told

    def _connect(self) -> socket.socket:
        to = self._to
        plain = socket.create_connection((to.host, to.port), timeout=min(CONNECT_SECONDS, to.ack_timeout))
        try:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if not to.uses_tls:
                return plain
            context = client_context(authority=to.authority, certificate=to.certificate, key=to.key)
            return context.wrap_socket(plain, server_hostname=to.host)
        except BaseException:
            plain.close()
            raise

    def _exchange(self, channel: socket.socket, message: Outgoing) -> Told:
        """Send the frame and take what comes until the answer to it, or until the time is over.

        Raises `_ClosedError` where the receiver closes first.
        """
        deadline = time.monotonic() + self._to.ack_timeout
        unframer = Unframer(most=MOST_BYTES_OF_ANSWER)
        others = False
        try:
            channel.settimeout(self._to.ack_timeout)
            channel.sendall(frame(message.content))
            while (left := deadline - time.monotonic()) > 0:
                channel.settimeout(left)
                received = channel.recv(64 * 1024)
                if not received:
                    raise _ClosedError
                for found in unframer.feed(received):
                    answer = parse_answer(_bare(found))
                    if is_answer_to(answer, message.control_id):
                        return _told(answer, found)
                    others = True
        except TimeoutError:
            pass
        except (UnreadableError, FaultError):
            return Told(AttemptOutcome.WRONG_ANSWER, _WRONG)
        except OSError:
            raise _ClosedError from None
        return Told(AttemptOutcome.WRONG_ANSWER, _ANOTHER) if others else Told(AttemptOutcome.NO_ANSWER, _NO_ANSWER)


def _bare(answer: bytes) -> bytes:
    """Leave of an answer what decides: codes, which are ASCII.

    A receiver that took the message and writes its time or its words in a way of its own would be sent it for ever.
    """
    line, end, rest = answer.strip(b"\r\n").partition(b"\r")
    separator = line[3:4]
    if separator:
        fields = line.split(separator)[:_MSH_18]
        if len(fields) > _MSH_7:
            fields[_MSH_7] = b""
        line = separator.join(fields)
    return bytes(byte if byte < 0x80 else ord("?") for byte in line + end + rest)


def _told(answer: Answer, content: bytes) -> Told:
    """What an acknowledgement means for the message (HL7 table 0008)."""
    if answer.is_accepted:
        return Told(AttemptOutcome.ACKNOWLEDGED, gettext_noop("The receiver has it."), answer.code, content)
    if answer.code == "AE":
        sentence = gettext_noop("The receiver could not process it.")
        return Told(AttemptOutcome.FAILED, sentence, answer.code, content, patience=TRIES_AFTER_AN_ERROR)
    if answer.code == "CE":
        return Told(AttemptOutcome.FAILED, gettext_noop("The receiver could not store it."), answer.code, content)
    return Told(AttemptOutcome.REFUSED, gettext_noop("The receiver refused it."), answer.code, content)


def _why(error: Exception) -> str:
    if isinstance(error, BadCertificateError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _UNTRUSTED
    if isinstance(error, ssl.SSLError):
        return _NO_TLS
    # A name that cannot be one is a ValueError.
    return _NOT_FOUND if isinstance(error, socket.gaierror | ValueError) else _NOT_REACHED
