"""After a day a picture is gone, with its files; what a worker or the broker lost is found."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from cases.services.files import remove_unreferenced_files
from cases.storage import clinical_storage
from sandbox.models import HeatMap, TriedPicture
from sandbox.services.heat_maps import request_heat_map
from sandbox.tasks import draw_heat_map, sweep_tried_pictures

pytestmark = pytest.mark.django_db


def make_older(tried, **by):
    then = timezone.now() - timedelta(**by)
    TriedPicture.objects.filter(pk=tried.pk).update(created_at=then, expires_at=then + timedelta(hours=24))


def test_the_row_and_every_file_go(student, tried, django_capture_on_commit_callbacks):
    drawn = request_heat_map(tried=tried, number=1)
    draw_heat_map(str(drawn.pk))
    drawn.refresh_from_db()
    names = [tried.picture.name, tried.thumbnail.name, drawn.picture.name]
    make_older(tried, hours=23, minutes=59)
    sweep_tried_pictures()
    assert all(clinical_storage().exists(name) for name in names)

    make_older(tried, hours=24, minutes=1)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_tried_pictures()
        assert all(clinical_storage().exists(name) for name in names), "the row goes first"
    assert not TriedPicture.objects.exists()
    assert not HeatMap.objects.exists()
    assert not any(clinical_storage().exists(name) for name in names)


def test_a_file_that_never_got_its_row_goes_and_those_with_one_stay(student, tried, monkeypatch):
    drawn = request_heat_map(tried=tried, number=1)
    draw_heat_map(str(drawn.pk))
    drawn.refresh_from_db()
    kept = [tried.picture.name, tried.thumbnail.name, drawn.picture.name]
    stray = clinical_storage().save("tried/ab/cd/stray.jpg", ContentFile(b"of a killed process"))
    sweep_tried_pictures()
    assert clinical_storage().exists(stray), "its row may come yet"

    monkeypatch.setattr("sandbox.services.sweeping.STRAY_AFTER", timedelta(hours=-1))
    sweep_tried_pictures()
    assert clinical_storage().exists(stray), "the folder is walked once an hour"
    cache.clear()
    sweep_tried_pictures()
    assert not clinical_storage().exists(stray)
    assert all(clinical_storage().exists(name) for name in kept)


def test_an_administrator_removes_such_a_file_by_the_command_as_well(tried):
    stray = clinical_storage().save("tried/ab/cd/stray.jpg", ContentFile(b"of a killed process"))
    removed = remove_unreferenced_files(older_than=timedelta(hours=-1))
    assert stray in removed
    assert clinical_storage().exists(tried.picture.name)


def test_one_whose_day_is_over_is_gone_before_it_is_removed(student, tried):
    make_older(tried, hours=24, minutes=1)
    assert student.get(reverse("sandbox:result", args=[tried.pk])).status_code == 404
    assert student.get(reverse("api:tried_picture", args=[tried.pk])).status_code == 404


def test_what_a_worker_let_fall_waits_again_and_is_given_up_after_three(student, send):
    send(student)
    lost = TriedPicture.objects.all()
    lost.update(state="running", started_at=timezone.now() - timedelta(minutes=10), attempt=2)
    sweep_tried_pictures()
    assert lost.get().state == "waiting"
    lost.update(state="running", attempt=3)
    sweep_tried_pictures()
    assert lost.get().state == "failed"
    assert "given up" in lost.get().problem


def test_a_message_that_was_lost_is_sent_again(student, send, monkeypatch):
    sent = []
    monkeypatch.setattr(
        "sandbox.services.sweeping.hint", lambda task, key, rank: sent.append((task, key, rank)) or True
    )
    send(student)
    waiting = TriedPicture.objects.get()
    sweep_tried_pictures()
    assert sent == []
    make_older(waiting, minutes=3)
    sweep_tried_pictures()
    sweep_tried_pictures()
    assert sent == [("sandbox.tasks.answer_picture", waiting.pk, 9)]
