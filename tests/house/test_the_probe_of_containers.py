"""The health probe speaks to a server that answers only to its own name, and looks at a file's age."""

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy import probe


@pytest.fixture
def server():
    """Answers 200 to its own name and 400 to any other, as Django's ALLOWED_HOSTS does."""

    class OnlyMyName(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.headers["Host"] == "clinic.test" else 400)
            self.end_headers()

        def log_message(self, *_):
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), OnlyMyName) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/livez"
        running.shutdown()


def test_it_asks_by_the_name_of_the_installation(server, monkeypatch):
    monkeypatch.setenv("HEMATOVISION_ALLOWED_HOSTS", ".clinic.test,other.test")
    assert probe.main([server]) == 0


def test_a_refusal_is_unhealthy(server, monkeypatch):
    monkeypatch.setenv("HEMATOVISION_ALLOWED_HOSTS", "other.test")
    assert probe.main([server]) == 1


def test_nobody_there_is_unhealthy():
    assert probe.main(["http://127.0.0.1:9/livez"]) == 1


def test_only_web_addresses_are_asked():
    assert probe.main(["file:///etc/passwd"]) == 1


def test_the_age_of_a_file(tmp_path):
    (tmp_path / "schedule.db").touch()
    schedule = str(tmp_path / "schedule")
    assert probe.main(["--newer-than", "60", schedule]) == 0
    os.utime(tmp_path / "schedule.db", (0, 0))
    assert probe.main(["--newer-than", "60", schedule]) == 1
    assert probe.main(["--newer-than", "60", str(tmp_path / "absent")]) == 1


def test_called_wrongly(capsys):
    assert probe.main([]) == 2
    assert "--newer-than" in capsys.readouterr().err
