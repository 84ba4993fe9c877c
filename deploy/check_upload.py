"""Does the proxy let pieces of uploads through as they come? Cuts an upload on purpose and asks how much of it is kept.

python -m deploy.check_upload URL CASE

URL is the address that people use (https://smears.example), CASE the id of a case that takes images; nothing is added to it.
Who asks stands in the environment: CHECK_TOKEN, a bearer token with `images:write`, or CHECK_COOKIES, the
cookies of a browser that is signed in (`name=value; name=value`). Ends with 0 where what came before the cut is kept, with 1
where it is not, and with 2 when called wrongly or refused.
"""

from __future__ import annotations

import base64
import http.client
import os
import socket
import ssl
import sys
import time
from urllib.parse import SplitResult, urlsplit

USAGE = 2
WHOLE_BYTES = 1_000_000
SENT_BYTES = 300_000
_PATIENCE_SECONDS = 45
_ASK_SECONDS = 0.5


class RefusedError(Exception):
    """The server did not do what the check needs."""


def main(arguments: list[str]) -> int:
    """Return 0 when pieces are kept, 1 when not, 2 when that could not be found out."""
    if len(arguments) != USAGE or not arguments[0].startswith(("http://", "https://")):
        print(__doc__, file=sys.stderr)
        return USAGE
    base, case = urlsplit(arguments[0]), arguments[1]
    who = _who(arguments[0].rstrip("/"))
    if not who:
        print("Set CHECK_TOKEN or CHECK_COOKIES: see `python -m deploy.check_upload`.", file=sys.stderr)
        return USAGE
    try:
        place = begin(base, case, who)
        try:
            kept = _cut_and_ask(base, place, who)
        finally:
            _ask(base, "DELETE", place, who)
    except (RefusedError, OSError) as error:
        print(f"The check did not get far enough: {error}", file=sys.stderr)
        return USAGE
    print(f"{SENT_BYTES:,} bytes were sent before the cut, {kept:,} of them are kept.")
    if kept == 0:
        print(
            "Something in front of the application waits for whole requests: a cut upload begins at the start again.\n"
            "In nginx: proxy_request_buffering off; for /api/v1/uploads/ (docs/RUNBOOK.md, The proxy)."
        )
    return 0 if kept else 1


def _who(origin: str) -> dict[str, str]:
    token, cookies = os.environ.get("CHECK_TOKEN", ""), os.environ.get("CHECK_COOKIES", "")
    if token:
        return {"Authorization": f"Bearer {token}"}
    named = dict(pair.strip().partition("=")[::2] for pair in cookies.split(";") if "=" in pair)
    csrf = next((value for name, value in named.items() if "csrf" in name.lower()), "")
    return {"Cookie": cookies, "X-CSRFToken": csrf, "Referer": f"{origin}/", "Origin": origin} if cookies else {}


def _connection(base: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if base.scheme == "https" else http.client.HTTPConnection
    return kind(base.hostname or "", base.port, timeout=_PATIENCE_SECONDS)


def _ask(base: SplitResult, method: str, path: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    connection = _connection(base)
    try:
        connection.request(method, path, headers={"Tus-Resumable": "1.0.0", **headers})
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def begin(base: SplitResult, case: str, who: dict[str, str], *, length: int = WHOLE_BYTES) -> str:
    """Begin an upload and return the path of it; raises `RefusedError`."""
    metadata = f"case {base64.b64encode(case.encode()).decode()}"
    said = {"Upload-Length": str(length), "Upload-Metadata": metadata, "Content-Length": "0"}
    answer = _ask(base, "POST", f"{base.path.rstrip('/')}/api/v1/uploads/", {**who, **said})
    place = answer.getheader("Location")
    if answer.status != http.client.CREATED or not place:
        message = f"beginning an upload was answered {answer.status}."
        raise RefusedError(message)
    return urlsplit(place).path


def send_head(base: SplitResult, place: str, who: dict[str, str], *, offset: int, length: int) -> socket.socket:
    """Begin to send a piece of `length` bytes, and return the open line for its bytes."""
    said = {
        "Host": base.netloc,
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(length),
        **who,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    default = http.client.HTTPS_PORT if base.scheme == "https" else http.client.HTTP_PORT
    line = socket.create_connection((base.hostname or "", base.port or default), timeout=_PATIENCE_SECONDS)
    if base.scheme == "https":
        line = ssl.create_default_context().wrap_socket(line, server_hostname=base.hostname)
    line.sendall(f"PATCH {place} HTTP/1.1\r\n{head}\r\n".encode())
    return line


def offset_after(base: SplitResult, place: str, who: dict[str, str], *, before: int, patient: bool = True) -> int:
    """Return how much is kept after a cut, asked until it is more than `before` or patience is over."""
    until = time.monotonic() + (_PATIENCE_SECONDS if patient else 0)
    while True:
        answer = _ask(base, "HEAD", place, who)
        if answer.status != http.client.OK:
            message = f"asking for the offset was answered {answer.status}."
            raise RefusedError(message)
        kept = int(answer.getheader("Upload-Offset") or 0)
        if kept > before or time.monotonic() > until:
            return kept
        time.sleep(_ASK_SECONDS)


def _cut_and_ask(base: SplitResult, place: str, who: dict[str, str]) -> int:
    with send_head(base, place, who, offset=0, length=WHOLE_BYTES) as line:
        line.sendall(bytes(SENT_BYTES))
    return offset_after(base, place, who, before=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
