"""Public clients of tus send as they do to any server: whole, cut and resumed, begun twice."""

import json
import shutil
from pathlib import Path

import pytest

from cases.models import SmearImage
from tests.contract.conftest import Caller, new_client, picture, token_of
from tests.contract.node import PACKAGES, needs_npm, run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@needs_npm("tus-js-client")
def test_tus_js_client(live_server, client, riverside, tmp_path):
    scopes = ("cases:read", "cases:write", "images:write", "patients:write")
    token = token_of(new_client(riverside.slug, *scopes)).json()["access_token"]
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    case = Caller(client).new_case()["id"]
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
