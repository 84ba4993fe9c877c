"""Agreement, kappa and z of each person of a laboratory, against numbers worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from education.competence import Reading
from education.proficiency import laboratory_score

TODAY = date(2026, 11, 30)


def person(monocytes):
    """100 answers to 50 lymphocytes and 50 monocytes, `monocytes` of them "monocyte"."""
    answers = ["monocyte"] * monocytes + ["lymphocyte"] * (100 - monocytes)
    truth = ["monocyte"] * 50 + ["lymphocyte"] * 50
    return [Reading(true, answered, TODAY) for true, answered in zip(truth, answers, strict=True)]


def z_of_monocytes(*counts):
    found = laboratory_score({str(i): person(count) for i, count in enumerate(counts)})
    return [next(each.z for each in one.classes if each.code == "monocyte") for one in found.people]


def test_a_wide_group_is_measured_by_its_quartiles():
    """20 to 60 by tens: median 40 %, interquartile range 20 %, normalised 14.826 %."""
    assert z_of_monocytes(20, 30, 40, 50, 60) == pytest.approx(
        [-20 / 14.826, -10 / 14.826, 0, 10 / 14.826, 20 / 14.826]
    )


def test_a_group_of_one_opinion_is_measured_by_what_counting_allows():
    """Median 50 %: the standard error of a hundred cells is 5 %, so 70 % lies 4 away."""
    assert z_of_monocytes(50, 50, 50, 50, 70) == pytest.approx([0, 0, 0, 0, 4])


def test_of_four_people_nothing_is_said_of_the_group():
    found = laboratory_score({str(i): person(50) for i in range(4)})
    assert (found.right_of_people, found.kappa_of_people) == (None, None)
    assert z_of_monocytes(50, 50, 50, 90) == [None] * 4


@pytest.mark.parametrize(("count", "verdict"), [(60, "inside"), (39, "questionable"), (66, "unsatisfactory")])
def test_verdicts(count, verdict):
    """2, -2.2 and 3.2 standard errors of a hundred cells beside a group that says 50 %."""
    found = laboratory_score({str(i): person(each) for i, each in enumerate((50, 50, 50, 50, count))})
    assert next(each.verdict for each in found.people[-1].classes if each.code == "monocyte") == verdict


def test_agreement_with_the_truth():
    found = laboratory_score({"pavel": person(40), "petra": person(50)})
    pavel, petra = found.people
    assert ((pavel.right.part, pavel.right.n), (petra.right.part, petra.right.n)) == ((90, 100), (100, 100))
    assert (pavel.agreement.kappa, petra.agreement.kappa) == pytest.approx((0.8, 1.0))
    assert (found.right.part, found.right.n) == (190, 200)


def test_who_did_not_begin_is_left_out():
    assert [each.person for each in laboratory_score({"pavel": person(50), "petra": []}).people] == ["pavel"]
