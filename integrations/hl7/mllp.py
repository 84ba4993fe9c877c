"""Frames of the minimal lower layer protocol: 0x0B, the message, 0x1C 0x0D. Pure and incremental: bytes in, messages out."""

from __future__ import annotations

from integrations.hl7.faults import UnreadableError

START = b"\x0b"
END = b"\x1c"
CARRIAGE_RETURN = b"\x0d"
MOST_BYTES = 16 * 1024 * 1024
"""The longest message that is taken."""
MOST_STRAY_BYTES = 64 * 1024
"""So much outside frames, and whoever sends speaks another protocol."""
_BETWEEN = b"\r\n"


def frame(message: bytes) -> bytes:
    """Return `message` in its frame; raises `ValueError` where a byte of it would end or begin one."""
    if START in message or END in message:
        raise ValueError("A message holds no 0x0B and no 0x1C: they begin and end its frame.")
    return START + message + END + CARRIAGE_RETURN


class Unframer:
    """Takes the bytes of one connection as they come and gives the messages in them, in order.

    A frame ends at 0x1C: the carriage return after it is expected, not waited for. A second 0x0B begins anew, because the
    message before it was cut; its sender has no acknowledgement and sends it again. Both, and bytes between frames,
    are counted in `stray`. Memory is bounded by `most` and one call's bytes.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self.stray = 0
        self._held = bytearray()
        self._inside = False

    @property
    def held(self) -> int:
        """How many bytes of an unfinished message there are."""
        return len(self._held)

    def feed(self, received: bytes) -> list[bytes]:
        """Return the messages that `received` completes.

        Raises `UnreadableError` for a message over `most` bytes, and for more stray bytes than a stumbling sender makes.
        """
        found: list[bytes] = []
        place = 0
        while place < len(received):
            place = self._inside_frame(received, place, found) if self._inside else self._between(received, place)
        return found

    def _between(self, received: bytes, place: int) -> int:
        """Skip to the start of a frame."""
        begin = received.find(START, place)
        end = len(received) if begin < 0 else begin
        self._count(len(received[place:end].strip(_BETWEEN)))
        if begin < 0:
            return end
        self._inside = True
        return begin + 1

    def _inside_frame(self, received: bytes, place: int, found: list[bytes]) -> int:
        """Take bytes up to the end of the frame, or to the start of another."""
        end = received.find(END, place)
        stop = len(received) if end < 0 else end
        anew = received.rfind(START, place, stop)
        if anew >= 0:
            self._count(len(self._held) + anew - place)
            self._held.clear()
            place = anew + 1
        if len(self._held) + stop - place > self.most:
            raise UnreadableError(f"A message of more than {self.most} bytes.")  # not translated
        self._held += received[place:stop]
        if end < 0:
            return stop
        found.append(bytes(self._held))
        self._held.clear()
        self._inside = False
        return end + 1

    def _count(self, stray: int) -> None:
        self.stray += stray
        if self.stray > MOST_STRAY_BYTES:
            raise UnreadableError("The bytes are not framed (0x0B message 0x1C 0x0D).")  # not translated
