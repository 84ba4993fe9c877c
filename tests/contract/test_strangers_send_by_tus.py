"""Public clients of tus send as they do to any server: whole, cut and resumed, begun twice."""

import io
import json
import shutil
from pathlib import Path

import pytest

from cases.models import SmearImage
from tests.contract.conftest import Caller, new_client, picture, token_of
from tests.contract.node import PACKAGES, needs_npm, run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def token(riverside):
    scopes = ("cases:read", "cases:write", "images:write", "patients:write")
    return token_of(new_client(riverside.slug, *scopes)).json()["access_token"]


@pytest.fixture
def case(client, token):
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return Caller(client).new_case()["id"]


@needs_npm("tus-js-client")
def test_tus_js_client(live_server, token, case, tmp_path):
    content = picture() + bytes(90_000)
    (tmp_path / "field.png").write_bytes(content)
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(Path(__file__).with_name("tus_walk.js"), tmp_path)

    seen = json.loads(run("tus_walk.js", f"{live_server.url}/api/v1/uploads/", token, case, "field.png", cwd=tmp_path))

    first, second = SmearImage.objects.order_by("ordinal")
    assert seen["first"]["image"] == str(first.pk)
    assert seen["accepted"] < len(content)
    assert seen["resumed"]["image"] == seen["again"]["image"] == str(second.pk)
    assert seen["resumed"]["url"] == seen["again"]["url"]
    with first.original.open("rb") as one, second.original.open("rb") as other:
        assert (one.read(), other.read()) == (content, content + b"another one")


def test_tuspy(live_server, token, case):
    tus = pytest.importorskip("tusclient.client", reason="Not installed (make install-dev): tuspy.")
    content = picture() + bytes(90_000)
    client = tus.TusClient(f"{live_server.url}/api/v1/uploads/", headers={"Authorization": f"Bearer {token}"})
    sends = {"chunk_size": 20_000, "metadata": {"case": case, "filename": "field.png"}}

    cut = client.uploader(file_stream=io.BytesIO(content), **sends)
    cut.upload(stop_at=40_000)
    assert cut.offset == 40_000
    resumed = client.uploader(file_stream=io.BytesIO(content), url=cut.url, **sends)
    assert resumed.offset == 40_000
    resumed.upload()

    image = SmearImage.objects.get()
    assert resumed.request.response_headers["upload-image"] == str(image.pk)
    with image.original.open("rb") as original:
        assert original.read() == content
