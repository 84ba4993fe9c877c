"""The broker of an installation without Redis: kombu's folder of messages, in which no file is ever seen half written.

kombu makes a file and then fills it. A worker that looks in between takes an empty message for its own: the message is
gone, and the worker with it, because nothing in it can be read. The table of queues it makes in the same way, and
processes that start together read it empty.
"""

import contextlib
import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Files appear under their names once they are whole."""

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:
        # Messages are taken in the order of their names: by rank, then as they came.
        rank = self._get_message_priority(payload)
        message = Path(self.data_folder_out) / f"{rank}_{round(monotonic() * 1000):015}_{uuid.uuid4()}.{queue}.msg"
        draft = message.with_name(f"{message.name}.draft")
        draft.write_bytes(str_to_bytes(dumps(payload)))
        os.replace(draft, message)  # noqa: PTH105 - a test looks just before

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
