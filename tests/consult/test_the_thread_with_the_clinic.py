"""Laboratory and clinic write to each other about a case; the laboratory begins and ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from cases.models import BreakGlassAccess
from cases.services.audit_trail import scope_of
from consult.models import ClinicThread, ClinicThreadEntry
from consult.services import close_clinic_thread, write_to_clinic_thread
from consult.verification import check_clinic_threads
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from notices.models import Notification
from tests.factories.cases import CaseFactory
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(under_review):
    return under_review.case


@pytest.fixture
def page(case):
    return reverse("consult:clinic_thread", args=[case.pk])


@pytest.fixture
def asked_clinic(pavel, case):
    return write_to_clinic_thread(actor=pavel, case=case, text="Is there an older smear?")


def told(kind="clinic_thread"):
    return {note.user.full_name: note for note in Notification.objects.unread().filter(kind=kind)}


def test_the_laboratory_begins_and_the_clinic_is_told_without_a_word_of_it(amina, bora, pavel, case, asked_clinic):
    assert asked_clinic.thread.opened_by == pavel
    note = told()[amina.full_name]
    assert set(told()) == {amina.full_name}
    assert note.path == f"/cases/{case.pk}/clinic-thread/"
    assert "older" not in note.text
    assert case.accession_number not in note.text


def test_the_clinic_answers_and_who_wrote_is_told(amina, pavel, case, asked_clinic):
    answer = write_to_clinic_thread(actor=amina, case=case, text="Yes, of last week.")
    assert answer.thread == asked_clinic.thread
    assert pavel.full_name in told()


def test_the_clinic_begins_none(amina, case):
    with pytest.raises(Conflict) as caught:
        write_to_clinic_thread(actor=amina, case=case, text="Hello?")
    assert caught.value.code == "closed"
    assert not ClinicThread.objects.exists()


def test_a_closed_thread_stays_and_a_new_one_may_begin(amina, pavel, case, asked_clinic):
    close_clinic_thread(actor=pavel, case=case)
    assert told() == {}
    with pytest.raises(Conflict):
        write_to_clinic_thread(actor=amina, case=case, text="One more thing.")
    again = write_to_clinic_thread(actor=pavel, case=case, text="And the stain?")
    assert again.thread != asked_clinic.thread
    assert ClinicThreadEntry.objects.count() == 2
    close_clinic_thread(actor=pavel, case=case)
    with pytest.raises(Conflict):
        close_clinic_thread(actor=pavel, case=case)


def test_others_neither_write_nor_close(amina, bora, nadia, olga, case, asked_clinic):
    for actor, refusal in ((bora, NotFound), (nadia, NotFound), (olga, PermissionRefused)):
        with pytest.raises(refusal):
            write_to_clinic_thread(actor=actor, case=case, text="Me too.")
    with pytest.raises(PermissionRefused):
        close_clinic_thread(actor=amina, case=case)


def test_who_sees_the_case_in_an_emergency_does_not_see_the_thread(nadia, case, asked_clinic, client, page):
    until = timezone.now() + timedelta(hours=1)
    BreakGlassAccess.objects.create(case=case, user=nadia, reason="An emergency in our house.", expires_at=until)
    assert not ClinicThread.objects.visible_to(nadia).exists()
    client.force_login(nadia)
    assert client.get(page).status_code == 403


def test_people_of_both_sides_read_it(amina, bora, pavel, olga, nadia, case, asked_clinic):
    read = [who.full_name for who in (amina, bora, pavel, olga, nadia) if ClinicThread.objects.visible_to(who)]
    assert read == [amina.full_name, pavel.full_name, olga.full_name]


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_it_says_something_and_not_too_much(pavel, case, text):
    with pytest.raises(Unprocessable):
        write_to_clinic_thread(actor=pavel, case=case, text=text)
    assert not ClinicThread.objects.exists()


def test_what_was_written_cannot_be_changed_or_removed(asked_clinic):
    for change in (
        lambda: ClinicThreadEntry.objects.filter(pk=asked_clinic.pk).update(text="Other."),
        lambda: ClinicThreadEntry.objects.filter(pk=asked_clinic.pk).delete(),
        lambda: ClinicThread.objects.update(opened_at=asked_clinic.at),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_it_verifies_and_the_trail_keeps_no_word_of_it(pavel, amina, case, asked_clinic):
    write_to_clinic_thread(actor=amina, case=case, text="Yes, of last week.")
    close_clinic_thread(actor=pavel, case=case)
    assert list(check_clinic_threads()) == []
    events = AuditEvent.objects.filter(object_type__startswith="consult.clinicthread").order_by("pk")
    assert [each.action for each in events] == ["create", "create", "create", "update"]
    assert {each.patient_id for each in events} == {scope_of(case)["patient_id"]}
    assert "older" not in str([each.after for each in events])
    ClinicThread.objects.update(closed_by=amina)
    assert [finding.sentence for finding in check_clinic_threads()] == ["It was changed after it was written."]


def test_the_page_of_the_case_leads_there_once_there_is_something(as_, amina, pavel, case, page):
    address = reverse("workbench:case", args=[case.pk])
    assert page not in as_(amina).get(address).content.decode()
    assert page in as_(pavel).get(address).content.decode()
    write_to_clinic_thread(actor=pavel, case=case, text="Is there an older smear?")
    assert page in as_(amina).get(address).content.decode()


def test_the_clinic_reads_and_answers_on_the_page(as_, amina, pavel, case, page, asked_clinic):
    seen = as_(amina).get(page).content.decode()
    assert "Is there an older smear?" in seen
    assert "Close the thread" not in seen
    assert told() == {}
    assert "Write something first." in as_(amina).post(page, {"text": " "}).content.decode()
    answer = as_(amina).post(page, {"text": "Yes, <b>one</b>."}, follow=True).content.decode()
    assert "Yes, &lt;b&gt;one&lt;/b&gt;." in answer
    closed = as_(pavel).post(page, {"close": "yes"}, follow=True).content.decode()
    assert "It stays in the record." in closed
    late = as_(amina).post(page, {"text": "Late."})
    assert late.status_code == 409
    assert "The laboratory has closed this thread." in late.content.decode()


def test_nothing_of_the_model_is_on_it(as_, amina, under_review, page, asked_clinic):
    shown = as_(amina).get(page).content.decode().lower()
    assert [word for word in ("neutrophil", "monocyte", "unidentified", "crop") if word in shown] == []


def test_an_administrator_leads_it_too(central, case):
    petra = person("Petra", "administrator", central)
    assert write_to_clinic_thread(actor=petra, case=case, text="Which ward?").thread.opened_by == petra


def test_a_draft_has_none(pavel, riverside):
    with pytest.raises(NotFound):
        write_to_clinic_thread(actor=pavel, case=CaseFactory(clinic=riverside), text="Hello?")


def test_the_clinic_finds_what_it_has_to_answer_first(as_, amina, pavel, case, asked_clinic):
    assert "The laboratory wrote to you" in as_(amina).get("/").content.decode()
    write_to_clinic_thread(actor=amina, case=case, text="Yes, of last week.")
    assert "The laboratory wrote to you" not in as_(amina).get("/").content.decode()
    assert not ClinicThread.objects.waiting_for_clinic().exists()
