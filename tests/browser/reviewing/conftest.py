"""The case that is reviewed in a browser, and a second reviewer."""

import pytest

from accounts.models import Role
from tests.factories.analysed_cases import analysed_case
from tests.factories.drawn_images import drawn_images
from tests.people import person


@pytest.fixture
def case(transactional_db, riverside, amina):
    """One field with 25 cells, ready for review."""
    return analysed_case(riverside, images=drawn_images(), created_by=amina)


@pytest.fixture
def marta(transactional_db, central):
    """A second pathologist of central-laboratory."""
    return person("Marta", Role.PATHOLOGIST, central)
