"""The server as an installation runs it, on the database of the test. A pytest plugin."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture
def origin(db):
    """gunicorn with the configuration of the installation; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    name = connection.settings_dict["NAME"]
    known = os.environ.get("DATABASE_URL", "")
    database = urlsplit(known)._replace(path=f"/{name}").geturl() if known else f"sqlite:///{name}"
    environment = os.environ | {
        "PORT": str(port),
        "WEB_THREADS": "4",
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "hematovision.settings.test",
    }
    command = [sys.executable, "-m", "gunicorn", "hematovision.wsgi:application", "--config", "deploy/gunicorn.conf.py"]
    with subprocess.Popen(
        [*command, "--log-level", "info"],
        cwd=Path(settings.BASE_DIR),
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            for line in server.stderr:
                if "Listening at" in line:
                    break
            # Read on, so that what it logs never makes it wait.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
