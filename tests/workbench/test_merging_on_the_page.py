"""Finding the other record, comparing both and merging them; undoing it; what other pages say of it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from cases.models import Patient, PatientMerge
from cases.services.patient_merges import merge_patients
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.reports import signed_report

pytestmark = pytest.mark.django_db
WHY = "The same person was registered twice."


@pytest.fixture
def double(riverside):
    return PatientFactory(organisation=riverside, mrn="D-1", family_name="Okonkwu", given_name="Ada")


@pytest.fixture
def survivor(riverside):
    return PatientFactory(organisation=riverside, mrn="S-1", family_name="Okonkwo", given_name="Adaeze")


@pytest.fixture
def as_(client):
    """`as_(user)`: the test client, signed in."""

    def sign_in(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def text(response):
    """The words of a page, without its tags."""
    return " ".join(strip_tags(response.content.decode()).split())


def page_of(patient):
    return reverse("workbench:merge", args=[patient.pk])


def test_from_the_search_to_the_record_that_stays(as_, amina, double, survivor):
    browser = as_(amina)
    assert page_of(double) in browser.get(reverse("workbench:patient", args=[double.pk])).content.decode()
    found = browser.post(page_of(double), {"action": "find", "q": "s-1"})
    assert "MRN D-1 S-1" in text(found)
    body = {"action": "merge", "into": survivor.pk, "reason": WHY}
    forgotten = browser.post(page_of(double), body)
    assert (forgotten.status_code, "Tick that both records are one person" in text(forgotten)) == (422, True)
    assert WHY in text(forgotten)
    done = browser.post(page_of(double), {**body, "one_person": "yes"}, follow=True)
    assert "stands for the person now" in text(done)
    assert "Okonkwu, Ada" in text(done)
    merged = browser.get(reverse("workbench:patient", args=[double.pk]))
    assert "Now patient Okonkwo, Adaeze" in text(merged)
    assert "Save the correction" not in text(merged)


def test_several_of_one_name_are_chosen_from(as_, amina, double, survivor):
    PatientFactory(organisation=survivor.organisation, family_name="Okonkwo", given_name="Chidi")
    browser = as_(amina)
    found = browser.post(page_of(double), {"action": "find", "q": "okonkwo"})
    assert "Which one?" in text(found)
    assert "Compare both" in text(browser.post(page_of(double), {"into": survivor.pk}))


def test_nobody_found_and_a_refusal_stand_on_the_page(as_, amina, double):
    browser = as_(amina)
    nobody = browser.post(page_of(double), {"action": "find", "q": "nobody"})
    assert (nobody.status_code, "No other patient" in text(nobody)) == (422, True)
    itself = browser.post(page_of(double), {"action": "merge", "into": double.pk, "one_person": "yes", "reason": WHY})
    assert (itself.status_code, "not merged into themselves" in text(itself)) == (409, True)
    assert not PatientMerge.objects.exists()


def test_an_administrator_undoes_it_on_the_page(as_, amina, ines, double, survivor):
    merge = merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    assert "Undo this merge" not in text(as_(amina).get(page_of(survivor)))
    browser = as_(ines)
    assert "Undo this merge" in text(browser.get(page_of(survivor)))
    body = {"action": "undo", "merge": merge.pk}
    short = browser.post(page_of(survivor), {**body, "reason": "no"})
    assert (short.status_code, "Say in a sentence why" in text(short)) == (422, True)
    browser.post(page_of(survivor), {**body, "reason": "Two people after all."})
    assert Patient.objects.get(pk=double.pk).merged_into is None
    assert "Undone on" in text(browser.get(page_of(survivor)))


def test_a_signed_report_keeps_its_name_and_says_who_it_is_now(as_, amina, pavel, double, survivor):
    report = signed_report(CaseFactory(clinic=double.organisation, patient=double, signed=True), pavel)
    merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    browser = as_(pavel)
    page = text(browser.get(reverse("reports:report", args=[report.pk])))
    assert "Now patient Okonkwo, Adaeze" in page
    assert "Patient Okonkwu, Ada" in page
    listed = browser.get(f"{reverse('workbench:worklist')}?state=all&patient={survivor.pk}")
    assert report.case.accession_number in text(listed)


def test_the_search_finds_the_record_that_stays_by_every_name_and_number(as_, amina, double, survivor):
    merge_patients(actor=amina, patient=double, into=survivor, reason=WHY)
    for typed in ("D-1", "Okonkwu, Ada", "okonkwu", "S-1"):
        found = as_(amina).post(reverse("workbench:search"), {"q": typed})
        assert found["Location"].endswith(f"?patient={survivor.pk}")
