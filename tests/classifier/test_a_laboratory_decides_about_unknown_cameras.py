"""A laboratory that decides more strictly takes names from its open cases; a looser rule gives none back."""

from __future__ import annotations

import pytest

from accounts.services import update_organisation
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell
from tests.factories.analysed_cases import analysed_case
from tests.factories.standings import stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def decide(ines, central, django_capture_on_commit_callbacks):
    def change(rule):
        central.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            update_organisation(
                actor=ines, organisation=central, name=central.name, is_active=True, unknown_camera=rule
            )

    return change


def names(case):
    return list(Cell.objects.filter(image__case=case).order_by("ordinal").values_list("label", flat=True))


def test_a_stricter_rule_reaches_open_cases_of_this_laboratory_only(riverside, lakeside, northern, decide):
    northern.unknown_camera = "mark"
    northern.save()
    decide("mark")
    near, far = (analysed_case(clinic, ["neutrophil"] * 3) for clinic in (riverside, lakeside))
    signed = analysed_case(riverside, ["neutrophil"], state="signed")
    for case in (near, far):
        stands(case.images.get())

    decide("strict")

    assert names(near) == [UNIDENTIFIED] * 3
    assert names(far) == ["neutrophil"] * 3
    assert names(signed) == ["neutrophil"]


def test_a_looser_rule_gives_nothing_back(riverside, decide):
    case = analysed_case(riverside, ["neutrophil"] * 3)
    stands(case.images.get())
    decide("all")
    assert names(case) == [UNIDENTIFIED] * 3

    decide("mark")

    assert names(case) == [UNIDENTIFIED] * 3
