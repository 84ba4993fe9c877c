"""The case that is read in a browser, and a second reader."""

import pytest

from accounts.models import Role
from tests.factories.readings import read_case
from tests.people import person


@pytest.fixture
def case(transactional_db, riverside, amina):
    """One field with 25 cells, ready for review."""
    return read_case(riverside, fields=1, created_by=amina)


@pytest.fixture
def marta(transactional_db, central):
    """A second pathologist of central-laboratory."""
    return person("Marta", Role.PATHOLOGIST, central)
