"""The cells that a person may see with their class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, FloatField
from django.db.models.functions import Cast

from education.models import TeachingCell
from education.permissions import may_teach
from education.selectors.owed import without_owed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User
    from education.models.cell import TeachingMaterialQuerySet

ENOUGH_ANSWERS = 5
"""Under this number of answers nothing is said of how difficult a cell is."""
HARD, EASY = 0.6, 0.85
"""Below the first share of right answers a cell is hard, from the second on easy."""


def atlas_of(user: User) -> TeachingMaterialQuerySet:
    """The open cells of the atlas of `user`, without those whose answer they owe."""
    return without_owed(TeachingCell.objects.visible_to(user), user)


def discussed_by(user: User) -> TeachingMaterialQuerySet:
    """The cells whose page `user` opens: those of the atlas; a teacher also drafts."""
    return without_owed(TeachingCell.objects.of_laboratory(user), user) if may_teach(user) else atlas_of(user)


def with_a_page(user: User, cells: Iterable[TeachingCell]) -> set[UUID]:
    """Which of `cells` have a page that `user` opens now: not those that another attempt of theirs still asks."""
    return set(discussed_by(user).filter(pk__in=[cell.pk for cell in cells]).values_list("pk", flat=True))


def of_difficulty(cells: QuerySet[TeachingCell], difficulty: str) -> QuerySet[TeachingCell]:
    """Those of `cells` that are easy, medium, hard, or unknown because too few people answered."""
    if difficulty == "unknown":
        return cells.filter(asked__lt=ENOUGH_ANSWERS)
    # As `TeachingCell.right_share` has it.
    share = (Cast("right", FloatField()) + 2.0) / (Cast(F("asked"), FloatField()) + 4.0)
    cells = cells.filter(asked__gte=ENOUGH_ANSWERS).annotate(share=share)
    if difficulty == "hard":
        return cells.filter(share__lt=HARD)
    if difficulty == "easy":
        return cells.filter(share__gte=EASY)
    return cells.filter(share__gte=HARD, share__lt=EASY)
