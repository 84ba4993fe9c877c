"""docs/code_map.md answers "where is the code that decides this?": every name in it exists where it says."""

import ast
import re

import pytest
from django.conf import settings

PAGE = settings.BASE_DIR / "docs" / "code_map.md"
ROW = re.compile(r"^\| .+ \| `(?P<name>[a-z][a-z0-9_.]*[A-Za-z_.]*)` \|$", re.MULTILINE)


def named():
    return ROW.findall(PAGE.read_text())


def names_in(body):
    """The names that statements define, those inside classes after a dot."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            yield statement.name
        elif isinstance(statement, ast.ClassDef):
            yield statement.name
            yield from (f"{statement.name}.{name}" for name in names_in(statement.body))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def test_the_code_map_names_at_least_ten_places_each_once():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(named()) == len(set(named())) >= 10


@pytest.mark.parametrize("name", named())
def test_a_place_of_the_code_map_exists(name):
    parts = name.split(".")
    cut = next(
        i for i in range(len(parts), 0, -1) if settings.BASE_DIR.joinpath(*parts[:i]).with_suffix(".py").exists()
    )
    module = settings.BASE_DIR.joinpath(*parts[:cut]).with_suffix(".py")
    assert ".".join(parts[cut:]) in set(names_in(ast.parse(module.read_text()).body))
