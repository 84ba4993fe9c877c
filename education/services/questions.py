"""Which cells an attempt asks, and in which order."""

from __future__ import annotations

from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

from education.choosing import Candidate, Past, coming_back, next_cell
from education.models import Answer, TeachingCell
from education.selectors.atlas import atlas_of
from education.selectors.owed import without_sealed_elsewhere
from education.teaching_classes import at_depth, classes_asked, counting_as

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from uuid import UUID

    from accounts.models import User
    from education.models import Attempt, TeachingSet
    from education.models.cell import TeachingMaterialQuerySet


REMEMBERED = 300
"""How many answers decide what is asked next: five half-lives."""
KEPT_BACK_FROM = 5
"""From so many cells of a class on an adaptive attempt asks one of them last: it is there to be compared with."""


def cells_of(teaching_set: TeachingSet, user: User) -> TeachingMaterialQuerySet:
    """The cells of a set at the laboratory of `user`: open, of its classes, their class agreed on; of a list only those listed."""
    codes = {each.code for each in classes_asked(teaching_set.classes, finer=teaching_set.finer)}
    cells = TeachingCell.objects.visible_to(user).for_marks()
    if teaching_set.listed.exists():
        cells = cells.filter(pk__in=teaching_set.listed.values("cell"))
    return cells.filter(cell_class__in=counting_as(codes, finer=teaching_set.finer))


def askable(teaching_set: TeachingSet, user: User) -> TeachingMaterialQuerySet:
    """Those of them that it asks `user`: what another, sealed test asks is left out, since its feedback would tell that."""
    return without_sealed_elsewhere(cells_of(teaching_set, user), user, teaching_set)


def draw(teaching_set: TeachingSet, user: User, *, seed: int) -> list[UUID]:
    """The cells of a new attempt in their order: of a list all, else as many as the set is long, evenly of its classes."""
    # By `pk`: what the database happens to return first must not decide.
    known = askable(teaching_set, user).order_by("pk").values_list("pk", "cell_class")
    drawing = Random(seed)  # noqa: S311 - an order that can be told again, no secret
    if teaching_set.listed.exists():
        order = [pk for pk, _ in known]
        drawing.shuffle(order)
        return order
    return evenly(((pk, at_depth(code, finer=teaching_set.finer)) for pk, code in known), teaching_set.length, drawing)


def evenly(cells: Iterable[tuple[UUID, str]], length: int, drawing: Random) -> list[UUID]:
    """Return `length` of `cells`, (id, class), as even over the classes as they last, in an order that tells no class."""
    by_class: dict[str, list[UUID]] = {}
    for pk, code in cells:
        by_class.setdefault(code, []).append(pk)
    for pool in by_class.values():
        drawing.shuffle(pool)
    drawn: list[UUID] = []
    while len(drawn) < length and any(by_class.values()):
        # Where the length does not divide by the classes, chance says which of them give one more.
        codes = [code for code, pool in by_class.items() if pool]
        drawing.shuffle(codes)
        drawn += [by_class[code].pop() for code in codes[: length - len(drawn)]]
    drawing.shuffle(drawn)
    return drawn


def next_drawn(attempt: Attempt) -> UUID | None:
    """The next cell of an adaptive attempt: one not asked in it yet, or a wrong one that is due again; None when none is left."""
    finer = attempt.teaching_set.finer
    asked = set(attempt.items.values_list("cell_id", flat=True))
    history = _history_of(attempt)
    due = coming_back(history)
    columns = "pk", "cell_class", "asked", "right"
    cells = [
        Candidate(pk, at_depth(code, finer=finer), times, right)
        for pk, code, times, right in askable(attempt.teaching_set, attempt.student).values_list(*columns)
    ]
    candidates = [each for each in cells if each.id not in asked or each.id in due]
    kept = _kept_back(attempt, ((each.id, each.cell_class) for each in cells), asked)
    candidates = [each for each in candidates if each.id not in kept] or candidates
    return next_cell(candidates, history, seed=attempt.seed) if candidates else None


def reference_of(attempt: Attempt, code: str) -> TeachingCell | None:
    """The cell to compare a wrong answer with: of the class that was answered, agreed on, and in the student's atlas.

    None that the attempt asks, has asked, or will ask while it has others; the seed decides which, so that it stays the same. None
    where there is no such cell.
    """
    finer = attempt.teaching_set.finer
    asked = set(attempt.items.values_list("cell_id", flat=True))
    shown = atlas_of(attempt.student).for_marks().filter(cell_class__in=counting_as({code}, finer=finer))
    cells = {pk for pk in shown.values_list("pk", flat=True) if pk not in asked}
    if attempt.teaching_set.adaptive and not attempt.wrong_again:
        rows = askable(attempt.teaching_set, attempt.student).values_list("pk", "cell_class")
        known = {pk: at_depth(of, finer=finer) for pk, of in rows}
        cells -= known.keys() - _kept_back(attempt, known.items(), asked)
    return shown.filter(pk=min(cells, key=_order_in(attempt))).first() if cells else None


def _kept_back(attempt: Attempt, cells: Iterable[tuple[UUID, str]], asked: Collection[UUID]) -> set[UUID]:
    """One of each class of `cells`, (id, class), that was not asked: the first by the seed, of classes that have enough."""
    by_class: dict[str, list[UUID]] = {}
    for pk, code in cells:
        by_class.setdefault(code, []).append(pk)
    left = ([pk for pk in pool if pk not in asked] for pool in by_class.values() if len(pool) >= KEPT_BACK_FROM)
    return {min(pool, key=_order_in(attempt)) for pool in left if pool}


def _order_in(attempt: Attempt) -> Callable[[UUID], bytes]:
    """An order of cells that is another one for each attempt and tells no class."""
    return lambda pk: sha256(f"{attempt.seed} {pk}".encode()).digest()


def _history_of(attempt: Attempt) -> list[Past[UUID]]:
    """The last answers of a student in all their attempts, oldest first, at the depth of the set of `attempt`."""
    finer = attempt.teaching_set.finer
    answers = Answer.objects.standing().filter(item__attempt__student=attempt.student_id, item__skipped=False)
    rows = answers.order_by("-at", "-pk").values_list("item__cell", "item__cell__cell_class", "label")[:REMEMBERED]
    return [
        Past(cell, at_depth(code, finer=finer), at_depth(label, finer=finer) if label else "")
        for cell, code, label in reversed(rows)
    ]
