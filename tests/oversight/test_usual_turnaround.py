"""How long results usually take: from the last weeks of one laboratory, and only where enough cases tell; and the board of them."""

import datetime as dt

import pytest
from django.utils import timezone

from cases.conf import turnaround
from cases.models import Case
from consult.models import SecondOpinion
from oversight.models import CaseTurnaround, UsualTurnaround
from oversight.selectors.turnaround import Ahead, Usual, ahead_of, usual_of
from oversight.stops import Stop, quantile, time_at_stops
from oversight.tasks import measure_turnaround, time_signed_cases
from oversight.times import time_in_words
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


def came(case, at):
    Case.objects.filter(pk=case.pk).update(submitted_at=at, due_at=at + turnaround(case.priority))


@pytest.fixture
def record(clock, riverside, pavel):
    """`record(hours)` signs one case for each of `hours`, so long after it was submitted; it is Saturday after that."""

    def sign(hours, *, submitted_at=MONDAY_NINE, clinic=riverside, **case):
        for took in hours:
            clock["now"] = submitted_at
            one = CaseFactory(clinic=clinic, in_review=True, **case)
            came(one, submitted_at)
            clock["now"] = submitted_at + took * HOUR
            signed_report(Case.objects.get(pk=one.pk), pavel)
        clock["now"] = MONDAY_NINE + 5 * DAY

    return sign


def waiting_case(clinic, submitted_at, **case):
    one = CaseFactory(clinic=clinic, submitted=True, **case)
    came(one, submitted_at)
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


def test_every_moment_of_a_case_is_at_one_stop():
    at = [MONDAY_NINE + number * HOUR for number in range(11)]
    steps = [(at[0], "submitted"), (at[0], "analysing"), (at[1], "ready"), (at[3], "in_review"), (at[10], "signed")]
    times = time_at_stops(
        (at[0], at[10]), steps=steps, sent_back=[(at[4], at[6])], opinions=[(at[5], at[8]), (at[9], at[10] + DAY)]
    )
    assert times == {
        Stop.RETAKE: 2 * HOUR,
        Stop.OPINION: 3 * HOUR,
        Stop.ANALYSIS: HOUR,
        Stop.QUEUE: 2 * HOUR,
        Stop.REVIEW: 2 * HOUR,
    }
    # A case that was moved here has no step before it is ready.
    assert time_at_stops((at[0], at[2]), steps=[(at[1], "ready")])[Stop.ANALYSIS] == HOUR


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (dt.timedelta(seconds=3), "1 min"),
        (2 * HOUR, "2 h"),
        (2 * HOUR + dt.timedelta(minutes=5), "2 h 5 min"),
        (DAY - dt.timedelta(seconds=10), "1 d"),
        (2 * DAY - dt.timedelta(minutes=10), "2 d"),
        (2 * DAY + 18 * HOUR, "2 d 18 h"),
    ],
)
def test_a_time_is_read_at_a_glance(time, words):
    assert time_in_words(time) == words


@pytest.fixture
def board(record, riverside, hilltop, lakeside, pavel, nadia):
    """Of riverside one report in time and one late by a second opinion, of hilltop one in time, one overdue; one elsewhere."""
    record([2, 30])
    late = Case.objects.latest("created_at")
    asked = MONDAY_NINE + HOUR
    SecondOpinion.objects.create(
        case=late, asked_by=pavel, colleague=nadia, blind=True, scope="all", asked_at=asked, answered_at=asked + DAY
    )
    record([3], clinic=hilltop, priority="urgent")
    record([50], clinic=lakeside)
    waiting_case(hilltop, MONDAY_NINE)
    time_signed_cases()
    return late


def test_the_board_says_how_long_and_what_late_cases_waited_for(board, client, olga):
    client.force_login(olga)
    page = client.get("/oversight/turnaround/?days=30")
    found = page.context["board"]
    assert [(line.code, line.number, line.late) for line in found.clinics] == [
        ("riverside-clinic", 2, 1),
        ("hilltop-clinic", 1, 0),
    ]
    assert [(line.code, line.number, line.median) for line in found.priorities] == [
        ("urgent", 1, 3 * HOUR),
        ("routine", 2, 2 * HOUR),
    ]
    assert (found.whole.median, found.whole.ninth_decile, found.whole.late) == (3 * HOUR, 30 * HOUR, 1)
    assert [(line.stop, line.number, line.median) for line in found.stops] == [(Stop.OPINION, 1, DAY)]
    assert found.overdue == 1
    words = "Week of 2 Mar 2026: 3 signed, half within 3 h, nine of ten within 1 d 6 h; late: 1"
    assert words in page.content.decode()
    assert "Lakeside" not in page.content.decode()


def test_the_figures_are_there_as_a_file_and_timed_once(board, client, olga):
    times = list(CaseTurnaround.objects.order_by("case").values())
    time_signed_cases()
    assert list(CaseTurnaround.objects.order_by("case").values()) == times
    kept = CaseTurnaround.objects.get(case=board)
    assert sum((getattr(kept, stop.value) for stop in Stop), dt.timedelta()) == kept.took == 30 * HOUR
    client.force_login(olga)
    lines = client.get("/oversight/turnaround/export/?days=30").content.decode().splitlines()
    assert "everything,,3,180.0,1800.0,1" in lines
    assert "clinic,riverside-clinic,2,120.0,1800.0,1" in lines
    assert "longest stop of late cases,opinion,1,1440.0,,1" in lines


def test_a_laboratory_that_signed_nothing_is_told_so(riverside, client, olga):
    client.force_login(olga)
    assert "No report was signed in this period" in client.get("/oversight/turnaround/").content.decode()
