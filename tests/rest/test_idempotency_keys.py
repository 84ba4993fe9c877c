"""A write repeated under its Idempotency-Key is done once."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from hematovision.errors import Conflict
from hematovision.rest.idempotency import (
    KEPT_FOR,
    BadKey,
    KeyUsedForAnotherRequest,
    once,
)
from hematovision.rest.models import StoredAnswer

pytestmark = pytest.mark.django_db


class Desk:
    """Counts how often it was asked to write."""

    def __init__(self):
        self.writes = 0

    def write(self):
        self.writes += 1
        return Response({"id": self.writes}, status=201, headers={"ETag": '"1"'})

    def refuse(self):
        self.writes += 1
        raise Conflict


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
    first = once(asked("k"), desk.write)
    again = once(asked("k", {"b": 2, "a": 1}), desk.write)
    assert desk.writes == 1
    assert (again.status_code, again.data) == (201, first.data)
    assert again["Idempotent-Replayed"] == "true"
    assert again["ETag"] == first["ETag"]


def test_without_a_key_each_request_is_done():
    desk = Desk()
    once(asked(None), desk.write)
    once(asked(None), desk.write)
    assert desk.writes == 2
    assert not StoredAnswer.objects.exists()


@pytest.mark.parametrize("other", [{"body": {"a": 2, "b": 2}}, {"path": "/api/v1/patients/"}], ids=["body", "address"])
def test_a_key_used_for_another_request_is_refused(other):
    desk = Desk()
    once(asked("k"), desk.write)
    with pytest.raises(KeyUsedForAnotherRequest) as refused:
        once(asked("k", **other), desk.write)
    assert refused.value.status_code == 422
    assert desk.writes == 1


def test_keys_of_two_callers_do_not_meet():
    desk = Desk()
    once(asked("k"), desk.write)
    once(asked("k", caller=uuid.uuid4()), desk.write)
    assert desk.writes == 2


def test_a_refused_write_leaves_its_key_free():
    desk = Desk()
    with pytest.raises(Conflict):
        once(asked("k"), desk.refuse)
    assert once(asked("k"), desk.write).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_key_is_printable_ascii_of_some_length(key):
    with pytest.raises(BadKey):
        once(asked(key), Desk().write)


def test_answers_are_forgotten_after_a_day():
    desk = Desk()
    once(asked("k"), desk.write)
    long_ago = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    StoredAnswer.objects.update(created_at=long_ago)
    once(asked("k"), desk.write)
    assert desk.writes == 2
