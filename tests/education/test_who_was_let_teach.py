"""Somebody who is no pathologist teaches because an administrator let them, and no longer once the administrator ends it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Role, User
from accounts.services import set_teaching
from audit.models import Action, AuditEvent
from education.permissions import may_teach
from hematovision.errors import NotFound, PermissionRefused
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db


def again(user):
    return User.objects.get(pk=user.pk)


def act(client, name, user):
    asked = {"action": name, "_selected_action": [user.pk]}
    return client.post(reverse("admin:accounts_user_changelist"), asked, follow=True)


def test_in_the_administration_and_on_record(client, ines, olga):
    client.force_login(ines)
    act(client, "let_teach", olga)
    assert may_teach(again(olga))
    act(client, "let_no_longer_teach", olga)
    assert not may_teach(again(olga))
    events = AuditEvent.objects.filter(action=Action.PERMISSION_CHANGE, object_id=str(olga.pk)).order_by("id")
    assert [event.after["teaches"] for event in events] == [True, False]


def test_a_student_is_not_let_teach(client, ines, central):
    ann = person("Ann", Role.STUDENT, central)
    client.force_login(ines)
    assert "do not teach" in act(client, "let_teach", ann).text
    assert not may_teach(again(ann))


def test_only_administrators_of_the_laboratory_let_somebody_teach(pavel, olga):
    with pytest.raises(PermissionRefused):
        set_teaching(actor=pavel, user=olga, teaches=True)
    stranger = person("Sue", Role.ADMINISTRATOR, laboratory("northern-laboratory"))
    with pytest.raises(NotFound):
        set_teaching(actor=stranger, user=olga, teaches=True)
