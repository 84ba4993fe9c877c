"""Which cells an attempt asks, and in which order."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from education.models import TeachingCell
from education.teaching_classes import at_depth, classes_asked, counting_as

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User
    from education.models import Attempt, TeachingSet


def askable(teaching_set: TeachingSet, user: User) -> QuerySet[TeachingCell]:
    """The cells that a set can ask of `user`: open, of its classes, their class agreed on; of a list only those listed."""
    codes = {each.code for each in classes_asked(teaching_set.classes, finer=teaching_set.finer)}
    cells = TeachingCell.objects.visible_to(user).for_marks()
    if teaching_set.listed.exists():
        cells = cells.filter(pk__in=teaching_set.listed.values("cell"))
    return cells.filter(cell_class__in=counting_as(codes, finer=teaching_set.finer))


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
    """The next cell of an adaptive attempt; None when nothing is left to ask."""
    teaching_set = attempt.teaching_set
    asked = set(attempt.items.values_list("cell_id", flat=True))
    known = askable(teaching_set, attempt.student).order_by("pk").values_list("pk", "cell_class")
    left = [(pk, at_depth(code, finer=teaching_set.finer)) for pk, code in known if pk not in asked]
    counts = {code: 0 for _, code in left}
    for code in attempt.items.values_list("cell__cell_class", flat=True):
        counts[at_depth(code, finer=teaching_set.finer)] = counts.get(at_depth(code, finer=teaching_set.finer), 0) + 1
    if not left:
        return None
    drawing = Random(attempt.seed + len(asked))  # noqa: S311 - an order that can be told again, no secret
    fewest = min(counts[code] for _, code in left)
    return drawing.choice([pk for pk, code in left if counts[code] == fewest])
