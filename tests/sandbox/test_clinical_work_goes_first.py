"""However many pictures are tried, a stat case waits for no more than the one that a worker has in hand."""

import json
import threading

import pytest
from django.urls import reverse

from cases.models import Priority
from cases.services.images import receive_image
from classifier.models import Analysis
from hematovision.celery import app, hint
from sandbox.models import TriedPicture
from sandbox.services import turns
from sandbox.services.waiting import ANSWER, RANK
from tests.factories.cases import CaseFactory
from tests.factories.smears import drawn_field

pytestmark = pytest.mark.django_db


@pytest.fixture
def inference():
    """The queue of the broker in use, empty, as a worker takes from it."""
    with app.connection_for_read() as broker:
        channel = broker.default_channel
        app.amqp.queues["inference"].bind(channel).declare()
        channel.queue_purge("inference")
        yield channel
        channel.queue_purge("inference")


def take_one(channel):
    """Take the next message and do what it asks for; returns the name of its task."""
    message = channel.basic_get("inference", no_ack=True)
    task = message.headers["task"]
    app.tasks[task](*json.loads(message.body)[0])
    return task


def test_two_hundred_pictures_delay_a_stat_case_by_no_more_than_one(
    student, send, active, amina, inference, django_capture_on_commit_callbacks
):
    send(student)
    one = TriedPicture.objects.get()
    TriedPicture.objects.bulk_create(
        TriedPicture(owner=one.owner, width=1, height=1, picture=one.picture.name, thumbnail=one.thumbnail.name)
        for _ in range(199)
    )
    for pk in TriedPicture.objects.values_list("pk", flat=True):
        hint(ANSWER, pk, rank=RANK)
    case = CaseFactory(clinic=amina.organisation, created_by=amina, priority=Priority.STAT)

    order = [take_one(inference)]
    with django_capture_on_commit_callbacks(execute=True):
        receive_image(actor=amina, case=case, upload=drawn_field(7))
    order += [take_one(inference) for _ in range(2)]

    assert order == [ANSWER, "classifier.tasks.analyse_image", ANSWER]
    assert Analysis.objects.get().state == "done"
    assert TriedPicture.objects.filter(state="done").count() == 2


@pytest.mark.parametrize("priority", [Priority.ROUTINE, Priority.URGENT])
def test_a_routine_image_comes_before_every_picture_as_well(
    active, amina, inference, priority, django_capture_on_commit_callbacks, student, send
):
    with django_capture_on_commit_callbacks(execute=True):
        send(student)
    case = CaseFactory(clinic=amina.organisation, created_by=amina, priority=priority)
    with django_capture_on_commit_callbacks(execute=True):
        receive_image(actor=amina, case=case, upload=drawn_field(7))
    assert [take_one(inference) for _ in range(2)] == ["classifier.tasks.analyse_image", ANSWER]


def test_one_picture_at_a_time_is_opened_by_the_web_process(student, send, tried, monkeypatch):
    """Only one place to decode is ever taken by pictures that are tried: a clinical upload finds the other."""
    monkeypatch.setattr(turns, "_WAIT_SECONDS", 0)
    overlay = reverse("sandbox:overlay", args=[tried.pk])
    with turns.turn():
        refused = [send(student), student.get(overlay)]
    assert [answer.status_code for answer in refused] == [503, 503]
    assert all("Many pictures are being tried at the moment." in answer.content.decode() for answer in refused)
    assert TriedPicture.objects.count() == 1
    assert student.get(overlay).status_code == 200


def test_few_requests_wait_for_that_turn(student, tried, monkeypatch):
    monkeypatch.setattr(turns, "_LINE", threading.BoundedSemaphore(1))
    with turns.turn():
        assert student.get(reverse("sandbox:overlay", args=[tried.pk])).status_code == 503
