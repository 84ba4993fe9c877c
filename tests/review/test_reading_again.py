"""A model promoted in the middle of a review, and images that failed: who may have them read again, and what stays."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from cases.models import Cell
from cases.states import CaseState, ImageState
from classifier.inference.types import Box, CellResult, FieldResult, Quality
from classifier.models import Analysis, AnalysisState
from classifier.services import claim_analysis, store_result
from hematovision.errors import Conflict, NotFound, PermissionRefused
from review.selectors import model_state, sign_blockers, workspace_state
from review.services.leases import release
from review.services.rereading import accept_newer_model, retry_image
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.read_cases import model, promote

pytestmark = pytest.mark.django_db


@pytest.fixture
def newer(case):
    """A model that came into use after the case was read."""
    return promote(model("2", active=False))


def result(boxes, *, label="eosinophil", locator="test-locator"):
    """What a model answers: every box is `label`."""
    return FieldResult(
        quality=Quality("good", {}),
        um_per_px=0.1,
        scale_source="given",
        cells=[
            CellResult(
                box=Box(*box),
                area_px=300,
                label=label,
                score=0.8,
                probabilities={label: 0.8, "neutrophil": 0.2},
                identified=True,
                novelty=0.1,
            )
            for box in boxes
        ],
        timings={"total": 0.1},
        locator=locator,
    )


def read(case, answer):
    image = case.images.get()
    analysis = claim_analysis(image_id=image.pk, worker="w")
    assert store_result(analysis=analysis, result=answer)
    return analysis


def boxes_of(case):
    return [cell.box for cell in case.images.get().cells.order_by("ordinal")]


def code_of(call):
    with pytest.raises(Conflict) as refusal:
        call()
    return refusal.value.code


def test_the_case_keeps_its_version_and_says_there_is_a_newer_one(case, newer, act, cells, pavel):
    act("confirm", cells[0])
    state = workspace_state(case, pavel)
    assert state["model"] == {"version": "tiny 1", "newer_available": True, "newer": "tiny 2"}
    assert (state["cells"][0]["ai"]["label"], Analysis.objects.count()) == ("neutrophil", 1)


def test_accepted_it_is_read_again_and_what_people_decided_stays(case, newer, act, cells, pavel):
    act("label", cells[0], label="basophil")
    act("exclude", cells[1], reason_code="smudge")
    assert accept_newer_model(actor=pavel, case=case) == 1
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW
    assert "1 image is still being analysed." in sign_blockers(case)

    read(case, result(boxes_of(case)))

    first, second, third = Cell.objects.filter(image__case=case).order_by("ordinal")
    assert (first.label, first.label_source, second.excluded) == ("basophil", "human", True)
    assert (third.label, third.label_source, third.revision) == ("eosinophil", "machine", 1)
    state = workspace_state(case, pavel)
    assert state["model"] == {"version": "tiny 2", "newer_available": False, "newer": ""}
    assert state["cells"][0]["ai"]["label"] == "eosinophil"
    assert case.images.get().state == ImageState.ANALYSED


def test_another_locator_counts_no_cell_twice(case, newer, act, cells, pavel):
    act("label", cells[0], label="basophil")
    accept_newer_model(actor=pavel, case=case)
    moved = [(x + 1, y + 1, width, height) for x, y, width, height in boxes_of(case)]
    read(case, result([*moved, (400, 300, 20, 20)], locator="another"))
    current = Cell.objects.current().filter(image__case=case).order_by("x")
    assert [(cell.label, cell.locator) for cell in current] == [
        ("basophil", "test-locator"),
        ("eosinophil", "another"),
        ("eosinophil", "another"),
        ("eosinophil", "another"),
    ]


def test_a_save_that_meets_the_new_reading_is_stale(case, newer, act, cells, pavel):
    from uuid import uuid4

    from review.services.decisions import apply_action

    accept_newer_model(actor=pavel, case=case)
    read(case, result([(400, 300, 20, 20)], locator="another"))
    with pytest.raises(Conflict) as refusal:
        apply_action(actor=pavel, case=case, action_id=uuid4(), kind="confirm", cells=[(cells[0].pk, 0)])
    assert refusal.value.details["gone"] == [str(cells[0].pk)]


def test_a_suggestion_that_changed_is_not_confirmed_unseen(case, newer, act, cells, pavel):
    from uuid import uuid4

    from review.services.decisions import apply_action

    accept_newer_model(actor=pavel, case=case)
    read(case, result(boxes_of(case)))
    with pytest.raises(Conflict) as refusal:
        apply_action(actor=pavel, case=case, action_id=uuid4(), kind="confirm", cells=[(cells[0].pk, 0)])
    assert refusal.value.code == "stale"


def test_going_back_to_the_earlier_model_keeps_its_evidence(case, newer, act, cells, pavel):
    accept_newer_model(actor=pavel, case=case)
    read(case, result(boxes_of(case)))
    promote(model("1"))
    accept_newer_model(actor=pavel, case=case)
    read(case, result(boxes_of(case), label="neutrophil"))
    assert cells[2].predictions.count() == 2
    assert workspace_state(case, pavel)["model"]["version"] == "tiny 1"


def test_undo_does_not_reach_back_beyond_another_reading(case, newer, act, cells, pavel):
    act("label", cells[0], label="basophil")
    accept_newer_model(actor=pavel, case=case)
    read(case, result(boxes_of(case)))
    assert code_of(lambda: act("undo")) == "nothing_to_undo"


def test_there_has_to_be_something_newer_and_somebody_who_holds_the_case(case, pavel, vera):
    assert code_of(lambda: accept_newer_model(actor=pavel, case=case)) == "up_to_date"
    promote(model("2", active=False))
    assert code_of(lambda: accept_newer_model(actor=vera, case=case)) == "lease_lost"
    accept_newer_model(actor=pavel, case=case)
    assert code_of(lambda: accept_newer_model(actor=pavel, case=case)) == "still_reading"
    release(actor=pavel, case=case)
    case.refresh_from_db()
    assert case.state == CaseState.ANALYSING
    assert code_of(lambda: accept_newer_model(actor=pavel, case=case)) == "state"


def test_a_signed_case_is_not_offered_another_reading(riverside, pavel):
    from tests.factories.read_cases import read_case

    case = read_case(riverside, state="signed")
    promote(model("2", active=False))
    assert not model_state(case)["newer_available"]
    assert code_of(lambda: accept_newer_model(actor=pavel, case=case)) == "signed"


def test_accepting_over_the_wire(client, case, newer, pavel):
    client.force_login(pavel)
    answer = client.post(reverse("review:reread", args=[case.pk]), json.dumps({}), content_type="application/json")
    assert (answer.status_code, answer.json()["images"]) == (202, 1)


@pytest.fixture
def failed(riverside):
    """An image whose run failed, in a case that is otherwise ready."""
    from django.utils import timezone

    image = SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), failed=True)
    now = timezone.now()
    Analysis.objects.create(
        image=image,
        model_version=model(),
        state=AnalysisState.FAILED,
        attempt=3,
        queued_at=now,
        started_at=now,
        finished_at=now,
        problem="The analysis stopped on a defect of the software.",
        problem_kind="defect",
    )
    return image


def test_a_failed_image_is_tried_again_from_its_case(client, failed, pavel):
    client.force_login(pavel)
    address = reverse("review:retry_image", args=[failed.pk])
    assert address in client.get(reverse("cases:detail", args=[failed.case_id])).content.decode()
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (302, reverse("cases:detail", args=[failed.case_id]))
    failed.refresh_from_db()
    failed.case.refresh_from_db()
    assert (failed.state, failed.case.state) == (ImageState.QUEUED, CaseState.ANALYSING)
    analysis = failed.analyses.get()
    assert (analysis.state, analysis.attempt, analysis.requested_by) == (AnalysisState.QUEUED, 0, pavel)
    assert claim_analysis(image_id=failed.pk, worker="w") is not None


def test_an_image_that_never_had_a_run_gets_one(riverside, pavel):
    model()
    image = SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), failed=True)
    assert retry_image(actor=pavel, image=image).state == ImageState.QUEUED
    assert image.analyses.get().state == AnalysisState.QUEUED


def test_only_what_failed_in_an_open_case_is_tried_again(failed, riverside, pavel, ines, olga, amina, nadia):
    for person, error in ((ines, PermissionRefused), (olga, PermissionRefused), (amina, PermissionRefused)):
        with pytest.raises(error):
            retry_image(actor=person, image=failed)
    with pytest.raises(NotFound):
        retry_image(actor=nadia, image=failed)
    fine = SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), analysed=True)
    assert code_of(lambda: retry_image(actor=pavel, image=fine)) == "state"
    signed = SmearImageFactory(case=CaseFactory(clinic=riverside, signed=True), failed=True)
    assert code_of(lambda: retry_image(actor=pavel, image=signed)) == "state"
