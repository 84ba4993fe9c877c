"""A specimen that cannot be used: who says so, why, what becomes of its case and order, and another one in its place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Role
from audit.models import Action, AuditEvent, Outcome
from cases.models import SpecimenReason, SpecimenRejection
from cases.models.rejection import WHAT_NEXT
from cases.order_verification import check_orders
from cases.rejection_verification import check_rejections
from cases.services.cases import cancel_case
from cases.services.orders import open_case_of_order
from cases.services.patient_merges import merge_patients
from cases.services.rejections import reject_specimen, send_again
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState, OrderState
from cases.verification import case_digest
from consult.services.opinions import ask_opinion
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from hematovision.verifications import Finding
from review.models import ReviewLease
from review.services.leases import claim
from tests.append_only import triggers_lifted
from tests.factories.analysed_cases import analysed_case
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.orders import waiting_order
from tests.people import person

pytestmark = pytest.mark.django_db
WORDS = "The slide says 4711, the request 4712."
COLLECTED = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def case(amina):
    return CaseFactory(
        clinic=amina.organisation,
        created_by=amina,
        ready=True,
        stain="giemsa",
        priority="urgent",
        collected_at=COLLECTED,
    )


@pytest.fixture
def ordered(amina):
    """A case in review that was opened for an order."""
    patient = PatientFactory(organisation=amina.organisation)
    order = waiting_order(amina, patient=patient, wbc=Decimal(7), wbc_source="XN-1000", collected_at=COLLECTED)
    case = open_case_of_order(actor=amina, order=order).case
    for state in (CaseState.SUBMITTED, CaseState.READY):
        step(case, state, amina)
    return case


def step(case, to, by):
    with transaction.atomic():
        lock_case(case)
        case.submitted_at = case.due_at = timezone.now()
        step_case(case=case, to=to, by=by)


def test_it_closes_the_case_and_says_why(pavel, case):
    rejection = reject_specimen(actor=pavel, case=case, reasons=["too_old", "clotted"])
    case.refresh_from_db()
    assert case.state == CaseState.REJECTED
    assert (case.rejection, rejection.by, rejection.reasons) == (rejection, pavel, ["clotted", "too_old"])
    last = case.transitions.order_by("-id").first()
    assert last.reason == "The blood was clotted. The blood was too old when the smear was made."


@pytest.mark.parametrize("reason", SpecimenReason)
def test_every_reason_says_what_to_do_next(reason):
    assert str(WHAT_NEXT[reason].advice).endswith(".")


@pytest.mark.parametrize("state", ["submitted", "analysing", "ready"])
def test_whatever_was_sent_and_not_signed_is_rejected(ines, amina, state):
    case = CaseFactory(clinic=amina.organisation, created_by=amina, **{state: True})
    reject_specimen(actor=ines, case=case, reasons=["clotted"])
    assert case.state == CaseState.REJECTED


@pytest.mark.parametrize("state", ["signed", "delivered", "withdrawn", "cancelled"])
def test_what_is_closed_stays_as_it_is(pavel, amina, state):
    case = CaseFactory(clinic=amina.organisation, created_by=amina, **{state: True})
    with pytest.raises((Conflict, NotFound)):
        reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    assert not SpecimenRejection.objects.exists()


def test_a_draft_is_still_the_clinics(ines, amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    with pytest.raises(Conflict):
        reject_specimen(actor=ines, case=case, reasons=["clotted"])


@pytest.mark.parametrize("who", ["amina", "olga"])
def test_others_who_see_the_case_are_refused_on_record(request, case, who):
    with pytest.raises(PermissionRefused):
        reject_specimen(actor=request.getfixturevalue(who), case=case, reasons=["clotted"])
    assert AuditEvent.objects.filter(object_id=str(case.pk), outcome=Outcome.DENIED).exists()


@pytest.mark.parametrize("who", ["bora", "nadia", "sami"])
def test_to_others_it_is_not_there(request, case, who):
    with pytest.raises(NotFound):
        reject_specimen(actor=request.getfixturevalue(who), case=case, reasons=["clotted"])


@pytest.mark.parametrize(
    ("reasons", "words", "code"),
    [
        ([], WORDS, "reason_missing"),
        (["ugly"], WORDS, "reason_unknown"),
        (["clotted", "identity_mismatch"], "  ", "words_missing"),
        (["clotted"], "x" * 1001, "invalid"),
    ],
)
def test_it_is_said_by_a_code_and_in_words_where_the_code_says_too_little(pavel, case, reasons, words, code):
    with pytest.raises(Unprocessable) as caught:
        reject_specimen(actor=pavel, case=case, reasons=reasons, words=words)
    assert caught.value.code == code
    case.refresh_from_db()
    assert case.state == CaseState.READY


def test_whoever_reviews_it_rejects_it_and_holds_it_no_longer(pavel, case):
    claim(actor=pavel, case=case)
    reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    assert not ReviewLease.objects.filter(case=case).exists()


def test_a_colleague_does_not_reject_what_somebody_reviews_but_an_administrator_does(central, pavel, ines, case):
    vera = person("Vera", Role.PATHOLOGIST, central)
    claim(actor=pavel, case=case)
    with pytest.raises(Conflict) as caught:
        reject_specimen(actor=vera, case=case, reasons=["clotted"])
    assert caught.value.code == "in_review"
    reject_specimen(actor=ines, case=case, reasons=["clotted"])
    assert case.state == CaseState.REJECTED


def test_its_order_waits_again_and_is_told_apart_from_a_new_one(pavel, ordered):
    order = ordered.order
    rejection = reject_specimen(actor=pavel, case=ordered, reasons=["clotted"])
    order.refresh_from_db()
    assert (order.state, order.case, rejection.order) == (OrderState.REQUESTED, None, order)


def test_another_specimen_takes_the_same_patient_and_order(amina, pavel, ordered):
    order = ordered.order
    reject_specimen(actor=pavel, case=ordered, reasons=["images_unusable"], words="All fields.")
    again = send_again(actor=amina, case=ordered)
    order.refresh_from_db()
    assert (order.case, order.state) == (again, OrderState.ACCEPTED)
    assert (again.patient, again.resubmission_of, again.state) == (ordered.patient, ordered, CaseState.DRAFT)
    assert (again.wbc, again.collected_at) == (7, COLLECTED)
    assert again.accession_number != ordered.accession_number


def test_of_blood_that_is_taken_again_nothing_is_known_yet(amina, pavel, ordered, case):
    order = ordered.order
    for old in (ordered, case):
        reject_specimen(actor=pavel, case=old, reasons=["clotted"])
        again = send_again(actor=amina, case=old)
        assert (again.wbc, again.wbc_source, again.collected_at) == (None, "", None)
    order.refresh_from_db()
    assert (order.wbc, order.collected_at) == (None, None)
    ordered.refresh_from_db()
    assert (ordered.wbc, ordered.collected_at) == (7, COLLECTED), "what was rejected is kept as it was"
    assert [found for found in check_orders() if isinstance(found, Finding)] == []


def test_without_an_order_what_still_holds_is_taken_over(amina, pavel, case):
    reject_specimen(actor=pavel, case=case, reasons=["stain_unusable"])
    again = send_again(actor=amina, case=case)
    assert (again.stain, again.priority, again.collected_at) == ("giemsa", "urgent", COLLECTED)
    assert case.resubmissions.get() == again


def test_it_is_sent_again_once_unless_that_was_cancelled(amina, pavel, case):
    with pytest.raises(Conflict):
        send_again(actor=amina, case=case)
    reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    again = send_again(actor=amina, case=case)
    with pytest.raises(Conflict) as caught:
        send_again(actor=amina, case=case)
    assert (caught.value.code, caught.value.details) == ("sent_again", {"case": str(again.pk)})
    cancel_case(actor=amina, case=again, reason="The patient went home.")
    assert send_again(actor=amina, case=case).pk != again.pk


def test_the_laboratory_does_not_send_it_again(pavel, case):
    reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    with pytest.raises(PermissionRefused):
        send_again(actor=pavel, case=case)


def test_what_was_written_is_verified(pavel, amina, ordered):
    rejection = reject_specimen(actor=pavel, case=ordered, reasons=["identity_mismatch"], words=WORDS)
    send_again(actor=amina, case=ordered)
    assert list(check_rejections()) == []
    event = AuditEvent.objects.get(object_id=str(rejection.pk), action=Action.CREATE)
    assert WORDS not in str(event.after)
    with triggers_lifted(connection):
        SpecimenRejection.objects.filter(pk=rejection.pk).update(reasons=["clotted"], words="Nothing.")
    assert [found.sentence for found in check_rejections()] == [
        "It was changed after it was written.",
        "Its words were changed after they were written.",
    ]


def test_whose_place_a_case_took_is_kept_and_verified(pavel, amina, ordered, case):
    reject_specimen(actor=pavel, case=ordered, reasons=["clotted"])
    again = send_again(actor=amina, case=ordered)
    kept = AuditEvent.objects.filter(object_id=str(again.pk), after__has_key="row").latest("id").after["row"]
    assert case_digest(again) == kept
    again.resubmission_of = case
    assert case_digest(again) != kept
    with pytest.raises(DatabaseError), transaction.atomic():
        again.save()


@pytest.mark.parametrize("change", [{"reasons": ["clotted"]}, {"words": "Other words."}])
def test_the_database_keeps_it(pavel, case, change):
    rejection = reject_specimen(actor=pavel, case=case, reasons=["too_old"], words="Two days.")
    with pytest.raises(DatabaseError), transaction.atomic():
        SpecimenRejection.objects.filter(pk=rejection.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        SpecimenRejection.objects.all().delete()


def test_an_open_second_opinion_ends_with_it(central, pavel, amina):
    case = analysed_case(amina.organisation, ["neutrophil"] * 2, created_by=amina)
    vera = person("Vera", Role.PATHOLOGIST, central)
    claim(actor=pavel, case=case)
    asked = ask_opinion(actor=pavel, case=case, colleague=vera, blind=False)
    reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    asked.refresh_from_db()
    assert asked.state == "closed"


def test_a_rejected_case_goes_with_its_patient_when_records_are_merged(amina, pavel, case):
    reject_specimen(actor=pavel, case=case, reasons=["clotted"])
    into = PatientFactory(organisation=amina.organisation)
    merge_patients(actor=amina, patient=case.patient, into=into, reason="One person under two numbers.")
    case.refresh_from_db()
    assert case.patient == into
    assert send_again(actor=amina, case=case).patient == into
