"""A laboratory's client enters patients and cases for the clinics that refer to it, and names the clinic each time."""

import pytest

from cases.models import Case, Patient
from tests.contract.conftest import picture, problem_of

pytestmark = pytest.mark.django_db

PERSON = {"mrn": "4711", "family_name": "Okafor", "given_name": "Ada", "birth_date": "1980-02-29", "sex": "female"}
RIVERSIDE = "riverside-clinic"


@pytest.fixture
def acting(lis_of, central, riverside, hilltop):
    """The central laboratory's LIS."""
    return lis_of(central)


def test_a_patient_and_a_case_are_the_clinics(acting, riverside, central):
    patient = acting.new_patient(clinic=RIVERSIDE)
    assert patient["organisation"] == RIVERSIDE
    case = acting.new_case(patient=patient["id"], clinic=RIVERSIDE)
    assert (case["clinic"]["slug"], case["laboratory"]["slug"]) == (RIVERSIDE, central.slug)
    stored = Case.objects.get(pk=case["id"])
    assert (stored.clinic, stored.patient.organisation) == (riverside, riverside)


def test_the_whole_way_to_submission(acting, lis):
    patient = acting.new_patient(clinic=RIVERSIDE)["id"]
    case = acting.new_case(patient=patient, clinic=RIVERSIDE)["id"]
    assert acting.get(f"/cases/{case}/").json()["state"] == "draft"
    assert acting.patch(f"/cases/{case}/", {"priority": "stat"}).status_code == 200
    assert acting.send(case, picture()).status_code == 201
    assert acting.post(f"/cases/{case}/submit/").status_code == 200
    # The clinic's own people and systems see it as if they had sent it.
    assert lis.get(f"/cases/{case}/").json()["priority"] == "stat"
    assert lis.get(f"/patients/{patient}/").json()["mrn"] == "4711"


@pytest.mark.parametrize("clinic", [None, "", "lakeside-clinic", "no-such-clinic", 7])
def test_a_clinic_that_is_not_ours_to_act_for_is_refused_with_a_sentence(acting, lakeside, clinic):
    body = PERSON if clinic is None else {**PERSON, "clinic": clinic}
    errors = problem_of(acting.post("/patients/", body), 400)["errors"]
    assert errors["clinic"][0].endswith(".")
    assert not Patient.objects.exists()


def test_what_is_missing_is_named_together(acting):
    assert set(problem_of(acting.post("/cases/", {}), 400)["errors"]) == {"patient", "clinic"}


def test_a_clinics_client_does_not_name_a_clinic(lis):
    problem = problem_of(lis.post("/patients/", {**PERSON, "clinic": RIVERSIDE}), 400)
    assert problem["errors"]["clinic"] == [
        "Leave this out: you enter records for your own organisation. A laboratory's client names a clinic."
    ]


def test_people_in_a_session_do_not_name_a_clinic(session_of, ines, riverside):
    assert "clinic" in problem_of(session_of(ines).post("/patients/", {**PERSON, "clinic": RIVERSIDE}), 400)["errors"]


def test_the_laboratory_names_itself_for_what_it_enters_for_itself(acting, central):
    assert acting.new_patient(clinic=central.slug)["organisation"] == central.slug


def test_a_case_is_not_opened_at_one_clinic_for_a_patient_of_another(acting):
    patient = acting.new_patient(clinic=RIVERSIDE)["id"]
    errors = problem_of(acting.post("/cases/", {"patient": patient, "clinic": "hilltop-clinic"}), 400)["errors"]
    assert errors == {"patient": ["This patient is registered at another clinic than the one named."]}


def test_one_record_number_at_two_clinics_is_two_patients_that_the_clinic_tells_apart(acting):
    at_riverside = acting.new_patient(clinic=RIVERSIDE)["id"]
    at_hilltop = acting.new_patient(clinic="hilltop-clinic")["id"]
    both = acting.get("/patients/", {"mrn": "4711"}).json()["results"]
    assert {one["id"] for one in both} == {at_riverside, at_hilltop}
    one = acting.get("/patients/", {"mrn": "4711", "clinic": RIVERSIDE}).json()["results"]
    assert [found["id"] for found in one] == [at_riverside]
    taken = problem_of(acting.post("/patients/", {**PERSON, "clinic": RIVERSIDE}), 409)
    assert taken["patient"] == at_riverside
    assert acting.get(f"/patients/{taken['patient']}/").status_code == 200


def test_cases_are_found_by_clinic(acting):
    for number, clinic in (("A-1", RIVERSIDE), ("A-2", "hilltop-clinic")):
        patient = acting.new_patient(mrn=number, clinic=clinic)["id"]
        acting.new_case(number, patient=patient, clinic=clinic)
    found = acting.get("/cases/", {"clinic": RIVERSIDE}).json()["results"]
    assert [case["accession_number"] for case in found] == ["A-1"]


def test_the_same_key_for_another_clinic_is_another_request(acting):
    patient = acting.new_patient(clinic=RIVERSIDE)["id"]
    body = {"patient": patient, "clinic": RIVERSIDE}
    first = acting.post("/cases/", body, Idempotency_Key="order-1")
    again = acting.post("/cases/", body, Idempotency_Key="order-1")
    assert (first.status_code, again["Idempotent-Replayed"]) == (201, "true")
    problem_of(acting.post("/cases/", {**body, "clinic": "hilltop-clinic"}, Idempotency_Key="order-1"), 422)
    assert Case.objects.count() == 1


def test_without_the_scope_to_write_a_laboratorys_client_sees_no_drafts_of_clinics(lis_of, central, acting):
    patient = acting.new_patient(clinic=RIVERSIDE)["id"]
    case = acting.new_case(patient=patient, clinic=RIVERSIDE)["id"]
    reading = lis_of(central, "cases:read")
    problem_of(reading.get(f"/cases/{case}/"), 404)
    problem_of(reading.get(f"/patients/{patient}/"), 404)


def test_a_closed_clinic_gets_nothing_new(acting, riverside):
    riverside.is_active = False
    riverside.save()
    assert "clinic" in problem_of(acting.post("/patients/", {**PERSON, "clinic": RIVERSIDE}), 400)["errors"]


def test_a_patient_of_a_clinic_is_corrected_for_it(acting):
    patient = acting.new_patient(clinic=RIVERSIDE)["id"]
    answer = acting.patch(f"/patients/{patient}/", {"family_name": "Okafor-Lee", "reason": "name_changed"})
    assert answer.json()["family_name"] == "Okafor-Lee"
