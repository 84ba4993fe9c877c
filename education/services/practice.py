"""Practice of two classes that somebody mixes up: an adaptive set of these two alone, made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from education.models import SetState, TeachingCell, TeachingSet
from education.permissions import may_learn
from education.services.attempts import start_attempt
from education.services.questions import askable
from education.teaching_classes import BY_CODE, CODES, at_depth, counting_as
from hematovision.errors import Conflict, NotFound

if TYPE_CHECKING:
    from accounts.models import User
    from education.models import Attempt

LENGTH = 20
_ABOUT = gettext_noop("Two classes that are taken for each other, and no others.")


def start_practice(*, actor: User, one: str, other: str, seed: int | None = None) -> Attempt:
    """Begin adaptive practice with two classes, by code in either order, or go on with the one under way.

    Everybody practises the same pair with the same set, of the cells that they may be asked. Raises `NotFound` where these are not two
    classes, and `Conflict` where there are not cells of both to ask.
    """
    if not may_learn(actor) or one == other or not {one, other} <= BY_CODE.keys():
        raise NotFound
    pair = sorted((one, other), key=CODES.index)
    letters = "-".join(BY_CODE[code].letter for code in pair)
    finer = _is_finer(pair)
    practice, _made = TeachingSet.objects.get_or_create(
        shipped_as=f"{TeachingSet.OF_A_PAIR}{letters}",
        defaults={
            "title": f"Practice: {BY_CODE[pair[0]].label} or {BY_CODE[pair[1]].label}",  # not translated
            "about": _ABOUT,
            "classes": pair,
            "finer": finer,
            "adaptive": True,
            "length": LENGTH,
            "state": SetState.OPEN,
        },
    )
    there = set(askable(practice, actor).order_by().values_list("cell_class", flat=True).distinct())
    if len({at_depth(code, finer=finer) for code in there}) < len(pair):
        raise Conflict(_("There are no cells of both classes to ask now."), code="no_cells")
    return start_attempt(actor=actor, teaching_set=practice, seed=seed)


def practised_by(user: User) -> frozenset[str]:
    """The codes of the classes, at either depth, of which there are cells that `user` can practise with."""
    there = set(
        TeachingCell.objects.visible_to(user).for_marks().order_by().values_list("cell_class", flat=True).distinct()
    )
    return frozenset(code for code in CODES if there & counting_as({code}, finer=_is_finer([code])))


def _is_finer(codes: list[str]) -> bool:
    return any(at_depth(code, finer=False) != code for code in codes)
