"""docs/asvs.md names every requirement of levels 1 and 2 once, with an answer, and files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENT = ROOT / "docs" / "asvs.md"

#: How many requirements of levels 1 and 2 each section of the standard (5.0.0) has; they come first in each.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
ANSWERS = {"yes", "partly", "no", "none", "the operator's"}
_NUMBER = r"\d+\.\d+\.\d+"


def rows():
    """Yield (requirement, met, where, test) of every row of every table."""
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("| ") and not line.startswith("| requirement"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def numbers(requirement):
    """The numbers a row begins with: single ones, and ranges."""
    beginning = re.match(rf"{_NUMBER}(?:(?:, | to ){_NUMBER})*", requirement).group()
    for part in beginning.split(", "):
        first, _, last = part.partition(" to ")
        section, _, number = first.rpartition(".")
        for one in range(int(number), int((last or first).rpartition(".")[2]) + 1):
            yield f"{section}.{one}"


def test_every_requirement_has_one_row():
    named = [number for requirement, *_ in rows() for number in numbers(requirement)]
    asked = {f"{section}.{number}" for section, most in SECTIONS.items() for number in range(1, most + 1)}
    assert len(asked) == 253
    assert asked - set(named) == set()
    assert sorted(named) == sorted(set(named))


def test_what_is_named_besides_is_marked_as_level_3():
    for requirement, *_ in rows():
        besides = [n for n in numbers(requirement) if int(n.rpartition(".")[2]) > SECTIONS.get(n.rpartition(".")[0], 0)]
        assert bool(besides) == ("(level 3)" in requirement), requirement


def test_every_row_has_an_answer_and_says_where():
    for requirement, met, where, _ in rows():
        assert met in ANSWERS, requirement
        assert where or met == "none", requirement


def test_files_of_the_table_are_there():
    named = re.findall(r"`([\w./-]+/[\w./-]+|[\w.-]+\.(?:txt|json|yml))`", DOCUMENT.read_text())
    files = [name for name in named if not name.startswith("/")]
    assert len(files) > 100
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_what_is_met_here_has_a_test_or_is_a_matter_of_reading():
    """A test column holds tests, or the permission matrix, and nothing else."""
    for requirement, _, _, test in rows():
        for part in filter(None, test.split(", ")):
            assert re.fullmatch(r"`tests/[\w/]+\.py`|permission matrix", part), requirement


@pytest.mark.parametrize("pattern", [r"\|\s*safe\b", r"\{%\s*autoescape off", r"\bmark_safe\("])
def test_only_help_texts_of_our_own_are_put_into_a_page_unescaped(pattern):
    files = [*(ROOT / "templates").rglob("*.html")]
    files += [path for app in ("accounts", "cases", "consult", "reports", "review", "workbench", "inbox", "oversight")
              for path in (ROOT / app).rglob("*.py")]  # fmt: skip
    found = [line.strip() for path in files for line in path.read_text().splitlines() if re.search(pattern, line)]
    assert [line for line in found if "{{ field.help_text|safe }}" not in line] == []


def test_scripts_write_markup_only_where_the_server_rendered_it():
    writes = r"\.(?:inner|outer)HTML\s*=|insertAdjacentHTML|document\.write"
    found = {
        str(path.relative_to(ROOT)) for path in (ROOT / "static").rglob("*.js") if re.search(writes, path.read_text())
    }
    assert found == {"static/training_runs/progress.js"}
