"""The detector's cells are written once; another analysis supersedes the earlier one of a model, never a person's."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from cases.models import Case, Cell
from cases.services.cells import DetectedCell, record_cells
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory

pytestmark = pytest.mark.django_db

BOXES = [DetectedCell(10, 20, 30, 31, 700), DetectedCell(50, 20, 12, 12, 90)]
OTHER_BOXES = [DetectedCell(12, 20, 30, 31, 690)]


@pytest.fixture
def image(riverside):
    return SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), analysed=True)


def test_cells_are_written_in_the_order_given(image):
    cells = record_cells(image=image, detector="l1", cells=BOXES)
    assert [(cell.ordinal, cell.box, cell.area_px) for cell in cells] == [
        (1, (10, 20, 30, 31), 700),
        (2, (50, 20, 12, 12), 90),
    ]
    assert list(image.cells.order_by("ordinal")) == cells


def test_twice_writes_once(image):
    first = record_cells(image=image, detector="l1", cells=BOXES)
    assert record_cells(image=image, detector="l1", cells=BOXES) == first
    assert Cell.objects.count() == 2


@pytest.mark.parametrize("detector", ["l1", "l2"])
def test_another_analysis_supersedes_the_models_earlier_one(image, detector):
    first = record_cells(image=image, detector="l1", cells=BOXES)
    second = record_cells(image=image, detector=detector, cells=OTHER_BOXES)
    assert list(image.cells.current()) == second
    assert Cell.objects.filter(pk__in=[cell.pk for cell in first], superseded=True).count() == 2
    again = record_cells(image=image, detector="l1", cells=BOXES)
    assert again == first
    assert set(image.cells.current()) == set(first)


def test_what_a_person_added_or_labelled_stays(image):
    machine, _ = record_cells(image=image, detector="l1", cells=BOXES)
    added = CellFactory(image=image, detector="human", label_source="human")
    Cell.objects.filter(pk=machine.pk).update(label="monocyte", label_source="human")
    (new,) = record_cells(image=image, detector="l2", cells=[DetectedCell(200, 20, 30, 31, 690)])
    assert set(image.cells.current()) == {machine, added, new}


@pytest.mark.parametrize("decided", [{"label_source": "human"}, {"excluded": True}, {"flagged": True}], ids=str)
def test_a_new_cell_on_the_spot_of_one_a_person_decided_on_is_not_counted_twice(image, decided):
    first, _ = record_cells(image=image, detector="l1", cells=BOXES)
    Cell.objects.filter(pk=first.pk).update(**decided)
    for _ in range(2):
        (new,) = record_cells(image=image, detector="l2", cells=OTHER_BOXES)
        assert new.superseded
        assert list(image.cells.current()) == [first]


def test_an_image_without_cells_has_none(image):
    assert record_cells(image=image, detector="l1", cells=[]) == []
    assert record_cells(image=image, detector="l1", cells=[]) == []


def test_counts_take_current_cells_that_nobody_excluded(image, pavel):
    CellFactory(image=image)
    CellFactory(image=image, label="unidentified", score=0.3)
    CellFactory(image=image, excluded=True)
    CellFactory(image=image, superseded=True)
    SmearImageFactory(case=image.case, failed=True)
    SmearImageFactory(case=image.case)
    case = Case.objects.with_counts(pavel).get(pk=image.case_id)
    assert (case.image_count, case.analysed_count, case.problem_count) == (3, 1, 1)
    assert (case.cell_count, case.unidentified_count) == (2, 1)


def test_unidentified_cells_come_first_then_low_scores(image):
    for label, score in [("neutrophil", 0.9), ("unidentified", 0.6), ("monocyte", 0.5), ("unidentified", 0.2)]:
        CellFactory(image=image, label=label, score=score)
    assert list(image.cells.lowest_confidence_first().values_list("score", flat=True)) == [0.2, 0.6, 0.5, 0.9]


@pytest.mark.parametrize(
    "impossible", [{"width": 0}, {"score": 1.5}, {"label": "blast"}, {"label_source": "dog"}], ids=str
)
def test_the_database_itself_refuses_what_cannot_be(image, impossible):
    cell = CellFactory(image=image)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cell.objects.filter(pk=cell.pk).update(**impossible)
