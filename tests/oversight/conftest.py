"""The model in use, for the pages of oversight."""

from __future__ import annotations

import pytest

from classifier.models import ModelState, ModelVersion
from tests.factories.specimens import NOON

CARD = {
    "metrics": {
        "validation": {
            "n": 1000,
            "per_class": {
                "neutrophil": {"recall": 0.95, "support": 600},
                "monocyte": {"recall": 0.9, "support": 400},
            },
            "unidentified": {"share": 0.2},
        }
    }
}


@pytest.fixture
def version(db):
    """The active model, with validation figures on its card."""
    return ModelVersion.objects.create(
        name="tiny",
        version="1",
        directory="nowhere",
        card=CARD,
        card_sha256="0" * 64,
        state=ModelState.ACTIVE,
        promoted_at=NOON,
        evaluation={"accuracy": 0.9},
        reason="the tests need one",
    )
