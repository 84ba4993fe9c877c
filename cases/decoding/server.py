"""The helper: imports the decoders once, then forks a child for every file it is handed.

    python -m cases.decoding.server DESCRIPTOR

It has one thread, no database connection and no secret, so forking it is safe and its children know nothing. It ends
when the process that started it closes the socket, and so with that process.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import selectors
import signal
import socket
import sys
import traceback
import warnings

from PIL import Image

from cases.decoding.child import work

_DESCRIPTORS = 3


class Server:
    """Hands each file to a child, and says of a child that was ended which signal it was."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.at_work: dict[int, socket.socket] = {}
        self.woken, self._wake = socket.socketpair()
        self.woken.setblocking(False)
        self._wake.setblocking(False)

    def run(self) -> None:
        """Serve until the other side of the control socket is closed; the children end by their own limits."""
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        waiting = selectors.DefaultSelector()
        waiting.register(self.control, selectors.EVENT_READ, self._take)
        waiting.register(self.woken, selectors.EVENT_READ, self._reap)
        while all(key.data() for key, _ in waiting.select()):
            pass

    def _take(self) -> bool:
        byte, descriptors, _flags, _address = socket.recv_fds(self.control, 1, _DESCRIPTORS)
        if not byte:
            return False
        reply_descriptor, file, pixels = descriptors
        reply = socket.socket(fileno=reply_descriptor)
        pid = os.fork()
        if pid == 0:
            self._be_child(reply, file, pixels)
        self.at_work[pid] = reply
        os.close(file)
        os.close(pixels)
        return True

    def _be_child(self, reply: socket.socket, file: int, pixels: int) -> None:
        """Never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.control.close()
            for other in self.at_work.values():
                other.close()
            work(reply, file, pixels)
            status = 0
        except BaseException:  # noqa: BLE001 (a child that went on would be a second server)
            traceback.print_exc()
        finally:
            os._exit(status)

    def _reap(self) -> bool:
        self.woken.recv(4096)
        while self.at_work:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            with self.at_work.pop(pid) as reply:
                if ended := os.waitstatus_to_exitcode(status):
                    _tell(reply, ended)
        return True


def _tell(reply: socket.socket, ended: int) -> None:
    try:
        reply.sendall(json.dumps({"ended": ended}).encode() + b"\n")
    except OSError:
        # Whoever asked has gone; there is nobody to tell.
        return


def main() -> None:
    """Serve on the socket whose descriptor is the argument."""
    # Ctrl-C reaches the whole group of processes; the helper ends with the one that it serves.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Decoders remark on every oddity of a file, as often as its sender likes; what matters is the refusal.
    warnings.simplefilter("ignore")
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    Image.init()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        Server(control).run()


if __name__ == "__main__":
    main()
