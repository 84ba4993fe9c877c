"""A mapping grows by versions: each is checked, begins now or later, and is compared with the one before."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from django.utils import timezone

from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from integrations.connection_verification import check_connections
from integrations.mapping_differences import differences
from integrations.mapping_rows import default_rows
from integrations.services.mappings import create_mapping, save_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def mapping(ines, central):
    """A mapping with the rows everybody starts from."""
    return create_mapping(actor=ines, laboratory=central, name="Codes of the hospital")


def save(mapping, actor, rows, *, seen=1, effective_from=None):
    return save_version(
        actor=actor,
        mapping=mapping,
        rows=rows,
        effective_from=effective_from or timezone.now(),
        note="local codes",
        seen=seen,
    )


def with_row(table, **row):
    rows = default_rows()
    rows[table].append(row)
    return rows


def test_a_version_is_in_force_from_its_time_on(mapping, ines, riverside):
    rows = with_row("authorities", authority="RIVER", clinic="riverside-clinic")
    later = timezone.now() + timedelta(days=2)
    second = save(mapping, ines, rows, effective_from=later)
    assert mapping.version_at(timezone.now()).number == 1
    assert mapping.version_at(later) == second
    assert list(check_connections()) == []


def test_a_version_never_begins_in_the_past(mapping, ines, riverside):
    before = timezone.now()
    rows = with_row("authorities", authority="RIVER", clinic="riverside-clinic")
    assert save(mapping, ines, rows, effective_from=before - timedelta(days=9)).effective_from >= before


def test_two_people_do_not_save_over_each_other(mapping, ines, zoe, riverside):
    save(mapping, zoe, with_row("authorities", authority="RIVER", clinic="riverside-clinic"))
    with pytest.raises(Conflict, match="Version 2"):
        save(mapping, ines, with_row("services", code="58410-2", text="CBC"))


def test_rows_that_say_the_same_are_no_version(mapping, ines):
    with pytest.raises(Conflict, match="those of the version before"):
        save(mapping, ines, default_rows())


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("authorities", {"authority": "RIVER", "clinic": "lakeside-clinic"}, "no clinic"),
        ("locations", {"location": "WARD 3", "clinic": ""}, "clinic is empty"),
        ("rejections", {"reason": "unknown", "code": "RC"}, "reason is one of"),
        ("rejections", {"reason": "clotted", "code": "ZZ"}, "table 0490"),
        ("signers", {"person": "nobody", "code": "1"}, "no account"),
        (
            "results",
            {"class": "unicorn", "quantity": "percent", "code": "1", "system": "LN", "unit": "%"},
            "there is no result unicorn",
        ),
    ],
)
def test_a_row_that_would_find_nothing_is_refused(mapping, ines, lakeside, table, row, said):
    with pytest.raises(Unprocessable) as refused:
        save(mapping, ines, with_row(table, **row))
    assert any(said in fault for fault in refused.value.details["faults"])


def test_a_name_is_taken_once(mapping, ines, olga, central):
    with pytest.raises(Conflict):
        create_mapping(actor=ines, laboratory=central, name="Codes  of the hospital")
    with pytest.raises(Unprocessable):
        create_mapping(actor=ines, laboratory=central, name=" ")
    with pytest.raises(PermissionRefused):
        create_mapping(actor=olga, laboratory=central, name="Others")


def test_what_is_other_is_named_row_by_row():
    older = with_row("services", code="58410-2", text="CBC")
    newer = copy.deepcopy(default_rows())
    newer["results"][1]["local_code"] = "NEU"
    newer["authorities"].append({"authority": "RIVER", "clinic": "riverside-clinic"})
    found = [
        (one.table, one.how, [(cell.name, cell.was, cell.now) for cell in one.changes])
        for one in differences(older, newer)
    ]
    assert found == [
        ("results", "changed", [("local_code", "", "NEU")]),
        ("services", "removed", [("text", "CBC", "")]),
        ("authorities", "added", [("clinic", "", "riverside-clinic")]),
    ]


@pytest.mark.parametrize("text", ["RI\x00VER", "RIVER\rORC|CA", "RIVER\n"])
def test_a_code_is_of_one_line(mapping, ines, text):
    with pytest.raises(Unprocessable, match="control character"):
        save(mapping, ines, with_row("authorities", authority=text, clinic="riverside-clinic"))
