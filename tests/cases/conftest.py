"""Fixtures of the clinical record."""

from __future__ import annotations

import pytest

from accounts.models import Role, User
from accounts.scopes import ORDERS_WRITE
from cases.storage import MARKER, clinical_storage
from tests.factories.cases import CaseFactory, EveryState


@pytest.fixture(autouse=True)
def clinical_files(monkeypatch, tmp_path):
    """The clinical storage of one test: a folder of its own. Returns a function listing the files in it, but its marker."""
    folder = tmp_path / "clinical"
    storage = clinical_storage()
    # The fields hold this very object since import, so it is the one to turn to another folder.
    monkeypatch.setitem(storage.__dict__, "base_location", str(folder))
    monkeypatch.setitem(storage.__dict__, "location", str(folder))

    def files():
        found = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        return sorted(name for name in found if name != MARKER)

    return files


@pytest.fixture
def draft(amina):
    """A draft of riverside-clinic."""
    return CaseFactory(clinic=amina.organisation, created_by=amina)


@pytest.fixture
def every_state(amina):
    """One case of riverside-clinic per state, by state."""
    return EveryState.build(amina.organisation)


@pytest.fixture
def client_of():
    """A laboratory system of an organisation, with a token that allows to write orders."""

    def make(organisation, *scopes):
        user = User.objects.create_user(
            f"lis@{organisation.slug}.example", role=Role.SERVICE, organisation=organisation
        )
        user.token_scopes = frozenset(scopes or {ORDERS_WRITE})
        return user

    return make
