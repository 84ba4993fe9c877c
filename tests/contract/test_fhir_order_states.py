"""What becomes of an order over FHIR: it is revoked by whoever placed it, and its Task says how it stands."""

import json

import pytest

from cases.models import Order
from cases.services.cases import submit_case
from cases.services.orders import open_case_of_order, reject_order
from cases.services.rejections import reject_specimen, send_again
from cases.states import CaseState
from tests.contract.conftest import ALL_SCOPES
from tests.factories.cases import SmearImageFactory
from tests.factories.orders import waiting_order
from tests.factories.specimens import specimen

pytestmark = pytest.mark.django_db
BASE = "/fhir/r4/"
WHY = "http://hl7.org/fhir/StructureDefinition/request-statusReason"
REASON = [{"url": WHY, "valueCodeableConcept": {"text": "Ordered twice."}}]


@pytest.fixture
def order(amina):
    return waiting_order(amina, "P-1", clinical_question="Left shift?", location="Ward 3", visit_number="V-1")


def read(caller, path, query=None):
    answer = caller.http.get(BASE + path, query or {})
    assert answer.status_code == 200, answer.content
    return answer.json()


def put(caller, order, body, **headers):
    return send(caller.http.put, order, body, "application/fhir+json", headers)


def patch(caller, order, body, **headers):
    return send(caller.http.patch, order, body, "application/json-patch+json", headers)


def send(method, order, body, content_type, headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return method(f"{BASE}ServiceRequest/{order.pk}", json.dumps(body), content_type=content_type, headers=named)


def revoked(caller, order, **members):
    return read(caller, f"ServiceRequest/{order.pk}") | {"status": "revoked", "extension": REASON} | members


def issue_of(answer, status):
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    return body["issue"][0]


def test_an_order_sent_back_revoked_is_cancelled_with_its_reason(lis, order):
    answer = put(lis, order, revoked(lis, order))
    assert answer.status_code == 200, answer.content
    order.refresh_from_db()
    assert (order.state, order.transitions.last().reason) == ("cancelled", "Ordered twice.")
    now = lis.http.get(f"{BASE}ServiceRequest/{order.pk}")
    assert now["ETag"] == answer["ETag"]
    assert (now.json()["status"], now.json()["extension"]) == ("revoked", REASON)
    assert issue_of(put(lis, order, revoked(lis, order)), 409)["code"] == "conflict"


@pytest.mark.parametrize("path", ["/extension", "/extension/-"])
def test_a_patch_revokes_it_too(lis, order, path):
    value = REASON if path == "/extension" else REASON[0]
    operations = [
        {"op": "test", "path": "/status", "value": "active"},
        {"op": "replace", "path": "/status", "value": "revoked"},
        {"op": "add", "path": path, "value": value},
    ]
    answer = patch(lis, order, operations)
    if path == "/extension/-":
        assert issue_of(answer, 422)["code"] == "value"
        return
    assert (answer.status_code, answer.json()["status"]) == (200, "revoked")


def test_only_the_version_that_was_read_is_revoked(lis, order):
    body = revoked(lis, order)
    tag = lis.http.get(f"{BASE}ServiceRequest/{order.pk}")["ETag"]
    assert lis.patch(f"/orders/{order.pk}/", {"priority": "stat"}).status_code == 200
    assert issue_of(put(lis, order, body, If_Match=tag), 412)["code"] == "conflict"
    assert issue_of(put(lis, order, body), 422)["expression"] == ["ServiceRequest.priority"]
    tag = lis.http.get(f"{BASE}ServiceRequest/{order.pk}")["ETag"]
    assert put(lis, order, revoked(lis, order), If_Match=tag).status_code == 200


@pytest.mark.parametrize(
    ("members", "code", "where"),
    [
        ({"status": "active"}, "code-invalid", "ServiceRequest.status"),
        ({"priority": "stat"}, "business-rule", "ServiceRequest.priority"),
        ({"note": [{"text": "x"}]}, "business-rule", "ServiceRequest.note"),
        ({"id": "another"}, "business-rule", "ServiceRequest.id"),
        ({"extension": [{"url": "urn:other"}]}, "structure", "ServiceRequest.extension[0].url"),
        ({"extension": [{"url": WHY, "valueCodeableConcept": {"coding": [{"code": "X"}]}}]}, "required", "ServiceRequest.extension"),
    ],
)  # fmt: skip
def test_nothing_else_of_it_changes(lis, order, members, code, where):
    issue = issue_of(put(lis, order, revoked(lis, order, **members)), 422)
    assert (issue["code"], issue["expression"]) == (code, [where])
    order.refresh_from_db()
    assert order.state == "requested"


@pytest.mark.parametrize(
    "operations",
    [{}, [], [{"op": "remove", "path": "/status"}], [{"op": "replace", "path": "/subject/reference", "value": "x"}],
     [{"op": "test", "path": "/status", "value": "draft"}], [{"op": "replace", "path": "/status", "value": "revoked"}]],
)  # fmt: skip
def test_a_patch_of_anything_else_is_refused(lis, order, operations):
    assert patch(lis, order, operations).status_code == 422
    order.refresh_from_db()
    assert order.state == "requested"


def test_an_order_under_review_is_not_revoked_by_a_program(lis, amina, pavel):
    made = specimen(by=amina, state=CaseState.IN_REVIEW, number=1, version=None, owner=pavel)
    order = waiting_order(amina, "P-1", patient=made.patient)
    Order.objects.filter(pk=order.pk).update(case=made.case, state="in_progress")
    assert issue_of(put(lis, order, revoked(lis, order)), 409)["code"] == "conflict"
    order.refresh_from_db()
    assert order.state == "in_progress"


def test_an_order_of_another_clinic_is_not_there(lis_of, hilltop, order):
    assert issue_of(put(lis_of(hilltop, *ALL_SCOPES), order, {}), 404)["code"] == "not-found"


def test_a_task_follows_its_order(lis, amina, pavel, order):
    found = read(lis, f"Task/{order.pk}")
    assert (found["status"], found["businessStatus"]["text"], found["intent"]) == ("requested", "Waiting", "order")
    assert found["focus"] == {"reference": f"ServiceRequest/{order.pk}"}
    case = open_case_of_order(actor=amina, order=order, accession_number="A-1").case
    found = read(lis, f"Task/{order.pk}")
    assert (found["status"], found["businessStatus"]["text"], "output" in found) == ("accepted", "Draft", False)
    Order.objects.filter(pk=order.pk).update(state="completed")
    assert read(lis, f"Task/{order.pk}")["output"][0]["valueReference"]["reference"] == f"DiagnosticReport/{case.pk}"


def test_a_task_says_why_an_order_was_rejected(lis, pavel, order):
    reject_order(actor=pavel, order=order, reason_code="clotted")
    found = read(lis, f"Task/{order.pk}")
    assert (found["status"], found["statusReason"]["text"]) == ("rejected", "The blood was clotted.")
    assert [one["code"] for one in found["statusReason"]["coding"]] == ["RC", "clotted"]
    assert read(lis, f"ServiceRequest/{order.pk}")["status"] == "revoked"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "requested"}, 1),
        ({"status": "in-progress,completed"}, 0),
        ({"identifier": "P-1"}, 1),
        ({"authored-on": "ge2020"}, 1),
        ({"_lastUpdated": "lt2020"}, 0),
        ({"_sort": "-_lastUpdated"}, 1),
    ],
)
def test_tasks_are_searched(lis, order, query, count):
    assert len(read(lis, "Task", query).get("entry", [])) == count


def test_a_task_is_found_by_its_order_and_its_patient(lis, amina, order):
    waiting_order(amina, "P-2")
    for query in (
        {"based-on": f"ServiceRequest/{order.pk}"}, {"focus": f"ServiceRequest/{order.pk}"}, {"_id": str(order.pk)},
        {"patient": f"Patient/{order.patient_id}"},
    ):  # fmt: skip
        assert [one["resource"]["id"] for one in read(lis, "Task", query)["entry"]] == [str(order.pk)]


def test_a_ward_and_a_visit_are_read_back(lis, order):
    found = read(lis, f"ServiceRequest/{order.pk}")
    assert found["locationReference"] == [{"display": "Ward 3"}]
    assert found["encounter"]["identifier"]["value"] == "V-1"


def test_a_rejected_specimen_is_unsatisfactory_and_its_order_waits_for_another(lis, amina, pavel, order):
    case = open_case_of_order(actor=amina, order=order, accession_number="A-1").case
    SmearImageFactory(case=case)
    submit_case(actor=amina, case=case)
    reject_specimen(actor=pavel, case=case, reasons=["clotted", "identity_mismatch"], words="4711, not 4712.")
    found = read(lis, f"Specimen/{case.pk}")
    assert (found["status"], found["note"]) == ("unsatisfactory", [{"text": "4711, not 4712."}])
    assert [[one["code"] for one in each["coding"]] for each in found["condition"]] == [
        ["identity_mismatch"], ["CLOT", "clotted"],
    ]  # fmt: skip
    assert found["request"] == [{"reference": f"ServiceRequest/{order.pk}"}]
    assert read(lis, "Specimen", {"_id": str(case.pk)})["entry"][0]["resource"] == found
    waiting = read(lis, f"Task/{order.pk}")
    assert (waiting["status"], waiting["businessStatus"]["text"]) == ("requested", "Waiting for another specimen")
    assert [one["code"] for one in waiting["statusReason"]["coding"]] == ["RI", "RC", "identity_mismatch", "clotted"]
    assert waiting["statusReason"]["text"].endswith("4711, not 4712.")
    assert read(lis, "Task", {"_id": str(order.pk)})["entry"][0]["resource"] == waiting
    assert read(lis, f"ServiceRequest/{order.pk}")["status"] == "active"
    again = send_again(actor=amina, case=case)
    taken_up = read(lis, f"Task/{order.pk}")
    assert (taken_up["status"], "statusReason" in taken_up) == ("accepted", False)
    assert read(lis, f"Specimen/{again.pk}")["request"] == found["request"]
