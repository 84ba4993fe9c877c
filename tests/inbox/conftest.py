"""Fixtures of the inbox."""

from __future__ import annotations

import pytest

from cases.storage import clinical_storage
from inbox.models import Delivery
from tests.factories.cases import CaseFactory
from tests.factories.reports import NEUTROPENIC, signed_report


@pytest.fixture(autouse=True)
def clinical_files(monkeypatch, tmp_path):
    """The clinical storage of one test: a folder of its own."""
    storage = clinical_storage()
    # The fields hold this very object since import, so it is the one to turn to another folder.
    monkeypatch.setitem(storage.__dict__, "base_location", str(tmp_path / "clinical"))
    monkeypatch.setitem(storage.__dict__, "location", str(tmp_path / "clinical"))


@pytest.fixture
def case(amina):
    """A case of riverside-clinic, read and about to be signed."""
    return CaseFactory(clinic=amina.organisation, created_by=amina, in_review=True)


@pytest.fixture
def sent(case, pavel):
    """`sent(**report)` -> the delivery of the next signed version of the case's report to its clinic."""

    def sign(**report):
        made = signed_report(case, pavel, **report)
        return Delivery.objects.select_related("case", "organisation", "report").get(
            report=made, organisation=case.clinic
        )

    return sign


@pytest.fixture
def delivery(sent):
    """A delivered report of nothing out of the ordinary."""
    return sent()


@pytest.fixture
def critical(sent):
    """A delivered report whose neutrophils are 0.31."""
    return sent(counts=NEUTROPENIC)
