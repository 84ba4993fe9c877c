"""A body that is too long is refused by what the request says of it, before anybody signs in and before it is read."""

from __future__ import annotations

import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from hematovision.bodies import most_bytes
from reports.selectors.lookup import MOST_BYTES

HUGE = 300 * 1024 * 1024
CASE = uuid.UUID(int=9)

pytestmark = pytest.mark.django_db

ANONYMOUS = [
    "/identity/o/api/token",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/verify/",
    "/admin/login/",
    "/api/v1/patients/",
    f"/api/v1/cases/{CASE}/images/",
    f"/cases/{CASE}/images/",
    "/nowhere/",
]


class Unread(io.BytesIO):
    """A body nobody may ask for."""

    def read(self, *size):
        raise AssertionError("The body was read.")


def sent(path, *, accept="text/html", **extra):
    stated = {"CONTENT_LENGTH": str(HUGE), "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Unread()}
    http = Client()
    http.handler.enforce_csrf_checks = True
    return http.generic("POST", path, headers={"accept": accept}, **{**stated, **extra})


@pytest.mark.parametrize("path", ANONYMOUS)
def test_a_huge_body_is_refused_unread(path):
    response = sent(path)
    assert response.status_code == 413
    assert b"up to" in response.content or b"less than" in response.content


def test_a_body_of_unknown_length_is_refused_unread():
    response = sent("/api/v1/patients/", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert response.status_code == 411
    assert response.json()["type"] == "urn:hematovision:problem:length-required"


def test_the_api_answers_with_a_problem_and_the_limit(settings):
    body = sent("/api/v1/patients/").json()
    assert body["type"] == "urn:hematovision:problem:too-large"
    assert body["max_bytes"] == settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_a_script_of_a_page_is_given_the_sentence(settings):
    settings.UPLOAD_MAX_BYTES = 50 * 1024 * 1024
    answer = sent(f"/cases/{CASE}/images/", accept="application/json").json()
    assert answer["sentence"] == "A file may be up to 50 MB. Send several files one by one."


def test_a_person_is_given_a_page_with_a_way_back():
    assert b'href="/"' in sent("/accounts/login/").content


def test_a_length_that_is_no_number_is_refused_unread():
    assert sent("/api/v1/patients/", CONTENT_LENGTH="many").status_code == 400


def test_the_addresses_that_take_files_take_a_file(settings):
    images = [reverse("api:case_images", args=[CASE]), reverse("workbench:add_images", args=[CASE])]
    assert all(most_bytes(path) >= settings.UPLOAD_MAX_BYTES for path in images)
    assert most_bytes(reverse("reports:verify")) >= MOST_BYTES
    assert most_bytes(reverse("workbench:case", args=[CASE])) < MOST_BYTES
