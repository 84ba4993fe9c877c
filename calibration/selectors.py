"""Which cells of a microscope have a person's label, which could get one, and what is known of its calibrations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q

from calibration.models import CalibrationLabel, CalibrationRun, Proposal, ProposalState
from cases.blinding import closed_cases
from cases.cell_classes import CLASS_CODES
from cases.models import Case, Cell, LabelSource
from cases.states import SIGNED_STATES, CaseState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from microscopes.models import Microscope

_NEWEST = ("-created_at", "-pk")
_NEVER_USED = (CaseState.DRAFT, CaseState.CANCELLED, CaseState.REJECTED, CaseState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class LabelledCell:
    """A cell, the class a person gave it, and whose it is."""

    cell: Cell
    label: str
    patient: UUID


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cells of a microscope have a person's label, by class, and of how many patients they are."""

    counts: dict[str, int]
    patients: int

    @property
    def cells(self) -> int:
        """Cells of all classes."""
        return sum(self.counts.values())


def labelled_cells(microscope: Microscope, *, most: int) -> list[LabelledCell]:
    """Return the cells of a microscope that a person has named, the newest `most` of them.

    Those of signed reports as they were reviewed, and those labelled for calibration. A signed review has the last word on
    its cells: what it excluded is no cell, and what it named is what it named.
    """
    reviewed, given = _reviewed(microscope), _given(microscope)
    found = [_labelled(cell, cell.label) for cell in reviewed.select_related("image__case").order_by(*_NEWEST)[:most]]
    found += [
        _labelled(cell, cell.calibration_label.label)
        for cell in given.select_related("image__case", "calibration_label").order_by(*_NEWEST)[:most]
    ]
    return sorted(found, key=lambda each: (each.cell.created_at, str(each.cell.pk)), reverse=True)[:most]


def tally(microscope: Microscope) -> Tally:
    """Return how many cells `labelled_cells` finds, in a number of queries that does not grow with them."""
    reviewed, given = _reviewed(microscope).order_by(), _given(microscope).order_by()
    counts: Counter[str] = Counter()
    counts.update(dict(reviewed.values_list("label").annotate(number=Count("pk"))))
    counts.update(dict(given.values_list("calibration_label__label").annotate(number=Count("pk"))))
    patients = reviewed.values("image__case__patient").union(given.values("image__case__patient"))
    return Tally(dict(counts), patients.count())


def unlabelled_cells(microscope: Microscope) -> QuerySet[Cell]:
    """Return the current cells of a microscope that nobody has decided on, in a review or for calibration."""
    free = Cell.objects.unreviewed().filter(_taken_with(microscope), calibration_label=None)
    return free.select_related("image__case")


def latest_proposal(microscope: Microscope) -> Proposal | None:
    """Return the proposal asked for last, or None before the first."""
    return Proposal.objects.filter(microscope=microscope).first()


def proposed_cells(microscope: Microscope, user: User) -> list[Cell]:
    """Return the proposed cells that `user` may see, in their order, each with its label if it has one.

    Cases that are closed to somebody who owes a blinded second opinion are left out.
    """
    latest = Proposal.objects.filter(microscope=microscope, state=ProposalState.DONE).first()
    if latest is None:
        return []
    closed = Case.objects.filter(closed_cases(user))
    seen = (
        Cell.objects.visible_to(user, break_glass=False)
        .filter(_taken_with(microscope), pk__in=latest.cells)
        .exclude(image__case__in=closed)
        .select_related("image__case", "calibration_label")
    )
    by_id = {str(cell.pk): cell for cell in seen}
    return [by_id[pk] for pk in latest.cells if pk in by_id]


def label_of(cell: Cell) -> str:
    """Return the label that a cell has for calibration, "" where it has none."""
    given = getattr(cell, "calibration_label", None)
    return given.label if isinstance(given, CalibrationLabel) else ""


def latest_run(microscope: Microscope) -> CalibrationRun | None:
    """Return the calibration asked for last, or None before the first."""
    runs = CalibrationRun.objects.filter(microscope=microscope)
    return runs.select_related("parent", "model_version", "requested_by").first()


def _reviewed(microscope: Microscope) -> QuerySet[Cell]:
    signed = Q(image__case__state__in=SIGNED_STATES)
    return Cell.objects.counted().filter(
        _taken_with(microscope), signed, label_source=LabelSource.HUMAN, label__in=CLASS_CODES
    )


def _given(microscope: Microscope) -> QuerySet[Cell]:
    decided = Q(image__case__state__in=SIGNED_STATES) & (Q(label_source=LabelSource.HUMAN) | Q(excluded=True))
    return Cell.objects.filter(_taken_with(microscope), calibration_label__label__in=CLASS_CODES).exclude(decided)


def _taken_with(microscope: Microscope) -> Q:
    # A calibration cuts its crops from the originals.
    return Q(
        image__microscope=microscope,
        image__case__laboratory=microscope.laboratory_id,
        image__original_purged_at__isnull=True,
    ) & ~Q(image__case__state__in=_NEVER_USED)


def _labelled(cell: Cell, label: str) -> LabelledCell:
    return LabelledCell(cell, label, cell.image.case.patient_id)
