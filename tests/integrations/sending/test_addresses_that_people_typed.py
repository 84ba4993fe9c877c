"""No request leads into a network of ours, wherever a name points a moment later; what is answered is bounded."""

import http.server
import socket
import ssl
import threading

import pytest

from integrations.sending import http as guarded
from integrations.sending.http import RefusedAddressError, allowed_address, send
from integrations.sending.tls import client_context

PUBLIC = "93.184.215.14"
INNER = [
    "127.0.0.1",
    "::1",
    "0.0.0.0",  # noqa: S104 (refused)
    "::",
    "10.0.0.1",
    "172.16.5.5",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "fe80::1",
    "fd00::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "224.0.0.1",
    "255.255.255.255",
    "ff02::1",
]


def resolving(monkeypatch, *answers):
    """Have every name resolve to these addresses, one list an asking; returns what was asked."""
    asked, left = [], list(answers)
    really = socket.getaddrinfo

    def getaddrinfo(host, port, *rest, **given):
        if host[0].isdigit() or ":" in host:
            return really(host, port, *rest, **given)
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    monkeypatch.setattr(guarded.socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_refused(monkeypatch, address):
    resolving(monkeypatch, [address])
    with pytest.raises(RefusedAddressError, match="not a public one"):
        allowed_address("receiver.example", 443, with_tls=True)


@pytest.mark.parametrize("address", INNER)
def test_also_beside_a_public_one(monkeypatch, address):
    resolving(monkeypatch, [PUBLIC, address])
    with pytest.raises(RefusedAddressError):
        allowed_address("receiver.example", 443, with_tls=True)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_ones_are_allowed_with_tls_only(monkeypatch, address):
    resolving(monkeypatch, [address])
    assert allowed_address("receiver.example", 443, with_tls=True) == address
    with pytest.raises(RefusedAddressError, match="https"):
        allowed_address("receiver.example", 80, with_tls=False)


def test_a_listed_network_is_allowed_without_tls(monkeypatch, settings):
    settings.WEBHOOK_NETWORKS = ["10.20.0.0/16", "fd00::/8"]
    resolving(monkeypatch, ["10.20.3.4"])
    assert allowed_address("lis.hospital", 80, with_tls=False) == "10.20.3.4"
    resolving(monkeypatch, ["10.21.3.4"])
    with pytest.raises(RefusedAddressError):
        allowed_address("lis.hospital", 443, with_tls=True)


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "https:///x", "https://name:secret@a.example/", "file:///etc/passwd"]
)
def test_other_addresses_are_refused(url):
    with pytest.raises(RefusedAddressError):
        send("POST", url, body=b"", headers={})


@pytest.mark.usefixtures("_own_network")
@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("https://a.example:99999/", "x"),
        ("https://a..example/", "x"),
        ("https://[::1/", "x"),
        ("http://127.0.0.1:1/größe", "x"),
        ("http://127.0.0.1:{port}/", "two\r\nlines"),
        ("http://127.0.0.1:{port}/", "schlüssel €"),
    ],
)
def test_what_no_request_can_hold_is_refused_and_not_quoted(web, url, token):
    with pytest.raises(RefusedAddressError) as refused:
        send("PUT", url.format(port=web.server_port), body=b"", headers={"Authorization": f"Bearer {token}"})
    assert "Bearer" not in str(refused.value)
    assert refused.value.__suppress_context__


class Answers(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, dict(self.headers)))
        if self.server.drips:
            self.wfile.write(b"HTTP/1.1 2")
            self.server.waiting.wait(30)
            return
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
        self.end_headers()
        self.wfile.write(b"x" * 100_000)

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.bodies, server.seen, server.status, server.drips = [], [], 200, False
    server.waiting = threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.waiting.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def _own_network(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]


@pytest.mark.usefixtures("_own_network")
def test_the_answer_is_bounded_and_no_redirect_is_followed(web):
    web.status = 302
    reply = send("PUT", f"{web.url}/a?b=c", body=b"hello", headers={"X-One": "1"})
    assert (reply.status, len(reply.body)) == (302, 1024)
    assert web.bodies == [b"hello"]
    path, headers = web.seen[0]
    assert (path, headers["X-One"], headers["Host"]) == ("/a?b=c", "1", f"127.0.0.1:{web.server_port}")


@pytest.mark.usefixtures("_own_network")
def test_a_name_is_resolved_once_and_its_address_used(monkeypatch, web):
    """A name that is public when it is judged and inner when it is connected to reaches nothing."""
    asked = resolving(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    connected = []
    create = socket.create_connection

    def create_connection(address, **given):
        connected.append(address[0])
        return create(address, **given)

    monkeypatch.setattr(guarded.socket, "create_connection", create_connection)
    send("PUT", f"http://rebinding.example:{web.server_port}/", body=b"", headers={})
    assert asked[0] == "rebinding.example"
    assert connected == ["127.0.0.1"]


@pytest.mark.usefixtures("_own_network")
def test_a_receiver_that_drips_is_cut_off(web):
    web.drips = True
    with pytest.raises(TimeoutError):
        send("PUT", f"{web.url}/", body=b"", headers={}, timeout=0.5)


@pytest.mark.usefixtures("_own_network")
def test_the_certificate_has_to_be_of_the_name(monkeypatch, certificate, web):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate.file)
    web.socket = server.wrap_socket(web.socket, server_side=True)
    trusting = client_context(authority=certificate.pem)
    port = web.server_port
    assert send("PUT", f"https://localhost:{port}/", body=b"", headers={}, context=trusting).status == 200
    resolving(monkeypatch, ["127.0.0.1"])
    with pytest.raises(ssl.SSLCertVerificationError):
        send("PUT", f"https://other.example:{port}/", body=b"", headers={}, context=trusting)
