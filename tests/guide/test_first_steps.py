"""Each role begins with a short list that the record ticks off; it ends by itself, or when the person hides it."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Action
from audit.services import record
from education.models import Attempt, TeachingSet
from guide.models import FinishedStart
from guide.selectors import first_steps
from inbox.models import Acknowledgement, CriticalLimits, Delivery
from notices.models import Preference
from oversight.models import Trigger, VerificationRun
from tests.factories.analysed_cases import analysed_case
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.reports import signed_report

pytestmark = pytest.mark.django_db

TITLE = 'id="first-steps-title"'


def done(user):
    return [step.label for step in first_steps(user) if step.done]


def to_do(user):
    return [step.label for step in first_steps(user) if not step.done]


def protect(user):
    TOTP.activate(user, generate_totp_secret())


def test_a_clinic_goes_from_its_first_case_to_its_first_report(amina, pavel, riverside):
    assert to_do(amina)[0] == "Protect your account with a second factor"
    assert done(amina) == []
    protect(amina)
    assert done(amina) == ["Protect your account with a second factor"]
    case = CaseFactory(clinic=riverside, created_by=amina)
    assert done(amina)[1:] == ["Open your first case"]
    SmearImageFactory(case=case, uploaded_by=amina)
    assert done(amina)[2:] == ["Add photographs of the smear to it"]
    signed = analysed_case(riverside, ["neutrophil"] * 10, decided_by=pavel, created_by=amina, state="in_review")
    assert to_do(amina) == ["Read a signed report and acknowledge it"]
    signed_report(signed, pavel)
    Acknowledgement.objects.create(
        delivery=Delivery.objects.get(), by=amina, by_name="Amina Riverside", by_role="uploader"
    )
    assert to_do(amina) == []


def test_a_pathologist_signs_a_first_report(pavel, amina, riverside):
    assert len(to_do(pavel)) == 4
    protect(pavel)
    Preference.objects.create(user=pavel)
    assert to_do(pavel) == ["Review your first case", "Sign your first report"]
    signed_report(
        analysed_case(riverside, ["neutrophil"] * 10, decided_by=pavel, created_by=amina, state="in_review"), pavel
    )
    assert "Sign your first report" in done(pavel)


def test_an_administrator_sets_up_the_laboratory(ines, central, riverside):
    assert done(ines) == ["Add the first clinic"]
    central.accession_pattern = "S-{d6}"
    central.save()
    CriticalLimits.objects.create(laboratory=central, changed_by=ines)
    assert to_do(ines) == ["Protect your account with a second factor", "Invite a colleague"]


def test_a_colleague_at_a_clinic_counts(ines, amina):
    assert "Invite a colleague" in done(ines)


def test_an_auditor_verifies(olga):
    record(actor=olga, action=Action.VERIFY, object_type="audit.auditevent")
    VerificationRun.objects.create(trigger=Trigger.PERSON, asked_by=olga)
    assert to_do(olga) == ["Protect your account with a second factor"]


def test_a_student_answers_a_first_set(client, sami, central, pavel):
    teaching_set = TeachingSet.objects.create(laboratory=central, title="White cells", created_by=pavel)
    Attempt.objects.create(teaching_set=teaching_set, student=sami, seed=1)
    assert to_do(sami) == ["Protect your account with a second factor", "Answer it to its end"]
    client.force_login(sami)
    assert TITLE in client.get("/learn/").content.decode()


def test_whoever_runs_the_platform_begins_with_a_laboratory(root):
    assert to_do(root)[1:] == ["Add the first laboratory", "Invite its administrator"]


def test_it_stands_where_the_person_begins_and_nowhere_else(client, pavel):
    client.force_login(pavel)
    assert TITLE in client.get("/").content.decode()
    for elsewhere in ("/?state=all", "/review/", "/notifications/"):
        assert TITLE not in client.get(elsewhere).content.decode(), elsewhere


def test_hidden_is_gone_for_that_person(client, pavel, nadia):
    client.force_login(pavel)
    assert "The list is gone" in client.post("/first-steps/hide/", follow=True).content.decode()
    assert TITLE not in client.get("/").content.decode()
    client.force_login(nadia)
    assert TITLE in client.get("/").content.decode()


def test_done_is_said_once_and_never_comes_back(client, olga):
    client.force_login(olga)
    protect(olga)
    record(actor=olga, action=Action.VERIFY, object_type="audit.auditevent")
    VerificationRun.objects.create(trigger=Trigger.PERSON, asked_by=olga)
    assert "Everything is set up" in client.get("/").content.decode()
    assert not FinishedStart.objects.get().hidden
    olga.authenticator_set.all().delete()
    assert TITLE not in client.get("/").content.decode()


def test_all_steps_are_one_statement(ines):
    with CaptureQueriesContext(connection) as captured:
        first_steps(ines)
    assert len(captured) == 2
    FinishedStart.objects.create(user=ines)
    with CaptureQueriesContext(connection) as captured:
        first_steps(ines)
    assert len(captured) == 1
