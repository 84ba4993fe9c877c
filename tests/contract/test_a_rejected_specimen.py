"""What a clinic's system is told of a rejected specimen, and how it sends another."""

import pytest

from cases.models import Case
from cases.services.rejections import reject_specimen
from integrations.services.feed import number_events
from tests.contract.conftest import API, problem_of
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.orders import waiting_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(riverside, amina):
    return CaseFactory(clinic=riverside, created_by=amina, ready=True)


def test_the_case_says_why(lis, pavel, case):
    assert lis.get(f"/cases/{case.pk}/").json()["rejection"] is None
    reject_specimen(actor=pavel, case=case, reasons=["missing_request_data", "too_old"], words="Which ward?")
    found = lis.get(f"/cases/{case.pk}/").json()
    assert found["state"] == "rejected"
    at = found["rejection"].pop("at")
    assert at.startswith(str(case.rejection.at.date()))
    assert found["rejection"] == {
        "reasons": ["missing_request_data", "too_old"],
        "sentence": "The request does not say what the laboratory has to know. The blood was too old when the smear was made.",
        "words": "Which ward?",
        "needs_new_blood": True,
        "order": None,
    }
    assert [row["id"] for row in lis.get("/cases/", {"state": "rejected"}).json()["results"]] == [str(case.pk)]


def test_another_specimen_is_sent_once_under_a_number_of_ones_own(lis, pavel, case):
    problem_of(lis.post(f"/cases/{case.pk}/send-again/", {}), 409)
    reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    answer = lis.post(f"/cases/{case.pk}/send-again/", {"accession_number": "TUBE-2"})
    assert answer.status_code == 201, answer.content
    again = answer.json()
    assert answer["Location"].endswith(f"{API}/cases/{again['id']}/")
    assert (again["resubmission_of"], again["accession_number"], again["state"]) == (str(case.pk), "TUBE-2", "draft")
    problem = problem_of(lis.post(f"/cases/{case.pk}/send-again/", {}), 409)
    assert (problem["type"].rpartition(":")[2], problem["case"]) == ("sent-again", again["id"])
    assert Case.objects.filter(resubmission_of=case).count() == 1


def test_a_waiting_order_leads_to_the_same(lis, amina, pavel):
    order = waiting_order(amina)
    body = {"patient": str(order.patient_id), "order": str(order.pk)}
    first = lis.post("/cases/", body).json()
    SmearImageFactory(case=Case.objects.get(pk=first["id"]))
    assert lis.post(f"/cases/{first['id']}/submit/", {}).status_code == 200
    reject_specimen(actor=pavel, case=Case.objects.get(pk=first["id"]), reasons=["clotted"])
    number_events()
    waiting = lis.get(f"/orders/{order.pk}/").json()
    assert (waiting["state"], waiting["case"]) == ("requested", None)
    again = lis.post("/cases/", body).json()
    assert (again["resubmission_of"], again["order"]) == (first["id"], str(order.pk))
    number_events()
    told = [event["type"] for event in lis.get("/events/").json()["results"]]
    assert [kind for kind in told if kind in {"order.received", "order.accepted", "case.rejected"}] == [
        "order.received",
        "order.accepted",
        "case.rejected",
        "order.accepted",
    ]
