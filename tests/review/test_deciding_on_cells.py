"""What each action makes of a cell, and what is refused."""

from __future__ import annotations

import uuid

import pytest

from audit.models import AuditEvent
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from review.action_digest import action_digest
from review.models import Decision, ReviewAction
from review.services.decisions import apply_action
from tests.factories.analysed_cases import analysed_case

pytestmark = pytest.mark.django_db


def test_a_label_is_the_reviewers_from_then_on(act, cells, pavel):
    act("label", cells[2], label="monocyte")
    cells[2].refresh_from_db()
    assert (cells[2].label, cells[2].label_source, cells[2].decided_by) == ("monocyte", "human", pavel)
    assert cells[2].predictions.get().identified is False


def test_confirming_keeps_the_label_and_makes_it_the_reviewers(act, cells):
    act("confirm", cells[0], cells[1])
    for cell in cells[:2]:
        before = cell.label
        cell.refresh_from_db()
        assert (cell.label, cell.label_source, cell.is_reviewed) == (before, "human", True)


def test_an_unidentified_cell_cannot_be_confirmed_and_nothing_else_is(act, cells):
    with pytest.raises(Unprocessable, match="cannot be confirmed"):
        act("confirm", *cells)
    assert not ReviewAction.objects.exists()
    cells[0].refresh_from_db()
    assert not cells[0].is_reviewed


def test_excluding_needs_a_reason_and_takes_the_cell_out_of_the_count(act, cells):
    with pytest.raises(Unprocessable, match="Say why"):
        act("exclude", cells[0])
    act("exclude", cells[0], reason_code="smudge")
    cells[0].refresh_from_db()
    assert (cells[0].excluded, cells[0].exclusion_reason, cells[0].is_reviewed) == (True, "smudge", True)
    act("include", cells[0])
    cells[0].refresh_from_db()
    assert (cells[0].excluded, cells[0].exclusion_reason, cells[0].is_reviewed) == (False, "", False)


def test_another_reason_has_to_be_said(act, cells):
    with pytest.raises(Unprocessable, match="few words"):
        act("exclude", cells[0], reason_code="other", reason="  ")
    act("exclude", cells[0], reason_code="other", reason="Two cells in one box")
    assert ReviewAction.objects.get().reason == "Two cells in one box"


def test_giving_an_excluded_cell_a_class_counts_it_again(act, cells):
    act("exclude", cells[0], reason_code="smudge")
    act("label", cells[0], label="lymphocyte")
    cells[0].refresh_from_db()
    assert (cells[0].excluded, cells[0].label) == (False, "lymphocyte")


def test_a_removed_cell_stays_in_the_record_and_has_to_be_restored_first(act, cells):
    act("remove", cells[0])
    cells[0].refresh_from_db()
    assert (cells[0].removed, cells[0].excluded, cells[0].exclusion_reason) == (True, True, "not_a_cell")
    with pytest.raises(Unprocessable, match="restored first"):
        act("label", cells[0], label="monocyte")
    act("restore", cells[0])
    cells[0].refresh_from_db()
    assert (cells[0].removed, cells[0].excluded) == (False, False)


def test_a_flag_is_a_mark_and_no_decision(act, cells):
    act("flag", cells[0])
    cells[0].refresh_from_db()
    assert (cells[0].flagged, cells[0].is_reviewed, cells[0].decided_by) == (True, False, None)
    act("unflag", cells[0])
    cells[0].refresh_from_db()
    assert not cells[0].flagged


def test_every_change_raises_the_revision_and_what_is_so_already_writes_nothing(act, cells):
    act("confirm", cells[0])
    act("confirm", cells[0])
    act("label", cells[0], label="neutrophil")
    cells[0].refresh_from_db()
    assert (cells[0].revision, ReviewAction.objects.count()) == (1, 1)


def test_a_decision_keeps_before_and_after_and_what_the_model_said(act, cells):
    act("label", cells[2], label="basophil")
    decision = Decision.objects.get()
    assert (decision.before["label"], decision.after["label"]) == ("unidentified", "basophil")
    assert (decision.before["label_source"], decision.after["label_source"]) == ("machine", "human")
    assert (decision.ai_label, decision.ai_score) == ("unidentified", 0.4)
    assert decision.model_version == cells[2].predictions.get().model_version


def test_the_audit_trail_has_a_digest_of_every_row_of_the_action(act, cells, case):
    act("confirm", cells[0], cells[1])
    action = ReviewAction.objects.get()
    event = AuditEvent.objects.get(object_type="review.reviewaction", object_id=str(action.pk))
    assert event.after["sha256"] == action_digest(action, action.decisions.all())
    assert (event.patient_id, event.laboratory_id) == (case.patient_id, case.laboratory_id)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"kind": "sign"}, "no such action"),
        ({"kind": "add"}, "no such action"),
        ({"kind": "label", "label": "blast"}, "no such cell class"),
        ({"kind": "exclude", "reason_code": "dog"}, "Say why"),
        ({"kind": "exclude", "reason_code": "other", "reason": "x" * 501}, "at most 500"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(case, cells, pavel, more, sentence):
    with pytest.raises(Unprocessable, match=sentence):
        apply_action(actor=pavel, case=case, action_id=uuid.uuid4(), cells=[(cells[0].pk, 0)], **more)


def test_cells_of_another_case_are_not_found(case, pavel, riverside):
    other = analysed_case(riverside)
    with pytest.raises(NotFound):
        apply_action(
            actor=pavel,
            case=case,
            action_id=uuid.uuid4(),
            kind="confirm",
            cells=[(other.images.get().cells.first().pk, 0)],
        )


def test_only_pathologists_of_the_laboratory_decide(act, cells, amina, ines, olga, nadia):
    for stranger, error in ((ines, PermissionRefused), (olga, PermissionRefused), (nadia, NotFound)):
        with pytest.raises(error):
            act("confirm", cells[0], actor=stranger)
    with pytest.raises(PermissionRefused):
        act("confirm", cells[0], actor=amina)


def test_the_same_action_again_answers_as_the_first_time(act, cells):
    once = uuid.uuid4()
    first = act("confirm", cells[0], action_id=once)
    again = act("confirm", cells[0], action_id=once)
    assert (first.repeated, again.repeated, again.cells) == (False, True, [cells[0]])
    assert ReviewAction.objects.count() == 1


def test_an_action_id_is_of_one_reviewer_and_one_case(act, cells, riverside, pavel, vera):
    once = uuid.uuid4()
    act("confirm", cells[0], action_id=once)
    with pytest.raises(Conflict) as taken:
        act("confirm", cells[0], action_id=once, actor=vera)
    assert taken.value.code == "action_id_taken"


def test_two_thousand_cells_at_once_take_as_many_queries_as_two(riverside, pavel, django_assert_max_num_queries):
    from review.services.leases import claim

    case = analysed_case(riverside, ["neutrophil"] * 2000)
    claim(actor=pavel, case=case)
    seen = list(case.images.get().cells.values_list("pk", "revision"))
    # SQLite takes 999 values a statement, and a decision has eight: 18 statements for the decisions alone.
    with django_assert_max_num_queries(44):
        applied = apply_action(actor=pavel, case=case, action_id=uuid.uuid4(), kind="confirm", cells=seen)
    assert len(applied.cells) == 2000
    assert case.images.get().cells.filter(label_source="human", revision=1).count() == 2000
