"""The list of differences, its agreement, and how the one who signs adjudicates it."""

from __future__ import annotations

import pytest

from cases.models import Cell
from consult.models import Adjudication, OpinionState
from consult.selectors import open_opinions, result_of
from consult.services import CellChoice, adjudicate, answer_opinion, close_opinion, take_note
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from review.models import ReviewAction
from review.services.leases import release

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(label_all, vera):
    """Vera calls pavel's monocyte a neutrophil, and the unidentified cell a monocyte."""
    return answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte"))


def choose(opinion, position, choice, other=""):
    row = opinion.comparisons.select_related("cell").get(position=position)
    return CellChoice(comparison_id=row.pk, choice=choice, revision=row.cell.revision, other=other)


def test_the_list_holds_what_differs(answered):
    found = result_of(answered)
    assert [(each.first.code, each.second.code) for each in found.differences] == [
        ("monocyte", "neutrophil"),
        ("unidentified", "monocyte"),
    ]
    assert found.outstanding == 2


def test_agreement_is_over_cells_that_both_have_read(answered):
    found = result_of(answered)
    assert (found.agreement.n, found.agreement.agreed, found.unread) == (3, 2, 1)
    # N/N, L/L, M/N: observed 2/3, by chance (1*2 + 1*1 + 1*0)/9 = 1/3.
    assert found.agreement.kappa == pytest.approx(0.5)


def test_the_colleagues_label_is_taken(answered, pavel, under_review):
    adjudicate(actor=pavel, opinion=answered, choices=[choose(answered, 3, "second")], reason="Lobed after all.")
    cell = Cell.objects.get(pk=under_review.cells[2].pk)
    assert (cell.label, cell.label_source, cell.decided_by) == ("neutrophil", "human", pavel)
    row = Adjudication.objects.get()
    assert ReviewAction.objects.get(pk=row.action_id).by == pavel
    assert answered.state == OpinionState.ANSWERED


def test_adjudicating_does_not_change_the_agreement(answered, pavel):
    before = result_of(answered).agreement
    adjudicate(actor=pavel, opinion=answered, choices=[choose(answered, 3, "second"), choose(answered, 4, "second")])
    assert result_of(answered).agreement == before


def test_keeping_ones_own_label_changes_no_cell(answered, pavel, under_review):
    adjudicate(actor=pavel, opinion=answered, choices=[choose(answered, 3, "first")])
    assert Cell.objects.get(pk=under_review.cells[2].pk).revision == under_review.cells[2].revision
    assert Adjudication.objects.get().action_id is None


def test_a_third_label_and_an_exclusion(answered, pavel, under_review):
    adjudicate(
        actor=pavel,
        opinion=answered,
        choices=[choose(answered, 3, "other", "basophil"), choose(answered, 4, "other", "excluded")],
    )
    assert Cell.objects.get(pk=under_review.cells[2].pk).label == "basophil"
    excluded = Cell.objects.get(pk=under_review.cells[3].pk)
    assert excluded.excluded
    assert excluded.exclusion_reason == "other"


def test_the_last_difference_adjudicated_ends_the_opinion(answered, pavel, under_review):
    adjudicate(actor=pavel, opinion=answered, choices=[choose(answered, 3, "first"), choose(answered, 4, "second")])
    answered.refresh_from_db()
    assert (answered.state, answered.settled_by) == (OpinionState.ADJUDICATED, pavel)
    assert not open_opinions(under_review.case).exists()


def test_a_cell_that_no_longer_counts_is_nothing_to_adjudicate(answered, pavel, under_review):
    Cell.objects.filter(pk=under_review.cells[3].pk).update(superseded=True)
    adjudicate(actor=pavel, opinion=answered, choices=[choose(answered, 3, "first")])
    assert answered.state == OpinionState.ADJUDICATED


def test_an_answer_without_differences_is_noted(label_all, vera, pavel, under_review):
    Cell.objects.filter(pk=under_review.cells[3].pk).update(label="monocyte", label_source="human")
    opinion = answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "monocyte", "monocyte"))
    assert open_opinions(under_review.case).exists()
    take_note(actor=pavel, opinion=opinion)
    assert opinion.state == OpinionState.ADJUDICATED


def test_differences_are_not_noted_away(answered, pavel):
    with pytest.raises(Conflict, match="2 differences"):
        take_note(actor=pavel, opinion=answered)


def test_they_can_be_left_with_a_reason(answered, pavel):
    with pytest.raises(Unprocessable):
        close_opinion(actor=pavel, opinion=answered, reason="")
    close_opinion(actor=pavel, opinion=answered, reason="Neither changes the result.")
    assert answered.state == OpinionState.CLOSED


def test_nobody_but_the_reviewer_adjudicates(answered, vera, ines, nadia):
    for person in (vera, ines):
        with pytest.raises(PermissionRefused):
            adjudicate(actor=person, opinion=answered, choices=[choose(answered, 3, "second")])
    with pytest.raises(NotFound):
        adjudicate(actor=nadia, opinion=answered, choices=[choose(answered, 3, "second")])
    assert not Adjudication.objects.exists()


def test_nobody_adjudicates_a_case_that_was_let_go(answered, pavel, under_review):
    release(actor=pavel, case=under_review.case)
    with pytest.raises(PermissionRefused):
        adjudicate(actor=pavel, opinion=answered, choices=[choose(answered, 3, "second")])


def test_a_cell_that_changed_meanwhile_stops_everything(answered, pavel, under_review):
    rows = [choose(answered, 3, "second"), choose(answered, 4, "second")]
    Cell.objects.filter(pk=under_review.cells[3].pk).update(revision=9, label="basophil")
    with pytest.raises(Conflict) as caught:
        adjudicate(actor=pavel, opinion=answered, choices=rows)
    assert caught.value.code == "stale"
    assert not Adjudication.objects.exists()
    assert Cell.objects.get(pk=under_review.cells[2].pk).label == "monocyte"


def test_a_difference_is_adjudicated_once(answered, pavel):
    row = choose(answered, 3, "first")
    adjudicate(actor=pavel, opinion=answered, choices=[row])
    with pytest.raises(Conflict):
        adjudicate(actor=pavel, opinion=answered, choices=[row])


def test_what_does_not_differ_is_not_adjudicated(answered, pavel):
    with pytest.raises(NotFound):
        adjudicate(actor=pavel, opinion=answered, choices=[choose(answered, 1, "second")])
    with pytest.raises(Unprocessable):
        adjudicate(actor=pavel, opinion=answered, choices=[choose(answered, 3, "other", "blast")])
    with pytest.raises(Unprocessable):
        adjudicate(actor=pavel, opinion=answered, choices=[])
