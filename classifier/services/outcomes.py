"""How an analysis ends: a result written once, or a failure with a sentence. One transaction each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone

from audit.models import Action, Outcome
from audit.services import record
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell
from cases.services.cases import settle_case
from cases.services.cells import LocatedCell, record_cells
from cases.services.images import transition_image
from cases.states import ImageState
from classifier.models import Analysis, AnalysisProblem, AnalysisState, Prediction
from classifier.services.late_cells import request_cell_readings, unread_cells

if TYPE_CHECKING:
    from classifier.inference.types import CellResult, FieldResult

log = structlog.get_logger(__name__)


def store_result(*, analysis: Analysis, result: FieldResult) -> bool:
    """Write cells, predictions, the run and the states in one transaction; False when the claim was lost.

    The first statement closes the run if, and only if, it is still this attempt's: whoever was overtaken writes
    nothing. An image without white cells is a result like any other, with the quality's reasons beside it.
    """
    with transaction.atomic():
        ours = Analysis.objects.filter(pk=analysis.pk, state=AnalysisState.RUNNING, attempt=analysis.attempt).update(
            state=AnalysisState.DONE,
            finished_at=timezone.now(),
            lease_until=None,
            problem="",
            problem_kind="",
            quality=result.quality.as_dict(),
            um_per_px=result.um_per_px,
            scale_source=result.scale_source,
            timings={step: round(seconds, 6) for step, seconds in result.timings.items()},
        )
        if not ours:
            log.warning("analysis_overtaken", analysis_id=str(analysis.pk), attempt=analysis.attempt)
            return False
        analysis.refresh_from_db()
        image = analysis.image
        cells = record_cells(
            image=image,
            locator=result.locator,
            cells=[_located(cell) for cell in result.cells],
        )
        _write_predictions(analysis, cells, result.cells)
        image.refresh_from_db()
        transition_image(actor=None, image=image, to=ImageState.ANALYSED)
        record(
            actor=None,
            action=Action.RUN_AI,
            target=image,
            patient_id=image.case.patient_id,
            laboratory_id=image.case.laboratory_id,
            after={"analysis": str(analysis.pk), "model": str(analysis.model_version), "cells": len(cells)},
        )
        settle_case(case=image.case)
        if unread_cells(analysis).exists():
            # Cells people drew or decided on, which this locator did not find again.
            transaction.on_commit(lambda: request_cell_readings(image_id=image.pk))
    log.info(
        "analysis_done",
        analysis_id=str(analysis.pk),
        image_id=str(image.pk),
        model_version=str(analysis.model_version),
        cells=len(cells),
        seconds=analysis.ran.total_seconds() if analysis.ran else None,
    )
    return True


def fail_analysis(*, analysis: Analysis, kind: AnalysisProblem, sentence: str) -> bool:
    """Close a claimed run as failed, image and case with it; False when the claim was lost meanwhile."""
    with transaction.atomic():
        current = (
            Analysis.objects.select_related("image__case")
            .filter(pk=analysis.pk, state=AnalysisState.RUNNING, attempt=analysis.attempt)
            .first()
        )
        return current is not None and close_as_failed(analysis=current, kind=kind, sentence=sentence)


def close_as_failed(*, analysis: Analysis, kind: AnalysisProblem, sentence: str) -> bool:
    """Close an unfinished run as failed if nobody else touched it since it was read; call inside a transaction."""
    closed = Analysis.objects.filter(pk=analysis.pk, state=analysis.state, attempt=analysis.attempt).update(
        state=AnalysisState.FAILED,
        finished_at=timezone.now(),
        lease_until=None,
        problem_kind=kind,
        problem=sentence,
    )
    if not closed:
        return False
    image = analysis.image
    image.refresh_from_db()
    transition_image(actor=None, image=image, to=ImageState.FAILED, reason=sentence)
    record(
        actor=None,
        action=Action.RUN_AI,
        target=image,
        patient_id=image.case.patient_id,
        laboratory_id=image.case.laboratory_id,
        outcome=Outcome.FAILURE,
        reason=sentence,
        after={"analysis": str(analysis.pk), "model": str(analysis.model_version or "")},
    )
    settle_case(case=image.case)
    log.error(
        "analysis_failed",
        analysis_id=str(analysis.pk),
        image_id=str(image.pk),
        kind=str(kind),
        attempt=analysis.attempt,
    )
    return True


def _located(cell: CellResult) -> LocatedCell:
    return LocatedCell(x=cell.box.x, y=cell.box.y, width=cell.box.w, height=cell.box.h, area_px=cell.area_px)


def _write_predictions(analysis: Analysis, cells: list[Cell], results: list[CellResult]) -> None:
    """One prediction per cell, and the cell's current label where no person has decided on it."""
    version = analysis.model_version
    if version is None:
        message = "A result without a model cannot be stored."
        raise ValueError(message)
    pairs = list(zip(cells, results, strict=True))
    # Going back to an earlier model asks for a reading that was done before: its predictions stand as they are.
    read = set(Prediction.objects.filter(cell__in=cells, model_version=version).values_list("cell", flat=True))
    Prediction.objects.bulk_create(
        Prediction(
            analysis=analysis,
            cell=cell,
            model_version=version,
            label=result.best_label,
            score=min(max(float(result.score), 0.0), 1.0),
            probabilities={label: float(p) for label, p in result.probabilities.items()},
            identified=result.identified,
            novelty=None if result.novelty is None else float(result.novelty),
        )
        for cell, result in pairs
        if cell.pk not in read
    )
    machine_labelled = []
    for cell, result in pairs:
        if not cell.is_reviewed:
            label = result.best_label if result.identified else UNIDENTIFIED
            # A reader who saw another suggestion must not confirm this one unseen.
            cell.revision += cell.label not in {"", label}
            cell.label = label
            cell.score = min(max(float(result.score), 0.0), 1.0)
            machine_labelled.append(cell)
    # Denormalised reading for lists, derived from the predictions just written; the audit event of the run covers it.
    Cell.objects.bulk_update(machine_labelled, ["label", "score", "revision"], batch_size=200)
