"""The audit trail over FHIR: for a laboratory's auditors and their clients, and for nobody else."""

import pytest

from audit.models import AuditEvent
from tests.contract.conftest import ALL_SCOPES
from tests.factories.orders import waiting_order

pytestmark = pytest.mark.django_db
BASE = "/fhir/r4/"


@pytest.fixture
def auditor(lis_of, central):
    """The client of the central laboratory's auditors."""
    return lis_of(central, "audit:read")


@pytest.fixture
def order(amina):
    return waiting_order(amina, "P-1")


def search(caller, query=None):
    answer = caller.http.get(f"{BASE}AuditEvent", query or {})
    assert answer.status_code == 200, answer.content
    return [one["resource"] for one in answer.json().get("entry", [])]


def test_an_event_says_who_did_what_to_which_record(auditor, lis, order):
    assert lis.http.get(f"{BASE}ServiceRequest/{order.pk}").status_code == 200
    newest = search(auditor, {"entity": f"ServiceRequest/{order.pk}"})[0]
    stored = AuditEvent.objects.get(pk=newest["id"])
    assert (newest["action"], newest["outcome"], newest["subtype"][0]["code"]) == ("R", "0", "read")
    who, server = newest["agent"]
    assert who["who"]["identifier"]["value"] == str(stored.actor_id)
    assert (who["requestor"], server["requestor"]) == (True, False)
    assert who["type"]["coding"][0]["code"] == "110153"
    patient, record, request = newest["entity"]
    assert patient["what"]["reference"] == f"Patient/{order.patient_id}"
    assert record["what"]["reference"] == f"ServiceRequest/{order.pk}"
    assert request["what"]["identifier"]["value"] == stored.request_id


def test_people_and_refusals_are_told_apart(auditor, lis_of, riverside, order):
    created = search(auditor, {"entity": str(order.pk)})[-1]
    assert (created["action"], created["agent"][0]["type"]["coding"][0]["code"]) == ("C", "humanuser")
    refused = lis_of(riverside, "cases:read")
    assert refused.http.get(f"{BASE}ServiceRequest").status_code == 403
    denied = [one for one in search(auditor) if one["outcome"] == "4"]
    assert denied
    assert denied[0]["outcomeDesc"]


@pytest.mark.parametrize("form", ["Practitioner/{}", "{}"])
def test_events_of_one_account(auditor, amina, pavel, order, form):
    assert search(auditor, {"agent": form.format(amina.pk)})
    assert not search(auditor, {"agent": form.format(order.pk)})


@pytest.mark.parametrize(("query", "some"), [({"date": "ge2020"}, True), ({"date": "lt2020-01-01"}, False)])
def test_events_of_a_time(auditor, order, query, some):
    assert bool(search(auditor, query)) is some


@pytest.mark.parametrize("entity", ["Patient/nobody", "Encounter/1", "nothing"])
def test_an_entity_that_is_none_finds_nothing(auditor, order, entity):
    assert search(auditor, {"entity": entity}) == []


def test_events_of_a_patient_and_one_by_its_number(auditor, order):
    found = search(auditor, {"entity": f"Patient/{order.patient_id}"})
    assert found
    answer = auditor.http.get(f"{BASE}AuditEvent/{found[0]['id']}")
    assert (answer.status_code, answer.json()["id"]) == (200, found[0]["id"])
    last = AuditEvent.objects.latest("id")
    assert (last.action, last.object_type, last.object_id) == ("view", "audit.auditevent", found[0]["id"])
    for number in ("999999999", "9" * 30):
        assert auditor.http.get(f"{BASE}AuditEvent/{number}").status_code == 404


def test_pages_lead_back_in_time(auditor, order):
    answer = auditor.http.get(f"{BASE}AuditEvent", {"_count": "1"}).json()
    links = {link["relation"]: link["url"] for link in answer["link"]}
    second = auditor.http.get(links["next"]).json()
    first, then = (int(one["entry"][0]["resource"]["id"]) for one in (answer, second))
    assert then < first


def test_nobody_else_reads_it(lis_of, session_of, riverside, northern, central, amina, pavel, ines, olga, order):
    known = AuditEvent.objects.filter(object_id=str(order.pk)).first().pk
    clinics = lis_of(riverside, "audit:read")
    assert search(clinics) == []
    assert clinics.http.get(f"{BASE}AuditEvent/{known}").status_code == 404
    others = search(lis_of(northern, "audit:read"))
    assert str(known) not in {one["id"] for one in others}
    assert lis_of(central, *ALL_SCOPES).http.get(f"{BASE}AuditEvent").status_code == 403
    for person, status in ((amina, 403), (pavel, 403), (ines, 200), (olga, 200)):
        assert session_of(person).http.get(f"{BASE}AuditEvent").status_code == status
