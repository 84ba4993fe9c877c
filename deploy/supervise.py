"""Run the Procfile's processes together, say when they are ready, stop them together.

    python -m deploy.supervise

HOST, PORT and HEMATOVISION_VAR are taken from the environment. Once /readyz answers 200 it prints
`HematoVision is ready at http://HOST:PORT` and the demo accounts. A process that ends is started again, after pauses that
grow. Ctrl-C or SIGTERM stops everything within seconds, whether or not its log can be written; so does the end of the
`make` that started it.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from deploy.processes import Processes, parse_procfile, say

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a table, nothing is bound here
POLL_SECONDS = 0.5
COMPLAIN_AFTER_POLLS = 60
# Time for a worker to finish the image in hand before it is killed; a killed one is picked up again at the next start.
STOP_SECONDS = 15


class Watch(threading.Thread):
    """Polls /readyz until it answers 200, then prints the ready line; watches the parent process."""

    def __init__(self, host: str, port: int, stop: Callable[[], None], accounts: "DemoAccounts") -> None:
        super().__init__(name="watch", daemon=True)
        self.address = f"http://{_in_url(host)}:{port}"
        # A server bound to every address is asked on the loopback one.
        self.ask = f"http://{_in_url(LOOPBACK.get(host, host))}:{port}/readyz"
        self.stop = stop
        self.accounts = accounts
        self.parent = os.getppid()
        self.ended = threading.Event()

    def run(self) -> None:
        """Announce readiness once, then see that no orphan stays when `make` is killed."""
        polls = 0
        while not self.ended.wait(POLL_SECONDS):
            polls += 1
            failing = self.failing_parts()
            if failing is None:
                say(f"HematoVision is ready at {self.address}\n{self.accounts.text()}")
                break
            if polls % COMPLAIN_AFTER_POLLS == 0:
                say(f"Not ready yet: {failing}")
            self.stop_with_parent()
        while not self.ended.wait(POLL_SECONDS):
            self.stop_with_parent()

    def failing_parts(self) -> str | None:
        """Return None when everything is ready, else what is not, in words."""
        try:
            with urllib.request.urlopen(self.ask, timeout=5):  # noqa: S310 - always http
                return None
        except urllib.error.HTTPError as answer:
            try:
                parts = json.load(answer)["parts"]
            except (ValueError, KeyError):
                return f"/readyz answers {answer.code}"
            return "; ".join(f"{name}: {part['detail']}" for name, part in parts.items() if not part["ok"])
        except OSError:
            return "the web process does not answer yet"

    def stop_with_parent(self) -> None:
        """Stop everything when the `make` that started us is gone."""
        if "MAKELEVEL" in os.environ and os.getppid() != self.parent:
            self.stop()


class DemoAccounts:
    """The table of demo accounts, asked for while the other processes start."""

    def __init__(self) -> None:
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process that writes it
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo_accounts"], cwd=ROOT, stdout=self.output, stderr=subprocess.STDOUT
        )

    def text(self) -> str:
        """Return what `manage.py demo_accounts` printed."""
        self.process.wait()
        self.output.seek(0)
        return self.output.read().decode().rstrip()


def main() -> int:
    """Run until stopped; return 0, or 1 when the address is taken."""
    os.chdir(ROOT)
    host = os.environ.setdefault("HOST", "127.0.0.1")
    port = int(os.environ.setdefault("PORT", "8000"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.local")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PYTHONUNBUFFERED"] = "1"
    if taken := _why_taken(host, port):
        print(taken, file=sys.stderr)
        return 1
    accounts = DemoAccounts()
    processes = Processes(parse_procfile((ROOT / "Procfile").read_text()), stop_seconds=STOP_SECONDS)
    watch = Watch(host, port, processes.stop, accounts)
    watch.start()
    processes.run()
    watch.ended.set()
    return 0


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _why_taken(host: str, port: int) -> str:
    """Return a sentence when the address cannot be bound, else ''."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"Cannot serve at {host}:{port}: {error.strerror}. Choose another with PORT=... make run"
    return ""


if __name__ == "__main__":
    sys.exit(main())
