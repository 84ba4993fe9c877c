"""The questions of a running attempt: show the next one, take its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from education.models import Answer, Attempt, AttemptItem, AttemptState, MaterialState, SetKind, TeachingCell
from education.selectors.owed import sealed_in
from education.services.closing import closed_refusal
from education.services.predictions import ask_for_prediction
from education.services.questions import next_drawn
from education.teaching_classes import at_depth, classes_asked
from hematovision.dates import in_utc
from hematovision.errors import Conflict, NotFound, Unprocessable

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from accounts.models import User

TOLERANCE_MS = 1_500
"""What a picture and an answer may take on their way, over the time a question has."""
_MOST_MS = 2**31 - 1


def show_next(*, actor: User, attempt: UUID) -> tuple[Attempt, AttemptItem | None]:
    """Return an attempt and the question to answer now, its time running from the first showing; None once it has ended.

    A cell that was recalled meanwhile, or that a test given meanwhile asks, is skipped. A question whose time went by counts
    as no answer. After the last question, and when its set closes, the attempt is finished. Raises `NotFound` for somebody
    else's.
    """
    with transaction.atomic():
        found = _mine(actor, attempt)
        while found.state == AttemptState.RUNNING:
            item = _waiting(found)
            if item is None or closed_refusal(found, timezone.now()) is not None:
                _finish(found)
            elif not _is_asked(found, item):
                _skip(item)
            elif item.shown_at is None:
                item.shown_at = timezone.now()
                item.save(update_fields=["shown_at"])
                ask_for_prediction(cell=item.cell)
                return found, item
            elif _is_over(found, item, timezone.now()):
                _keep(found, item, label="", moment=timezone.now())
            else:
                return found, item
    return found, None


def answer_item(*, actor: User, attempt: UUID, position: int, label: str) -> AttemptItem:
    """Take the answer to a question: the code of a class that its set asks for; empty where its time went by.

    Returns the question; `skipped` where its cell was recalled or a test was given with it meanwhile: then nothing is kept. An answer that comes after
    its time, by the clock of the server, is kept as no answer. Raises `NotFound` for somebody else's attempt and for a
    question of another one; `Conflict` for a question answered already, one not asked yet, and after the attempt ended or
    its set closed; `Unprocessable` for a class that the set does not ask for.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            found = _mine(actor, attempt)
            item = found.items.select_related("cell").filter(position=position).first()
            if item is None:
                raise NotFound
            if item.answers.exists():
                raise _already()
            if found.state != AttemptState.RUNNING:
                raise _ended(found)
            closed = closed_refusal(found, now)
            if closed is not None:
                raise closed
            if item.skipped or not _is_asked(found, item):
                _skip(item)
                return item
            if item.shown_at is None:
                raise Conflict(_("This question was not asked yet."), code="not_asked_yet")
            teaching_set = found.teaching_set
            codes = {each.code for each in classes_asked(teaching_set.classes, finer=teaching_set.finer)}
            if label not in codes and (label or teaching_set.seconds_each is None):
                raise Unprocessable(_("Choose one of the classes of this set."), code="unknown_class")
            _keep(found, item, label="" if _is_over(found, item, now) else label, moment=now)
            # Of an adaptive attempt this draws the next cell, so that its picture can be fetched while feedback is read.
            if _waiting(found) is None:
                _finish(found)
            return item
    except IntegrityError as error:
        # Answered twice at the same moment: the constraint let the first one through.
        raise _already() from error


def _mine(actor: User, pk: UUID) -> Attempt:
    # Locked: two tabs that ask for the next question at once get the same one.
    found = (
        Attempt.objects.of(actor)
        .select_related("teaching_set", "assignment")
        .select_for_update(of=("self",))
        .filter(pk=pk, teaching_set__kind=SetKind.QUIZ)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _waiting(attempt: Attempt) -> AttemptItem | None:
    """The first question without an answer; of an adaptive attempt the next one drawn."""
    items = attempt.items.select_related("cell")
    item = items.filter(answers=None, skipped=False).first()
    teaching_set = attempt.teaching_set
    if item is not None or not teaching_set.adaptive or attempt.wrong_again:
        return item
    if items.filter(skipped=False).count() >= teaching_set.length:
        return None
    cell = next_drawn(attempt)
    if cell is None:
        return None
    made = AttemptItem.objects.create(attempt=attempt, position=items.count() + 1, cell_id=cell)
    return items.get(pk=made.pk)


def _is_asked(attempt: Attempt, item: AttemptItem) -> bool:
    """Whether its cell may be asked: neither recalled meanwhile nor in a test that was given since."""
    return item.cell.state == MaterialState.OPEN and not sealed_in(attempt, [item.cell])


def _skip(item: AttemptItem) -> None:
    item.skipped = True
    item.save(update_fields=["skipped"])


def _finish(attempt: Attempt) -> None:
    attempt.state = AttemptState.FINISHED
    attempt.finished_at = timezone.now()
    attempt.save(update_fields=["state", "finished_at"])


def _ms(item: AttemptItem, moment: datetime) -> int:
    shown_at = item.shown_at or moment
    return min(max(round((moment - shown_at).total_seconds() * 1000), 0), _MOST_MS)


def _is_over(attempt: Attempt, item: AttemptItem, moment: datetime) -> bool:
    seconds = attempt.teaching_set.seconds_each
    return seconds is not None and _ms(item, moment) > seconds * 1000 + TOLERANCE_MS


def _keep(attempt: Attempt, item: AttemptItem, *, label: str, moment: datetime) -> None:
    truth = at_depth(item.cell.cell_class, finer=attempt.teaching_set.finer)
    first = (
        bool(label)
        and not Answer.objects.filter(item__cell=item.cell_id, item__attempt__student=attempt.student_id, undo=False)
        .exclude(label="")
        .exists()
    )
    correct = label == truth
    Answer.objects.create(item=item, label=label, correct=correct, ms=_ms(item, moment), at=moment)
    if first:
        TeachingCell.objects.filter(pk=item.cell_id).update(asked=F("asked") + 1, right=F("right") + int(correct))


def _already() -> Conflict:
    return Conflict(_("This question was answered already. The first answer counts."), code="answered")


def _ended(attempt: Attempt) -> Conflict:
    when = attempt.finished_at
    sentence = _("This attempt ended on %(when)s. Nothing is answered in it any more.")
    return Conflict(
        sentence % {"when": in_utc(when) if when else ""},
        code="ended",
        details={"ended_at": when.isoformat() if when else ""},
    )
