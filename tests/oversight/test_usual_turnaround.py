"""How long results usually take: from the last weeks of one laboratory, and only where enough cases tell."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.models import Case
from oversight.models import UsualTurnaround
from oversight.selectors.turnaround import Ahead, Usual, ahead_of, usual_of
from oversight.services.turnaround import quantile
from oversight.tasks import measure_turnaround
from tests.factories.cases import CaseFactory
from tests.factories.reports import signed_report

MONDAY_NINE = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
MONDAY_NOON = MONDAY_NINE + dt.timedelta(hours=3)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def clock(monkeypatch):
    """A clock that shows what `clock["now"]` says."""
    shown = {"now": MONDAY_NINE}
    monkeypatch.setattr(timezone, "now", lambda: shown["now"])
    return shown


@pytest.fixture
def record(clock, riverside, pavel):
    """`record(hours)` signs one case for each of `hours`, so long after it was submitted; it is Saturday after that."""

    def sign(hours, *, submitted_at=MONDAY_NINE, clinic=riverside, **case):
        for took in hours:
            clock["now"] = submitted_at
            one = CaseFactory(clinic=clinic, in_review=True, **case)
            Case.objects.filter(pk=one.pk).update(submitted_at=submitted_at)
            clock["now"] = submitted_at + took * HOUR
            signed_report(Case.objects.get(pk=one.pk), pavel)
        clock["now"] = MONDAY_NINE + 5 * DAY

    return sign


def waiting_case(clinic, submitted_at, **case):
    one = CaseFactory(clinic=clinic, submitted=True, **case)
    Case.objects.filter(pk=one.pk).update(submitted_at=submitted_at)
    return Case.objects.get(pk=one.pk)


def test_half_and_nine_of_ten_are_times_that_were_kept():
    times = [number * HOUR for number in range(1, 21)]
    assert quantile(times, 0.5) == 10 * HOUR
    assert quantile(times, 0.9) == 18 * HOUR
    assert quantile([HOUR], 0.9) == HOUR


def test_the_same_hour_of_the_week_tells_more_than_all_hours(record, riverside):
    record([2] * 20)
    record([6] * 30, submitted_at=MONDAY_NOON)
    measure_turnaround()
    morning, noon = waiting_case(riverside, MONDAY_NINE + 7 * DAY), waiting_case(riverside, MONDAY_NOON + 7 * DAY)
    night = waiting_case(riverside, MONDAY_NINE + 7 * DAY + 14 * HOUR)
    usual = usual_of([morning, noon, night])
    assert usual[morning.pk] == Usual(morning.submitted_at + 2 * HOUR, morning.submitted_at + 2 * HOUR)
    assert usual[noon.pk].median_at == noon.submitted_at + 6 * HOUR
    assert usual[night.pk] == Usual(night.submitted_at + 6 * HOUR, night.submitted_at + 6 * HOUR)


def test_nineteen_cases_promise_nothing(record, riverside):
    record([2] * 19)
    measure_turnaround()
    assert usual_of([waiting_case(riverside, MONDAY_NINE)]) == {}


def test_a_priority_and_a_laboratory_speak_for_themselves(record, riverside, lakeside):
    record([2] * 20)
    measure_turnaround()
    assert usual_of([waiting_case(riverside, MONDAY_NINE, priority="stat"), waiting_case(lakeside, MONDAY_NINE)]) == {}


def test_what_is_older_than_sixty_days_is_forgotten(record, clock, riverside):
    record([2] * 20)
    measure_turnaround()
    assert UsualTurnaround.objects.count() == 2
    clock["now"] = MONDAY_NINE + 61 * DAY
    measure_turnaround()
    assert not UsualTurnaround.objects.exists()


def test_what_is_before_a_case_in_the_queue(riverside, hilltop, lakeside):
    first = waiting_case(hilltop, MONDAY_NINE, priority="stat")
    second = waiting_case(riverside, MONDAY_NINE, priority="urgent")
    third = waiting_case(riverside, MONDAY_NINE)
    elsewhere = waiting_case(lakeside, MONDAY_NINE)
    CaseFactory(clinic=riverside, in_review=True, priority="stat")
    found = ahead_of([first, second, third, elsewhere])
    assert found[first.pk] == Ahead(number=0, pressing=0)
    assert found[second.pk] == Ahead(number=1, pressing=1)
    assert found[third.pk] == Ahead(number=2, pressing=2)
    assert found[elsewhere.pk] == Ahead(number=0, pressing=0)


def test_a_case_under_review_is_in_no_queue(riverside):
    assert ahead_of([CaseFactory(clinic=riverside, in_review=True)]) == {}
