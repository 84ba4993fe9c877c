"""What is critical is read from what the report prints, against the limits of the laboratory."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cases.differential import differential
from inbox.critical_limits import MEASURES, critical_findings, limits_in_force, reads_back


def content(counts, wbc=None, kind="original"):
    """The parts of a report's content that are judged."""
    found = differential(counts, wbc=None if wbc is None else Decimal(wbc))
    rows = [
        {
            "code": row.code,
            "percent": row.whole_percent,
            "absolute": "" if row.absolute is None else f"{row.absolute:.2f}",
        }
        for row in found.rows
    ]
    per_100 = "" if found.nrbc_per_100_wbc is None else f"{found.nrbc_per_100_wbc:.1f}"
    return {
        "report": {"kind": kind},
        "differential": {"n": found.n, "rows": rows, "erythroblasts_per_100": per_100},
    }


def codes(counts, wbc=None, own=None):
    return [finding["code"] for finding in critical_findings(content(counts, wbc), limits_in_force(own))]


@pytest.mark.parametrize(
    ("counts", "wbc", "expected"),
    [
        ({"neutrophil": 60, "lymphocyte": 40}, "7.0", []),
        ({"neutrophil": 49, "lymphocyte": 51}, "1.0", ["neutrophils_absolute"]),
        # 0.5 is not below 0.5.
        ({"neutrophil": 50, "lymphocyte": 50}, "1.0", []),
        ({"neutrophil": 100}, "50", ["neutrophils_absolute"]),
        ({"neutrophil": 100}, "49.99", []),
        ({"neutrophil": 50, "lymphocyte": 50}, "40", ["lymphocytes_absolute"]),
        # Without a white cell count nothing absolute is known.
        ({"neutrophil": 1, "lymphocyte": 99}, None, []),
        ({"neutrophil": 90, "immature_granulocyte": 10}, None, ["immature_granulocytes_percent"]),
        ({"neutrophil": 91, "immature_granulocyte": 9}, None, []),
        ({"neutrophil": 100, "erythroblast": 10}, None, ["erythroblasts_per_100"]),
        ({"neutrophil": 100, "erythroblast": 9}, None, []),
        ({"eosinophil": 100}, "30", ["neutrophils_absolute"]),
    ],
)
def test_the_defaults(counts, wbc, expected):
    assert codes(counts, wbc) == expected


@pytest.mark.parametrize("counts", [{}, {"immature_granulocyte": 1}, {"erythroblast": 40}])
def test_nothing_of_less_than_two_leukocytes_is_critical(counts):
    assert codes(counts) == []


def test_a_limited_count_is_judged():
    assert codes({"neutrophil": 3, "immature_granulocyte": 2}) == ["immature_granulocytes_percent"]


def test_a_laboratory_sets_its_own():
    own = {"neutrophils_absolute": {"low": "1.0", "high": ""}}
    assert codes({"neutrophil": 90, "lymphocyte": 10}, "1.0", own) == ["neutrophils_absolute"]
    assert codes({"neutrophil": 100}, "300", own) == []
    assert codes({"neutrophil": 90, "immature_granulocyte": 10}, None, own) == ["immature_granulocytes_percent"]


def test_a_finding_says_value_and_limit_as_printed():
    (finding,) = critical_findings(content({"neutrophil": 31, "lymphocyte": 69}, "1.0"), limits_in_force(None))
    assert finding == {
        "code": "neutrophils_absolute",
        "label": "Neutrophils",
        "unit": "10⁹/L",
        "value": "0.31",
        "side": "low",
        "limit": "0.5",
    }


def test_a_withdrawal_is_critical_whatever_was_counted():
    (finding,) = critical_findings(content({}, kind="withdrawn"), limits_in_force(None))
    assert reads_back(finding, " Withdrawn ")
    assert not reads_back(finding, "ok")


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("0.31", True),
        (" 0,31 ", True),
        (".310", True),
        ("0.3", False),
        ("0.32", False),
        ("", False),
        ("low", False),
        ("NaN", False),
        ("0,3,1", False),
    ],
)
def test_the_number_is_read_back_however_it_is_written(typed, right):
    finding = {"code": "neutrophils_absolute", "value": "0.31"}
    assert reads_back(finding, typed) is right


def test_every_measure_names_its_source():
    assert all(measure.source for measure in MEASURES)
