"""The colleague's own labels: kept apart, kept all, handed over complete."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from audit.models import AuditEvent
from cases.models import Cell
from consult.models import Comparison, OpinionLabel, OpinionState
from consult.selectors import latest_labels
from consult.services import answer_opinion, ask_opinion, close_opinion, save_labels
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from notices.models import Notification
from tests.consult.conftest import cells_of
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db


def test_labels_do_not_touch_the_first_review(label_all, under_review):
    label_all("monocyte", "monocyte", "monocyte", "monocyte")
    assert set(Cell.objects.values_list("label", flat=True)) == {"neutrophil", "lymphocyte", "monocyte", "unidentified"}


def test_the_last_label_counts_and_the_earlier_ones_stay(asked, under_review, vera):
    cell = under_review.cells[0]
    for code in ("neutrophil", "monocyte", "excluded"):
        save_labels(actor=vera, opinion=asked, labels=[(cell.pk, code)])
    assert latest_labels(asked)[cell.pk].code == "excluded"
    assert OpinionLabel.objects.count() == 3
    save_labels(actor=vera, opinion=asked, labels=[(cell.pk, "")])
    assert cell.pk not in latest_labels(asked)


def test_the_same_again_writes_nothing(asked, under_review, vera):
    for _ in range(2):
        save_labels(actor=vera, opinion=asked, labels=[(under_review.cells[0].pk, "neutrophil")])
    assert OpinionLabel.objects.count() == 1


def test_the_audit_trail_counts_labels_and_does_not_tell_them(label_all, under_review):
    label_all("neutrophil", "lymphocyte", "basophil", "monocyte")
    event = AuditEvent.objects.filter(action="review", object_type="consult.secondopinion").latest("id")
    assert event.after["labels"] == 4
    assert "basophil" not in str(event.after)


def test_only_the_colleague_labels_and_only_what_was_asked(asked, under_review, pavel, vera, nadia, riverside):
    cell = under_review.cells[0]
    with pytest.raises(PermissionRefused):
        save_labels(actor=pavel, opinion=asked, labels=[(cell.pk, "neutrophil")])
    with pytest.raises(NotFound):
        save_labels(actor=nadia, opinion=asked, labels=[(cell.pk, "neutrophil")])
    other = cells_of(CaseFactory(clinic=riverside, ready=True))[0]
    with pytest.raises(NotFound):
        save_labels(actor=vera, opinion=asked, labels=[(other.pk, "neutrophil")])
    with pytest.raises(Unprocessable):
        save_labels(actor=vera, opinion=asked, labels=[(cell.pk, "blast")])
    assert not OpinionLabel.objects.exists()


def test_a_blinded_opinion_is_handed_over_complete(asked, under_review, vera, label_all):
    save_labels(actor=vera, opinion=asked, labels=[(under_review.cells[0].pk, "neutrophil")])
    with pytest.raises(Unprocessable, match="3 cells have no label"):
        answer_opinion(actor=vera, opinion=asked)
    label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte")
    answer_opinion(actor=vera, opinion=asked, words="One band, I think.")
    assert asked.state == OpinionState.ANSWERED
    assert Notification.objects.filter(kind="opinion_answered", user=asked.asked_by).exists()


def test_an_open_one_may_be_words_alone(under_review, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=False)
    with pytest.raises(Unprocessable):
        answer_opinion(actor=vera, opinion=opinion, words="  ")
    answer_opinion(actor=vera, opinion=opinion, words="I agree with all of them.")
    assert opinion.state == OpinionState.ANSWERED
    assert not Comparison.objects.exists()


def test_both_sets_of_labels_are_kept_as_they_were_when_the_answer_came(label_all, vera, under_review):
    opinion = label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte")
    answer_opinion(actor=vera, opinion=opinion)
    Cell.objects.filter(pk=under_review.cells[2].pk).update(label="neutrophil")
    rows = [(row.first, row.second, row.first_read) for row in Comparison.objects.order_by("position")]
    assert rows == [
        ("neutrophil", "neutrophil", True),
        ("lymphocyte", "lymphocyte", True),
        ("monocyte", "neutrophil", True),
        ("unidentified", "monocyte", False),
    ]


def test_nothing_is_labelled_after_the_answer_or_the_end(label_all, under_review, vera, pavel):
    opinion = label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte")
    answer_opinion(actor=vera, opinion=opinion)
    with pytest.raises(Conflict):
        save_labels(actor=vera, opinion=opinion, labels=[(under_review.cells[0].pk, "monocyte")])
    other = ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=True)
    close_opinion(actor=pavel, opinion=other, reason="Not needed.")
    with pytest.raises(Conflict):
        save_labels(actor=vera, opinion=other, labels=[(under_review.cells[0].pk, "monocyte")])


def test_a_cell_that_left_the_review_needs_no_label(asked, under_review, vera):
    Cell.objects.filter(pk=under_review.cells[3].pk).update(superseded=True)
    save_labels(actor=vera, opinion=asked, labels=[(cell.pk, "neutrophil") for cell in under_review.cells[:3]])
    answer_opinion(actor=vera, opinion=asked)
    assert Comparison.objects.count() == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consult_opinionlabel SET label = 'basophil'",
        "DELETE FROM consult_opinionlabel",
        "UPDATE consult_comparison SET second_label = first_label",
        "DELETE FROM consult_opinioncell",
        "UPDATE consult_secondopinion SET blind = NOT blind",
        "UPDATE consult_secondopinion SET question = 'another'",
    ],
)
def test_the_database_keeps_what_was_written(label_all, vera, statement):
    answer_opinion(actor=vera, opinion=label_all("neutrophil", "lymphocyte", "neutrophil", "monocyte"))
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
