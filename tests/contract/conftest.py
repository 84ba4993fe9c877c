"""Callers of the API: an API client with a token from the real token endpoint, a person with a session."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from PIL import Image

API = "/api/v1"
ALL_SCOPES = (
    "cases:read",
    "cases:write",
    "images:write",
    "patients:write",
    "predictions:read",
    "reports:read",
    "orders:read",
    "orders:write",
    "try:write",
)


class Caller:
    """Calls the API as one client or person and gives back Django's test response."""

    def __init__(self, http: Client) -> None:
        self.http = http

    def get(self, path: str, query: dict[str, str] | None = None, **headers: str) -> Any:
        return self.http.get(API + path, query or {}, headers=named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        text = b"" if body is None else json.dumps(body)
        return self.http.post(API + path, text, content_type="application/json", headers=named(headers))

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.http.patch(API + path, json.dumps(body), content_type="application/json", headers=named(headers))

    def put(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        """PUT JSON."""
        return self.http.put(f"{API}{path}", body, content_type="application/json", headers=headers)

    def delete(self, path: str) -> Any:
        """DELETE, without a body."""
        return self.http.delete(f"{API}{path}")

    def send(self, case_id: str, content: bytes, name: str = "field.png", **more: str) -> Any:
        """Send one file to a case as multipart."""
        upload = SimpleUploadedFile(name, content, content_type="application/octet-stream")
        return self.http.post(f"{API}/cases/{case_id}/images/", {"file": upload, **more})

    def new_patient(self, mrn: str = "4711", **other: Any) -> dict[str, Any]:
        """Register a patient and return the answer's body."""
        body = {
            "mrn": mrn,
            "family_name": "Okafor",
            "given_name": "Ada",
            "birth_date": "1980-02-29",
            "sex": "female",
        }
        response = self.post("/patients/", body | other)
        assert response.status_code == 201, response.content
        return response.json()

    def new_case(self, accession_number: str = "A-1", **other: Any) -> dict[str, Any]:
        """Create a case for a new patient (record number = accession number) and return its body."""
        patient = other.pop("patient", None) or self.new_patient(mrn=accession_number)["id"]
        body = {
            "patient": patient,
            "accession_number": accession_number,
            "priority": "routine",
            "stain": "giemsa",
            "clinical_question": "Left shift?",
        }
        response = self.post("/cases/", body | other)
        assert response.status_code == 201, response.content
        return response.json()


def named(headers: dict[str, str]) -> dict[str, str]:
    """Turn ``If_Match`` into ``If-Match``."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def picture(shade: int = 120, size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a small valid PNG; another shade gives other bytes."""
    file = io.BytesIO()
    Image.new("RGB", size, (shade, 100, 140)).save(file, "PNG")
    return file.getvalue()


def problem_of(response: Any, status: int) -> dict[str, Any]:
    """Assert that the answer is a problem document with this status; return it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail", "instance"} <= set(body)
    return body


def new_client(organisation: str, *scopes: str, name: str = "LIS") -> dict[str, str]:
    """Run `manage.py create_api_client` and return what it prints."""
    out = io.StringIO()
    arguments = [name, "--organisation", organisation]
    for scope in scopes:
        arguments += ["--scope", scope]
    call_command("create_api_client", *arguments, stdout=out)
    return json.loads(out.getvalue())


def token_of(client: dict[str, str], **form: str) -> Any:
    """Ask the token endpoint for a token by client credentials; return the response."""
    pair = f"{client['client_id']}:{client['client_secret']}".encode()
    basic = base64.b64encode(pair).decode()
    return Client().post(
        "/identity/o/api/token",
        {"grant_type": "client_credentials", **form},
        headers={"Authorization": f"Basic {basic}"},
    )


def bearer(token: str) -> Caller:
    """Return a caller that sends the token."""
    return Caller(Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False))


@pytest.fixture
def lis_of(db):
    """Return a function: an API client of an organisation with scopes, holding a real token."""

    def make(organisation, *scopes):
        made = new_client(organisation.slug, *(scopes or ALL_SCOPES), name=f"LIS {organisation.slug} {scopes}"[:90])
        answer = token_of(made)
        assert answer.status_code == 200, answer.content
        return bearer(answer.json()["access_token"])

    return make


@pytest.fixture
def session_of(db):
    """Return a function: a person's browser session calling the API."""

    def make(user):
        http = Client(raise_request_exception=False)
        http.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return Caller(http)

    return make


@pytest.fixture
def lis(lis_of, riverside):
    """riverside-clinic's LIS with every scope."""
    return lis_of(riverside)
