"""The figures of agreement, against numbers worked out by hand and from the literature."""

from __future__ import annotations

import pytest

from oversight.agreement import ReviewedCells, compare


def reviewed(final, best, count, *, identified=True, excluded=False):
    return ReviewedCells(final, best, identified, excluded, count)


def test_nothing_compared_gives_no_figure():
    found = compare([])
    assert found.n == 0
    assert found.lines == ()
    assert found.agreement.share is None
    assert found.kappa.kappa is None


def test_kappa_of_cohens_own_kind_of_table():
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, by chance 0.5, kappa 0.4."""
    found = compare(
        [
            reviewed("neutrophil", "neutrophil", 20),
            reviewed("neutrophil", "monocyte", 5),
            reviewed("monocyte", "neutrophil", 10),
            reviewed("monocyte", "monocyte", 15),
        ]
    )
    assert found.agreement.share == pytest.approx(0.7)
    assert found.kappa.kappa == pytest.approx(0.4)


def test_sensitivity_carries_the_exact_confidence_interval():
    """9 of 100 has the interval 4.2 to 16.4 % (DOMAIN check value)."""
    found = compare([reviewed("basophil", "basophil", 9), reviewed("basophil", "neutrophil", 91)])
    (line,) = found.lines
    assert (line.sensitivity.k, line.sensitivity.n) == (9, 100)
    assert [round(100 * limit, 1) for limit in line.sensitivity.interval] == [4.2, 16.4]


def test_an_unnamed_cell_agrees_by_its_best_class_and_is_counted_as_unidentified():
    found = compare(
        [reviewed("lymphocyte", "lymphocyte", 3, identified=False), reviewed("lymphocyte", "lymphocyte", 1)]
    )
    (line,) = found.lines
    assert line.sensitivity.share == 1.0
    assert (found.unidentified.k, found.unidentified.n) == (3, 4)
    assert (found.named.k, found.named.n) == (1, 1)
    assert dict(zip([each.code for each in found.columns], line.answers, strict=True)) == {
        "lymphocyte": 1,
        "unidentified": 3,
    }


def test_cells_taken_out_of_the_count_have_no_class_to_agree_on():
    found = compare([reviewed("neutrophil", "neutrophil", 8), reviewed("platelet", "neutrophil", 2, excluded=True)])
    assert found.n == 8
    assert found.agreement.share == 1.0
    assert (found.excluded.k, found.excluded.n) == (2, 10)


def test_a_cell_left_unidentified_by_the_reviewer_compares_with_nothing():
    found = compare([reviewed("unidentified", "neutrophil", 4), reviewed("", "neutrophil", 1)])
    assert found.n == 0
    assert found.excluded.k == 0


def test_parts_of_one_kind_add_up():
    once = compare([reviewed("neutrophil", "neutrophil", 5), reviewed("neutrophil", "basophil", 1)])
    parts = compare(
        [
            reviewed("neutrophil", "neutrophil", 2),
            reviewed("neutrophil", "basophil", 1),
            reviewed("neutrophil", "neutrophil", 3),
        ]
    )
    assert once == parts


def test_a_class_only_the_model_names_is_a_column_and_no_line():
    found = compare([reviewed("neutrophil", "basophil", 1)])
    assert [line.code for line in found.lines] == ["neutrophil"]
    assert [column.code for column in found.columns] == ["neutrophil", "basophil"]
