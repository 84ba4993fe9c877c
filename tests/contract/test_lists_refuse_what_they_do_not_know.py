"""A list answers 400 to a filter or a size of page that it cannot read, instead of answering something else."""

import pytest

from tests.contract.conftest import problem_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", ["", "0", "-1", "ten", "1.5", "²", "9" * 5000])
def test_a_size_of_page_that_is_none(lis, asked):
    errors = problem_of(lis.get("/cases/", {"page_size": asked}), 400)["errors"]
    assert errors == {"page_size": ["Give a whole number of rows, 1 or more."]}


def test_a_page_has_two_hundred_rows_at_most(lis):
    assert lis.get("/cases/", {"page_size": "100000000000000000000"}).status_code == 200


@pytest.mark.parametrize("name", ["page_size", "cursor"])
def test_the_page_is_named_once(lis, name):
    errors = problem_of(lis.get(f"/cases/?{name}=5&{name}=6"), 400)["errors"]
    assert errors[name] == ["Give this filter once."]


@pytest.mark.parametrize(
    ("path", "name"), [("/microscopes/", "is_active"), ("/predictions/", "identified"), ("/reports/", "current")]
)
def test_yes_is_neither_true_nor_false(lis, path, name):
    assert problem_of(lis.get(path, {name: "yes"}), 400)["errors"] == {name: ["Give true or false."]}
    assert lis.get(path, {name: "false"}).status_code == 200


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ("2020-01-01T00:00:00+22:08", 1),
        ("0001-01-01T00:00:00+23:00", 1),
        ("9999-12-31T23:00:00-23:00", 0),
    ],
)
def test_a_moment_may_have_any_offset(lis, after, found):
    lis.new_case()
    assert len(lis.get("/cases/", {"created_after": after}).json()["results"]) == found
