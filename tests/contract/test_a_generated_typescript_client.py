"""What public programs from npm make of docs/openapi.yaml: a linter finds no mistake, and a typed client goes the whole way."""

import base64
import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from cases.models import Case, Order
from tests.contract.conftest import ALL_SCOPES, new_client, picture, token_of
from tests.contract.node import PACKAGES, needs_npm, run
from tests.factories.reports import PDF, signed_report

pytestmark = pytest.mark.slow

SCHEMA = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
SOURCES = Path(__file__).with_name("typescript")


@needs_npm("@redocly/cli")
def test_a_linter_finds_no_mistake_but_the_trailing_slashes(tmp_path):
    found = json.loads(
        run("redocly", "lint", SCHEMA, "--skip-rule", "no-path-trailing-slash", "--format", "json", cwd=tmp_path)
    )
    assert [problem["message"] for problem in found["problems"] if problem["severity"] == "error"] == []
    assert {problem["ruleId"] for problem in found["problems"]} <= {"info-license"}


@pytest.fixture
def walk(tmp_path):
    """Make types of the description and compile the walk with them, strictly; return a function that runs a step."""
    shutil.copytree(SOURCES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    # As a source, which is checked like the walk; only the declarations of libraries are taken as they are.
    run("openapi-typescript", SCHEMA, "--output", "schema.ts", cwd=tmp_path)
    run("tsc", "--project", ".", cwd=tmp_path)
    return lambda *arguments: json.loads(run("walk.js", *arguments, cwd=tmp_path))


@needs_npm("openapi-typescript", "typescript", "openapi-fetch")
@pytest.mark.django_db(transaction=True)
def test_from_the_patient_to_the_pdf(walk, live_server, riverside, pavel):
    token = token_of(new_client(riverside.slug, *ALL_SCOPES)).json()["access_token"]

    accession_number = walk(live_server.url, token, "send", base64.b64encode(picture()).decode())

    case = Case.objects.get(accession_number=accession_number)
    assert (case.images.count(), str(case.wbc), case.order.placer_number) == (1, "7.40", "P-4713")
    assert Order.objects.count() == 1
    signed_report(case, pavel)
    report = walk(live_server.url, token, "fetch", accession_number)
    assert report == {"kind": "original", "percent": 60, "pdf": base64.b64encode(PDF).decode()}
