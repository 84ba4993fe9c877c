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


def test_a_comment_on_a_cell(reading, pavel, vera):
    comment = add_comment(actor=vera, case=reading.case, cell=reading.cells[2], text=" Kidney-shaped nucleus. ")
    assert comment.text == "Kidney-shaped nucleus."
    assert list(comments_of(reading.case, pavel)) == [comment]
    assert list(comments_of(reading.case, pavel, cell=reading.cells[0])) == []


def test_those_mentioned_are_told_without_a_word_of_what_was_said(reading, pavel, vera):
    comment = add_comment(actor=pavel, case=reading.case, text="Please look, @vera  Central: toxic granules?")
    assert list(comment.mentions.all()) == [vera]
    told = Notification.objects.get(user=vera)
    assert "toxic" not in told.text
    assert told.path.startswith(f"/cases/{reading.case.pk}/discussion/")


def test_one_may_be_mentioned_without_being_named(reading, pavel, vera):
    add_comment(actor=pavel, case=reading.case, text="Any thoughts?", mentions=[vera])
    assert Notification.objects.filter(user=vera).count() == 1


def test_only_the_laboratorys_pathologists_are_mentioned(reading, pavel, nadia, amina):
    for stranger in (nadia, amina, pavel):
        with pytest.raises(Unprocessable):
            add_comment(actor=pavel, case=reading.case, text="You?", mentions=[stranger])
    add_comment(actor=pavel, case=reading.case, text="@Nadia Northern and @Amina Riverside cannot read this.")
    assert not Notification.objects.exists()


def test_the_longest_name_is_meant(central):
    ana = person("Ana", Role.PATHOLOGIST, central)
    ana.full_name = "Ana Maria"
    lopez = person("Lopez", Role.PATHOLOGIST, central)
    lopez.full_name = "Ana Maria Lopez"
    assert people_named("ask @Ana Maria Lopez.", [ana, lopez]) == [lopez]
    assert people_named("ask @ana maria, not mail@Ana Maria Lopez", [ana, lopez]) == [ana]
    assert people_named("no one", [ana, lopez]) == []


def test_the_clinic_neither_writes_nor_reads(reading, pavel, amina, ines, olga, nadia):
    add_comment(actor=pavel, case=reading.case, text="Between us.")
    assert list(comments_of(reading.case, amina)) == []
    assert list(comments_of(reading.case, nadia)) == []
    assert comments_of(reading.case, olga).count() == 1
    for outsider in (amina, ines, olga):
        with pytest.raises(PermissionRefused):
            add_comment(actor=outsider, case=reading.case, text="Hello")
    with pytest.raises(NotFound):
        add_comment(actor=nadia, case=reading.case, text="Hello")


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


def test_a_blind_reader_stays_out_of_it(asked, reading, vera):
    with pytest.raises(Conflict) as caught:
        add_comment(actor=vera, case=reading.case, text="I think they are monocytes")
    assert caught.value.code == "blind"


def test_a_cell_of_another_case_is_none_of_this_one(reading, riverside, pavel):
    other = cells_of(CaseFactory(clinic=riverside, ready=True))[0]
    with pytest.raises(NotFound):
        add_comment(actor=pavel, case=reading.case, cell=other, text="This one")


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_an_empty_or_endless_comment_is_refused(reading, pavel, text):
    with pytest.raises(Unprocessable):
        add_comment(actor=pavel, case=reading.case, text=text)
    assert not Comment.objects.exists()


def test_what_was_said_is_not_in_the_trail(reading, pavel):
    comment = add_comment(actor=pavel, case=reading.case, text="Auer rods?")
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
def test_the_database_keeps_the_thread(reading, pavel, vera, statement):
    add_comment(actor=pavel, case=reading.case, text="Said.", mentions=[vera])
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
