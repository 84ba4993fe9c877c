"""A working thread is given a request when all of it has come: senders that stop half-way keep nobody from being served."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from hematovision.whole_request import MOST_HEAD_BYTES, WholeRequest

ROOT = Path(settings.BASE_DIR)
PATIENCE = 300  # seconds a busy host may need; how long anything takes is asserted nowhere
SLOW_SENDERS = 40
HALF = b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500


@pytest.fixture
def request_():
    """A request of an address that takes a thousand bytes."""
    with contextlib.closing(WholeRequest(most_bytes=lambda _path: 1000)) as made:
        yield made


def all_of(request):
    return request.recv(10**6)


def test_a_request_is_complete_with_the_last_byte_of_its_body(request_):
    content = b"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
    for byte in content[:-1]:
        assert request_.take(bytes([byte])) == b""
        assert not request_.is_complete
    assert request_.take(b"oGET /b") == b"GET /b"
    assert request_.is_complete
    assert all_of(request_) == content


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 1001",
        b"Content-Length: 1\r\nContent-Length: 2",
        b"Content-Length: -1",
        b"Content-Length: 0x10",
        b"Transfer-Encoding: chunked",
        b"transfer-encoding : identity\r\nContent-Length: 3",
    ],
)
def test_a_body_too_long_or_of_uncertain_length_is_not_waited_for(request_, headers):
    assert request_.take(b"POST /a HTTP/1.1\r\n" + headers + b"\r\n\r\nabc") == b""
    assert request_.is_complete
    assert request_.is_cut
    assert b"\r\nConnection: close\r\n" in all_of(request_)


def test_the_limit_is_that_of_the_address():
    asked = []
    request = WholeRequest(most_bytes=lambda path: asked.append(path) or 10)
    request.take(b"POST /cases/a%2Fb/?c=d HTTP/1.1\r\nContent-Length: 10\r\n\r\n")
    assert asked == ["/cases/a/b/"]
    assert not request.is_cut
    request.close()


def test_a_head_without_end_is_not_waited_for(request_):
    request_.take(b"GET / HTTP/1.1\r\nA: " + b"a" * MOST_HEAD_BYTES)
    assert request_.is_cut


def test_who_waits_for_a_word_is_given_it_once(request_):
    request_.take(b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert request_.wants_continue
    request_.take(b"abc")
    assert b"xpect" not in all_of(request_)


@pytest.fixture(scope="module")
def address():
    """A server with two working threads; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "PORT": str(port),
        "WEB_THREADS": "2",
        "DJANGO_SETTINGS_MODULE": "hematovision.settings.test",
    }
    command = [sys.executable, "-m", "gunicorn", "hematovision.wsgi:application", "--config", "deploy/gunicorn.conf.py"]
    # The address is bound before the application is loaded: the line says so.
    with subprocess.Popen(
        [*command, "--log-level", "info"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            for line in server.stderr:
                if "Listening at" in line:
                    break
            yield "127.0.0.1", port
        finally:
            server.send_signal(signal.SIGTERM)
            server.stderr.read()
    assert server.returncode == 0


class Talk:
    """A connection and the answers that come on it."""

    def __init__(self, address):
        self.connection = socket.create_connection(address, timeout=PATIENCE)
        self.answers = self.connection.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answers.close()
        self.connection.close()

    def status(self, request=b""):
        """Send, and read one whole answer."""
        self.connection.sendall(request)
        status = int(self.answers.readline().split()[1])
        headers = http.client.parse_headers(self.answers)
        self.answers.read(int(headers.get("Content-Length", 0)))
        return status


def test_slow_senders_are_waited_for_by_nobody_at_work(address):
    slow = [Talk(address) for _ in range(SLOW_SENDERS)]
    for talk in slow:
        talk.connection.sendall(HALF)
    with Talk(address) as quick:
        assert quick.status(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200
        assert quick.status(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200
    for talk in slow:
        with talk:
            assert talk.status(b"x" * 500) in {403, 405}


def test_requests_sent_together_are_answered_in_turn(address):
    with Talk(address) as both:
        assert both.status(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2) == 200
        assert both.status() == 200


@pytest.mark.parametrize(
    ("header", "status"), [(b"Content-Length: 300000000", 413), (b"Transfer-Encoding: chunked", 411)]
)
def test_a_body_that_is_not_waited_for_is_answered_before_it_comes(address, header, status):
    with Talk(address) as talk:
        request = b"POST /livez HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n"
        assert talk.status(request) == status
        assert talk.answers.read(1) == b""


def test_who_waits_for_a_word_sends_its_body_then(address):
    with Talk(address) as talk:
        talk.connection.sendall(
            b"POST /livez HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
        assert talk.answers.read(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert talk.status(b"abc") in {403, 405}


def test_a_body_that_ends_early_is_given_to_an_address_that_keeps_a_part():
    request = WholeRequest(
        most_bytes=lambda _path: 1000, keeps_a_part=lambda method, path: (method, path) == ("PATCH", "/a")
    )
    with contextlib.closing(request):
        request.take(b"PATCH /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
        assert request.end_here()
        assert request.is_complete
        assert request.is_cut
        assert all_of(request).endswith(b"\r\n\r\nabc")
        assert not request.end_here()


@pytest.mark.parametrize("sent", [b"POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", b"PATCH /a HTTP/1.1\r\nConte"])
def test_any_other_request_that_ends_early_is_none(sent):
    request = WholeRequest(most_bytes=lambda _path: 1000, keeps_a_part=lambda method, _path: method == "PATCH")
    with contextlib.closing(request):
        request.take(sent)
        assert not request.end_here()
        assert not request.is_complete
