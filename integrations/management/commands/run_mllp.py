"""Listen for orders and patients of other systems (HL7 v2 over MLLP)."""

import asyncio
import signal
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from integrations.listener.listener import Listener


class Command(BaseCommand):
    """`manage.py run_mllp`: one process an installation, until it is told to stop."""

    help = (
        "Listen for HL7 v2 messages over MLLP, on one port for every incoming connection that is on; opens and closes "
        "ports as connections are switched on and off."
    )
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Listen until SIGINT or SIGTERM."""
        asyncio.run(self.listen())

    async def listen(self) -> None:
        """Have the listener go round; a signal ends it after the messages in hand."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await Listener(name=socket.gethostname(), say=self.stdout.write, mark=settings.VAR_DIR / "listener").run(stop)
