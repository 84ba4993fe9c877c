"""One run from claim to outcome: what the task does. No transaction is open while the model works."""

from __future__ import annotations

import uuid
from functools import partial

import structlog
from django.utils.translation import gettext_noop

from cases.selectors import remembered_scale
from cases.services.images import make_display_copy
from classifier import analyser
from classifier.inference.errors import BadInput, InferenceError
from classifier.models import Analysis, AnalysisProblem, AnalysisState
from classifier.selectors import camera_of, is_confirmed_smear
from classifier.services.claims import claim_analysis, max_attempts, release_claim, wait_for_part
from classifier.services.held_names import hold_back_names
from classifier.services.in_hand import in_hand
from classifier.services.outcomes import fail_analysis, store_result
from classifier.services.rescaling import reanalyse_at_new_scale
from classifier.services.scales import learn_scale
from classifier.services.stored_images import open_stored_image
from hematovision.away import outlast_database, refusal_for
from hematovision.errors import NoRoom, Unavailable, Unprocessable

log = structlog.get_logger(__name__)


def run_analysis(*, image_id: uuid.UUID, worker: str) -> Analysis | None:
    """Claim the image's waiting run and carry it out; None when there is none to take.

    Whatever can be expected to go wrong ends as a failed run with a sentence. A defect gives the run back for
    another attempt, or closes it after the last one, and is raised again so that it is seen. A database that is away
    for a moment is waited for. While another part is away or full the run goes back to the queue as often as it takes.
    """
    analysis = outlast_database(partial(claim_analysis, image_id=image_id, worker=worker))
    if analysis is None:
        return None
    with in_hand(analysis):
        try:
            outlast_database(partial(_carry_out, analysis), again=partial(_carry_out_anew, analysis))
        except Exception as error:
            refusal = refusal_for(error)
            if isinstance(refusal, NoRoom | Unavailable):
                wait_for_part(analysis=analysis, note=refusal.sentence)
                log.warning("analysis_waits_for_a_part", analysis_id=str(analysis.pk), part=refusal.code)
            else:
                log.exception(
                    "analysis_defect", analysis_id=str(analysis.pk), image_id=str(image_id), attempt=analysis.attempt
                )
                _after_a_defect(analysis)
                raise
    if analysis.state == AnalysisState.RUNNING:
        # It did not end with a result: whoever ended it has written why.
        analysis.refresh_from_db()
    return analysis


def _carry_out_anew(analysis: Analysis) -> None:
    """Once more after the database was away: what is in memory of the image may never have been written."""
    _carry_out(Analysis.objects.select_related("image__case", "model_version").get(pk=analysis.pk))


def _carry_out(analysis: Analysis) -> None:
    image = analysis.image
    try:
        rgb = open_stored_image(image)
    except Unprocessable as error:
        fail_analysis(analysis=analysis, kind=AnalysisProblem.FILE, sentence=error.sentence)
        return
    # While the pixels are at hand: people see the image even if the model fails.
    make_display_copy(image, rgb=rgb)
    version = analysis.model_version
    if version is None:
        sentence = gettext_noop(
            "No model is in use. An administrator has to promote one; then this image can be analysed."
        )
        fail_analysis(analysis=analysis, kind=AnalysisProblem.MODEL, sentence=sentence)
        return
    given = image.case.um_per_px
    try:
        result = analyser.installed().analyse(
            version,
            rgb,
            um_per_px=given,
            microscope_um_per_px=remembered_scale(image),
            is_confirmed=is_confirmed_smear(image),
        )
    except BadInput as error:
        fail_analysis(analysis=analysis, kind=AnalysisProblem.FILE, sentence=error.sentence)
        return
    except InferenceError as error:
        fail_analysis(analysis=analysis, kind=AnalysisProblem.MODEL, sentence=error.sentence)
        return
    if store_result(analysis=analysis, result=result):
        if image.case.um_per_px != given:
            # The scale was changed while the model worked: locking the case for the result brought it up to date.
            reanalyse_at_new_scale(actor=None, case=image.case)
        # After the transaction of the result: it holds the audit trail, and others wait for the microscope or for a case.
        learn_scale(microscope_id=image.microscope_id)
        hold_back_names(version=version, camera=camera_of(image))


def _after_a_defect(analysis: Analysis) -> None:
    """Leave the run to another attempt, or close it after the last one."""
    reference = str(analysis.pk)[:8]
    if analysis.attempt >= max_attempts():
        last_words = f"The analysis stopped on a defect of the software (reference {reference}). It has been logged."  # not translated
        fail_analysis(analysis=analysis, kind=AnalysisProblem.DEFECT, sentence=last_words)
    else:
        note = (
            f"Attempt {analysis.attempt} stopped on a defect of the software (reference {reference})."  # not translated
        )
        release_claim(analysis=analysis, note=note)
