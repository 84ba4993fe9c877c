"""Numbers of other systems on the page of a patient: shown, added and ended by those who correct the patient."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from cases.models import Patient, PatientNumber
from cases.services.patient_merges import merge_patients
from cases.services.patient_numbers import add_number, end_number, set_numbers
from hematovision.errors import Conflict
from tests.factories.cases import CaseFactory, PatientFactory
from tests.pages import text as text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(amina, riverside):
    patient = PatientFactory(organisation=riverside, mrn="R-7")
    set_numbers(actor=amina, patient=patient, numbers=[("national", "NAT-7"), ("hospital", "H-1")])
    return patient


@pytest.fixture
def send(client, patient):
    """Return a function: what a person gets for what they sent to the page of the patient."""

    def post(person, **typed):
        client.force_login(person)
        return client.post(reverse("workbench:patient", args=[patient.pk]), typed)

    return post


def in_use(patient):
    return sorted((number.system, number.value) for number in patient.numbers.in_use())


def test_one_is_added_and_the_others_stay(send, client, amina, patient):
    answer = send(amina, action="add_number", system=" clinic B ", value=" B-9 ")
    assert answer.url == reverse("workbench:patient", args=[patient.pk])
    assert in_use(patient) == [("clinic B", "B-9"), ("hospital", "H-1"), ("national", "NAT-7")]
    text = text_of(client.get(answer.url))
    for shown in ("clinic B", "B-9", "Since", "in use", "The number was added."):
        assert shown in text
    assert list(Patient.objects.ever_with_number("b-9")) == [patient]
    event = AuditEvent.objects.filter(object_id=str(patient.pk), action="update").latest("id")
    assert event.after == {"numbers_ended": [], "numbers_added": ["clinic B"]}


def test_one_is_ended_once_and_still_finds_the_patient(send, client, amina, patient):
    number = patient.numbers.get(system="national")
    answer = send(amina, action="end_number", number=number.pk)
    assert "was ended" in text_of(client.get(answer.url))
    assert in_use(patient) == [("hospital", "H-1")]
    assert list(Patient.objects.ever_with_number("NAT-7")) == [patient]
    answer = send(amina, action="end_number", number=number.pk)
    assert (answer.status_code, "This number was ended already." in text_of(answer)) == (409, True)


@pytest.mark.parametrize(
    ("typed", "status", "field", "sentence"),
    [
        ({"system": "", "value": "1"}, 422, "system", "required"),
        ({"system": "x", "value": " "}, 422, "value", "required"),
        ({"system": "x\x01", "value": "1"}, 422, "system", "Control characters are not allowed here."),
        ({"system": "x", "value": "1" * 65}, 422, "value", "at most 64 characters"),
        ({"system": "national", "value": "nat-7"}, 409, "value", "The patient has this number in this system already."),
        ({"system": "national", "value": "NAT-8"}, 409, "value", "Another patient of the organisation has this number"),
    ],
)
def test_what_is_wrong_stands_by_its_field(send, amina, patient, typed, status, field, sentence):
    other = PatientFactory(organisation=patient.organisation)
    add_number(actor=amina, patient=other, system="national", value="NAT-8")
    answer = send(amina, action="add_number", **typed)
    assert answer.status_code == status
    assert sentence in " ".join(answer.context["number_form"].errors[field])
    assert in_use(patient) == [("hospital", "H-1"), ("national", "NAT-7")]
    # The correction of the identifiers is another form, and nothing is wrong there.
    assert not answer.context["form"].errors


@pytest.mark.parametrize("named", ["another", "unknown", "nonsense"])
def test_a_number_of_another_patient_is_none_of_this_one(send, amina, patient, named):
    other = PatientFactory(organisation=patient.organisation)
    add_number(actor=amina, patient=other, system="national", value="NAT-8")
    chosen = {"another": other.numbers.get().pk, "unknown": uuid.uuid4()}.get(named, named)
    assert send(amina, action="end_number", number=chosen).status_code == 404
    assert PatientNumber.objects.in_use().count() == 3


def test_who_does_not_correct_a_patient_sees_the_numbers_and_no_form(send, client, pavel, ines, olga, patient):
    CaseFactory(patient=patient, clinic=patient.organisation, ready=True)
    number = patient.numbers.first()
    for person in (pavel, ines, olga):
        client.force_login(person)
        text = text_of(client.get(reverse("workbench:patient", args=[patient.pk])))
        assert "NAT-7" in text
        assert "Add the number" not in text
        assert send(person, action="add_number", system="x", value="1").status_code == 403
        assert send(person, action="end_number", number=number.pk).status_code == 403
    assert patient.numbers.in_use().count() == 2


def test_a_merged_record_takes_no_number(send, client, amina, patient):
    survivor = PatientFactory(organisation=patient.organisation)
    merge_patients(actor=amina, patient=patient, into=survivor, reason="The same person was registered twice.")
    answer = send(amina, action="add_number", system="x", value="1")
    assert answer.status_code == 409
    assert "Add the number" not in text_of(answer)


def test_two_who_add_at_once_keep_both(amina, patient):
    stale = Patient.objects.get(pk=patient.pk)
    add_number(actor=amina, patient=patient, system="a", value="1")
    add_number(actor=amina, patient=stale, system="b", value="2")
    assert len(in_use(patient)) == 4
    with pytest.raises(Conflict) as refused:
        end_number(actor=amina, number=PatientNumber(patient=patient, system="c", value="3"))
    assert refused.value.code == "number_ended"


def test_a_patient_without_numbers_says_so(client, amina, riverside):
    client.force_login(amina)
    page = client.get(reverse("workbench:patient", args=[PatientFactory(organisation=riverside).pk]))
    assert "No other system's number is known" in text_of(page).replace("&#x27;", "'")
