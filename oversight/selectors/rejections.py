"""How many of the specimens that came were rejected: by clinic, by reason, by week."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.differential import clopper_pearson
from cases.models import Case, SpecimenReason, SpecimenRejection

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

SHORT_NAMES = {
    SpecimenReason.UNLABELLED: _("Unlabelled"),
    SpecimenReason.IDENTITY_MISMATCH: _("Identity differs"),
    SpecimenReason.MISSING_REQUEST_DATA: _("Request incomplete"),
    SpecimenReason.CLOTTED: _("Clotted"),
    SpecimenReason.HAEMOLYSED: _("Haemolysed"),
    SpecimenReason.TOO_OLD: _("Too old"),
    SpecimenReason.SMEAR_UNREADABLE: _("Smear unreadable"),
    SpecimenReason.STAIN_UNUSABLE: _("Stain unusable"),
    SpecimenReason.SLIDE_DAMAGED: _("Slide damaged"),
    SpecimenReason.IMAGES_UNUSABLE: _("Pictures unusable"),
}
"""The reasons as they head a column, in the order of the list."""


@dataclass(slots=True)
class Line:
    """What came from one place, or in one week, and what of it was rejected. A specimen may have several reasons."""

    name: str
    came: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def low(self) -> float:
        """The lower end of the exact 95 % interval of the share that was rejected, in percent."""
        return 100 * clopper_pearson(self.rejected, self.came).low

    @property
    def high(self) -> float:
        """The upper end of that interval, in percent."""
        return 100 * clopper_pearson(self.rejected, self.came).high

    @property
    def percent(self) -> float:
        """Which share of what came was rejected."""
        return 100 * self.rejected / self.came if self.came else 0.0


@dataclass(frozen=True, slots=True)
class Rejections:
    """The specimens submitted in a period: altogether, and by clinic and week. Weeks are in order, clinics by what was rejected."""

    whole: Line
    clinics: list[Line]
    weeks: list[Line]

    @property
    def reasons(self) -> list[SpecimenReason]:
        """The reasons there were, the most frequent first."""
        there = [reason for reason in SHORT_NAMES if self.whole.reasons[reason.value]]
        return sorted(there, key=lambda reason: -self.whole.reasons[reason.value])


def rejections_since(began: datetime, *, laboratory: UUID | None) -> Rejections:
    """Count what came to a laboratory, or to all, since `began`. It names no patient."""
    came = Case.objects.filter(submitted_at__gte=began).order_by()
    if laboratory is not None:
        came = came.filter(laboratory=laboratory)
    clinics: dict[object, Line] = {}
    weeks: dict[object, Line] = {}
    whole = Line("")
    counted = came.annotate(week=TruncWeek("submitted_at")).values_list("clinic", "clinic__name", "week")
    for clinic, name, week, number in counted.annotate(number=Count("pk")):
        for line in (
            whole,
            clinics.setdefault(clinic, Line(name)),
            weeks.setdefault(week, Line(date_format(week, "SHORT_DATE_FORMAT"))),
        ):
            line.came += number
    rejected = SpecimenRejection.objects.filter(case__in=came).annotate(week=TruncWeek("case__submitted_at")).order_by()
    for clinic, week, reasons in rejected.values_list("case__clinic", "week", "reasons"):
        for line in (whole, clinics[clinic], weeks[week]):
            line.rejected += 1
            line.reasons.update(reasons)
    return Rejections(
        whole,
        sorted(clinics.values(), key=lambda line: (-line.rejected, line.name)),
        [weeks[week] for week in sorted(weeks, key=str)],
    )
