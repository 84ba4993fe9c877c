"""The end of an open proficiency test is moved for everybody; it is taken back from whoever has not begun."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Action, AuditEvent
from education.models import Assignment
from education.selectors.proficiency import proficiency_test, score_of
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from education.services.proficiency import give_test, withdraw_test
from education.services.questions import askable
from hematovision.errors import Conflict
from notices.models import Notification
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import person

SOON = timedelta(days=1)


@pytest.fixture
def people(central):
    return [person(name, Role.STUDENT, central) for name in ("Ann", "Ben", "Cleo", "Dan", "Eve")]


@pytest.fixture
def cells(db):
    return teaching_set(*(teaching_cell(code) for code in ["monocyte"] * 2 + ["lymphocyte"] * 2), title="Two classes")


@pytest.fixture
def given(pavel, cells, people):
    return give_test(actor=pavel, teaching_set=cells, people=people, due_at=timezone.now() + SOON)


def page_of(assignment, name="proficiency_test"):
    return reverse(f"education:{name}", args=[assignment.pk])


def test_its_end_is_moved_for_everybody(client, pavel, given, people):
    client.force_login(pavel)
    later = (timezone.now() + 3 * SOON).replace(second=0, microsecond=0)
    sent = client.post(page_of(given[0], "move_test"), {"due_at": f"{later:%Y-%m-%dT%H:%M}"})
    assert sent.status_code == 302
    assert set(Assignment.objects.values_list("due_at", flat=True)) == {later}
    assert score_of(proficiency_test(pavel, given[0].pk), timezone.now() + 2 * SOON) is None
    assert AuditEvent.objects.filter(action=Action.UPDATE, object_type="education.assignment").count() == len(people)


def test_it_is_not_moved_into_the_past_nor_once_it_has_closed(client, pavel, given):
    client.force_login(pavel)
    past = client.post(page_of(given[0], "move_test"), {"due_at": "2020-01-01T00:00"})
    assert (past.status_code, "has to close in the future" in past.text) == (422, True)
    Assignment.objects.update(due_at=timezone.now())
    late = client.post(page_of(given[0], "move_test"), {"due_at": "2100-01-01T00:00"})
    assert (late.status_code, Assignment.objects.filter(due_at__year=2100).count()) == (422, 0)
    with pytest.raises(Conflict, match="has closed"):
        withdraw_test(actor=pavel, pk=given[0].pk)


def test_it_is_taken_back_from_who_has_not_begun(client, pavel, given, people, cells):
    begun = start_attempt(actor=people[0], teaching_set=cells)
    client.force_login(pavel)
    assert "4 people have not begun" in client.get(page_of(given[0])).text
    assert client.post(page_of(given[0], "withdraw_test")).status_code == 302
    assert [each.person for each in Assignment.objects.filter(withdrawn_at__isnull=True)] == [people[0]]
    assert not Notification.objects.unread().filter(user__in=people[1:]).exists()
    assert set(askable(cells, people[1]).values_list("pk", flat=True)) >= {each.cell_id for each in begun.items.all()}
    _, item = show_next(actor=people[0], attempt=begun.pk)
    answer_item(actor=people[0], attempt=begun.pk, position=item.position, label="monocyte")
    with pytest.raises(Conflict, match="Everybody has begun"):
        withdraw_test(actor=pavel, pk=Assignment.objects.get(withdrawn_at__isnull=True).pk)
