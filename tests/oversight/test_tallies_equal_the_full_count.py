"""What is counted once a case is what a count of every cell finds, whatever was written since."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind, Role, User
from cases import blinding
from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import BreakGlassAccess, Case, Cell
from cases.services.restrictions import restrict_patient
from cases.states import CaseState
from classifier.models import Prediction
from oversight.models import CaseTally, CellTally, TallySum
from oversight.selectors import reviewed_cells, scopes
from oversight.selectors.agreement import weeks_of
from oversight.selectors.reviewed_cells import ReviewedCells, out_of_date
from oversight.selectors.scopes import scope_of, scope_of_laboratory
from oversight.selectors.sources import Wanted
from oversight.services.tallies import note_change, tally_cases
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.factories.analysed_cases import PredictedCell, analysed_case, cells_of, finished_analysis, model, predict

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


EVERYTHING = Wanted()


def _day(ago):
    return (timezone.now() - timedelta(days=ago)).date()


def conditions(clinic, reviewer):
    return {
        "everything": EVERYTHING,
        "signed": Wanted(signed=True),
        "a class": Wanted(final="monocyte"),
        "since": Wanted(since=_day(200)),
        "until": Wanted(until=_day(100)),
        "between": Wanted(since=_day(300), until=_day(31), signed=True),
        "some days": Wanted(since=_day(203), until=_day(200)),
        "a clinic": Wanted(clinic=clinic.pk),
        "a stain": Wanted(stain="giemsa", since=_day(150)),
        "a camera of a reviewer": Wanted(camera="one", reviewer=reviewer.pk),
    }


def _counted(scope, wanted):
    """Kinds by every dimension and weeks, summed."""
    cells = ReviewedCells(scope, wanted)
    return cells.by_kind("clinic", "stain", "camera", "model", "reviewer"), weeks_of(cells)


def _same_as_cell_by_cell(monkeypatch, *people):
    """For every condition, over every signed case of each laboratory and over what each of `people` may see."""
    laboratories = Organisation.objects.filter(kind=OrganisationKind.LABORATORY)
    scopes = [scope_of_laboratory(place) for place in laboratories] + [scope_of(who) for who in people]
    somebody = User.objects.filter(role=Role.PATHOLOGIST).order_by("full_name").first()
    wanted = conditions(Organisation.objects.filter(kind=OrganisationKind.CLINIC).order_by("slug").first(), somebody)
    for scope in scopes:
        for name, asked in wanted.items():
            added_up = _counted(scope, asked)
            with monkeypatch.context() as patch:
                # Nothing may be out of date: every case is counted by its cells.
                patch.setattr(reviewed_cells, "MOST_COUNTED_APART", -1)
                assert added_up == _counted(scope, asked), name


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


def test_counting_again_changes_nothing(laboratory_at_work, central):
    tally_cases()
    before = _sums()
    counted = _counted(scope_of_laboratory(central), EVERYTHING)
    # Whatever became of the sums, all of them are made anew.
    TallySum.objects.update(number=7)
    call_command("tally_cells", "--all", verbosity=0)
    assert _sums() == before
    assert _counted(scope_of_laboratory(central), EVERYTHING) == counted
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
    counted = ReviewedCells(scope_of(pavel), EVERYTHING).by_kind()
    assert {final for final, *_ in counted} == {"platelet", "monocyte", "basophil"}
    _same_as_cell_by_cell(monkeypatch, pavel)
    assert tally_cases() == 1
    _same_as_cell_by_cell(monkeypatch, pavel)


def test_undoing_counts_as_well(riverside, pavel, monkeypatch):
    case = analysed_case(riverside, ["neutrophil"], decided_by=pavel)
    claim(actor=pavel, case=case)
    cell = cells_of(case)[0]
    ask = {"actor": pavel, "case": case}
    apply_action(**ask, action_id=uuid.uuid4(), kind="exclude", cells=[(cell.pk, cell.revision)], reason_code="smudge")
    tally_cases()
    apply_action(**ask, action_id=uuid.uuid4(), kind="undo")
    _same_as_cell_by_cell(monkeypatch, pavel)
    assert Prediction.objects.get().cell.excluded is False
    assert tally_cases() == 1
    _same_as_cell_by_cell(monkeypatch, pavel)


def test_a_case_counted_between_two_questions_is_counted_once(riverside, pavel):
    analysed_case(riverside, ["neutrophil"] * 3, decided_by=pavel)
    cells = ReviewedCells(scope_of(pavel), EVERYTHING)
    tally_cases()
    assert sum(cells.by_kind().values()) == 3
    assert sum(cells.by_week().values()) == 3


def test_a_day_begins_at_midnight_utc(riverside, pavel):
    midnight = datetime.fromisoformat("2026-05-02T00:00:00+00:00")
    for moment in (midnight - timedelta(seconds=1), midnight):
        analysed_case(riverside, ["neutrophil"], decided_by=pavel, decided_at=moment)
    tally_cases()
    assert sum(ReviewedCells(scope_of(pavel), Wanted(since=midnight.date())).by_kind().values()) == 1


# What is withdrawn was not signed when it was counted, and is not now.
@pytest.mark.parametrize(("step", "counted_anew"), [("signed", 1), ("withdrawn", 0), ("stain", 1), ("camera", 1)])
def test_a_case_that_becomes_another_is_counted_as_that(
    laboratory_at_work, pavel, olga, riverside, step, counted_anew, monkeypatch
):
    tally_cases()
    case = next(case for case in laboratory_at_work if case.state == "ready" and case.clinic_id == riverside.pk)
    if step in {"signed", "withdrawn"}:
        case.state = CaseState(step)
    else:
        setattr(case, step, "other" if step == "camera" else "giemsa" if case.stain != "giemsa" else "wright_giemsa")
    case.save()
    assert out_of_date(Case.objects.all()).count() == counted_anew
    _same_as_cell_by_cell(monkeypatch, pavel, olga)
    tally_cases()
    _same_as_cell_by_cell(monkeypatch, pavel, olga)


def test_each_sees_what_they_may_see(laboratory_at_work, central, riverside, pavel, nadia, ines, monkeypatch):
    tally_cases()
    _same_as_cell_by_cell(monkeypatch, pavel, nadia, ines)
    restricted, owed, *_ = (c for c in laboratory_at_work if c.laboratory_id == central.pk and c.state == "signed")
    restrict_patient(actor=ines, patient=restricted.patient, reason="They asked for it.")
    monkeypatch.setattr(scopes, "blinded_opinions_owed", lambda user: (owed.pk,) if user == pavel else ())
    monkeypatch.setattr(blinding, "blinded_opinions_owed", lambda user: (owed.pk,) if user == pavel else ())
    place = Organisation.objects.create(slug="lakeside", name="Lakeside", kind="clinic", refers_to=nadia.organisation)
    elsewhere = analysed_case(place, ["basophil"] * 9, decided_by=nadia, state="signed")
    BreakGlassAccess.objects.create(
        case=elsewhere, user=pavel, reason="An emergency.", known="mrn", expires_at=timezone.now() + timedelta(hours=1)
    )
    tally_cases()
    _same_as_cell_by_cell(monkeypatch, pavel, nadia, ines)
    central.blind_review = True
    central.save()
    pavel.organisation.refresh_from_db()
    _same_as_cell_by_cell(monkeypatch, pavel, nadia, ines)
    assert _counted(scope_of(pavel), EVERYTHING)[0] != _counted(scope_of(ines), EVERYTHING)[0]


def test_the_sums_are_the_tallies_added_up(laboratory_at_work, riverside, pavel):
    tally_cases()
    for span in ("ever", "week"):
        by_hand = {}
        for cells in CellTally.objects.select_related("case__tally"):
            if span == "week" and cells.decided_on is None:
                continue
            key = cells.case.tally.laboratory_id, cells.final, cells.best, cells.identified, cells.excluded
            by_hand[key] = by_hand.get(key, 0) + cells.number
        rows = TallySum.objects.filter(span=span).order_by()
        kinds = rows.values_list("laboratory", "final", "best", "identified", "excluded").annotate(n=Sum("number"))
        assert {tuple(kind): number for *kind, number in kinds} == by_hand


def test_a_sum_of_nothing_is_not_kept(riverside, pavel):
    case = analysed_case(riverside, ["neutrophil"], decided_by=pavel)
    tally_cases()
    assert TallySum.objects.count() == 3
    Cell.objects.filter(image__case=case).update(superseded=True)
    note_change(case.pk)
    tally_cases()
    assert not TallySum.objects.exists()
    assert not CellTally.objects.exists()


def test_a_case_that_nobody_noted_is_counted_by_the_next_count(riverside, pavel):
    case = analysed_case(riverside, ["neutrophil"], decided_by=pavel)
    CaseTally.objects.all().delete()
    assert tally_cases() == 1
    assert CaseTally.objects.get().pk == case.pk


def _sums():
    return set(TallySum.objects.values_list("id", "number"))
