"""Asking for a second opinion: who may, whom, about which cells, and how the question ends unread."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent
from cases.models import Cell
from cases.services.cases import cancel_case
from cases.states import CaseState
from consult.models import OpinionState, SecondOpinion
from consult.selectors import open_opinions
from consult.services import ask_opinion, close_opinion, decline_opinion
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from notices.models import Notification
from review.services.amendments import abandon_amendment, open_amendment
from review.services.leases import release
from tests.consult.conftest import cells_of
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db


def test_the_reviewer_asks_and_the_colleague_is_told(asked, under_review, vera):
    assert asked.state == OpinionState.ASKED
    assert [row.cell_id for row in asked.asked_cells.all()] == [cell.pk for cell in under_review.cells]
    told = Notification.objects.get(user=vera)
    assert told.path == f"/opinions/{asked.pk}/"
    assert under_review.case.accession_number not in told.text
    assert list(open_opinions(under_review.case)) == [asked]


def test_it_is_in_the_audit_trail_without_the_question(asked, pavel):
    event = AuditEvent.objects.get(object_id=str(asked.pk))
    assert (event.actor_id, event.action) == (pavel.pk, "create")
    assert event.after["cells"] == 4
    assert "monocytes" not in str(event.after)


def test_cells_come_in_the_order_of_the_field_not_of_doubt(under_review, pavel, vera):
    Cell.objects.filter(pk=under_review.cells[3].pk).update(score=0.1)
    opinion = ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=True)
    assert opinion.asked_cells.order_by("position").last().cell_id == under_review.cells[3].pk


def test_only_the_flagged_cells(under_review, pavel, vera):
    Cell.objects.filter(pk=under_review.cells[1].pk).update(flagged=True)
    opinion = ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=False, scope="flagged")
    assert [row.cell_id for row in opinion.asked_cells.all()] == [under_review.cells[1].pk]


@pytest.mark.parametrize(("scope", "word"), [("flagged", "flagged"), ("everything", "Choose")])
def test_nothing_to_ask_about(under_review, pavel, vera, scope, word):
    with pytest.raises(Unprocessable, match=word):
        ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=True, scope=scope)
    assert not SecondOpinion.objects.exists()


def test_nobody_is_asked_twice_at_a_time(asked, under_review, pavel, vera):
    with pytest.raises(Conflict, match="asked already"):
        ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=False)


def test_oneself_strangers_and_other_roles_are_not_asked(under_review, pavel, nadia, ines):
    for person in (pavel, nadia, ines):
        with pytest.raises(Unprocessable):
            ask_opinion(actor=pavel, case=under_review.case, colleague=person, blind=True)


def test_only_whoever_reviews_the_case_asks(under_review, pavel, vera, ines, nadia):
    with pytest.raises(Conflict):
        ask_opinion(actor=vera, case=under_review.case, colleague=pavel, blind=True)
    with pytest.raises(PermissionRefused):
        ask_opinion(actor=ines, case=under_review.case, colleague=vera, blind=True)
    with pytest.raises(NotFound):
        ask_opinion(actor=nadia, case=under_review.case, colleague=vera, blind=True)
    release(actor=pavel, case=under_review.case)
    with pytest.raises(Conflict, match="Claim"):
        ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=True)


def test_the_colleague_declines_with_a_reason(asked, under_review, pavel, vera):
    with pytest.raises(Unprocessable):
        decline_opinion(actor=vera, opinion=asked, reason=" ")
    decline_opinion(actor=vera, opinion=asked, reason="On leave.")
    assert asked.state == OpinionState.DECLINED
    assert not open_opinions(under_review.case).exists()
    assert Notification.objects.filter(user=pavel, kind="opinion_declined").exists()


def test_nobody_else_declines(asked, pavel, nadia):
    with pytest.raises(PermissionRefused):
        decline_opinion(actor=pavel, opinion=asked, reason="No.")
    with pytest.raises(NotFound):
        decline_opinion(actor=nadia, opinion=asked, reason="No.")


def test_the_question_is_taken_back(asked, pavel, vera):
    close_opinion(actor=pavel, opinion=asked, reason="Seen at the microscope together.")
    assert asked.state == OpinionState.CLOSED
    assert Notification.objects.filter(user=vera, kind="opinion_closed").exists()
    with pytest.raises(Conflict):
        close_opinion(actor=pavel, opinion=asked, reason="Again.")


def test_a_cancelled_case_asks_nobody(asked, under_review, ines):
    cancel_case(actor=ines, case=under_review.case, reason="Ordered twice.")
    asked.refresh_from_db()
    assert (asked.state, asked.closing) == (OpinionState.CLOSED, "The case was cancelled.")


def test_an_amendment_given_up_takes_its_questions_with_it(riverside, pavel, vera):
    case = CaseFactory(clinic=riverside, signed=True, owner=pavel)
    cells_of(case)
    with pytest.raises(Conflict):
        ask_opinion(actor=pavel, case=case, colleague=vera, blind=True)
    open_amendment(actor=pavel, case=case, kind="corrected", reason_code="reclassified", reason="Look again.")
    opinion = ask_opinion(actor=pavel, case=case, colleague=vera, blind=True)
    abandon_amendment(actor=pavel, case=case)
    opinion.refresh_from_db()
    assert opinion.state == OpinionState.CLOSED
    assert case.state == CaseState.SIGNED
