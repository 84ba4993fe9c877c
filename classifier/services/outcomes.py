"""How an analysis ends: a result written once, or a failure with a sentence. One transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit.models import Action, Outcome
from audit.services import events_last, record
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell
from cases.services.cases import settle_case, settle_locked_case
from cases.services.cells import DetectedCell, cells_of, record_cells
from cases.services.images import transition_image
from cases.services.transitions import lock_image, step_image
from cases.signals import cells_changed
from cases.states import NOT_COUNTING, ImageState
from classifier.models import Analysis, AnalysisProblem, AnalysisState, CameraStanding, Prediction
from classifier.selectors import models_on
from classifier.services.requeueing import reanalyse_image
from classifier.services.standings import announce_standing, stand_to_camera
from classifier.services.unclassified_cells import cells_to_classify, request_classification
from classifier.standing import Standing, is_named
from classifier.verification import analysis_digest, digests_of_first, found_digest

if TYPE_CHECKING:
    from classifier.inference.types import CellPrediction, ImageAnalysis

log = structlog.get_logger(__name__)


def store_result(*, analysis: Analysis, result: ImageAnalysis) -> bool:
    """Write cells, predictions, the run and the states in one transaction; False when the claim was lost.

    The first statement closes the run if, and only if, it is still this attempt's: whoever was overtaken writes
    nothing. An image without white cells is a result like any other, with the quality's reasons beside it.
    """
    with events_last():
        # As the run was claimed: nobody else writes a run that is this attempt's.
        earlier = analysis.um_per_px, analysis.is_held_back
        outcome = {
            "state": AnalysisState.DONE,
            "finished_at": timezone.now(),
            "lease_until": None,
            "away_since": None,
            "problem": "",
            "problem_kind": "",
            "quality": result.quality.as_dict(),
            "um_per_px": result.um_per_px,
            "scale_source": result.scale_source,
            "timings": {step: round(seconds, 6) for step, seconds in result.timings.items()},
        }
        ours = Analysis.objects.filter(pk=analysis.pk, state=AnalysisState.RUNNING, attempt=analysis.attempt).update(
            **outcome
        )
        if not ours:
            log.warning("analysis_overtaken", analysis_id=str(analysis.pk), attempt=analysis.attempt)
            return False
        for name, value in outcome.items():
            setattr(analysis, name, value)
        # The order of the locks: the run, its case, its image, the head of the audit trail.
        image = lock_image(analysis.image)
        if image.state in NOT_COUNTING:
            # While the model worked. The verdict stays with the run; no cell of the field is written.
            close_taken_out(analysis)
            return False
        there = cells_of(image)
        is_first = not there
        standing, before = _stand(analysis, result)
        names = Names(standing, rule=image.case.laboratory.unknown_camera)
        cells = record_cells(
            image=image,
            detector=result.detector,
            cells=[_detected(cell, names) for cell in result.cells],
            there=there,
            at_new_scale=_rescaled(earlier, analysis),
        )
        predictions = _write_predictions(analysis, cells, result.cells, names, are_new=is_first)
        if is_first:
            predicted, found = digests_of_first(analysis, predictions, cells)
        else:
            predicted, found = analysis_digest(analysis.pk), found_digest(image.pk)
        cells_changed.send(sender=Cell, case_id=image.case_id)
        step_image(image=image, to=ImageState.ANALYSED, by=None)
        announce_standing(standing=standing, before=before)
        record(
            actor=None,
            action=Action.RUN_AI,
            target=image,
            patient_id=image.case.patient_id,
            laboratory_id=image.case.laboratory_id,
            after={
                "analysis": str(analysis.pk),
                "model": str(analysis.model_version),
                "cells": len(cells),
                "predicted": predicted,
                "found": found,
                # What people saw of it; with none, when the copy could not be made, there is nothing to compare later.
                **({"shown": image.display_sha256} if image.display_sha256 else {}),
            },
        )
        _give_back_to_the_model_that_answers(analysis)
        settle_locked_case(case=image.case)
        if not is_first and cells_to_classify(analysis).exists():
            # Cells people drew or decided on, which this detector did not find again.
            request_classification(image_id=image.pk)
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


def close_taken_out(analysis: Analysis) -> bool:
    """Close a run, fetched or claimed in the present transaction, whose image was taken out of its case meanwhile."""
    sentence = gettext_noop("The field was taken out of its case before it was analysed.")
    return close_as_failed(analysis=analysis, kind=AnalysisProblem.TAKEN_OUT, sentence=sentence)


def close_as_failed(*, analysis: Analysis, kind: AnalysisProblem, sentence: str) -> bool:
    """Close an unfinished run as failed if nobody else touched it since it was fetched; call inside a transaction."""
    closed = Analysis.objects.filter(pk=analysis.pk, state=analysis.state, attempt=analysis.attempt).update(
        state=AnalysisState.FAILED,
        finished_at=timezone.now(),
        lease_until=None,
        away_since=None,
        not_before=None,
        problem_kind=kind,
        problem=sentence,
    )
    if not closed:
        return False
    image = analysis.image
    image.refresh_from_db()
    if image.state not in NOT_COUNTING:
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


def _give_back_to_the_model_that_answers(analysis: Analysis) -> None:
    """Have the model of the image repeat its analysis where a waiting run of another one ended after it.

    It happens when an image moves to another microscope, or a model is rolled back, while a run waits.
    """
    microscope_id = analysis.image.microscope_id
    answers = models_on([microscope_id])[microscope_id]
    if answers is None or answers == analysis.model_version:
        return
    if Analysis.objects.filter(image=analysis.image, model_version=answers, state=AnalysisState.DONE).exists():
        reason = f"{answers} answers for this image now."  # not translated
        reanalyse_image(actor=None, image=analysis.image, version=answers, reason=reason)


def _rescaled(earlier: tuple[float | None, bool], now: Analysis) -> bool:
    """Whether this run was done before, at another scale or with its names held back where they are not now."""
    return earlier[0] is not None and earlier != (now.um_per_px, now.is_held_back)


@dataclass(frozen=True, slots=True)
class Names:
    """Which names of a model stand on a camera, by what it is to it and the `rule` of the laboratory."""

    standing: CameraStanding
    rule: str

    def stand(self, score: float, *, identified: bool) -> bool:
        """Whether a name of this calibrated probability stands."""
        state, card = Standing(self.standing.state), self.standing.model_version.card
        return is_named(score=score, identified=identified, standing=state, rule=self.rule, card=card)

    def name(self, label: str, score: float, *, identified: bool) -> str:
        """The label where it stands, else "unidentified"."""
        return label if self.stand(score, identified=identified) else UNIDENTIFIED


def _score(cell: CellPrediction) -> float:
    return min(max(float(cell.score), 0.0), 1.0)


def _detected(cell: CellPrediction, names: Names) -> DetectedCell:
    return DetectedCell(
        x=cell.box.x,
        y=cell.box.y,
        width=cell.box.w,
        height=cell.box.h,
        area_px=cell.area_px,
        label=names.name(cell.best_label, float(cell.score), identified=cell.identified),
        score=_score(cell),
    )


def _stand(analysis: Analysis, result: ImageAnalysis) -> tuple[CameraStanding, str]:
    """What the model is to the camera of the image, these cells counted, and what it was before."""
    if analysis.model_version is None:
        message = "A result without a model cannot be stored."  # not translated
        raise ValueError(message)
    novelties = [float(cell.novelty) for cell in result.cells if cell.novelty is not None]
    return stand_to_camera(version=analysis.model_version, image=analysis.image, novelties=novelties)


def _write_predictions(
    analysis: Analysis, cells: list[Cell], results: list[CellPrediction], names: Names, *, are_new: bool
) -> list[Prediction]:
    """One prediction per cell, and the current label of cells that were there and no person has decided on.

    Returns the predictions that were not there. `are_new` where the image had no cells before, and so none that this model has made a prediction of.
    """
    version = names.standing.model_version
    # Going back to an earlier model repeats an analysis: the predictions it made then stand as they are.
    earlier = Prediction.objects.none() if are_new else Prediction.objects.filter(cell__in=cells, model_version=version)
    made = {row.cell_id: row for row in earlier}
    new = [
        Prediction(
            analysis=analysis,
            cell=cell,
            model_version=version,
            label=result.best_label,
            score=_score(result),
            probabilities={label: float(p) for label, p in result.probabilities.items()},
            identified=names.stand(float(result.score), identified=result.identified),
            novelty=None if result.novelty is None else float(result.novelty),
        )
        for cell, result in zip(cells, results, strict=True)
        if cell.pk not in made
    ]
    Prediction.objects.bulk_create(new)
    made |= {row.cell_id: row for row in new}
    labelled_by_model = []
    for cell in cells:
        prediction = made[cell.pk]
        name = names.name(prediction.label, prediction.score, identified=prediction.identified)
        if not cell.is_reviewed and (cell.label, cell.score) != (name, prediction.score):
            # A reviewer who saw another suggestion must not confirm this one unseen.
            cell.revision += cell.label not in {"", name}
            cell.label = name
            cell.score = prediction.score
            labelled_by_model.append(cell)
    # Kept on the cell for lists, derived from its current prediction; the audit event of the run covers it.
    Cell.objects.bulk_update(labelled_by_model, ["label", "score", "revision"], batch_size=200)
    return new
