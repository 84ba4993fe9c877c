"""When a certificate can be asked for, in cases counted by hand."""

from datetime import date

import pytest

from education.competence import Reading
from education.passing import Lack, Missing, judge_differential, judge_quiz
from education.timed import Call, timed_result

DAY = date(2026, 11, 30)


def readings(*counted):
    """Readings from (true, answered, how often)."""
    return [Reading(true, said, DAY) for true, said, times in counted for _ in range(times)]


def judged(*counted):
    judgement = judge_quiz(readings(*counted))
    return judgement.is_passed, judgement.missing


FAIR = [("neutrophil", "neutrophil", 45), ("neutrophil", "monocyte", 5), ("monocyte", "monocyte", 45)]


def test_the_limits_themselves_pass():
    # Right 90 of 100, half of each class expected: kappa is (0.9 - 0.5) / 0.5 = 0.8.
    judgement = judge_quiz(readings(*FAIR, ("monocyte", "neutrophil", 5)))
    assert judgement.kappa.kappa == pytest.approx(0.8)
    assert judgement.is_passed
    # 6 of 8 are three quarters.
    assert judged(("neutrophil", "neutrophil", 92), ("basophil", "basophil", 6), ("basophil", "neutrophil", 2)) == (
        True,
        (),
    )


def test_ninety_nine_answers_are_too_few():
    passed, missing = judged(("neutrophil", "neutrophil", 50), ("monocyte", "monocyte", 49))
    assert not passed
    assert missing == (Missing(Lack.ANSWERS, 99),)


def test_agreement_by_chance_is_not_enough():
    # Right 88 of 100, half of them expected, as 50 and 50 were asked: kappa is (0.88 - 0.5) / 0.5 = 0.76.
    counted = ("neutrophil", "neutrophil", 45), ("neutrophil", "monocyte", 5), ("monocyte", "monocyte", 43)
    passed, missing = judged(*counted, ("monocyte", "neutrophil", 7))
    assert not passed
    assert [(each.lack, each.found) for each in missing] == [(Lack.KAPPA, pytest.approx(0.76))]
    assert judge_quiz(readings(("neutrophil", "neutrophil", 100))).missing == (Missing(Lack.KAPPA, None),)


def test_every_class_has_to_be_known_and_asked_often_enough():
    _, missing = judged(
        ("neutrophil", "neutrophil", 85),
        ("basophil", "basophil", 5),
        ("basophil", "", 3),
        ("eosinophil", "eosinophil", 7),
        ("platelet", "platelet", 4),
        ("platelet", "neutrophil", 3),
    )
    assert missing == (
        Missing(Lack.CELLS, 7, "eosinophil"),
        Missing(Lack.SENSITIVITY, 0.625, "basophil"),
        Missing(Lack.CELLS, 7, "platelet"),
        Missing(Lack.SENSITIVITY, 4 / 7, "platelet"),
    )


def timed(*counted):
    calls = [Call(true, said, 900) for true, said, times in counted for _ in range(times)]
    as_read = [Reading(call.true, call.answered, DAY) for call in calls]
    return judge_differential(as_read, timed_result(calls, seconds=200))


def test_a_timed_differential_passes_by_its_own_rule():
    # Twelve of a hundred taken for another class: all still inside 95 % intervals, whatever kappa is.
    assert timed(
        ("neutrophil", "neutrophil", 60), ("neutrophil", "monocyte", 5), ("monocyte", "monocyte", 35)
    ).is_passed
    assert [each.lack for each in timed(("neutrophil", "neutrophil", 99)).missing] == [Lack.ANSWERS]
    failed = timed(("neutrophil", "neutrophil", 96), ("blast", "lymphocyte", 3), ("lymphocyte", "", 1))
    assert Missing(Lack.MISSED, code="blast") in failed.missing
    assert Missing(Lack.UNANSWERED, 1) in failed.missing
