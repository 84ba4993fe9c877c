"""Orders of a laboratory system over FHIR: one transaction with the patient and the order, all of it or nothing."""

import json

import pytest

from audit.models import AuditEvent
from cases.models import Order, Patient
from cases.services.orders import cancel_order
from tests.contract.conftest import ALL_SCOPES
from tests.contract.fhir_orders import (
    BASE,
    MRN,
    PERSON,
    PLACER,
    STATE,
    bundle,
    issues_of,
    nothing_was_kept,
    placed,
    post,
    resource,
)

pytestmark = pytest.mark.django_db


def test_an_order_registers_its_patient_and_waits(lis):
    patient, blood, request = placed(lis, bundle())
    order = Order.objects.get()
    assert (order.state, order.received_by, order.priority) == ("requested", "fhir", "urgent")
    assert (order.placer_namespace, order.placer_number) == ("2.16.840.1.1", "P-1")
    assert (order.service_code, order.clinical_question) == ("DIFF", "Left shift? (D72.8)")
    assert (order.ordering_name, order.ordering_id) == ("Dr Ada", "D-7")
    assert (order.visit_number, order.location, order.specimen_id) == ("V-1", "Ward 3", "T-9")
    assert order.collected_at.isoformat() == "2026-05-04T05:30:00+00:00"
    assert (order.patient.mrn, order.patient.given_name, order.patient.born.isoformat()) == (
        "4711",
        "Ada May",
        "1980-02",
    )
    assert patient["status"] == request["status"] == "201 Created"
    assert (blood["status"], "location" in blood) == ("202 Accepted", False)
    for response in (patient, request):
        read = lis.http.get(response["location"])
        assert (read.status_code, read["ETag"]) == (200, response["etag"])


def test_the_same_order_again_is_the_order_that_was_received(lis):
    first = placed(lis, bundle())
    second = placed(lis, bundle())
    assert [one.get("location") for one in second] == [one.get("location") for one in first]
    assert [one["status"] for one in second] == ["200 OK", "202 Accepted", "200 OK"]
    assert (Patient.objects.count(), Order.objects.count()) == (1, 1)


@pytest.mark.parametrize("member", [{"priority": "stat"}, {"reasonCode": [{"text": "Blasts?"}]}])
def test_another_order_under_the_same_number_is_refused(lis, member):
    placed(lis, bundle())
    assert issues_of(post(lis, bundle(**member)), 409) == [("conflict", "")]
    assert Order.objects.get().priority == "urgent"


def test_an_order_that_is_wanted_only_where_there_is_none_leaves_the_first(lis):
    placed(lis, bundle())
    body = bundle(priority="stat")
    body["entry"][2]["request"]["ifNoneExist"] = f"identifier={PLACER}|P-1"
    assert placed(lis, body)[2]["status"] == "200 OK"
    assert Order.objects.get().priority == "urgent"


def test_a_placer_number_of_another_person_is_never_theirs(lis):
    placed(lis, bundle())
    body = bundle()
    body["entry"][2]["request"]["ifNoneExist"] = f"identifier={PLACER}|P-1"
    resource(body, "Patient")["identifier"][0]["value"] = "4712"
    body["entry"][0]["request"]["ifNoneExist"] = f"identifier={MRN}|4712"
    assert issues_of(post(lis, body), 409) == [("conflict", "")]
    assert Patient.objects.get().mrn == "4711"


def test_an_order_that_was_cancelled_is_still_the_same(lis, amina):
    first = placed(lis, bundle())
    cancel_order(actor=amina, order=Order.objects.get(), reason="Ordered twice.")
    assert placed(lis, bundle())[2]["location"] == first[2]["location"]
    assert Order.objects.get().state == "cancelled"


def test_a_known_patient_is_used_as_they_are(lis):
    lis.new_patient(mrn="4711", given_name="Adaeze")
    assert placed(lis, bundle())[0]["status"] == "200 OK"
    assert Patient.objects.get().given_name == "Adaeze"
    assert AuditEvent.objects.filter(action="search", object_type="cases.patient").latest("id").after["found"] == 1


def test_another_person_under_the_number_is_refused(lis):
    lis.new_patient(mrn="4711", family_name="Somebody", birth_date="1931-01-01")
    assert issues_of(post(lis, bundle()), 409) == [("conflict", "")]
    assert not Order.objects.exists()


def test_numbers_of_other_systems_are_kept_and_found(lis):
    body = bundle()
    resource(body, "Patient")["identifier"].append({"system": STATE, "value": "756.1"})
    placed(lis, body)
    body["entry"][0]["request"]["ifNoneExist"] = f"identifier={STATE}|756.1"
    assert placed(lis, body)[0]["status"] == "200 OK"
    found = lis.http.get(f"{BASE}Patient", {"identifier": f"{STATE}|756.1"}).json()
    assert len(found["entry"]) == 1


def test_several_patients_with_the_number_are_none(lis):
    for mrn in ("1", "2"):
        patient = lis.new_patient(mrn=mrn)["id"]
        tag = lis.get(f"/patients/{patient}/")["ETag"]
        numbers = [{"system": f"2.16.756.5.{mrn}", "value": "4711"}]
        assert lis.patch(f"/patients/{patient}/", {"numbers": numbers, "reason": "other", "note": "x"}, If_Match=tag)
    body = bundle()
    resource(body, "Patient")["identifier"] = [{"value": "4711"}]
    body["entry"][0]["request"]["ifNoneExist"] = "identifier=4711"
    assert issues_of(post(lis, body), 412) == [("conflict", "")]
    assert not Order.objects.exists()


def test_the_assigning_authority_of_the_clinic_numbers_its_patients(lis, riverside):
    riverside.hl7_authority = "RIV&1.2.3&ISO"
    riverside.save()
    body = bundle()
    resource(body, "Patient")["identifier"] = [{"system": "urn:oid:1.2.3", "value": "4711"}]
    body["entry"][0]["request"]["ifNoneExist"] = "identifier=urn:oid:1.2.3|4711"
    placed(lis, body)
    assert Patient.objects.get().mrn == "4711"
    assert placed(lis, body)[0]["status"] == "200 OK"


def test_a_laboratorys_client_names_the_clinic(lis_of, central, riverside, hilltop):
    acting = lis_of(central)
    assert issues_of(post(acting, bundle()), 422) == [("required", "Bundle.entry[0].resource.managingOrganization")]
    body = bundle()
    resource(body, "Patient")["managingOrganization"] = {"reference": f"Organization/{riverside.pk}"}
    placed(acting, body)
    assert (Order.objects.get().clinic, Order.objects.get().patient.organisation) == (riverside, riverside)
    resource(body, "Patient")["managingOrganization"] = {"identifier": {"value": "no-such-clinic"}}
    assert issues_of(post(acting, body), 422) == [("not-found", "Bundle.entry[0].resource.managingOrganization")]


def test_a_clinic_enters_nothing_for_another(lis, hilltop):
    body = bundle()
    resource(body, "Patient")["managingOrganization"] = {"reference": f"Organization/{hilltop.pk}"}
    assert issues_of(post(lis, body), 422) == [("value", "Bundle.entry[0].resource.managingOrganization")]
    assert nothing_was_kept()


def test_what_fails_at_the_end_leaves_nothing_of_the_beginning(lis):
    body = bundle(requester={"display": "Dr\tAda\x07"})
    assert issues_of(post(lis, body), 422) == [("business-rule", "")]
    assert nothing_was_kept()


def test_numbers_without_the_scope_leave_nothing_but_the_refusal(lis_of, riverside):
    caller = lis_of(riverside, "orders:write", "cases:write")
    body = bundle()
    resource(body, "Patient")["identifier"].append({"system": STATE, "value": "756.1"})
    assert issues_of(post(caller, body), 403) == [("forbidden", "")]
    assert nothing_was_kept()
    assert AuditEvent.objects.filter(outcome="denied").exists()


@pytest.mark.parametrize("scope", ["orders:write", "cases:write", "orders:read"])
def test_every_scope_is_needed(lis_of, riverside, scope):
    assert issues_of(post(lis_of(riverside, scope), bundle()), 403) == [("forbidden", "")]


def test_a_reference_may_be_the_end_of_an_address(lis):
    text = json.dumps(bundle()).replace(PERSON, "https://lis.example/fhir/Patient/12")
    body = json.loads(text)
    resource(body, "ServiceRequest")["subject"]["reference"] = "Patient/12"
    placed(lis, body)


def test_what_is_not_kept_is_said(lis):
    response = placed(lis, bundle(authoredOn="2026-05-04"))[2]
    assert "authoredOn" in response["outcome"]["issue"][0]["diagnostics"]


def test_people_place_orders_within_their_role(session_of, amina, ines, olga):
    assert post(session_of(amina), bundle()).status_code == 200
    assert issues_of(post(session_of(olga), bundle()), 403) == [("forbidden", "")]


def test_other_clinics_learn_nothing_of_a_number(lis, lis_of, hilltop):
    placed(lis, bundle())
    body = bundle()
    own = "urn:hematovision:mrn:hilltop-clinic"
    resource(body, "Patient")["identifier"] = [{"system": own, "value": "4711"}]
    body["entry"][0]["request"]["ifNoneExist"] = f"identifier={own}|4711"
    answer = post(lis_of(hilltop, *ALL_SCOPES), body)
    assert issues_of(answer, 409) == [("conflict", "")]
    assert str(Order.objects.get().pk) not in answer.content.decode()
    assert Patient.objects.count() == 1
