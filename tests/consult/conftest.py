"""A case in review with four cells, its reviewer, and a colleague to ask."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from accounts.models import Role, User
from cases.models import Case, Cell
from consult.models import SecondOpinion
from consult.services import ask_opinion, save_labels
from review.services.leases import claim
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory
from tests.people import person

LABELS = ["neutrophil", "lymphocyte", "monocyte", "unidentified"]


@pytest.fixture(autouse=True)
def _clinical_files(monkeypatch, tmp_path):
    from cases.storage import clinical_storage

    storage = clinical_storage()
    monkeypatch.setitem(storage.__dict__, "base_location", str(tmp_path / "clinical"))
    monkeypatch.setitem(storage.__dict__, "location", str(tmp_path / "clinical"))


@pytest.fixture
def vera(central) -> User:
    """A second pathologist of central-laboratory."""
    return person("Vera", Role.PATHOLOGIST, central)


@pytest.fixture
def as_(client):
    """`as_(user)`: the test client, signed in."""

    def sign_in(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@dataclass
class CaseUnderReview:
    """A case that pavel has claimed, with its cells in the order of the field."""

    case: Case
    cells: list[Cell]


def cells_of(case: Case, labels=LABELS) -> list[Cell]:
    """Give `case` one field with a cell of each label, left to right."""
    image = SmearImageFactory(case=case, analysed=True, shown=True)
    return [
        CellFactory(image=image, ordinal=n, label=label, x=10 * n, y=8, score=0.9)
        for n, label in enumerate(labels, start=1)
    ]


@pytest.fixture
def under_review(riverside, pavel) -> CaseUnderReview:
    """Neutrophil, lymphocyte and monocyte reviewed by pavel, the fourth cell still unidentified."""
    case = CaseFactory(clinic=riverside, ready=True)
    cells = cells_of(case)
    Cell.objects.filter(pk__in=[cell.pk for cell in cells[:3]]).update(label_source="human")
    claim(actor=pavel, case=case)
    for cell in cells:
        cell.refresh_from_db()
    return CaseUnderReview(case, cells)


@pytest.fixture
def asked(under_review, pavel, vera) -> SecondOpinion:
    """Pavel asks vera, blinded, about all four."""
    return ask_opinion(actor=pavel, case=under_review.case, colleague=vera, blind=True, question="Are these monocytes?")


@pytest.fixture
def label_all(asked, under_review, vera):
    """`label_all("neutrophil", ...)`: vera labels the cells in order."""

    def label(*codes):
        save_labels(
            actor=vera,
            opinion=asked,
            labels=[(cell.pk, code) for cell, code in zip(under_review.cells, codes, strict=True)],
        )
        return asked

    return label
