"""What is counted once a case is what a count of every cell finds, whatever was written since."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import Q
from django.utils import timezone

from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import Case, Cell
from cases.states import CaseState
from classifier.models import Prediction
from oversight.models import CaseTally, CellTally
from oversight.selectors import reviewed_cells
from oversight.selectors.agreement import lines_of, weeks_of
from oversight.selectors.reviewed_cells import ReviewedCells, out_of_date
from oversight.services.tallies import tally_cases
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.factories.analysed_cases import PredictedCell, analysed_case, cells_of, finished_analysis, model, predict

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


def everything(names):
    return Q()


CONDITIONS = {
    "everything": everything,
    "signed": lambda names: Q(**{f"{names.case}__state": CaseState.SIGNED}),
    "a class": lambda names: Q(**{names.final: "monocyte", names.excluded: False}),
    "since": lambda names: Q(**{f"{names.reviewed}__gte": names.moment(_day(200))}),
    "until": lambda names: Q(**{f"{names.reviewed}__lt": names.moment(_day(100))}),
    "a stain": lambda names: Q(**{f"{names.case}__stain": "giemsa"}),
}


def _day(ago):
    return (timezone.now() - timedelta(days=ago)).date()


def _counted(condition):
    """Kinds by every dimension and weeks, summed."""
    cells = ReviewedCells(Case.objects.all(), condition)
    kinds = {}
    for line in lines_of(cells):
        key = line.clinic, line.stain, line.camera, line.model, line.reviewer, line.cells._replace(number=0)
        kinds[key] = kinds.get(key, 0) + line.cells.number
    return kinds, weeks_of(cells)


def _same_as_cell_by_cell(monkeypatch):
    for name, condition in CONDITIONS.items():
        tallied = _counted(condition)
        with monkeypatch.context() as patch:
            # Nothing may be out of date: every case is counted by its cells.
            patch.setattr(reviewed_cells, "MOST_COUNTED_APART", -1)
            assert tallied == _counted(condition), name


@pytest.fixture
def laboratory_at_work(riverside, hilltop, pavel, nadia):
    """Cases of two clinics, two models and two reviewers: random labels, some cells unreviewed or superseded."""
    rng = random.Random(7)
    older = model("0", active=False)
    for number in range(12):
        case = analysed_case(
            rng.choice([riverside, hilltop]),
            [
                PredictedCell(
                    rng.choice(CLASS_CODES),
                    identified=rng.random() < 0.8,
                    label=rng.choice([*CLASS_CODES, UNIDENTIFIED]),
                    excluded=rng.random() < 0.1,
                )
                for _ in range(rng.randrange(3, 15))
            ],
            state=rng.choice(["ready", "signed"]),
            decided_by=rng.choice([pavel, nadia, pavel]) if number else None,
            decided_at=timezone.now() - timedelta(days=rng.randrange(400), hours=rng.randrange(24)),
            stain=rng.choice(["giemsa", "wright_giemsa"]),
            camera=rng.choice(["", "one", "two"]),
        )
        if number % 3 == 0:
            analysis = finished_analysis(case.images.get(), older)
            for cell in cells_of(case):
                predict(cell, analysis, rng.choice(CLASS_CODES))
        if number % 4 == 0:
            Cell.objects.filter(image__case=case, ordinal=1).update(superseded=True)
    return list(Case.objects.all())


def test_tallies_equal_the_full_count_on_random_cells(laboratory_at_work, monkeypatch):
    assert tally_cases() == 12
    assert not out_of_date(Case.objects.all()).exists()
    assert sum(row.number for row in CellTally.objects.all()) > 50
    _same_as_cell_by_cell(monkeypatch)


def test_counting_again_changes_nothing(laboratory_at_work):
    tally_cases()
    before = _counted(everything)
    call_command("tally_cells", "--all", verbosity=0)
    assert _counted(everything) == before
    assert CaseTally.objects.filter(is_current=True).count() == 12
    assert tally_cases() == 0


def test_an_action_of_a_reviewer_counts_at_once_and_after_the_next_count(riverside, pavel, monkeypatch):
    case = analysed_case(riverside, ["neutrophil", "monocyte", "basophil"], decided_by=pavel)
    claim(actor=pavel, case=case)
    tally_cases()
    cell = cells_of(case)[0]
    apply_action(
        actor=pavel, case=case, action_id=uuid.uuid4(), kind="label", cells=[(cell.pk, cell.revision)], label="platelet"
    )
    assert {line.cells.final for line in lines_of(ReviewedCells(Case.objects.all(), everything))} == {
        "platelet",
        "monocyte",
        "basophil",
    }
    _same_as_cell_by_cell(monkeypatch)
    assert tally_cases() == 1
    _same_as_cell_by_cell(monkeypatch)


def test_undoing_counts_as_well(riverside, pavel, monkeypatch):
    case = analysed_case(riverside, ["neutrophil"], decided_by=pavel)
    claim(actor=pavel, case=case)
    cell = cells_of(case)[0]
    ask = {"actor": pavel, "case": case}
    apply_action(**ask, action_id=uuid.uuid4(), kind="exclude", cells=[(cell.pk, cell.revision)], reason_code="smudge")
    tally_cases()
    apply_action(**ask, action_id=uuid.uuid4(), kind="undo")
    _same_as_cell_by_cell(monkeypatch)
    assert Prediction.objects.get().cell.excluded is False
    assert tally_cases() == 1
    _same_as_cell_by_cell(monkeypatch)


def test_a_case_counted_between_two_questions_is_counted_once(riverside, pavel):
    analysed_case(riverside, ["neutrophil"] * 3, decided_by=pavel)
    cells = ReviewedCells(Case.objects.all(), everything)
    tally_cases()
    assert sum(line.cells.number for line in lines_of(cells)) == 3


def test_a_day_begins_at_midnight_utc(riverside, pavel, monkeypatch):
    midnight = datetime.fromisoformat("2026-05-02T00:00:00+00:00")
    for moment in (midnight - timedelta(seconds=1), midnight):
        analysed_case(riverside, ["neutrophil"], decided_by=pavel, decided_at=moment)
    tally_cases()

    def on_the_second(names):
        return Q(**{f"{names.reviewed}__gte": names.moment(midnight.date())})

    assert sum(line.cells.number for line in lines_of(ReviewedCells(Case.objects.all(), on_the_second))) == 1
