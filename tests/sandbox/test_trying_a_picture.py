"""A student sends a picture and sees what the model says of every cell."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEvent
from cases.models import Case, Cell, SmearImage
from classifier.models import Analysis, Prediction
from sandbox.models import TriedPicture
from tests.sandbox.conftest import answered

pytestmark = pytest.mark.django_db


def test_a_picture_is_sent_followed_and_answered(student, send, sami, active):
    sent = send(student)
    tried = TriedPicture.objects.get()
    page = reverse("sandbox:result", args=[tried.pk])
    assert (sent.status_code, sent["Location"]) == (302, page)
    assert tried.owner == sami

    waiting = student.get(page).content.decode()
    assert "Waiting for a worker" in waiting
    assert 'http-equiv="refresh"' in waiting, "without scripts the page asks again by itself"
    assert "HX-Refresh" not in student.get(reverse("sandbox:live", args=[tried.pk])).headers

    answered()
    assert student.get(reverse("sandbox:live", args=[tried.pk])).headers["HX-Refresh"] == "true"
    shown = student.get(page).content.decode()
    tried.refresh_from_db()
    assert tried.cells
    assert shown.count('class="try-box ') == len(tried.cells)
    assert shown.count("<caption") == len(tried.cells), "each cell has a table of all probabilities"
    assert "For learning. Not a diagnosis." in shown
    assert str(active) in shown
    assert "Try another" in shown
    assert "Cells as CSV" in shown


def test_nothing_of_it_enters_the_record(tried):
    assert tried.state == "done"
    for table in (Case, SmearImage, Cell, Analysis, Prediction):
        assert not table.objects.exists(), table
    assert not AuditEvent.objects.filter(object_type__startswith="sandbox").exists()


def test_several_pictures_lead_to_the_list(student, send, field, active):
    sent = send(student, field, field)
    assert sent["Location"] == f"{reverse('sandbox:try')}#yours"
    answered()
    listed = student.get(reverse("sandbox:try")).content.decode()
    assert listed.count('class="try-one"') == 2
    assert "2 pictures were sent." in listed


def test_a_script_is_told_the_address(student, send, field):
    sent = student.post(
        reverse("sandbox:try"),
        {"confirmed": "on", "photo": SimpleUploadedFile("photo.png", field)},
        headers={"Accept": "application/json"},
    )
    assert sent.json() == {"address": reverse("sandbox:result", args=[TriedPicture.objects.get().pk])}


def test_the_tick_is_asked_for_every_time(student, send):
    refused = send(student, confirmed=False)
    assert refused.status_code == 422
    assert "Tick that the picture shows no patient" in refused.content.decode()
    assert not TriedPicture.objects.exists()


def test_two_workers_answer_once(student, send, active):
    send(student)
    first = answered()
    answered()
    first.refresh_from_db()
    assert (first.state, first.attempt) == ("done", 1)


def test_the_pages_ask_as_often_for_many_pictures_as_for_few(student, tried, send):
    def asked(page):
        with CaptureQueriesContext(connection) as captured:
            assert student.get(page).status_code == 200
        return len(captured)

    listed, shown = reverse("sandbox:try"), reverse("sandbox:result", args=[tried.pk])
    few = asked(listed), asked(shown)
    for _ in range(3):
        send(student)
        answered()
    assert (asked(listed), asked(shown)) == few
    assert max(few) <= 14


def test_without_a_model_the_page_says_so(student, send, db):
    send(student)
    failed = answered()
    assert failed.state == "failed"
    assert "No model is in use" in student.get(reverse("sandbox:result", args=[failed.pk])).content.decode()
