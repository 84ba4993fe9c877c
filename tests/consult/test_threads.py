"""The discussion of a case or a cell: who writes, who is told, and that it closes at sign-out."""

from __future__ import annotations

import pytest
from django.db import Error, connection, transaction

from accounts.models import Role
from audit.models import AuditEvent
from consult.mentions import people_named
from consult.models import Comment
from consult.selectors import comments_of
from consult.services import add_comment
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from notices.models import Notification
from review.services.amendments import open_amendment
from tests.consult.conftest import cells_of
from tests.factories.cases import CaseFactory
from tests.people import person

pytestmark = pytest.mark.django_db


def test_a_comment_on_a_cell(under_review, pavel, vera):
    comment = add_comment(
        actor=vera, case=under_review.case, cell=under_review.cells[2], text=" Kidney-shaped nucleus. "
    )
    assert comment.text == "Kidney-shaped nucleus."
    assert list(comments_of(under_review.case, pavel)) == [comment]
    assert list(comments_of(under_review.case, pavel, cell=under_review.cells[0])) == []


def test_those_mentioned_are_told_without_a_word_of_what_was_said(under_review, pavel, vera):
    comment = add_comment(actor=pavel, case=under_review.case, text="Please look, @vera  Central: toxic granules?")
    assert list(comment.mentions.all()) == [vera]
    told = Notification.objects.get(user=vera)
    assert "toxic" not in told.text
    assert told.path.startswith(f"/cases/{under_review.case.pk}/discussion/")


def test_one_may_be_mentioned_without_being_named(under_review, pavel, vera):
    add_comment(actor=pavel, case=under_review.case, text="Any thoughts?", mentions=[vera])
    assert Notification.objects.filter(user=vera).count() == 1


def test_only_the_laboratorys_pathologists_are_mentioned(under_review, pavel, nadia, amina):
    for stranger in (nadia, amina, pavel):
        with pytest.raises(Unprocessable):
            add_comment(actor=pavel, case=under_review.case, text="You?", mentions=[stranger])
    add_comment(actor=pavel, case=under_review.case, text="@Nadia Northern and @Amina Riverside cannot read this.")
    assert not Notification.objects.exists()


def test_the_longest_name_is_meant(central):
    ana = person("Ana", Role.PATHOLOGIST, central)
    ana.full_name = "Ana Maria"
    lopez = person("Lopez", Role.PATHOLOGIST, central)
    lopez.full_name = "Ana Maria Lopez"
    assert people_named("ask @Ana Maria Lopez.", [ana, lopez]) == [lopez]
    assert people_named("ask @ana maria, not mail@Ana Maria Lopez", [ana, lopez]) == [ana]
    assert people_named("no one", [ana, lopez]) == []


def test_the_clinic_neither_writes_nor_reads(under_review, pavel, amina, ines, olga, nadia):
    add_comment(actor=pavel, case=under_review.case, text="Between us.")
    assert list(comments_of(under_review.case, amina)) == []
    assert list(comments_of(under_review.case, nadia)) == []
    assert comments_of(under_review.case, olga).count() == 1
    for outsider in (amina, ines, olga):
        with pytest.raises(PermissionRefused):
            add_comment(actor=outsider, case=under_review.case, text="Hello")
    with pytest.raises(NotFound):
        add_comment(actor=nadia, case=under_review.case, text="Hello")


def test_the_thread_closes_at_sign_out_and_stays_in_the_record(riverside, pavel):
    case = CaseFactory(clinic=riverside, signed=True, owner=pavel)
    with pytest.raises(Conflict) as caught:
        add_comment(actor=pavel, case=case, text="One more thing")
    assert caught.value.code == "signed"
    open_amendment(actor=pavel, case=case, kind="appended", reason_code="additional", reason="History came.")
    add_comment(actor=pavel, case=case, text="Now it can be said.")
    assert comments_of(case, pavel).count() == 1


def test_nothing_is_said_about_a_cancelled_case(riverside, pavel, central):
    case = CaseFactory(clinic=central, created_by=pavel, cancelled=True)
    with pytest.raises(Conflict):
        add_comment(actor=pavel, case=case, text="Why?")


def test_whoever_owes_a_blinded_opinion_stays_out_of_the_discussion(asked, under_review, vera):
    with pytest.raises(PermissionRefused) as caught:
        add_comment(actor=vera, case=under_review.case, text="I think they are monocytes")
    assert caught.value.code == "blind"


def test_a_cell_of_another_case_is_none_of_this_one(under_review, riverside, pavel):
    other = cells_of(CaseFactory(clinic=riverside, ready=True))[0]
    with pytest.raises(NotFound):
        add_comment(actor=pavel, case=under_review.case, cell=other, text="This one")


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_an_empty_or_endless_comment_is_refused(under_review, pavel, text):
    with pytest.raises(Unprocessable):
        add_comment(actor=pavel, case=under_review.case, text=text)
    assert not Comment.objects.exists()


def test_what_was_said_is_not_in_the_audit_trail(under_review, pavel):
    comment = add_comment(actor=pavel, case=under_review.case, text="Auer rods?")
    event = AuditEvent.objects.get(object_id=str(comment.pk))
    assert "Auer" not in str(event.after)
    assert len(event.after["sha256"]) == 64


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consult_comment SET text = 'other'",
        "DELETE FROM consult_comment_mentions",
        "UPDATE consult_comment_mentions SET user_id = user_id",
    ],
)
def test_the_database_keeps_the_thread(under_review, pavel, vera, statement):
    add_comment(actor=pavel, case=under_review.case, text="Said.", mentions=[vera])
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
