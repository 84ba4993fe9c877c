"""A model promoted in the middle of a review, and images that failed: who may re-analyse them, and what stays."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from cases.models import Cell
from cases.states import CaseState, ImageState
from classifier.models import Analysis, AnalysisState
from classifier.selectors import output_for_case
from classifier.services import claim_analysis
from hematovision.errors import Conflict, NotFound, PermissionRefused
from review.selectors import model_state, sign_blockers, workspace_state
from review.services.leases import release
from review.services.reanalysis import accept_newer_model, retry_image
from tests.factories.analysed_cases import analysed_case, model, promote
from tests.factories.analyses import boxes_of, field_result, finish_analysis
from tests.factories.cases import CaseFactory, SmearImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def newer(case):
    """A model that came into use after the case was analysed."""
    return promote(model("2", active=False))


def code_of(call):
    with pytest.raises(Conflict) as refusal:
        call()
    return refusal.value.code


def test_the_case_keeps_its_model_and_says_there_is_a_newer_one(case, newer, act, cells, pavel):
    act("confirm", cells[0])
    state = workspace_state(case, pavel)
    assert state["model"] == {"version": "tiny 1", "newer_available": True, "newer": "tiny 2"}
    assert (state["cells"][0]["ai"]["label"], Analysis.objects.count()) == ("neutrophil", 1)


def test_reanalysis_keeps_what_people_decided(case, newer, act, cells, pavel):
    act("label", cells[0], label="basophil")
    act("exclude", cells[1], reason_code="smudge")
    assert accept_newer_model(actor=pavel, case=case) == 1
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW
    assert "1 image is still being analysed." in sign_blockers(case)

    finish_analysis(case, field_result(boxes_of(case)))

    first, second, third = Cell.objects.filter(image__case=case).order_by("ordinal")
    assert (first.label, first.label_source, second.excluded) == ("basophil", "human", True)
    assert (third.label, third.label_source, third.revision) == ("eosinophil", "machine", 1)
    state = workspace_state(case, pavel)
    assert state["model"] == {"version": "tiny 2", "newer_available": False, "newer": ""}
    assert state["cells"][0]["ai"]["label"] == "eosinophil"
    assert case.images.get().state == ImageState.ANALYSED


def test_reanalysis_by_another_detector_counts_no_cell_twice(case, newer, act, cells, pavel):
    act("label", cells[0], label="basophil")
    accept_newer_model(actor=pavel, case=case)
    moved = [(x + 1, y + 1, width, height) for x, y, width, height in boxes_of(case)]
    finish_analysis(case, field_result([*moved, (400, 300, 20, 20)], detector="another"))
    current = Cell.objects.current().filter(image__case=case).order_by("x")
    assert [(cell.label, cell.detector) for cell in current] == [
        ("basophil", "test-detector"),
        ("eosinophil", "another"),
        ("eosinophil", "another"),
        ("eosinophil", "another"),
    ]


def test_a_decision_on_a_cell_gone_after_reanalysis_is_refused(case, newer, act, cells, pavel):
    from uuid import uuid4

    from review.services.decisions import apply_action

    accept_newer_model(actor=pavel, case=case)
    finish_analysis(case, field_result([(400, 300, 20, 20)], detector="another"))
    with pytest.raises(Conflict) as refusal:
        apply_action(actor=pavel, case=case, action_id=uuid4(), kind="confirm", cells=[(cells[0].pk, 0)])
    assert refusal.value.details["gone"] == [str(cells[0].pk)]


def test_a_suggestion_changed_by_reanalysis_is_not_confirmed_unseen(case, newer, act, cells, pavel):
    from uuid import uuid4

    from review.services.decisions import apply_action

    accept_newer_model(actor=pavel, case=case)
    finish_analysis(case, field_result(boxes_of(case)))
    with pytest.raises(Conflict) as refusal:
        apply_action(actor=pavel, case=case, action_id=uuid4(), kind="confirm", cells=[(cells[0].pk, 0)])
    assert refusal.value.code == "stale"


def test_rollback_restores_what_the_earlier_model_said(case, newer, act, cells, pavel):
    accept_newer_model(actor=pavel, case=case)
    finish_analysis(case, field_result(boxes_of(case), label="eosinophil"))
    promote(model("1"))
    accept_newer_model(actor=pavel, case=case)
    # The worker's arithmetic may differ from last time; the predictions stored then stand.
    finish_analysis(case, field_result(boxes_of(case), label="basophil"))

    state = workspace_state(case, pavel)
    assert state["model"]["version"] == "tiny 1"
    assert [cell["label"] for cell in state["cells"]] == ["neutrophil", "lymphocyte", "unidentified"]
    assert [cell["ai"]["label"] for cell in state["cells"]] == ["neutrophil", "lymphocyte", "unidentified"]
    assert [cell["score"] for cell in state["cells"]] == [0.9, 0.9, 0.4]
    assert [cells[2].predictions.count(), Analysis.objects.count()] == [2, 2]

    act("confirm", cells[0])
    decision = cells[0].decisions.get()
    assert (decision.ai_label, str(decision.model_version)) == ("neutrophil", "tiny 1")


def test_a_cell_the_current_model_has_not_classified_keeps_what_the_earlier_one_said(case, newer, act, cells, pavel):
    act("label", cells[0], label="basophil")
    accept_newer_model(actor=pavel, case=case)
    # The new model's detector finds other cells; the one a person named waits for a worker to classify it.
    finish_analysis(case, field_result([(400, 300, 20, 20)], detector="another"))
    output = output_for_case(case)
    assert str(output.predictions[cells[0].pk].model_version) == "tiny 1"
    assert [str(version) for version in output.model_versions] == ["tiny 1", "tiny 2"]


def test_one_case_is_two_queries_however_many_cells_it_has(riverside, django_assert_num_queries):
    few, many = analysed_case(riverside), analysed_case(riverside, ["neutrophil"] * 60)
    for case in (few, many):
        with django_assert_num_queries(2):
            output = output_for_case(case)
            assert {str(found.model_version) for found in output.predictions.values()} == {"tiny 1"}


def test_undo_does_not_reach_back_beyond_a_reanalysis(case, newer, act, cells, pavel):
    act("label", cells[0], label="basophil")
    accept_newer_model(actor=pavel, case=case)
    finish_analysis(case, field_result(boxes_of(case)))
    assert code_of(lambda: act("undo")) == "nothing_to_undo"


def test_reanalysis_needs_a_newer_model_and_the_lease(case, pavel, vera):
    assert code_of(lambda: accept_newer_model(actor=pavel, case=case)) == "up_to_date"
    promote(model("2", active=False))
    assert code_of(lambda: accept_newer_model(actor=vera, case=case)) == "lease_lost"
    accept_newer_model(actor=pavel, case=case)
    assert code_of(lambda: accept_newer_model(actor=pavel, case=case)) == "still_reading"
    release(actor=pavel, case=case)
    case.refresh_from_db()
    assert case.state == CaseState.ANALYSING
    assert code_of(lambda: accept_newer_model(actor=pavel, case=case)) == "state"


def test_a_signed_case_is_not_offered_a_reanalysis(riverside, pavel):
    case = analysed_case(riverside, state="signed")
    promote(model("2", active=False))
    assert not model_state(case)["newer_available"]
    assert code_of(lambda: accept_newer_model(actor=pavel, case=case)) == "signed"


def test_the_workspace_accepts_a_reanalysis(client, case, newer, pavel):
    client.force_login(pavel)
    answer = client.post(reverse("review:reanalyse", args=[case.pk]), json.dumps({}), content_type="application/json")
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


def test_a_failed_image_is_reanalysed_from_its_case_page(client, failed, pavel):
    client.force_login(pavel)
    address = reverse("review:retry_image", args=[failed.pk])
    assert address in client.get(reverse("workbench:case", args=[failed.case_id])).content.decode()
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (302, reverse("workbench:case", args=[failed.case_id]))
    failed.refresh_from_db()
    failed.case.refresh_from_db()
    assert (failed.state, failed.case.state) == (ImageState.QUEUED, CaseState.ANALYSING)
    analysis = failed.analyses.get()
    assert (analysis.state, analysis.attempt, analysis.requested_by) == (AnalysisState.QUEUED, 0, pavel)
    assert claim_analysis(image_id=failed.pk, worker="w") is not None


def test_a_failed_image_without_an_analysis_gets_one(riverside, pavel):
    model()
    image = SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), failed=True)
    assert retry_image(actor=pavel, image=image).state == ImageState.QUEUED
    assert image.analyses.get().state == AnalysisState.QUEUED


def test_only_a_failed_image_of_an_open_case_is_reanalysed(failed, riverside, pavel, ines, olga, amina, nadia):
    for person, error in ((ines, PermissionRefused), (olga, PermissionRefused), (amina, PermissionRefused)):
        with pytest.raises(error):
            retry_image(actor=person, image=failed)
    with pytest.raises(NotFound):
        retry_image(actor=nadia, image=failed)
    fine = SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), analysed=True)
    assert code_of(lambda: retry_image(actor=pavel, image=fine)) == "state"
    signed = SmearImageFactory(case=CaseFactory(clinic=riverside, signed=True), failed=True)
    assert code_of(lambda: retry_image(actor=pavel, image=signed)) == "state"
