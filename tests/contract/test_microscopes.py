"""Microscopes over the API: read by who sees the images, written by administrators in a session."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from microscopes.models import Microscope
from tests.contract.conftest import API, picture, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window", typed_um_per_px=0.07)


def test_a_client_reads_the_microscopes_of_its_organisation(lis, window, northern):
    Microscope.objects.create(organisation=northern, name="Far")

    (listed,) = lis.get("/microscopes/").json()["results"]
    one = lis.get(f"/microscopes/{window.pk}/").json()

    assert listed == one
    assert (one["name"], one["organisation"], one["um_per_px"]) == ("By the window", "riverside-clinic", 0.07)


def test_a_client_adds_none(lis):
    problem_of(lis.post("/microscopes/", {"organisation": "riverside-clinic", "name": "New"}), 403)
    assert not Microscope.objects.exists()


def test_an_administrator_adds_changes_and_retires_one(session_of, ines, riverside):
    caller = session_of(ines)

    added = caller.post("/microscopes/", {"organisation": "riverside-clinic", "name": "New", "objective": 50})
    assert added.status_code == 201
    address = f"/microscopes/{added.json()['id']}/"
    assert added["Location"].endswith(f"{API}{address}")
    changed = caller.patch(address, {"typed_um_per_px": 0.08, "is_active": False}, If_Match=added["ETag"])
    assert changed.status_code == 200
    assert (changed.json()["um_per_px"], changed.json()["is_active"]) == (0.08, False)
    problem_of(caller.patch(address, {"name": "Newer"}, If_Match=added["ETag"]), 412)


def test_a_name_twice_is_refused(session_of, ines, window):
    answer = session_of(ines).post("/microscopes/", {"organisation": "riverside-clinic", "name": "By the window"})
    assert problem_of(answer, 409)["type"].endswith("duplicate-name")


@pytest.mark.parametrize("wrong", [{"objective": 0}, {"typed_um_per_px": "wide"}, {"stain": "ink"}, {"name": ""}])
def test_impossible_values_are_refused_by_field(session_of, ines, window, wrong):
    answer = session_of(ines).patch(f"/microscopes/{window.pk}/", wrong)
    assert next(iter(wrong)) in str(problem_of(answer, 400))


def test_an_image_says_what_it_was_taken_with(lis, window, riverside):
    case = lis.new_case()
    Microscope.objects.create(organisation=riverside, name="By the door")

    unnamed = lis.send(case["id"], picture(1)).json()
    body = {"file": upload_of(picture(2)), "microscope": str(window.pk)}
    named = lis.http.post(f"{API}/cases/{case['id']}/images/", body).json()

    assert (unnamed["microscope"], unnamed["microscope_source"], unnamed["camera"]) == (None, "", "")
    assert (named["microscope"], named["microscope_source"]) == (str(window.pk), "chosen")
    assert lis.get(f"/images/{named['id']}/").json()["microscope"] == str(window.pk)


def test_a_foreign_microscope_is_refused(lis, lakeside):
    case = lis.new_case()
    far = Microscope.objects.create(organisation=lakeside, name="Far")
    body = {"file": upload_of(picture(2)), "microscope": str(far.pk)}

    answer = lis.http.post(f"{API}/cases/{case['id']}/images/", body)

    assert problem_of(answer, 422)["type"].endswith("no-such-microscope")
    assert lis.get(f"/cases/{case['id']}/images/").json()["results"] == []


def upload_of(content):
    return SimpleUploadedFile("field.png", content, content_type="image/png")
