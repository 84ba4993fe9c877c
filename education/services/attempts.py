"""Begin an attempt at a set, show its next question, end it."""

from __future__ import annotations

import secrets
from random import Random
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from education.models import (
    Answer,
    Assignment,
    AssignmentKind,
    Attempt,
    AttemptItem,
    AttemptState,
    MaterialState,
    TeachingSet,
)
from education.permissions import may_learn
from education.selectors.owed import sealed_in
from education.services.closing import closed_refusal
from education.services.questions import askable, draw
from hematovision.dates import in_utc
from hematovision.errors import Conflict, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User

_SEEDS = 2**31


def start_attempt(*, actor: User, teaching_set: TeachingSet, seed: int | None = None) -> Attempt:
    """Begin an attempt, or return the one that is under way.

    `seed` decides which cells are asked and in which order; drawn where it is not given. Raises `NotFound` for a set that
    is not for `actor`, `Conflict` where it is not answered now, may not be repeated, or has no cell to ask.
    """
    if not may_learn(actor) or not TeachingSet.objects.visible_to(actor).filter(pk=teaching_set.pk).exists():
        raise NotFound
    running = Attempt.objects.of(actor).filter(teaching_set=teaching_set, state=AttemptState.RUNNING).first()
    if running is not None:
        return running
    assignment = assignment_for(actor, teaching_set)
    refusal = start_refusal(actor, teaching_set, assignment)
    if refusal is not None:
        raise refusal
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    cells = [] if teaching_set.adaptive else draw(teaching_set, actor, seed=seed)
    if not cells and not (teaching_set.adaptive and askable(teaching_set, actor).exists()):
        raise Conflict(_("There are no cells to ask in this set yet."), code="no_cells")
    return _begin(actor, teaching_set, cells, assignment=assignment, seed=seed)


def start_wrong_again(*, actor: User, attempt: Attempt, seed: int | None = None) -> Attempt:
    """Begin an attempt with those cells that were wrong in an ended one and may be known to have been.

    Raises `NotFound` for somebody else's, `Conflict` where the answers are still sealed, nothing was wrong, the set is
    not answered now, or another attempt at it is under way.
    """
    told = Attempt.objects.of(actor).exclude(state=AttemptState.RUNNING).filter(pk=attempt.pk)
    if not told.exists():
        raise NotFound
    if not told.told_at(timezone.now()).exists():
        raise Conflict(_("The answers of this set are not told yet."), code="sealed")
    teaching_set = attempt.teaching_set
    if Attempt.objects.of(actor).filter(teaching_set=teaching_set, state=AttemptState.RUNNING).exists():
        raise Conflict(_("You have an attempt at this set under way. Go on with it, or end it first."), code="running")
    assignment = assignment_for(actor, teaching_set)
    refusal = start_refusal(actor, teaching_set, assignment)
    if refusal is not None:
        raise refusal
    wrong = Answer.objects.standing().filter(item=OuterRef("pk"), correct=False)
    asked = attempt.items.filter(Exists(wrong), skipped=False, cell__state=MaterialState.OPEN)
    items = list(asked.select_related("cell"))
    sealed = sealed_in(attempt, [item.cell for item in items])
    # An adaptive attempt may have asked one of them twice.
    cells = list(dict.fromkeys(item.cell_id for item in items if item.cell_id not in sealed))
    if not cells:
        raise Conflict(_("No answer of this attempt was wrong."), code="nothing_wrong")
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    Random(seed).shuffle(cells)  # noqa: S311 - an order that can be told again, no secret
    return _begin(actor, teaching_set, cells, assignment=assignment, seed=seed, wrong_again=True)


def assignment_for(actor: User, teaching_set: TeachingSet) -> Assignment | None:
    """The assignment under which `actor` answers a set: a proficiency test before practice, the one due first."""
    given = Assignment.objects.given_to(actor).filter(teaching_set=teaching_set)
    tested = given.filter(kind=AssignmentKind.PROFICIENCY).order_by("due_at").first()
    return tested or given.order_by("due_at", "given_at").first()


def start_refusal(actor: User, teaching_set: TeachingSet, assignment: Assignment | None) -> Conflict | None:
    """Why `actor` begins no attempt at a set now, under that assignment: not open yet, closed, or answered once; else None."""
    now = timezone.now()
    if teaching_set.opens_at is not None and now < teaching_set.opens_at:
        sentence = _("This set opens on %(when)s.") % {"when": in_utc(teaching_set.opens_at)}
        return Conflict(sentence, code="not_open_yet")
    closed = closed_refusal(Attempt(teaching_set=teaching_set, assignment=assignment), now)
    if closed is not None:
        return closed
    once = not teaching_set.repeats or (assignment is not None and assignment.kind == AssignmentKind.PROFICIENCY)
    if once and Attempt.objects.of(actor).filter(teaching_set=teaching_set).exists():
        return Conflict(_("This set is answered once, and you have answered it."), code="answered_once")
    return None


def _begin(
    actor: User,
    teaching_set: TeachingSet,
    cells: list[UUID],
    *,
    assignment: Assignment | None,
    seed: int,
    wrong_again: bool = False,
) -> Attempt:
    try:
        with transaction.atomic():
            attempt = Attempt.objects.create(
                teaching_set=teaching_set, student=actor, assignment=assignment, seed=seed, wrong_again=wrong_again
            )
            AttemptItem.objects.bulk_create(
                AttemptItem(attempt=attempt, position=position, cell_id=cell)
                for position, cell in enumerate(cells, start=1)
            )
    except IntegrityError:
        # Begun twice at the same moment: the constraint lets one through, and that one it is.
        return Attempt.objects.of(actor).get(teaching_set=teaching_set, state=AttemptState.RUNNING)
    return attempt


def end_attempt(*, actor: User, attempt: Attempt) -> None:
    """Give an attempt up before its last question. What was answered stays; it has no result.

    Raises `NotFound` for somebody else's, `Conflict` where it ended already.
    """
    with transaction.atomic():
        mine = Attempt.objects.of(actor).filter(pk=attempt.pk)
        if not mine.exists():
            raise NotFound
        ended = mine.filter(state=AttemptState.RUNNING).update(state=AttemptState.GIVEN_UP, finished_at=timezone.now())
        if not ended:
            raise Conflict(_("This attempt has ended already."), code="ended")
