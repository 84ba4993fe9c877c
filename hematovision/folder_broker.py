"""The broker of an installation without Redis: kombu's folder of messages, in which no file is ever seen half written.

kombu makes a file and then fills it. A worker that looks in between takes an empty message for its own: the message is
gone, and the worker with it, because nothing in it can be read. The table of queues it makes in the same way, and
processes that start together read it empty. What a full disk or a power cut left of a message is put aside, and the
worker lives on: the row is the truth, and the sweeper sends its message again.
"""

import contextlib
import os
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import structlog
from kombu.transport import filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

log = structlog.get_logger(__name__)

QUARANTINE = "unreadable"
"""The folder below the messages that keeps what is none."""


class Channel(filesystem.Channel):
    """Files appear under their names once they are whole."""

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:
        # Messages are taken in the order of their names: by rank, then as they came.
        rank = self._get_message_priority(payload)
        message = Path(self.data_folder_out) / f"{rank}_{round(monotonic() * 1000):015}_{uuid.uuid4()}.{queue}.msg"
        draft = message.with_name(f"{message.name}.draft")
        try:
            with draft.open("wb") as file:
                file.write(str_to_bytes(dumps(payload)))
                file.flush()
                # Before it is named: after a power cut a name may stand for bytes that never reached the disk.
                os.fsync(file.fileno())
            os.replace(draft, message)  # noqa: PTH105 - a test looks just before
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    def _get(self, queue: str) -> dict[str, Any]:
        """Take the oldest whole message of `queue`; raises `Empty` when there is none."""
        for file in sorted(Path(self.data_folder_in).iterdir()):
            if file.name.partition(".")[2] != f"{queue}.msg":
                continue
            try:
                found = _message_in(file.read_bytes())
                if found is None:
                    self._put_aside(file)
                    continue
                # Of several workers that read it, one can remove it, and has it.
                file.unlink()
            except FileNotFoundError:
                continue
            return found
        raise Empty

    def _put_aside(self, file: Path) -> None:
        """Keep what is no message for whoever wants to know why, out of the workers' way."""
        size = file.stat().st_size
        aside = file.parent / QUARANTINE
        try:
            aside.mkdir(exist_ok=True)
            file.rename(aside / file.name)
        except FileNotFoundError:
            raise
        except OSError:
            # A disk so full that it takes no folder: there is nothing in it that anybody could use.
            file.unlink()
        log.warning("message_put_aside", message=file.name, byte_size=size)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        table = self._exchange_file(exchange)
        if not table.exists():
            draft = table.with_name(f"{table.name}.{uuid.uuid4()}")
            draft.write_bytes(b"[]")
            # A link fails where another process was first; a table that is there is changed under a lock.
            with contextlib.suppress(FileExistsError):
                os.link(draft, table)
            draft.unlink()
        super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    """What `folder://` stands for in a broker's address."""

    Channel = Channel


def _message_in(content: bytes) -> dict[str, Any] | None:
    """The message in a file's bytes; None where there is none: no bytes, no JSON, or not what kombu writes."""
    try:
        found = loads(bytes_to_str(content))
        return found if found["properties"]["delivery_tag"] else None
    except (ValueError, KeyError, TypeError):
        return None
