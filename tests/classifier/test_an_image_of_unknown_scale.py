"""Where the scale is not known, cells are found and held back; once it is given they are analysed again and named."""

from __future__ import annotations

import pytest
from django.db.models import Max

from audit.models import AuditEvent
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell
from cases.quality import quality_verdict
from cases.services.cases import submit_case, update_case
from classifier.inference.pipeline import Pipeline
from classifier.models import Analysis, Prediction
from classifier.selectors import current_analyses, output_for_image
from classifier.services import run_analysis
from classifier.services.unclassified_cells import classify_cells
from classifier.tasks import analyse_image
from review.models import ReviewLease
from review.services.leases import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def bare(receive, engine, active):
    """The analysed image of a field with one white cell and no red one."""
    image = receive(seed=4, cells={"neutrophil": 1}, crowding=0, platelets=False)
    analyse_image(str(image.pk))
    image.refresh_from_db()
    return image


@pytest.fixture
def give_scale(amina, case, django_capture_on_commit_callbacks):
    """Enter the scale of the case, as on the page or through the API."""

    def enter(um_per_px):
        with django_capture_on_commit_callbacks(execute=True):
            update_case(actor=amina, case=case, um_per_px=um_per_px)

    return enter


def labels_of(image):
    return [cell.label for cell in image.cells.filter(superseded=False)]


def test_its_cells_are_found_and_none_is_named(bare):
    analysis = bare.analyses.get()
    assert (bare.state, analysis.state, analysis.scale_source) == ("analysed", "done", "white cells")
    assert labels_of(bare) == [UNIDENTIFIED]
    assert not Prediction.objects.filter(identified=True).exists()
    told = quality_verdict(analysis.quality)
    assert (told.verdict, told.advice) == ("poor", "")
    assert "Enter the scale" in told.held_back
    assert told.held_back not in told.sentences


def test_giving_the_scale_names_them(bare, give_scale, amina, case):
    give_scale(0.1)
    bare.refresh_from_db()
    assert (bare.state, bare.analyses.get().trigger) == ("queued", "request")

    analyse_image(str(bare.pk))

    analysis = bare.analyses.get()
    assert (analysis.scale_source, analysis.um_per_px, analysis.quality["held_back"]) == ("given", 0.1, "")
    assert UNIDENTIFIED not in labels_of(bare)
    event = AuditEvent.objects.get(action="run_ai", object_id=str(case.pk))
    assert (event.actor_id, event.after) == (amina.pk, {"um_per_px": "0.1", "images": 1})


def test_giving_the_very_scale_that_was_guessed_names_them_too(bare, give_scale):
    guessed = bare.analyses.get().um_per_px
    held_back = Cell.objects.get()

    give_scale(guessed)
    analyse_image(str(bare.pk))

    held_back.refresh_from_db()
    (now,) = bare.cells.filter(superseded=False)
    assert (now.box, held_back.superseded) == (held_back.box, True)
    assert now.label != UNIDENTIFIED
    # What was said of it before stays as evidence.
    assert not held_back.predictions.get().identified


def test_a_name_given_by_hand_holds_through_it(bare, give_scale):
    Cell.objects.update(label="basophil", label_source="human")
    give_scale(bare.analyses.get().um_per_px)
    analyse_image(str(bare.pk))
    assert labels_of(bare) == ["basophil"]


def test_giving_the_same_scale_again_analyses_nothing(bare, give_scale, amina, case):
    give_scale(0.1)
    analyse_image(str(bare.pk))
    finished = bare.analyses.get().finished_at
    update_case(actor=amina, case=case, um_per_px=0.1, camera="Another")
    bare.refresh_from_db()
    assert (bare.state, bare.analyses.get().finished_at) == ("analysed", finished)


def test_taking_a_scale_back_holds_them_back_again(bare, give_scale):
    give_scale(0.1)
    analyse_image(str(bare.pk))
    give_scale(None)
    analyse_image(str(bare.pk))
    assert labels_of(bare) == [UNIDENTIFIED]


def test_a_case_waits_for_it_like_for_an_upload(bare, give_scale, amina, case):
    submit_case(actor=amina, case=case, seen_poor_fields=[image.pk for image in case.images.all()])
    assert case.state == "ready"
    give_scale(0.1)
    case.refresh_from_db()
    assert case.state == "analysing"
    analyse_image(str(bare.pk))
    case.refresh_from_db()
    assert case.state == "ready"


def test_undo_does_not_reach_behind_a_new_scale(bare, give_scale, amina, pavel, case):
    submit_case(actor=amina, case=case, seen_poor_fields=[image.pk for image in case.images.all()])
    claim(actor=pavel, case=case)
    from review.models import ReviewAction

    ReviewAction.objects.create(case=case, number=1, by=pavel, kind="confirm")
    give_scale(0.1)
    last = ReviewAction.objects.filter(case=case).aggregate(last=Max("number"))["last"]
    assert ReviewLease.objects.get(case=case).since_number == last == 1


def test_a_scale_given_while_the_model_works_is_not_lost(receive, engine, active, give_scale, monkeypatch):
    image = receive(seed=4, cells={"neutrophil": 1}, crowding=0, platelets=False)
    analyse = Pipeline.analyse

    def slowly(self, rgb, **scales):
        if scales["um_per_px"] is None:
            give_scale(0.1)
        return analyse(self, rgb, **scales)

    monkeypatch.setattr(Pipeline, "analyse", slowly)
    run_analysis(image_id=image.pk, worker="w")
    image.refresh_from_db()
    assert image.state == "queued"
    run_analysis(image_id=image.pk, worker="w")
    assert UNIDENTIFIED not in labels_of(image)


def test_a_cell_drawn_on_it_is_held_back_as_well(bare):
    Cell.objects.create(image=bare, ordinal=1, detector="human", x=5, y=5, width=60, height=60, area_px=3600)
    assert classify_cells(image_id=bare.pk) == 1
    assert labels_of(bare) == [UNIDENTIFIED] * 2


@pytest.mark.parametrize(("source", "shown"), [("unknown", None), ("default", None), ("white cells", 0.1)])
def test_a_mere_guess_is_shown_as_no_scale(bare, case, source, shown):
    Analysis.objects.update(scale_source=source, um_per_px=0.1)
    assert current_analyses(case)[bare.pk].um_per_px == shown
    assert output_for_image(bare).analyses[bare.pk].um_per_px == shown


def test_an_earlier_analysis_at_the_silent_default_names_no_drawn_cell(bare):
    Analysis.objects.update(scale_source="default", quality={"verdict": "good"})
    assert bare.analyses.get().is_held_back
