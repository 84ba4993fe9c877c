"""The page of a patient: what they are called, what they were called, and the correction."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from audit.models import AuditEvent
from cases.models import Patient
from cases.services.patients import update_patient
from reports.verification import verify_report
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.reports import signed_report
from tests.pages import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(riverside):
    """Somebody riverside-clinic registered under a misspelt name."""
    return PatientFactory(
        organisation=riverside,
        mrn="R-7781",
        family_name="Okonkwu",
        given_name="Adaeze",
        birth_date=dt.date(1980, 2, 29),
        sex="female",
    )


@pytest.fixture
def as_(client):
    """`as_(user)`: the test client, signed in."""

    def sign_in(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def page_of(patient):
    return reverse("workbench:patient", args=[patient.pk])


def typed(patient, **changes):
    names = ("mrn", "family_name", "given_name", "sex")
    return {
        **{name: getattr(patient, name) for name in names},
        "birth_date": f"{patient.birth_date:%Y-%m-%d}",
        "reason": "mistyped",
        "seen": "0",
        **changes,
    }


def test_a_patient_who_was_never_corrected_says_so(as_, amina, patient):
    shown = text(as_(amina).get(page_of(patient)))
    assert "Okonkwu, Adaeze" in shown
    assert "Nothing was corrected" in shown
    assert AuditEvent.objects.filter(action="view", object_id=str(patient.pk)).count() == 1


def test_a_misspelt_name_is_corrected_and_both_are_shown(as_, amina, patient):
    shown = text(as_(amina).post(page_of(patient), typed(patient, family_name="Okonkwo"), follow=True))
    assert "The patient was corrected. Now: Okonkwo, Adaeze." in shown
    assert "<del>Okonkwu, Adaeze</del>" in shown
    assert "Amina Riverside" in shown
    assert "Misspelt or mistyped" in shown


def test_saving_without_a_change_says_so(as_, amina, patient):
    shown = text(as_(amina).post(page_of(patient), typed(patient), follow=True))
    assert "Nothing was changed" in shown
    assert not patient.former_identities.exists()


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"family_name": ""}, 422, "This field is required."),
        ({"family_name": "Okonkwo", "reason": ""}, 422, "This field is required."),
        (
            {"family_name": "Okonkwo", "reason": "other", "note": " "},
            422,
            "Say in a few words why the patient is corrected.",
        ),
        ({"mrn": "R-2", "given_name": "Chidi"}, 422, "two have to stay, or it is another person"),
        ({"birth_date": "2999-01-01"}, 422, "The birth date lies in the future."),
        ({"mrn": "TAKEN"}, 409, "already has a patient with this medical record number"),
    ],
)
def test_a_refusal_is_said_and_keeps_what_was_typed(as_, amina, patient, changes, status, sentence):
    PatientFactory(organisation=patient.organisation, mrn="TAKEN")
    answer = as_(amina).post(page_of(patient), typed(patient, **changes))
    assert answer.status_code == status
    shown = text(answer)
    assert sentence in shown
    assert all(
        f'value="{value}"' in shown for name, value in changes.items() if value and name in {"mrn", "birth_date"}
    )
    assert Patient.objects.get(pk=patient.pk).full_name == "Okonkwu, Adaeze"


def test_whoever_was_overtaken_sees_the_other_correction_and_may_send_theirs(as_, amina, patient):
    update_patient(actor=amina, patient=patient, reason="mistyped", given_name="Ada")
    mine = typed(patient, family_name="Okonkwo", given_name="Ada")
    answer = as_(amina).post(page_of(patient), mine)
    assert answer.status_code == 412
    shown = text(answer)
    assert "changed by somebody else" in shown
    assert "<del>Okonkwu, Adaeze</del>" in shown
    assert 'name="seen" value="1"' in shown
    as_(amina).post(page_of(patient), {**mine, "seen": "1"})
    assert Patient.objects.get(pk=patient.pk).full_name == "Okonkwo, Ada"


def test_the_laboratory_sees_the_patient_and_is_told_who_corrects_them(as_, pavel, patient):
    CaseFactory(clinic=patient.organisation, patient=patient, ready=True)
    shown = text(as_(pavel).get(page_of(patient)))
    assert f"Only {patient.organisation.name}, which registered this patient" in shown
    assert "Save the correction" not in shown
    assert as_(pavel).post(page_of(patient), typed(patient, family_name="X")).status_code == 403


def test_another_clinic_finds_no_such_patient(as_, bora, patient):
    assert as_(bora).get(page_of(patient)).status_code == 404


def test_the_case_page_says_what_was_corrected_and_leads_to_the_patient(as_, amina, patient):
    case = CaseFactory(clinic=patient.organisation, patient=patient, created_by=amina)
    update_patient(actor=amina, patient=patient, reason="mistyped", family_name="Okonkwo")
    shown = text(as_(amina).get(reverse("workbench:case", args=[case.pk])))
    assert "Name corrected on" in shown
    assert "Okonkwu, Adaeze" in shown
    assert page_of(patient) in shown


@pytest.mark.parametrize("sought", ["Okonkwu", "okonkwu, adaeze", "Adaeze Okonkwu", "R-7781"])
def test_the_search_finds_a_patient_under_former_identifiers_and_shows_both(as_, amina, patient, sought):
    case = CaseFactory(clinic=patient.organisation, patient=patient, created_by=amina)
    update_patient(actor=amina, patient=patient, reason="mistyped", family_name="Okonkwo")
    update_patient(actor=amina, patient=patient, reason="number_changed", mrn="R-9")
    shown = text(as_(amina).post(reverse("workbench:search"), {"q": sought}, follow=True))
    assert case.accession_number in shown
    assert "Okonkwo, Adaeze" in shown
    assert "Okonkwu, Adaeze" in shown
    assert "R-7781" in shown


def test_a_signed_report_keeps_the_name_it_was_signed_with(as_, amina, pavel, patient):
    case = CaseFactory(clinic=patient.organisation, patient=patient, created_by=amina, ready=True)
    report = signed_report(case, pavel)
    update_patient(actor=amina, patient=patient, reason="mistyped", family_name="Okonkwo")
    assert report.data["patient"]["family_name"] == "Okonkwu"
    assert verify_report(report).intact
    assert "Okonkwu" in text(as_(amina).get(f"/reports/{report.pk}/"))


def test_a_refused_correction_stays_in_the_trail(as_, pavel, patient):
    CaseFactory(clinic=patient.organisation, patient=patient, ready=True)
    assert as_(pavel).post(page_of(patient), typed(patient, family_name="Okonkwo")).status_code == 403
    refused = AuditEvent.objects.get(outcome="denied", object_id=str(patient.pk))
    assert (refused.action, refused.actor_id) == ("update", pavel.pk)
