"""The drift alarm: silent while the model is as its card says, loud soon after it is not."""

from __future__ import annotations

import random
from math import comb

import pytest

from oversight.agreement import ReviewedCells, compare
from oversight.drift import LIMIT, Expectation, Period, cumulate, expectation_of, fisher_more, judge

CARD = Expectation("validation", {"neutrophil": (930, 1000), "basophil": (95, 100)}, (200, 1000))


def found(right, n, *, code="neutrophil", unidentified=0):
    other = "basophil" if code == "neutrophil" else "neutrophil"
    return compare(
        [
            ReviewedCells(code, code, True, False, right - unidentified),
            ReviewedCells(code, code, False, False, unidentified),
            ReviewedCells(code, other, True, False, n - right),
        ]
    )


def verdicts(comparison, card=CARD):
    return {(finding.what, finding.code): finding.verdict for finding in judge(comparison, card)}


@pytest.mark.parametrize(("k", "n", "k0", "n0"), [(3, 4, 1, 4), (0, 5, 0, 5), (7, 10, 2, 12), (5, 5, 0, 3)])
def test_the_exact_test_is_fishers(k, n, k0, n0):
    hits, total = k + k0, n + n0
    direct = sum(comb(hits, x) * comb(total - hits, n - x) for x in range(k, min(n, hits) + 1)) / comb(total, n)
    assert fisher_more(k, n, k0, n0) == pytest.approx(direct)


def test_the_exact_test_judges_the_lady_tasting_tea_as_fisher_did():
    assert fisher_more(3, 4, 1, 4) == pytest.approx(17 / 70)


def test_as_good_as_the_card_is_no_alarm():
    assert verdicts(found(930, 1000, unidentified=200))["sensitivity", "neutrophil"] == "ok"
    assert verdicts(found(1000, 1000, unidentified=200))["sensitivity", "neutrophil"] == "ok"


def test_clearly_worse_is_an_alarm_and_comes_first():
    comparison = found(800, 1000, unidentified=200)
    assert verdicts(comparison)["sensitivity", "neutrophil"] == "alarm"
    assert judge(comparison, CARD)[0].verdict == "alarm"


def test_a_difference_too_small_to_matter_never_alarms_however_many_cells():
    large = Expectation("validation", {"neutrophil": (93_000, 100_000)}, None)
    assert verdicts(found(91_500, 100_000), large) == {("sensitivity", "neutrophil"): "ok"}


def test_a_few_cells_are_not_judged():
    assert verdicts(found(0, 29))["sensitivity", "neutrophil"] == "few"


def test_a_small_card_is_not_taken_for_certain():
    """20 of 20 on the card is compatible with 85 % in truth: 51 of 60 is no alarm."""
    small = Expectation("validation", {"neutrophil": (20, 20)}, None)
    assert verdicts(found(51, 60), small)["sensitivity", "neutrophil"] != "alarm"


def test_more_unidentified_cells_alarm_and_fewer_do_not():
    assert verdicts(found(1000, 1000, unidentified=300))["unidentified", ""] == "alarm"
    assert verdicts(found(1000, 1000, unidentified=100))["unidentified", ""] == "ok"


def weeks(rate, count, seed, size=250):
    draw = random.Random(seed)
    return [
        Period(f"week {number}", {"neutrophil": (size, sum(draw.random() < rate for _ in range(size)))})
        for number in range(count)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_sum_stays_low_while_nothing_changed(seed):
    assert not any(step.alarm for step in cumulate(weeks(0.07, 100, seed), CARD))


@pytest.mark.parametrize("seed", range(5))
def test_doubled_odds_of_error_are_found_within_1500_cells(seed):
    steps = cumulate([*weeks(0.07, 20, seed), *weeks(0.14, 6, seed + 100)], CARD)
    assert not any(step.alarm for step in steps[:20])
    assert steps[-1].alarm


def test_the_sum_never_sinks_below_zero_and_so_does_not_save_up():
    steps = cumulate([Period("good", {"neutrophil": (10_000, 0)}), *weeks(0.2, 4, 3)], CARD)
    assert steps[0].sum == 0
    assert steps[-1].sum > LIMIT


def test_each_class_is_held_to_its_own_rate():
    """50 basophils in 1000 wrong is what the card says of basophils; of neutrophils it is too good."""
    card = Expectation("validation", {"neutrophil": (999, 1000), "basophil": (900, 1000)}, None)
    as_basophils = cumulate([Period("one", {"basophil": (1000, 50)})], card)[0]
    as_neutrophils = cumulate([Period("one", {"neutrophil": (1000, 50)})], card)[0]
    assert not as_basophils.alarm
    assert as_neutrophils.alarm


def test_a_class_the_card_does_not_know_is_left_out():
    (step,) = cumulate([Period("one", {"platelet": (100, 100)})], CARD)
    assert (step.n, step.sum) == (0, 0)


def test_the_card_is_read_as_the_training_commands_write_it():
    card = {
        "metrics": {
            "validation": {
                "n": 200,
                "per_class": {"neutrophil": {"recall": 0.95, "support": 100}, "smudge": {"recall": 1, "support": 5}},
                "unidentified": {"share": 0.2},
            }
        }
    }
    expected = expectation_of(card)
    assert expected.right == {"neutrophil": (95, 100)}
    assert expected.unidentified == (40, 200)


@pytest.mark.parametrize("card", [{}, {"metrics": None}, {"metrics": {}}, {"metrics": {"validation": {"n": 3}}}])
def test_a_card_without_figures_promises_nothing(card):
    assert expectation_of(card) is None
