"""From draft to ready, by steps the table allows, each a row and an event."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from cases.models import Case, CaseTransition
from cases.services.cases import (
    cancel_case,
    create_case,
    settle_case,
    submit_case,
    transition_case,
    update_case,
)
from cases.services.images import transition_image
from cases.states import ALLOWED_CASE_STEPS, ALLOWED_IMAGE_STEPS, CaseState, ImageState
from cases.verification import case_digest, question_digest
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from tests.factories.cases import CaseFactory, PatientFactory, SmearImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(riverside):
    return PatientFactory(organisation=riverside)


def test_a_case_goes_to_the_clinics_laboratory(amina, patient):
    case = create_case(actor=amina, patient=patient, accession_number=" A/26-1 ", priority="stat")
    assert (case.clinic.slug, case.laboratory.slug) == ("riverside-clinic", "central-laboratory")
    assert (case.state, case.accession_number) == ("draft", "A/26-1")
    assert [(step.from_state, step.to_state, step.by) for step in case.transitions.all()] == [("", "draft", amina)]


def test_a_laboratory_enters_cases_of_its_own(pavel, central):
    case = create_case(actor=pavel, patient=PatientFactory(organisation=central), accession_number="L-1")
    assert case.clinic == case.laboratory == central


def test_an_accession_number_is_taken_once_per_laboratory(amina, bora, lars, patient):
    create_case(actor=amina, patient=patient, accession_number="A-1")
    with pytest.raises(Conflict) as caught:
        create_case(actor=bora, patient=PatientFactory(organisation=bora.organisation), accession_number="A-1")
    assert caught.value.code == "duplicate_accession_number"
    create_case(actor=lars, patient=PatientFactory(organisation=lars.organisation), accession_number="A-1")


def test_a_case_without_a_number_gets_the_laboratorys_next(amina, bora, patient):
    year = dt.datetime.now(tz=dt.UTC).year
    create_case(actor=amina, patient=patient, accession_number=f"HV-{year}-000002")
    numbers = [
        create_case(actor=actor, patient=PatientFactory(organisation=actor.organisation)).accession_number
        for actor in (amina, bora, amina)
    ]
    assert numbers == [f"HV-{year}-000001", f"HV-{year}-000003", f"HV-{year}-000004"]


def test_a_foreign_patient_is_not_there(bora, patient):
    with pytest.raises(NotFound):
        create_case(actor=bora, patient=patient, accession_number="A-1")


@pytest.mark.parametrize("who", ["olga", "sami"])
def test_those_who_only_read_open_no_case(request, patient, who):
    actor = request.getfixturevalue(who)
    CaseFactory(clinic=patient.organisation, patient=patient, submitted=True)
    with pytest.raises((PermissionRefused, NotFound)):
        create_case(actor=actor, patient=patient, accession_number="A-1")
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"accession_number": "A 1"},
        {"accession_number": "../1"},
        {"priority": "soon"},
        {"stain": "ink"},
        {"objective": 0},
        {"um_per_px": 0.019},
        {"wbc": Decimal(-1), "wbc_source": "x"},
        {"wbc": Decimal("7.5")},
        {"clinical_question": "x" * 2001},
        {"collected_at": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_impossible_values_are_refused(amina, patient, wrong):
    with pytest.raises(Unprocessable) as caught:
        create_case(actor=amina, patient=patient, **{"accession_number": "A-1", **wrong})
    assert caught.value.sentence
    assert not Case.objects.exists()


def test_a_case_without_images_is_not_submitted(amina, draft):
    with pytest.raises(Unprocessable, match="Add at least one image"):
        submit_case(actor=amina, case=draft)


@pytest.mark.parametrize(("priority", "hours"), [("stat", 1), ("urgent", 4), ("routine", 24)])
def test_priority_says_when_it_is_due(amina, riverside, priority, hours):
    case = CaseFactory(clinic=riverside, priority=priority)
    SmearImageFactory(case=case)
    submit_case(actor=amina, case=case)
    assert case.due_at - case.submitted_at == dt.timedelta(hours=hours)
    update_case(actor=amina, case=case, priority="stat")
    assert case.due_at - case.submitted_at == dt.timedelta(hours=1)


def test_a_submitted_case_follows_its_images(amina, draft):
    first, second = SmearImageFactory(case=draft), SmearImageFactory(case=draft)
    submit_case(actor=amina, case=draft)
    assert draft.state == CaseState.ANALYSING
    for image in (first, second):
        assert draft.state == CaseState.ANALYSING
        for to in (ImageState.QUEUED, ImageState.ANALYSING, ImageState.ANALYSED):
            transition_image(image=image, to=to)
        settle_case(case=draft)
    assert draft.state == CaseState.READY
    assert list(draft.transitions.values_list("to_state", flat=True)) == ["draft", "submitted", "analysing", "ready"]


def test_images_that_failed_do_not_hold_the_case_up(amina, draft):
    SmearImageFactory(case=draft, failed=True)
    SmearImageFactory(case=draft, rejected=True)
    SmearImageFactory(case=draft, analysed=True)
    submit_case(actor=amina, case=draft)
    assert draft.state == CaseState.READY


@pytest.mark.parametrize("state", sorted(set(CaseState) - {"submitted", "analysing", "ready"}))
def test_finishing_the_analyses_leaves_other_states_alone(every_state, state):
    case = every_state[state]
    SmearImageFactory(case=case)
    assert settle_case(case=case).state == state


def test_only_a_draft_is_submitted(amina, every_state):
    for state, case in every_state.items():
        SmearImageFactory(case=case, analysed=True)
        if state == "draft":
            continue
        with pytest.raises(Conflict):
            submit_case(actor=amina, case=case)


def test_what_is_signed_is_not_cancelled(amina, every_state):
    unsigned = {"draft", "submitted", "analysing", "ready", "in_review"}
    for state, case in every_state.items():
        if state in unsigned:
            cancel_case(actor=amina, case=case, reason="Wrong tube")
            assert case.state == CaseState.CANCELLED
        else:
            with pytest.raises(Conflict):
                cancel_case(actor=amina, case=case, reason="Wrong tube")


def test_a_cancellation_says_why(amina, draft):
    with pytest.raises(Unprocessable, match="Say why"):
        cancel_case(actor=amina, case=draft, reason="  ")


def test_the_table_allows_what_the_services_do_and_nothing_else(every_state):
    for state, case in every_state.items():
        for to in CaseState:
            if to in ALLOWED_CASE_STEPS[CaseState(state)]:
                continue
            with pytest.raises((Conflict, Unprocessable)):
                transition_case(actor=None, case=case, to=to, reason="x")
        case.refresh_from_db()
        assert case.state == state


def test_an_image_takes_only_steps_of_its_table(draft):
    for state in ImageState:
        traits = {"problem": "x"} if state in {"failed", "rejected"} else {}
        traits |= {"taken_out_reason": "other"} if state == "taken_out" else {}
        image = SmearImageFactory(case=draft, state=state, **traits)
        for to in set(ImageState) - ALLOWED_IMAGE_STEPS[state]:
            with pytest.raises(Conflict):
                transition_image(image=image, to=to, reason="x")


def test_a_failed_image_says_why_until_it_is_tried_again(draft):
    image = SmearImageFactory(case=draft)
    transition_image(image=image, to=ImageState.FAILED, reason="The model is missing.")
    image.refresh_from_db()
    assert image.problem == "The model is missing."
    transition_image(image=image, to=ImageState.QUEUED)
    image.refresh_from_db()
    assert image.problem == ""


def test_an_uploader_does_not_take_a_case_into_review(amina, pavel, every_state):
    with pytest.raises(PermissionRefused):
        transition_case(actor=amina, case=every_state["ready"], to=CaseState.IN_REVIEW)
    case = transition_case(actor=pavel, case=every_state["ready"], to=CaseState.IN_REVIEW)
    assert case.owner == pavel


def test_a_foreign_case_is_not_there(bora, lars, nadia, draft):
    for actor in (bora, lars, nadia):
        with pytest.raises(NotFound):
            cancel_case(actor=actor, case=draft, reason="x")
        with pytest.raises(NotFound):
            update_case(actor=actor, case=draft, priority="stat")


@pytest.mark.parametrize("state", ["signed", "delivered", "corrected", "appended", "withdrawn", "cancelled"])
def test_a_closed_case_does_not_change(amina, every_state, state):
    with pytest.raises(Conflict):
        update_case(actor=amina, case=every_state[state], priority="stat")


def test_every_step_is_an_event(amina, draft):
    SmearImageFactory(case=draft, analysed=True)
    update_case(actor=amina, case=draft, stain="giemsa", clinical_question="Anna has a fever")
    submit_case(actor=amina, case=draft)
    events = AuditEvent.objects.filter(object_id=str(draft.pk)).order_by("id")
    assert [(event.action, event.actor_id) for event in events] == [
        ("update", amina.pk),
        ("submit", amina.pk),
        ("transition", None),
    ]
    update = events[0]
    assert update.before == {"stain": "wright_giemsa"}
    assert update.after == {
        "stain": "giemsa",
        "fields": ["clinical_question"],
        "row": case_digest(Case.objects.get(pk=draft.pk)),
        "question": question_digest(Case.objects.get(pk=draft.pk)),
    }
    assert {event.patient_id for event in events} == {draft.patient_id}
    assert {event.laboratory_id for event in events} == {draft.laboratory_id}


@pytest.mark.parametrize(
    "impossible",
    [
        {"state": "ready"},
        {"state": "in_review", "owner": None},
        {"state": "lost"},
        {"wbc": 5},
        {"um_per_px": 0},
        {"priority": "soon"},
    ],
    ids=str,
)
def test_the_database_itself_refuses_what_cannot_be(draft, impossible):
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=draft.pk).update(**impossible)


def test_a_worklist_puts_the_most_pressing_first(riverside):
    late, soon = dt.datetime(2026, 1, 2, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for priority, due in [("routine", soon), ("stat", late), ("urgent", soon), ("stat", soon)]:
        CaseFactory(clinic=riverside, priority=priority, ready=True, due_at=due)
    ordered = Case.objects.most_pressing_first().values_list("priority", "due_at")
    assert list(ordered) == [("stat", soon), ("stat", late), ("urgent", soon), ("routine", soon)]


def test_transitions_are_never_changed(draft):
    step = CaseTransition.objects.get(case=draft)
    for change in (lambda: CaseTransition.objects.filter(pk=step.pk).update(reason="x"), step.delete):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            change()
    image_step = SmearImageFactory(case=draft).transitions.get()
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        image_step.delete()
    assert CaseTransition.objects.filter(pk=step.pk, reason="factory").exists()
