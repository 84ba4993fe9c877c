"""A field that was taken out of a draft is not analysed, and what was found in it is no part of the case any more."""

from __future__ import annotations

import pytest

from cases.models import Cell, SmearImage
from cases.services.draft_fields import take_out_image
from cases.states import ImageState
from classifier.models import Analysis, AnalysisState
from classifier.selectors import current_analyses, output_for_case
from classifier.services.claims import claim_analysis
from classifier.services.runs import run_analysis
from classifier.services.sweeping import sweep
from classifier.verification import check_analyses, check_model_labels

pytestmark = pytest.mark.django_db


def taken_out(amina, image):
    return take_out_image(actor=amina, image=SmearImage.objects.get(pk=image.pk), reason="blurred")


def test_what_was_found_leaves_the_case_and_still_verifies(amina, case, image, engine):
    run_analysis(image_id=image.pk, worker="w")
    assert Cell.objects.current().count() > 0
    taken_out(amina, image)
    assert not Cell.objects.current().exists()
    assert Cell.objects.exists()
    assert current_analyses(case) == {}
    assert output_for_case(case).predictions == {}
    assert [*check_analyses(), *check_model_labels()] == []


def test_one_that_waits_is_not_analysed(amina, image, engine):
    taken_out(amina, image)
    assert run_analysis(image_id=image.pk, worker="w") is None
    run = Analysis.objects.get()
    assert (run.state, run.problem_kind) == (AnalysisState.FAILED, "taken_out")
    assert SmearImage.objects.get().state == ImageState.TAKEN_OUT
    assert not Cell.objects.exists()


def test_one_that_was_under_analysis_gets_no_cells(amina, image, engine, monkeypatch):
    analyse = engine.analyse

    def analyse_and_take_out(*args, **kwargs):
        result = analyse(*args, **kwargs)
        taken_out(amina, image)
        return result

    monkeypatch.setattr(engine, "analyse", analyse_and_take_out)
    run_analysis(image_id=image.pk, worker="w")
    run = Analysis.objects.get()
    assert (run.state, run.problem_kind) == (AnalysisState.FAILED, "taken_out")
    assert SmearImage.objects.get().state == ImageState.TAKEN_OUT
    assert not Cell.objects.exists()


def test_a_run_whose_worker_died_is_closed_in_the_end(amina, image):
    claimed = claim_analysis(image_id=image.pk, worker="w")
    taken_out(amina, image)
    Analysis.objects.filter(pk=claimed.pk).update(lease_until=claimed.started_at)
    sweep()
    assert claim_analysis(image_id=image.pk, worker="x") is None
    assert Analysis.objects.get().state == AnalysisState.FAILED
