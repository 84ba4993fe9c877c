"""What a client of tus sends: it begins, asks, goes on."""

import base64

from tests.contract.conftest import API, picture

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"
FILE = picture()


def metadata(**pairs):
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


def begin(lis, case, length=None, headers=TUS, **pairs):
    said = {
        "Upload-Length": str(len(FILE) if length is None else length),
        "Upload-Metadata": metadata(case=case, **pairs),
    }
    return lis.http.generic("POST", f"{API}/uploads/", headers={**headers, **said})


def piece(lis, place, offset, content, **headers):
    sent = {**TUS, "Upload-Offset": str(offset), **{name.replace("_", "-"): text for name, text in headers.items()}}
    # Django's test client says no type of a body without bytes.
    return lis.http.patch(place, content, content_type=PIECE, headers=sent, CONTENT_TYPE=PIECE)


def ask(lis, place):
    return lis.http.head(place, headers=TUS)
