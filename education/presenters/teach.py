"""The first page of teachers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils import timezone

from education.models import Assignment, SetState, StudentGroup, TeachingSet
from education.selectors.student_groups import given_with_finished

if TYPE_CHECKING:
    from accounts.models import User

TONES = {SetState.DRAFT: "warn half", SetState.OPEN: "ok filled", SetState.CLOSED: "info square"}
"""Colour and shape of the mark of each state."""


def teach_context(teacher: User) -> dict[str, Any]:
    """Classes with how many are in them, sets with how often they were answered, and what was given."""
    inside = Count("members", filter=Q(members__left_at__isnull=True))
    sets = TeachingSet.objects.made_at(teacher).annotate(times=Count("attempts")).order_by("state", "title", "pk")
    states = {state: [each for each in sets if each.state == state] for state in SetState}
    return {
        "classes": StudentGroup.objects.taught_by(teacher).annotate(people=inside).order_by("closed_at", "name", "pk"),
        "sets": [*states[SetState.DRAFT], *states[SetState.OPEN], *states[SetState.CLOSED]],
        "given": given_with_finished(Assignment.objects.given_at(teacher)),
        "now": timezone.now(),
    }
