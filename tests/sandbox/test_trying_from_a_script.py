"""The same over the API, for programs with a scope of its own and for people in their session."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.sandbox.conftest import answered

pytestmark = pytest.mark.django_db


def program(token):
    return Client(headers={"Authorization": f"Bearer {token}"})


def post(http, content, **fields):
    file = SimpleUploadedFile("field.png", content)
    return http.post(reverse("api:try"), {"file": file, "confirmed": "true", **fields})


def test_a_program_sends_a_picture_and_reads_its_cells(token_for, central, field, active):
    http = program(token_for(central, "try:write"))
    sent = post(http, field)
    assert sent.status_code == 201
    assert sent.json()["state"] == "waiting"
    answered()
    told = http.get(sent["Location"]).json()
    assert (told["state"], told["notice"], told["model"]) == ("done", "For learning. Not a diagnosis.", str(active))
    assert [cell["number"] for cell in told["cells"]] == list(range(1, len(told["cells"]) + 1))
    assert set(told["cells"][0]["probabilities"]) >= {"neutrophil", "lymphocyte"}
    assert sum(told["counts"].values()) == len(told["cells"])


def test_another_scope_opens_nothing(token_for, central, field):
    assert post(program(token_for(central, "cases:read", "predictions:read")), field).status_code == 403


def test_what_is_wrong_is_said_in_a_problem_document(student, field):
    assert post(student, b"text").json()["type"].endswith("unsupported-media")
    unconfirmed = post(student, field, confirmed="false")
    assert (unconfirmed.status_code, unconfirmed.json()["type"]) == (422, "urn:hematovision:problem:not-confirmed")
    assert post(student, field, um_per_px="900").status_code == 400
