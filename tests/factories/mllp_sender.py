"""Somebody who speaks MLLP over a real socket."""

from __future__ import annotations

import socket
import ssl

from integrations.hl7.ack import parse_answer
from integrations.hl7.mllp import Unframer, frame

PATIENCE = 120  # seconds a busy machine may need; a sound one needs none of it


class Sender:
    """A socket that sends bytes and reads answers."""

    def __init__(self, address, context=None):
        self.socket = socket.create_connection(address, timeout=PATIENCE)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.frames = Unframer()
        self.waiting = []

    def send(self, content):
        """Send one message and return its answer."""
        self.push(frame(content))
        return self.answer()

    def push(self, content):
        self.socket.sendall(content)

    def answer(self):
        """The next answer; raises where the listener closes instead."""
        while not self.waiting:
            received = self.socket.recv(65536)
            if not received:
                raise ConnectionError("closed")
            self.waiting += self.frames.feed(received)
        return parse_answer(self.waiting.pop(0), charset="UNICODE UTF-8")

    def is_closed(self):
        """Wait for the listener to close; True once it did, without an answer."""
        try:
            return self.socket.recv(65536) == b""
        except (ConnectionError, ssl.SSLError):
            return True

    def close(self):
        self.socket.close()
