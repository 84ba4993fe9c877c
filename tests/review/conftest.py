"""A case that was analysed, claimed by Pavel, and ways to act on it."""

from __future__ import annotations

import uuid

import pytest

from cases.models import Cell
from cases.storage import clinical_storage
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.factories.analysed_cases import analysed_case
from tests.people import person


@pytest.fixture(autouse=True)
def _files_of_one_test(monkeypatch, tmp_path):
    storage = clinical_storage()
    folder = str(tmp_path / "clinical")
    monkeypatch.setitem(storage.__dict__, "base_location", folder)
    monkeypatch.setitem(storage.__dict__, "location", folder)


@pytest.fixture
def vera(central):
    """A second pathologist of central-laboratory."""
    return person("Vera", "pathologist", central)


@pytest.fixture
def ready(riverside):
    """A case of three classified cells: neutrophil, lymphocyte, unidentified."""
    return analysed_case(riverside)


@pytest.fixture
def case(ready, pavel):
    """The same, claimed by Pavel."""
    claim(actor=pavel, case=ready)
    return ready


@pytest.fixture
def cells(case):
    """Its cells in order."""
    return list(Cell.objects.filter(image__case=case).order_by("ordinal"))


@pytest.fixture
def act(case, pavel):
    """Do something as Pavel: `act("label", cell, cell, label="monocyte")`; revisions come from the database."""

    def do(kind, *cells, actor=pavel, action_id=None, on=None, **more):
        seen = Cell.objects.in_bulk([cell.pk for cell in cells])
        return apply_action(
            actor=actor,
            case=on or case,
            action_id=action_id or uuid.uuid4(),
            kind=kind,
            cells=[(cell.pk, seen[cell.pk].revision) for cell in cells],
            **more,
        )

    return do
