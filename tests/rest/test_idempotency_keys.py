"""A write repeated under its Idempotency-Key is done once, and its answer is kept as ciphertext for a day."""

import uuid
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as all_settings
from django.core.management import call_command
from django.db import connection
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from hematovision.celery import app
from hematovision.errors import Conflict
from hematovision.rest.idempotency import (
    KEPT_FOR,
    BadKey,
    KeyUsedForAnotherRequest,
    fingerprint,
    forget_answers_about,
    once,
)
from hematovision.rest.models import StoredAnswer
from hematovision.rest.tasks import forget_stored_answers

pytestmark = pytest.mark.django_db


class Desk:
    """Counts how often it was asked to write."""

    def __init__(self):
        self.writes = 0
        self.read = []

    def write(self):
        self.writes += 1
        made = {"id": uuid.uuid4(), "clinical_question": "Has Ada Okafor a lymphoma?"}
        return Response(made, status=201, headers={"ETag": '"1"'})

    def refuse(self):
        self.writes += 1
        raise Conflict

    def allow_again(self, pk):
        self.read.append(pk)

    def hide(self, pk):
        raise Http404


def again_at(desk, request, write=None):
    return once(request, write or desk.write, desk.allow_again)


def asked(key, body=None, caller=None, path="/api/v1/cases/"):
    from rest_framework.parsers import JSONParser

    headers = {} if key is None else {"Idempotency-Key": key}
    plain = APIRequestFactory().post(path, body or {"a": 1, "b": 2}, format="json", headers=headers)
    request = Request(plain, parsers=[JSONParser()])
    request.user = SimpleNamespace(pk=caller or CALLER, is_active=True, is_authenticated=True)
    return request


CALLER = uuid.uuid4()


def test_the_same_request_again_gets_the_stored_answer():
    desk = Desk()
    first = again_at(desk, asked("k"))
    again = again_at(desk, asked("k", {"b": 2, "a": 1}))
    assert desk.writes == 1
    assert (again.status_code, again.data) == (201, first.data | {"id": str(first.data["id"])})
    assert desk.read == [first.data["id"]]
    assert again["Idempotent-Replayed"] == "true"
    assert again["ETag"] == first["ETag"]


def test_without_a_key_each_request_is_done():
    desk = Desk()
    again_at(desk, asked(None))
    again_at(desk, asked(None))
    assert desk.writes == 2
    assert not StoredAnswer.objects.exists()


@pytest.mark.parametrize("other", [{"body": {"a": 2, "b": 2}}, {"path": "/api/v1/patients/"}], ids=["body", "address"])
def test_a_key_used_for_another_request_is_refused(other):
    desk = Desk()
    again_at(desk, asked("k"))
    with pytest.raises(KeyUsedForAnotherRequest) as refused:
        again_at(desk, asked("k", **other))
    assert refused.value.status_code == 422
    assert desk.writes == 1


def test_keys_of_two_callers_do_not_meet():
    desk = Desk()
    again_at(desk, asked("k"))
    again_at(desk, asked("k", caller=uuid.uuid4()))
    assert desk.writes == 2


def test_a_refused_write_leaves_its_key_free():
    desk = Desk()
    with pytest.raises(Conflict):
        again_at(desk, asked("k"), desk.refuse)
    assert again_at(desk, asked("k")).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_key_is_printable_ascii_of_some_length(key):
    with pytest.raises(BadKey):
        again_at(Desk(), asked(key))


def grow_old():
    StoredAnswer.objects.update(created_at=timezone.now() - KEPT_FOR - timedelta(minutes=1))


def test_a_key_is_free_again_after_a_day():
    desk = Desk()
    again_at(desk, asked("k"))
    grow_old()
    again_at(desk, asked("k"))
    assert desk.writes == 2


def test_answers_are_deleted_after_a_day_though_nobody_asks():
    again_at(Desk(), asked("old"))
    grow_old()
    again_at(Desk(), asked("new"))
    assert StoredAnswer.objects.count() == 2
    assert forget_stored_answers.name in {entry["task"] for entry in app.conf.beat_schedule.values()}
    forget_stored_answers()
    assert StoredAnswer.objects.get().key == "new"


def test_nobody_gets_again_what_they_may_not_read_any_more():
    desk = Desk()
    again_at(desk, asked("k"))
    with pytest.raises(Http404):
        once(asked("k"), desk.write, desk.hide)
    assert desk.writes == 1


def test_an_answer_is_ciphertext_in_the_database():
    again_at(Desk(), asked("k", {"visit_number": "V-99"}))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM rest_storedanswer")
        row = repr(cursor.fetchall())
    assert "Okafor" not in row
    assert "V-99" not in row


def test_answers_move_to_a_new_field_key(settings):
    desk = Desk()
    again_at(desk, asked("k"))
    new = Fernet.generate_key().decode()
    settings.HEMATOVISION_FIELD_KEYS = [new, *all_settings.HEMATOVISION_FIELD_KEYS]
    call_command("rotate_field_keys", verbosity=0)
    settings.HEMATOVISION_FIELD_KEYS = [new]
    assert again_at(desk, asked("k")).data["clinical_question"] == "Has Ada Okafor a lymphoma?"
    assert desk.writes == 1


def test_answers_about_one_object_are_deleted():
    desk = Desk()
    gone = again_at(desk, asked("gone")).data["id"]
    again_at(desk, asked("stays"))
    assert forget_answers_about([gone]) == 1
    assert StoredAnswer.objects.get().key == "stays"


def test_answers_from_before_are_sealed_by_the_update():
    """As the rows were: what was asked and answered in columns of their own."""
    desk, request, pk = Desk(), asked("k"), uuid.uuid4()
    StoredAnswer.objects.create(caller_id=CALLER, key="k")
    before = SimpleNamespace(
        fingerprint=fingerprint(request), status=201, body={"id": str(pk)}, headers={"ETag": '"1"'}
    )

    def save(update_fields):
        StoredAnswer.objects.update(**{name: getattr(before, name) for name in update_fields})

    before.save = save
    old = SimpleNamespace(objects=SimpleNamespace(all=lambda: [before]))
    import_module("hematovision.rest.migrations.0002_answers_are_sealed").seal(
        SimpleNamespace(get_model=lambda *_: old), None
    )
    again = again_at(desk, request)
    assert (again.status_code, again.data, again["ETag"], desk.writes) == (201, {"id": str(pk)}, '"1"', 0)
    assert desk.read == [pk]
