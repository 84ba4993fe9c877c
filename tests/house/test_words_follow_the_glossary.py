"""One word for one thing: what the glossary advises against is written nowhere, and what it names in the code exists."""

from __future__ import annotations

import ast
import importlib
import re
from typing import NamedTuple

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
GLOSSARY = ROOT / "docs" / "glossary.md"
HEADING = "## Words we do not use"

#: What stays although a phrase is in it, as patterns that are taken out before the search; each with its reason.
ALLOWED = {
    r"(?i)screen readers?": "the program that reads a page aloud",
    r"csv\.reader": "a function of the standard library",
    r"review/reread/|\"reread/\"": "an address of the workspace",
    r"<uuid:pk>/settle/": "an address of second opinions",
    r"code=\"settled\"|`settled`": "the stored code of a refusal, which callers compare",
    r"\{\"settled\": |^        \"settled\",$": "a member of stored audit events",
    r"\"locator\": self\.detector": "a member of the JSON of `manage.py classify`, which scripts parse",
    r"\"located\"": "a stored value of crop sets and evaluation tables",
    r"(\"reader\"|\breader = forms\.ModelChoiceField)": "a query parameter of the agreement pages, in bookmarks and audit events",
}

#: Where the words are looked for: patterns below the repository, without what others wrote and what is history.
SEARCHED = (
    "templates/**/*.html",
    "templates/**/*.txt",
    "static/**/*.js",
    "static/**/*.css",
    "docs/**/*.md",
    "README.md",
)
LEFT_OUT = ("static/vendor/", "static/words/", "docs/adr/", "docs/glossary.md")
PYTHON_LEFT_OUT = ("tests", "node_modules", "var", "staticfiles", "model_store")


class Use(NamedTuple):
    """A phrase in a file, and in which line."""

    path: str
    line: int
    phrase: str


def phrases():
    """The left column of the glossary's last table, one phrase each."""
    table = GLOSSARY.read_text().partition(HEADING)[2]
    cells = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", table, re.MULTILINE)
    return [phrase.strip() for cell in cells if cell != "not" and set(cell) != {"-"} for phrase in cell.split(",")]


def pattern():
    """Any phrase, whole words, whatever its case and wherever its line breaks."""
    alternatives = sorted((re.escape(phrase).replace(r"\ ", r"[\s#*]+") for phrase in phrases()), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


def uses(path, text):
    """Every phrase in a text. What is allowed keeps its length, so that the line is right."""
    for allowed in ALLOWED:
        text = re.sub(allowed, lambda found: "_" * len(found.group()), text, flags=re.MULTILINE)
    return [
        Use(path, text.count("\n", 0, found.start()) + 1, " ".join(found.group().split()))
        for found in pattern().finditer(text)
    ]


def pages_and_documents():
    for glob in SEARCHED:
        for path in sorted(ROOT.glob(glob)):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(LEFT_OUT):
                yield name, path.read_text()


def sources():
    for folder in sorted(path for path in ROOT.iterdir() if path.is_dir()):
        if folder.name in PYTHON_LEFT_OUT or folder.name.startswith("."):
            continue
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def names_and_docstrings_of_tests():
    """What tests are called, with spaces, and what their docstrings say."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        told = [path.stem.replace("_", " ")]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                told.append(node.name.replace("_", " "))
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                told.append(ast.get_docstring(node) or "")
        yield path.relative_to(ROOT).as_posix(), "\n\n".join(told)


@pytest.mark.parametrize("texts", [pages_and_documents, sources, names_and_docstrings_of_tests])
def test_no_text_uses_a_phrase_the_glossary_advises_against(texts):
    searched = [uses(*text) for text in texts()]
    assert len(searched) > 50
    assert [use for found in searched for use in found] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The machine's\n    answer", ["The machine's"]),
        ("# put\n# right", ["put # right"]),
        ("for the reader: 95 % limits", ["reader", "95 % limits"]),
        ("a screen reader, the machinery, resettled", []),
    ],
)
def test_phrases_are_found_in_any_case_over_line_ends_and_as_whole_words_only(text, found):
    assert [use.phrase for use in uses("x", text)] == found


def rows():
    """The third column of every table of terms: the names in it, by term."""
    terms = GLOSSARY.read_text().partition(HEADING)[0]
    for term, names in re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", terms, re.MULTILINE):
        if term != "term" and set(term) != {"-"}:
            yield pytest.param(re.findall(r"`([^`]+)`", names), id=term)


def exists(name):
    """Whether a dotted name is a module, or leads to something in one: an attribute, a field, an annotation."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return part in getattr(found, "__annotations__", {}) and part == parts[-1]
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("names", [*rows()])
def test_a_term_names_what_exists_in_the_code(names):
    assert names
    assert [name for name in names if not exists(name)] == []


@pytest.mark.parametrize("name", ["cases.models.Case.no_such_field", "cases.no_such_module", "no_such_app"])
def test_a_name_that_leads_nowhere_is_noticed(name):
    assert not exists(name)
