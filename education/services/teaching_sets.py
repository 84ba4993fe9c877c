"""Sets that teachers make: written, opened, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from education.models import (
    Assignment,
    AssignmentKind,
    Feedback,
    SetKind,
    SetState,
    TeachingCell,
    TeachingSet,
    TeachingSetCell,
)
from education.permissions import may_teach
from education.services.certificate_rules import certificate_refusal
from education.services.questions import cells_of
from education.teaching_classes import classes_asked
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from accounts.models import User

ASKS = (
    "classes", "finer", "adaptive", "length", "feedback", "seconds_each", "repeats", "certificate", "for_everybody", "opens_at"
)  # fmt: skip
"""What decides what is asked and how: fixed from the first attempt on, so that its figures stay figures of one thing."""
WRITTEN = ("title", "about", "closes_at")
"""What may change as long as the set is not closed."""
MOST_CELLS = 200


def make_set(*, actor: User, columns: Mapping[str, Any]) -> TeachingSet:
    """Write a draft of a quiz for the laboratory of `actor`; `columns` are those of `ASKS` and `WRITTEN`.

    Raises `PermissionRefused` unless they teach, `Unprocessable` for columns that do not go together.
    """
    if not may_teach(actor) or actor.laboratory is None:
        raise PermissionRefused
    made = TeachingSet(laboratory=actor.laboratory, kind=SetKind.QUIZ, created_by=actor, **_known(columns))
    with transaction.atomic():
        _save(made, actor)
        record(actor=actor, action=Action.CREATE, target=made, laboratory_id=made.laboratory_id)
    return made


def change_set(*, actor: User, pk: UUID, columns: Mapping[str, Any]) -> TeachingSet:
    """Write a set anew. What it asks stays as it is from the first attempt on.

    Raises `NotFound` for a set of another laboratory, `Conflict` for a closed one and for a change of what an answered one
    asks, `Unprocessable` for columns that do not go together.
    """
    with transaction.atomic():
        found = _locked(actor, pk)
        changed = sorted(name for name, value in _known(columns).items() if getattr(found, name) != value)
        if is_answered(found) and set(changed) & set(ASKS):
            raise Conflict(
                _(
                    "Somebody has answered this set: what it asks stays as it is. Change its title, text and closing, or make another one."
                ),
                code="answered",
            )
        for name in changed:
            setattr(found, name, columns[name])
        _save(found, actor)
        if changed:
            record(
                actor=actor,
                action=Action.UPDATE,
                target=found,
                laboratory_id=found.laboratory_id,
                after={"changed": changed},
            )
    return found


def list_cells(*, actor: User, pk: UUID, chosen: Collection[UUID], shown: Collection[UUID]) -> TeachingSet:
    """Of the cells `shown` list those `chosen`; what a page did not show stays. Without a cell listed a set draws them.

    Raises as `change_set`; `Unprocessable` for more than `MOST_CELLS`, for a cell that cannot be asked, and for an open set whose
    certificate nobody could have then.
    """
    with transaction.atomic():
        found = _locked(actor, pk)
        if is_answered(found):
            raise Conflict(
                _("Somebody has answered this set: its cells stay as they are. Make another one."), code="answered"
            )
        known = set(
            TeachingCell.objects.visible_to(actor).for_marks().filter(pk__in=chosen).values_list("pk", flat=True)
        )
        if set(chosen) - known:
            raise Unprocessable(_("One of these cells cannot be asked any more. Choose again."), code="no_cell")
        kept = [cell for cell in found.listed.values_list("cell_id", flat=True) if cell not in set(shown) - known]
        cells = [*kept, *(cell for cell in chosen if cell not in set(kept))]
        if len(cells) > MOST_CELLS:
            raise Unprocessable(_("A set lists at most %(most)s cells.") % {"most": MOST_CELLS}, code="too_many")
        found.listed.all().delete()
        TeachingSetCell.objects.bulk_create(
            TeachingSetCell(teaching_set=found, position=position, cell_id=cell)
            for position, cell in enumerate(cells, start=1)
        )
        if found.state == SetState.OPEN:
            _refuse_certificate(found, actor)
        record(
            actor=actor,
            action=Action.UPDATE,
            target=found,
            laboratory_id=found.laboratory_id,
            after={"listed": len(cells)},
        )
    return found


def open_set(*, actor: User, pk: UUID) -> TeachingSet:
    """Let a set be answered.

    Raises `NotFound`, `Conflict` for one that is open already or that has no cell to ask, `Unprocessable` for one whose certificate
    nobody could have.
    """
    with transaction.atomic():
        found = _locked(actor, pk)
        if found.state == SetState.OPEN:
            raise Conflict(_("This set is open already."), code="open")
        if not cells_of(found, actor).exists():
            raise Conflict(_("There is no cell to ask in this set: choose other classes or cells."), code="no_cells")
        _move(actor, found, SetState.OPEN)
        _refuse_certificate(found, actor)
    return found


def close_set(*, actor: User, pk: UUID) -> TeachingSet:
    """End a set: nobody answers it any more, and its answers are told. Raises `NotFound`, `Conflict` unless it is open."""
    with transaction.atomic():
        found = _locked(actor, pk)
        if found.state != SetState.OPEN:
            raise Conflict(_("This set is not open."), code="not_open")
        _move(actor, found, SetState.CLOSED)
    return found


def is_answered(teaching_set: TeachingSet) -> bool:
    """Whether somebody has begun it."""
    return teaching_set.attempts.exists()


def _locked(actor: User, pk: UUID) -> TeachingSet:
    found = TeachingSet.objects.made_at(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound
    if found.state == SetState.CLOSED:
        raise Conflict(_("This set is closed. Make another one."), code="closed")
    return found


def _move(actor: User, found: TeachingSet, state: SetState) -> None:
    before, found.state = found.state, state
    found.save(update_fields=["state"])
    record(
        actor=actor,
        action=Action.TRANSITION,
        target=found,
        laboratory_id=found.laboratory_id,
        before={"state": str(before)},
        after={"state": str(state)},
    )


def _known(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: columns[name] for name in (*WRITTEN, *ASKS) if name in columns}


def _refuse_certificate(teaching_set: TeachingSet, teacher: User) -> None:
    wrong = certificate_refusal(teaching_set, teacher)
    if wrong:
        raise Unprocessable(wrong, code="certificate", details={"errors": {"certificate": [wrong]}})


def _save(teaching_set: TeachingSet, teacher: User) -> None:
    depth = {each.code for each in classes_asked((), finer=teaching_set.finer)}
    wrong = ""
    if set(teaching_set.classes) - depth:
        wrong = _("Some of these classes are finer than the set asks for, or are divided by the finer ones.")
    elif len(teaching_set.classes) == 1:
        wrong = _("Choose two classes or more, or none for all of them.")
    if wrong:
        raise Unprocessable(wrong, code="classes", details={"errors": {"classes": [wrong]}})
    if _tells_too_early(teaching_set):
        wrong = _("An adaptive set asks wrong ones again: it tells after every answer, and is no proficiency test.")
        raise Unprocessable(wrong, code="adaptive", details={"errors": {"adaptive": [wrong]}})
    # What an answered set asks stays as it is, also where it was written before this was refused.
    if not is_answered(teaching_set):
        _refuse_certificate(teaching_set, teacher)
    try:
        teaching_set.full_clean()
    except ValidationError as error:
        raise Unprocessable(" ".join(error.messages), details={"errors": error.message_dict}) from error
    teaching_set.save()


def _tells_too_early(teaching_set: TeachingSet) -> bool:
    if not teaching_set.adaptive or is_answered(teaching_set):
        return False
    tests = Assignment.objects.filter(teaching_set=teaching_set, kind=AssignmentKind.PROFICIENCY, withdrawn_at=None)
    return teaching_set.feedback != Feedback.AT_ONCE or tests.exists()
