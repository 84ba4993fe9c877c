"""One student as their teachers see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils import timezone

from education.models import Attempt, StudentGroup
from education.presenters.knowledge import knowledge_context
from education.presenters.student_groups import mixed_up

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

_ATTEMPTS = 20


def student_context(person: User, since: datetime) -> dict[str, Any]:
    """What the student knows by their own page, their classes, and their last attempts without what is sealed; all begun `since`."""
    knowledge = knowledge_context(person, since)
    attempts = Attempt.objects.filter(student=person, started_at__gte=since)
    right = Count("items", filter=Q(items__answers__correct=True, items__skipped=False), distinct=True)
    told = {each.pk: each.right for each in attempts.told_at(timezone.now()).annotate(right=right)}
    asked = Count("items", filter=Q(items__skipped=False), distinct=True)
    # A grouped query forgets the order of the model.
    rows = attempts.select_related("teaching_set").annotate(asked=asked).order_by("-started_at", "pk")[:_ATTEMPTS]
    return knowledge | {
        "person": person,
        "groups": StudentGroup.objects.with_member(person),
        "attempts": [(each, told.get(each.pk)) for each in rows],
        "mixed_up": [mixed_up(each.confusion) for each in knowledge["mixed_up"]],
    }
