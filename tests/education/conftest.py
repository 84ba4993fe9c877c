"""A laboratory, its clinic and the people who copy, recall and object."""

from types import SimpleNamespace

import pytest

from accounts.models import Role
from tests.factories.copied import consent, signed_case
from tests.people import clinic, laboratory, person


@pytest.fixture
def house(db):
    """Central laboratory with a consenting clinic and one signed case."""
    central = laboratory("central-laboratory")
    riverside = clinic("riverside-clinic", central)
    made = SimpleNamespace(
        central=central,
        riverside=riverside,
        pavel=person("Pavel", Role.PATHOLOGIST, central),
        vera=person("Vera", Role.PATHOLOGIST, central),
        ines=person("Ines", Role.ADMINISTRATOR, central),
        sami=person("Sami", Role.STUDENT, central),
        amina=person("Amina", Role.UPLOADER, riverside),
    )
    made.consent = consent(riverside, made.ines)
    made.case, made.report = signed_case(riverside, made.pavel)
    return made
