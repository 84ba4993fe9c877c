"""A case is created once, however often a client repeats the request."""

import pytest
from django.db import connection

from cases.models import Case
from tests.contract.conftest import problem_of
from tests.together import together


def order(patient):
    return {"patient": patient, "accession_number": "A-1", "priority": "urgent"}


@pytest.mark.django_db
def test_the_same_request_again_gets_the_same_case(lis):
    body = order(lis.new_patient()["id"])
    first = lis.post("/cases/", body, Idempotency_Key="order-1")
    again = lis.post("/cases/", body, Idempotency_Key="order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert again["ETag"] == first["ETag"]
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_the_key_with_another_body_is_refused(lis):
    body = order(lis.new_patient()["id"])
    lis.post("/cases/", body, Idempotency_Key="order-1")
    other = body | {"accession_number": "A-2"}
    problem = problem_of(lis.post("/cases/", other, Idempotency_Key="order-1"), 422)
    assert problem["type"].endswith("idempotency-key-reused")
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_request_is_corrected_under_its_key(lis):
    body = order(lis.new_patient()["id"])
    problem_of(lis.post("/cases/", body | {"priority": "now"}, Idempotency_Key="order-1"), 400)
    assert lis.post("/cases/", body, Idempotency_Key="order-1").status_code == 201


@pytest.mark.django_db
def test_a_malformed_key_is_refused(lis):
    problem_of(lis.post("/cases/", {}, Idempotency_Key="with space"), 400)


@pytest.mark.django_db(transaction=True)
def test_two_equal_requests_at_the_same_moment_make_one_case(lis):
    body = order(lis.new_patient()["id"])
    answers = together(*[lambda: lis.post("/cases/", body, Idempotency_Key="order-1")] * 2)
    connection.close()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Case.objects.count() == 1
