"""What is taught and learned in the world of the matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from education.models import MaterialState, SetState, Source
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from tests.factories.teaching import teaching_cell, teaching_field, teaching_set

if TYPE_CHECKING:
    from accounts.models import Organisation, User


def taught(near: Organisation, far: Organisation, student: User) -> dict[str, Any]:
    """Return material and sets of both laboratories and attempts of a student, by the names the tables use."""
    own = {"source": Source.OWN}
    shared = teaching_cell()
    near_set, ended_set = teaching_set(shared, laboratory=near), teaching_set(shared, laboratory=near)
    running = start_attempt(actor=student, teaching_set=near_set)
    show_next(actor=student, attempt=running.pk)
    ended = start_attempt(actor=student, teaching_set=ended_set)
    show_next(actor=student, attempt=ended.pk)
    answer_item(actor=student, attempt=ended.pk, position=1, label="platelet")
    return {
        "near_set": near_set,
        "far_set": teaching_set(shared, laboratory=far),
        "draft_set": teaching_set(shared, state=SetState.DRAFT),
        "running": running,
        "ended": ended,
        "running_question": (running.pk, 1),
        "ended_question": (ended.pk, 1),
        "shared_cell": shared,
        "near_cell": teaching_cell(laboratory=near, **own),
        "far_cell": teaching_cell(laboratory=far, **own),
        "near_draft": teaching_cell(laboratory=near, state=MaterialState.DRAFT, **own),
        "shared_field": teaching_field(),
    }
