"""The API describes itself, and the committed description is what the code does."""

import re

import pytest
import yaml
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import CommandError, call_command
from django.test import Client

from tests.contract.conftest import API


@pytest.fixture(scope="module")
def schema():
    return Client().get(f"{API}/schema/").json()


def test_the_committed_copy_matches_the_code():
    call_command("api_schema", "--check", verbosity=0)


def test_a_difference_is_reported(tmp_path):
    stale = tmp_path / "openapi.yaml"
    stale.write_text("openapi: 3.0.3\n")
    with pytest.raises(CommandError):
        call_command("api_schema", "--check", "--file", str(stale))


def test_the_schema_is_served_as_json_and_yaml(schema):
    assert schema["openapi"].startswith("3.")
    answer = Client().get(f"{API}/schema/", headers={"Accept": "application/vnd.oai.openapi"})
    assert yaml.safe_load(answer.content)["paths"] == schema["paths"]


def test_the_contracts_addresses_are_all_there(schema):
    assert {
        f"{method.upper()} {path}"
        for path, methods in schema["paths"].items()
        for method in methods
        if method in {"get", "post"}
    } >= {
        "POST /api/v1/patients/",
        "GET /api/v1/patients/",
        "POST /api/v1/cases/",
        "GET /api/v1/cases/",
        "GET /api/v1/cases/{id}/",
        "POST /api/v1/cases/{id}/images/",
        "POST /api/v1/cases/{id}/submit/",
        "GET /api/v1/images/{id}/",
        "GET /api/v1/predictions/",
    }


# What only administrators do, and a token never administers.
SESSION_ONLY = {("post", "/api/v1/microscopes/"), ("patch", "/api/v1/microscopes/{id}/")}
# Who asks is told to everybody who has a token, and the addresses to everybody.
WITHOUT_SCOPE = {"/api/v1/me/": [[]], "/api/v1/": []}


def test_every_operation_names_its_scope_and_its_errors(schema):
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            scopes = [entry["oauth2"] for entry in operation.get("security", []) if "oauth2" in entry]
            if path in WITHOUT_SCOPE:
                assert scopes == WITHOUT_SCOPE[path]
                continue
            assert bool(scopes) is ((method, path) not in SESSION_ONLY), f"{method} {path}"
            assert all(scopes), f"{method} {path}"
            assert {"401", "403", "429"} <= set(operation["responses"]), f"{method} {path}"


def test_the_pages_load_only_our_own_files_and_run_nothing_inline(schema):
    answer = Client().get(f"{API}/docs/")
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "<style" not in html
    assert " style=" not in html
    for attributes, inside in re.findall(r"<script([^>]*)>(.*?)</script>", html, re.DOTALL):
        assert 'src="' in attributes
        assert not inside.strip()
    links = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert links
    for link in links:
        assert link.startswith("/"), link
        if link.startswith(settings.STATIC_URL):
            assert finders.find(link.removeprefix(settings.STATIC_URL)), link
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
