"""What somebody knows, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from education.competence import FEWEST_IN_A_GROUP, by_class, confusions, learning_curve, overall
from education.plots import learning_chart
from education.selectors.readings import group_figures, readings_against_model, readings_of
from education.services.practice import practised_by
from education.teaching_classes import BY_CODE, TeachingClass

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from education.competence import ClassFigures, Confusion, Spread


@dataclass(frozen=True, slots=True)
class KnownClass:
    """The figures of one class beside those of the group (None: hidden)."""

    teaching_class: TeachingClass
    figures: ClassFigures
    group: Spread | None


@dataclass(frozen=True, slots=True)
class MixedUp:
    """A pair of classes. `practise` is whether there are cells of both to practise with."""

    true: TeachingClass
    taken_for: TeachingClass
    confusion: Confusion
    practise: bool


def knowledge_context(user: User, since: datetime | None = None) -> dict[str, Any]:
    """What the page "What I know" shows, of attempts begun `since`."""
    now = timezone.now()
    readings = readings_of(user, now, since)
    group = group_figures(user.laboratory, now)
    return {
        "answers": len(readings),
        "agreement": overall(readings),
        "with_model": overall(readings_against_model(user, now, since)),
        "classes": [
            KnownClass(BY_CODE[each.code], each, group.sensitivity.get(each.code)) for each in by_class(readings)
        ],
        "group_kappa": group.kappa,
        "fewest": FEWEST_IN_A_GROUP,
        "chart": learning_chart(learning_curve(readings)),
        "mixed_up": _mixed_up(user, confusions(readings)),
    }


def _mixed_up(user: User, pairs: list[Confusion]) -> list[MixedUp]:
    there = practised_by(user) if pairs else frozenset()
    return [
        MixedUp(BY_CODE[each.true], BY_CODE[each.taken_for], each, there.issuperset({each.true, each.taken_for}))
        for each in pairs
    ]
