"""A signed case whose clinic consents to teaching, and cells of it that were copied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from accounts.models import User
from cases.cell_classes import CLASS_CODES
from cases.imaging.display import encode_jpeg
from cases.models import Case
from cases.states import CaseState
from education.models import TeachingCell
from education.services.consents import record_consent
from education.services.copies import copy_cells
from reports.models import Report
from tests.factories.analysed_cases import AnalysedImage, PredictedCell, analysed_case, cells_of
from tests.factories.reports import next_version

CALLED = {"neutrophil": 4, "lymphocyte": 3, "basophil": 2}
"""What a person called the cells of the case; the model called all of them something else."""


@lru_cache(maxsize=1)
def picture() -> bytes:
    """A field in which every place looks different, as JPEG."""
    rows, columns = np.mgrid[0:480, 0:640]
    rgb = np.stack([rows % 251, columns % 241, (rows * 3 + columns * 7) % 239], axis=-1).astype(np.uint8)
    return encode_jpeg(rgb)


def signed_case(clinic, by: User, *, called: Mapping[str, int] = CALLED, **fields) -> tuple[Case, Report]:
    """A case whose cells `by` named and signed, with the report; its pictures are files."""
    labels = [label for label, count in called.items() for _ in range(count)]
    cells = [
        PredictedCell(
            next(code for code in CLASS_CODES if code != label),
            label=label,
            box=(40 + 60 * (number % 9), 60 + 70 * (number // 9), 40, 44),
        )
        for number, label in enumerate(labels)
    ]
    images = [AnalysedImage(cells, picture=picture())]
    case = analysed_case(clinic, images=images, decided_by=by, **fields)
    report = next_version(case, by)
    Case.objects.filter(pk=case.pk).update(state=CaseState.SIGNED)
    case.refresh_from_db()
    return case, report


def consent(clinic, administrator: User):
    """The consent of a clinic, recorded today."""
    return record_consent(actor=administrator, clinic=clinic, agreed_on=dt.date(2026, 1, 15))


def copied(report: Report, by: User, *, count: int = 9) -> list[TeachingCell]:
    """Copies of the first cells of a report."""
    chosen = [cell.pk for cell in cells_of(report.case)[:count]]
    return copy_cells(actor=by, report=report, cells=chosen, confirmed=True)
