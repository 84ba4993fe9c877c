"""Classes of students: made, joined by code, given sets, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import AuditEvent
from education.models import Assignment, JoinCode, TeachingSet
from education.services.assignments import give_set, withdraw_assignment
from education.services.join_codes import TRIES, code_of, join, make_code, withdraw_code
from education.services.student_groups import close_group, make_group, remove_member, rename_group
from hematovision.errors import Conflict, NotFound, PermissionRefused, TooManyAttempts, Unprocessable
from notices.models import Notification
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db
SOON = timedelta(days=1)


@pytest.fixture
def ann(central):
    return person("Ann", Role.STUDENT, central)


@pytest.fixture
def group(pavel):
    return make_group(actor=pavel, name="Spring")


def people_in(group):
    return sorted(each.person.get_short_name() for each in group.members.filter(left_at=None))


def test_who_has_the_code_joins_however_it_is_typed(pavel, group, ann, amina):
    code = make_code(actor=pavel, pk=group.pk).code
    assert join(actor=ann, code=f" {code[:4].lower()}-{code[4:]} ") == group
    join(actor=ann, code=code)
    join(actor=amina, code=code)
    assert people_in(group) == ["Amina", "Ann"]


def test_the_code_is_not_in_the_record(pavel, group):
    code = make_code(actor=pavel, pk=group.pk).code
    assert code not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("spoil", ["wrong", "expired", "withdrawn", "replaced", "closed", "foreign"])
def test_one_sentence_for_every_code_that_opens_nothing(pavel, group, ann, spoil):
    code = make_code(actor=pavel, pk=group.pk).code
    if spoil == "expired":
        JoinCode.objects.update(expires_at=timezone.now())
    elif spoil == "withdrawn":
        withdraw_code(actor=pavel, pk=group.pk)
    elif spoil == "replaced":
        make_code(actor=pavel, pk=group.pk)
    elif spoil == "closed":
        close_group(actor=pavel, pk=group.pk)
    stranger = person("Noor", Role.STUDENT, laboratory("northern-laboratory"))
    who = stranger if spoil == "foreign" else ann
    with pytest.raises(Unprocessable, match="does not open a class of your laboratory"):
        join(actor=who, code="ABCDEFGH" if spoil == "wrong" else code)
    assert people_in(group) == []


def test_nobody_tries_codes_for_ever(ann):
    for _ in range(TRIES):
        with pytest.raises(Unprocessable):
            join(actor=ann, code="ABCDEFGH")
    with pytest.raises(TooManyAttempts):
        join(actor=ann, code="ABCDEFGH")


def test_names(pavel, group, ann):
    with pytest.raises(Conflict, match="of this name"):
        make_group(actor=pavel, name=" Spring ")
    with pytest.raises(Unprocessable):
        make_group(actor=pavel, name=" ")
    assert rename_group(actor=pavel, pk=group.pk, name="Summer").name == "Summer"
    with pytest.raises(PermissionRefused):
        make_group(actor=ann, name="Mine")


def test_a_teacher_of_another_laboratory_finds_no_class(group):
    nadia = person("Nadia", Role.PATHOLOGIST, laboratory("northern-laboratory"))
    with pytest.raises(NotFound):
        close_group(actor=nadia, pk=group.pk)


def test_what_is_given_reaches_who_is_in_the_class_and_tells_them(pavel, group, ann):
    cells = teaching_set(teaching_cell(), laboratory=group.laboratory, for_everybody=False)
    join(actor=ann, code=make_code(actor=pavel, pk=group.pk).code)
    given = give_set(actor=pavel, teaching_set=cells.pk, group=group, people=[], due_at=timezone.now() + SOON)
    assert list(TeachingSet.objects.visible_to(ann)) == [cells]
    told = Notification.objects.get(user=ann)
    assert (told.path, "Pavel" in told.text, "Ann" in told.text) == (f"/learn/sets/{cells.pk}/", False, False)
    with pytest.raises(Conflict, match="already"):
        give_set(actor=pavel, teaching_set=cells.pk, group=group, people=[], due_at=None)
    withdraw_assignment(actor=pavel, pk=given[0].pk)
    assert not TeachingSet.objects.visible_to(ann).exists()
    assert Notification.objects.get(user=ann).read_at is not None


def test_who_is_removed_is_given_nothing_more(pavel, group, ann):
    cells = teaching_set(teaching_cell(), laboratory=group.laboratory, for_everybody=False)
    join(actor=ann, code=make_code(actor=pavel, pk=group.pk).code)
    give_set(actor=pavel, teaching_set=cells.pk, group=group, people=[], due_at=None)
    remove_member(actor=pavel, pk=group.pk, person=ann.pk)
    assert not TeachingSet.objects.visible_to(ann).exists()
    with pytest.raises(NotFound):
        remove_member(actor=pavel, pk=group.pk, person=ann.pk)


def test_a_closed_class_takes_nothing(pavel, group):
    cells = teaching_set(teaching_cell(), laboratory=group.laboratory)
    make_code(actor=pavel, pk=group.pk)
    close_group(actor=pavel, pk=group.pk)
    assert code_of(group) is None
    with pytest.raises(Conflict, match="closed"):
        give_set(actor=pavel, teaching_set=cells.pk, group=group, people=[], due_at=None)
    assert not Assignment.objects.exists()


def test_people_of_another_laboratory_and_times_that_have_passed(pavel, ann):
    cells = teaching_set(teaching_cell())
    noor = person("Noor", Role.STUDENT, laboratory("northern-laboratory"))
    with pytest.raises(NotFound):
        give_set(actor=pavel, teaching_set=cells.pk, group=None, people=[noor], due_at=None)
    with pytest.raises(Unprocessable):
        give_set(actor=pavel, teaching_set=cells.pk, group=None, people=[ann], due_at=timezone.now())
    with pytest.raises(Unprocessable):
        give_set(actor=pavel, teaching_set=cells.pk, group=None, people=[], due_at=None)
