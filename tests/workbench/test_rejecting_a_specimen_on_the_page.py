"""Rejecting a specimen, its notice, and sending another, on the pages and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Action, AuditEvent
from cases.models import Case, SpecimenReason
from cases.models.rejection import WHAT_NEXT
from cases.services.rejections import reject_specimen, send_again
from cases.states import CaseState
from notices.models import Notification
from review.services.leases import claim
from tests.factories.cases import CaseFactory
from tests.factories.languages import mark_language

pytestmark = pytest.mark.django_db
WORDS = "Fields 2 and 5 <i>show</i> no cell."


@pytest.fixture
def case(amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina, ready=True, accession_number="C-7")


@pytest.fixture
def rejected(pavel, case):
    reject_specimen(actor=pavel, case=case, reasons=["images_unusable", "unlabelled"], words=WORDS)
    return case


def page(case, name="workbench:case"):
    return reverse(name, args=[case.pk])


def test_the_laboratory_chooses_reasons_and_the_clinic_reads_them(client, pavel, amina, case):
    client.force_login(pavel)
    assert page(case, "workbench:reject_specimen") in client.get(page(case)).content.decode()
    form = client.get(page(case, "workbench:reject_specimen"))
    assert [choice.code for choice in form.context["choices"]] == SpecimenReason.values
    answer = client.post(page(case, "workbench:reject_specimen"), {"reasons": ["clotted", "too_old"]})
    assert answer.url == page(case)
    client.force_login(amina)
    shown = client.get(page(case)).content.decode()
    for reason in (SpecimenReason.CLOTTED, SpecimenReason.TOO_OLD):
        assert str(reason.label) in shown
        assert str(WHAT_NEXT[reason].advice) in shown
    assert page(case, "workbench:send_again") in shown


def test_what_is_missing_is_said_and_what_was_chosen_stays(client, pavel, case):
    client.force_login(pavel)
    answer = client.post(page(case, "workbench:reject_specimen"), {"words": "Something."})
    assert answer.status_code == 422
    assert answer.context["errors"] == {"reasons": "Choose why the specimen cannot be used."}
    assert "Something." in answer.content.decode()
    answer = client.post(page(case, "workbench:reject_specimen"), {"reasons": ["images_unusable"]})
    assert set(answer.context["errors"]) == {"words"}
    assert [choice.code for choice in answer.context["choices"] if choice.is_chosen] == ["images_unusable"]


def test_the_page_says_whom_to_tell_first(client, pavel, ines, case):
    claim(actor=pavel, case=case)
    client.force_login(ines)
    assert "Pavel Central has the case under review." in client.get(
        page(case, "workbench:reject_specimen")
    ).content.decode().replace("\n", " ")


def test_it_is_offered_to_those_who_may_alone(client, amina, olga, case):
    for person in (amina, olga):
        client.force_login(person)
        assert "Reject specimen" not in client.get(page(case)).content.decode()


def test_the_words_are_text(client, amina, rejected):
    client.force_login(amina)
    shown = client.get(page(rejected)).content.decode()
    assert "<i>show</i>" not in shown
    assert "&lt;i&gt;show&lt;/i&gt;" in shown


def test_the_clinic_is_told_without_a_name_and_no_longer_once_it_was_sent_again(client, amina, bora, pavel, rejected):
    told = Notification.objects.get()
    assert (told.user, told.path, told.kind) == (amina, page(rejected), "rejection")
    assert rejected.accession_number not in told.text
    send_again(actor=amina, case=rejected)
    told.refresh_from_db()
    assert told.read_at is not None


def test_opening_the_case_is_reading_what_was_told(client, amina, rejected):
    client.force_login(amina)
    client.get(page(rejected))
    assert not Notification.objects.unread().exists()


def test_one_click_opens_the_draft_and_both_cases_name_each_other(client, amina, pavel, rejected):
    client.force_login(amina)
    answer = client.post(page(rejected, "workbench:send_again"))
    again = Case.objects.get(resubmission_of=rejected)
    assert answer.url == page(again)
    assert page(rejected) in client.get(page(again)).content.decode()
    before = client.get(page(rejected)).content.decode()
    assert page(again) in before
    assert page(rejected, "workbench:send_again") not in before
    # A second click, in another tab, leads there too.
    assert client.post(page(rejected, "workbench:send_again")).url == page(again)
    client.force_login(pavel)
    assert page(again) not in client.get(page(rejected)).content.decode()


def test_the_notice_names_patient_reasons_times_and_who(client, amina, rejected):
    client.force_login(amina)
    notice = client.get(page(rejected, "workbench:rejection_notice")).content.decode()
    for named in (rejected.patient.full_name, rejected.patient.mrn, "C-7", "Pavel Central", "Amina Riverside"):
        assert named in notice
    assert str(SpecimenReason.UNLABELLED.label) in notice
    assert AuditEvent.objects.filter(action=Action.PRINT, object_id=str(rejected.pk)).count() == 1


def test_the_notice_is_in_the_language_of_the_laboratorys_reports(client, amina, rejected, monkeypatch):
    mark_language(monkeypatch, "fr")
    rejected.laboratory.report_language = "fr"
    rejected.laboratory.save(update_fields=["report_language"])
    client.force_login(amina)
    frame, paper = client.get(page(rejected, "workbench:rejection_notice")).content.decode().split("<article", 1)
    paper = paper.split("</article>")[0]
    assert "fr:" not in frame
    assert ' lang="fr" dir="ltr"' in paper
    assert f"fr:{SpecimenReason.UNLABELLED.label}" in paper


def test_rejected_cases_have_a_tab_of_their_own(client, amina, rejected):
    client.force_login(amina)
    assert [case.pk for case in client.get("/?state=rejected").context["cases"]] == [rejected.pk]


def test_the_workspace_leads_there_until_it_is_signed(client, pavel, case):
    client.force_login(pavel)
    claim(actor=pavel, case=case)
    assert page(case, "workbench:reject_specimen") in client.get(f"/cases/{case.pk}/review/").content.decode()
    Case.objects.filter(pk=case.pk).update(state=CaseState.SIGNED)
    assert page(case, "workbench:reject_specimen") not in client.get(f"/cases/{case.pk}/review/").content.decode()
