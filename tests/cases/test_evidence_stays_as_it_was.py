"""An image cannot be moved to another case, nor a cell redrawn, by any means short of taking the triggers off."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from cases.models import Case, Cell, SmearImage
from tests.factories.cases import CaseFactory, CellFactory, PatientFactory, SmearImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cell(riverside):
    return CellFactory(image=SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), analysed=True))


def refused(change) -> None:
    with pytest.raises(DatabaseError, match="change refused"), transaction.atomic():
        change()


def test_an_image_stays_in_its_case(cell, riverside):
    other = CaseFactory(clinic=riverside)
    refused(lambda: SmearImage.objects.filter(pk=cell.image_id).update(case=other))


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"original": "other.png"}, {"width": 99}, {"byte_size": 1}])
def test_an_image_stays_what_it_is(cell, change):
    refused(lambda: SmearImage.objects.filter(pk=cell.image_id).update(**change))


def test_a_case_stays_with_its_patient(cell, riverside):
    other = PatientFactory(organisation=riverside)
    refused(lambda: Case.objects.filter(pk=cell.image.case_id).update(patient=other))


@pytest.mark.parametrize("column", ["x", "y", "width", "height"])
def test_a_cell_stays_where_it_is(cell, column):
    def in_sql():
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_cell SET {column} = {column} + 1")

    refused(in_sql)


def test_a_cell_keeps_the_detector_that_found_it(cell):
    refused(lambda: Cell.objects.filter(pk=cell.pk).update(detector="another"))


def test_what_may_change_still_does(cell):
    Cell.objects.filter(pk=cell.pk).update(label="monocyte", excluded=True)
    cell.refresh_from_db()
    cell.save()
    cell.image.save()
    cell.image.case.save()
    assert cell.label == "monocyte"
