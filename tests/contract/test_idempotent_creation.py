"""A case is created once, however often a client repeats the request."""

import pytest
from django.db import connection

from audit.models import AuditEvent
from cases.models import Case, Patient
from cases.services.restrictions import restrict_patient
from hematovision.rest.problems import NOT_FOUND
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


def restricted(caller, case, ines):
    """Cancel a case and restrict its patient, as after a request for erasure."""
    assert caller.post(f"/cases/{case.pk}/cancel/", {"reason": "Nobody waits for it."}).status_code == 200
    restrict_patient(actor=ines, patient=Patient.objects.get(pk=case.patient_id), reason="They asked for erasure.")


@pytest.mark.django_db
def test_a_restricted_patient_is_not_in_a_second_answer(lis, ines):
    body = order(lis.new_patient()["id"])
    lis.post("/cases/", body, Idempotency_Key="order-1")
    restricted(lis, Case.objects.get(), ines)
    problem = problem_of(lis.post("/cases/", body, Idempotency_Key="order-1"), 404)
    unknown = problem_of(lis.get("/cases/00000000-0000-0000-0000-000000000000/"), 404)
    assert problem["detail"] == unknown["detail"] == NOT_FOUND
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_nor_in_one_to_who_sees_restricted_patients(session_of, ines):
    administrator = session_of(ines)
    body = order(administrator.new_patient()["id"])
    administrator.post("/cases/", body, Idempotency_Key="order-1")
    case = Case.objects.get()
    restricted(administrator, case, ines)
    assert administrator.get(f"/cases/{case.pk}/").status_code == 200
    problem_of(administrator.post("/cases/", body, Idempotency_Key="order-1"), 404)


@pytest.mark.django_db
def test_a_restricted_patients_order_is_not_answered_again(lis, ines):
    patient = lis.new_patient()["id"]
    body = {"patient": patient, "placer_number": "P-1", "visit_number": "V-99"}
    placed = lis.post("/orders/", body, Idempotency_Key="order-1").json()
    lis.post(f"/orders/{placed['id']}/cancel/", {"reason": "Ordered twice."})
    assert lis.post("/orders/", body, Idempotency_Key="order-1").status_code == 201
    restrict_patient(actor=ines, patient=Patient.objects.get(pk=patient), reason="They asked for erasure.")
    assert problem_of(lis.post("/orders/", body, Idempotency_Key="order-1"), 404)["detail"] == NOT_FOUND


@pytest.mark.django_db
def test_a_second_answer_is_a_view_in_the_audit_trail(lis):
    body = order(lis.new_patient()["id"])
    lis.post("/cases/", body, Idempotency_Key="order-1")
    lis.post("/cases/", body, Idempotency_Key="order-1")
    view = AuditEvent.objects.get(action="view", object_type="cases.case")
    assert (view.after, view.object_id) == ({"what": "second answer"}, str(Case.objects.get().pk))


@pytest.mark.django_db(transaction=True)
def test_two_equal_requests_at_the_same_moment_make_one_case(lis):
    body = order(lis.new_patient()["id"])
    answers = together(*[lambda: lis.post("/cases/", body, Idempotency_Key="order-1")] * 2)
    connection.close()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Case.objects.count() == 1
