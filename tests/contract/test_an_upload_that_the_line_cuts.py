"""Through the server as it is run: what came before a cut stays, wherever and however often the line is cut."""

import http.server
import random
import socket
import struct
import threading
from urllib.parse import urlsplit

import pytest

from cases.models import SmearImage, Upload, UploadState
from deploy import check_upload
from tests.contract.conftest import Caller, new_client, picture, token_of

pytestmark = pytest.mark.django_db(transaction=True)

CUTS = 5


@pytest.fixture
def token(riverside):
    return token_of(new_client(riverside.slug, "cases:read", "cases:write", "images:write", "patients:write")).json()[
        "access_token"
    ]


@pytest.fixture
def case(client, token):
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return Caller(client).new_case()["id"]


def test_the_check_tells_that_pieces_are_kept(origin, token, case, monkeypatch, capsys):
    monkeypatch.setenv("CHECK_TOKEN", token)
    assert check_upload.main([origin, case]) == 0
    assert "300,000 bytes were sent before the cut, 300,000 of them are kept." in capsys.readouterr().out
    assert Upload.objects.get().state == UploadState.CANCELLED


def test_nothing_is_lost_or_kept_twice_on_a_line_that_is_cut_again_and_again(origin, token, case):
    content = picture(size=(900, 700)) + b"\0" * 200_000
    base = urlsplit(origin)
    who = {"Authorization": f"Bearer {token}"}
    place = check_upload.begin(base, case, who, length=len(content))
    chance = random.Random(11)
    at = 0
    for cut in range(CUTS):
        at = check_upload.offset_after(base, place, who, before=at, patient=False)
        sent = chance.randrange(1, (len(content) - at) // 2)
        line = check_upload.send_head(base, place, who, offset=at, length=len(content) - at)
        line.sendall(content[at : at + sent])
        if cut % 2:
            # A reset: what lies unread at the server is lost, and sent again.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()
    answer = b""
    while b" 204 " not in answer:
        # 409 where what came before the last cut was kept only now.
        assert answer == b"" or b" 409 " in answer
        at = check_upload.offset_after(base, place, who, before=at, patient=False)
        with check_upload.send_head(base, place, who, offset=at, length=len(content) - at) as line:
            line.sendall(content[at:])
            answer = line.recv(100)
    image = SmearImage.objects.get()
    with image.original.open("rb") as original:
        assert original.read() == content


@pytest.fixture
def deaf():
    """The address of a server behind a proxy that waits for whole requests, so that no piece is kept."""

    class Deaf(http.server.BaseHTTPRequestHandler):
        def answer(self):
            self.send_response({"POST": 201, "HEAD": 200}.get(self.command, 204))
            self.send_header("Location", "/api/v1/uploads/1/")
            self.send_header("Upload-Offset", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_HEAD = do_PATCH = do_DELETE = answer  # noqa: N815 - the names of the library

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Deaf) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_check_names_the_setting_where_nothing_is_kept(deaf, monkeypatch, capsys):
    monkeypatch.setenv("CHECK_COOKIES", "sessionid=a; csrftoken=b")
    monkeypatch.setattr(check_upload, "_PATIENCE_SECONDS", 1)
    assert check_upload.main([deaf, "1"]) == 1
    assert "proxy_request_buffering off" in capsys.readouterr().out


def test_the_check_says_who_has_to_ask(monkeypatch, capsys):
    monkeypatch.delenv("CHECK_TOKEN", raising=False)
    monkeypatch.delenv("CHECK_COOKIES", raising=False)
    assert check_upload.main(["http://localhost", "1"]) == 2
    assert check_upload.main(["localhost"]) == 2
    assert "CHECK_TOKEN" in capsys.readouterr().err
