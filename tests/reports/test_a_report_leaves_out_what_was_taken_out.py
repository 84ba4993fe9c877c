"""A field that was taken out of the draft is in no report, and so in no message made from one."""

from __future__ import annotations

import pytest

from cases.models import SmearImage
from cases.services.draft_fields import take_out_image
from reports.selectors.case_evidence import case_evidence
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory

pytestmark = pytest.mark.django_db


def test_neither_its_image_nor_its_cells_are_evidence(amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    images = [SmearImageFactory(case=case, analysed=True) for _ in range(2)]
    for image in images:
        CellFactory(image=image, label="neutrophil")
    take_out_image(actor=amina, image=SmearImage.objects.get(pk=images[0].pk), reason="wrong")
    evidence = case_evidence(case)
    assert [image["id"] for image in evidence.images] == [str(images[1].pk)]
    assert [image["ordinal"] for image in evidence.images] == [1]
    assert len(evidence.cells) == 1
    assert evidence.counts == {"neutrophil": 1}
