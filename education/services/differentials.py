"""The calls of a timed differential: kept one after the other, taken back until the end, and closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from education.models import Answer, Attempt, AttemptItem, AttemptState, MaterialState, SetKind, TeachingCell
from education.services.closing import closed_refusal
from education.teaching_classes import at_depth, classes_asked
from hematovision.dates import in_utc
from hematovision.errors import Conflict, NotFound, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from accounts.models import User


MOST_TURNS = 49
"""How often one cell is called and taken back; the last turn is a call, which stays."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One press of a key: a class for the cell at `position`, or with an empty `label` its class taken back.

    `turn` counts the presses of that cell from 0, so that what comes twice is known. `ms` is the time spent on it as the
    page measured it; None: as the server does.
    """

    position: int
    turn: int
    label: str
    ms: int | None = None


def save_entries(*, actor: User, attempt: UUID, entries: Sequence[Entry]) -> int:
    """Keep entries in their order, and return how many were new; what came before is left as it is.

    Cells are called in order and taken back from the end. A cell that was recalled meanwhile is skipped. The times of all
    calls together are never longer than the server's clock says. Raises `NotFound` for somebody else's attempt and for a
    cell of another one, `Conflict` once the attempt ended or its set closed and where entries do not follow on what
    is kept (a second window), `Unprocessable` for a class that the set does not ask for and for more than `MOST_TURNS` of one cell.
    """
    now = timezone.now()
    with transaction.atomic():
        found = differential_of(actor, attempt)
        _refuse_when_over(found, now)
        sheet = _Sheet(found, now)
        return sum(sheet.put(entry) for entry in entries)


def call_cell(*, actor: User, attempt: UUID, position: int, label: str) -> None:
    """Keep one call that a form sends; the time is the server's. Raises as `save_entries`."""
    turn = Answer.objects.filter(item__attempt=attempt, item__position=position).count()
    save_entries(actor=actor, attempt=attempt, entries=[Entry(position, turn, label)])


def take_back(*, actor: User, attempt: UUID) -> None:
    """Take the last call back. Raises as `save_entries`, and `Conflict` where there is none."""
    last = Answer.objects.standing().filter(item__attempt=attempt).order_by("-item__position").first()
    if last is None:
        # Whose it is comes first: a stranger learns nothing.
        with transaction.atomic():
            differential_of(actor, attempt)
        raise Conflict(_("There is nothing to take back."), code="nothing_to_take_back")
    entry = Entry(last.item.position, last.turn + 1, "")
    save_entries(actor=actor, attempt=attempt, entries=[entry])


def finish_differential(*, actor: User, attempt: UUID) -> Attempt:
    """End a differential: from now on nothing is taken back. Raises `NotFound`, `Conflict` where it ended before."""
    with transaction.atomic():
        found = differential_of(actor, attempt)
        if found.state != AttemptState.RUNNING:
            raise _ended(found)
        _finish(found)
    return found


def finish_when_closed(*, actor: User, attempt: UUID) -> Attempt:
    """Return a differential, ended with what was called so far where its set closed meanwhile. Raises `NotFound`."""
    with transaction.atomic():
        found = differential_of(actor, attempt)
        if found.state == AttemptState.RUNNING and closed_refusal(found, timezone.now()) is not None:
            _finish(found)
    return found


def differential_of(actor: User, pk: UUID) -> Attempt:
    """A person's own differential, locked until the transaction ends. Raises `NotFound`."""
    found = (
        Attempt.objects.of(actor)
        .select_related("teaching_set", "assignment")
        .select_for_update(of=("self",))
        .filter(pk=pk, teaching_set__kind=SetKind.DIFFERENTIAL)
        .first()
    )
    if found is None:
        raise NotFound
    return found


class _Sheet:
    """The cells of an attempt in their order, with what they are called while entries are kept."""

    def __init__(self, attempt: Attempt, now: datetime) -> None:
        self.attempt, self.now = attempt, now
        teaching_set = attempt.teaching_set
        self.finer = teaching_set.finer
        self.codes = {each.code for each in classes_asked(teaching_set.classes, finer=teaching_set.finer)}
        self.items = {each.position: each for each in attempt.items.select_related("cell").order_by("position")}
        self.turns: dict[int, list[str]] = {position: [] for position in self.items}
        before = attempt.started_at
        answers = Answer.objects.filter(item__attempt=attempt).select_related("item").order_by("item__position", "turn")
        for answer in answers:
            self.turns[answer.item.position].append(answer.label)
            before = max(before, answer.at)
        self.left_ms = max(0, round((now - before).total_seconds() * 1000))

    def put(self, entry: Entry) -> bool:
        """Keep one entry; False where it was kept before or its cell was recalled."""
        item = self.items.get(entry.position)
        if item is None:
            raise NotFound
        turns = self.turns[entry.position]
        if entry.turn < len(turns):
            if turns[entry.turn] != entry.label:
                raise _out_of_step()
            return False
        if item.skipped or item.cell.state != MaterialState.OPEN:
            self._skip(item)
            return False
        if entry.label and entry.label not in self.codes:
            raise Unprocessable(_("Choose one of the classes of this set."), code="unknown_class")
        if not entry.label and len(turns) >= MOST_TURNS:
            sentence = _("This cell was taken back %(times)s times, which is the limit. Its last class stays.")
            raise Unprocessable(sentence % {"times": MOST_TURNS // 2}, code="too_many_turns")
        if entry.turn > len(turns) or entry.position != (self._first_open() if entry.label else self._last_called()):
            raise _out_of_step()
        ms = self.left_ms if entry.ms is None else min(max(entry.ms, 0), self.left_ms)
        self.left_ms -= ms
        correct = entry.label == at_depth(item.cell.cell_class, finer=self.finer) if entry.label else None
        Answer.objects.create(
            item=item, turn=entry.turn, label=entry.label, undo=not entry.label, correct=correct, ms=ms, at=self.now
        )
        turns.append(entry.label)
        return True

    def _first_open(self) -> int | None:
        for position, item in self.items.items():
            if not item.skipped and item.cell.state != MaterialState.OPEN:
                self._skip(item)
            if not item.skipped and not self._is_called(position):
                return position
        return None

    def _last_called(self) -> int | None:
        return max((position for position in self.items if self._is_called(position)), default=None)

    def _is_called(self, position: int) -> bool:
        turns = self.turns[position]
        return bool(turns) and turns[-1] != ""

    def _skip(self, item: AttemptItem) -> None:
        if not item.skipped:
            item.skipped = True
            item.save(update_fields=["skipped"])


def _finish(attempt: Attempt) -> None:
    attempt.state = AttemptState.FINISHED
    attempt.finished_at = timezone.now()
    attempt.save(update_fields=["state", "finished_at"])
    # Until here every call could be taken back, so it counts for the difficulty of its cell only now.
    earlier = Answer.objects.filter(
        item__cell=OuterRef("item__cell"), item__attempt__student=attempt.student_id, undo=False
    ).exclude(item__attempt=attempt)
    first = Answer.objects.standing().filter(~Exists(earlier), item__attempt=attempt, item__skipped=False)
    cells = dict(first.values_list("item__cell", "correct"))
    TeachingCell.objects.filter(pk__in=cells).update(asked=F("asked") + 1)
    TeachingCell.objects.filter(pk__in=[pk for pk, correct in cells.items() if correct]).update(right=F("right") + 1)


def _refuse_when_over(attempt: Attempt, now: datetime) -> None:
    if attempt.state != AttemptState.RUNNING:
        raise _ended(attempt)
    closed = closed_refusal(attempt, now)
    if closed is not None:
        raise closed


def _ended(attempt: Attempt) -> Conflict:
    sentence = _("This differential ended on %(when)s. Nothing is called in it any more.")
    when = attempt.finished_at
    return Conflict(sentence % {"when": in_utc(when) if when else ""}, code="ended")


def _out_of_step() -> Conflict:
    sentence = _("This differential is open in another window. Reload the page to go on with what is kept.")
    return Conflict(sentence, code="out_of_step")
