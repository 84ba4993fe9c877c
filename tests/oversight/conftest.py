"""Cases that were read, for the pages of oversight."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case, Cell, LabelSource
from cases.states import CaseState
from classifier.models import ModelState, ModelVersion, Prediction
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory
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


@pytest.fixture
def read_case(version):
    """`read_case(clinic, reader, cells, **case)`: a signed case; `cells` are (final, best, identified, how many)."""
    from classifier.models import Analysis, AnalysisState

    def make(clinic, reader, cells, *, state="signed", days_ago=0, model=None, **fields):
        case = CaseFactory(clinic=clinic, **{"signed": True, **fields})
        if state != "signed":
            Case.objects.filter(pk=case.pk).update(state=CaseState(state))
        image = SmearImageFactory(case=case, analysed=True)
        analysis = Analysis.objects.create(
            image=image,
            model_version=model or version,
            state=AnalysisState.DONE,
            queued_at=NOON,
            started_at=NOON,
            finished_at=NOON,
        )
        at = timezone.now() - timedelta(days=days_ago)
        for final, best, identified, count in cells:
            for _ in range(count):
                excluded = final == "excluded"
                cell = CellFactory(
                    image=image,
                    label=best if excluded else final,
                    label_source=LabelSource.HUMAN,
                    excluded=excluded,
                    exclusion_reason="smudge" if excluded else "",
                    decided_by=reader,
                    decided_at=at,
                )
                Prediction.objects.create(
                    analysis=analysis,
                    cell=cell,
                    model_version=model or version,
                    label=best,
                    score=0.9,
                    probabilities={best: 0.9},
                    identified=identified,
                )
        return case

    return make


@pytest.fixture
def unread(version):
    """Make a cell nobody has read."""

    def make(case):
        return CellFactory(image=case.images.get(), label="neutrophil")

    return make


def cells_of(case) -> list[Cell]:
    """The cells of a case, in order."""
    return list(Cell.objects.filter(image__case=case).order_by("ordinal"))
