"""A page of cells from many cases writes one event, which the audit trail of each of these cases finds."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent
from audit.selectors import about_case
from cases.services.audit_trail import record_image_view
from tests.factories.analysed_cases import analysed_case, cells_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]
CELLS = "/oversight/agreement/cells/"


@pytest.fixture
def cases(riverside, hilltop, lakeside, pavel, nadia):
    return [
        analysed_case(riverside, ["neutrophil"] * 6, decided_by=pavel, state="signed"),
        analysed_case(hilltop, ["monocyte"] * 3, decided_by=pavel, state="signed"),
        analysed_case(lakeside, ["basophil"] * 5, decided_by=nadia, state="signed"),
    ]


def test_the_event_names_its_cells_by_case_and_each_case_finds_it(client, olga, cases):
    client.force_login(olga)
    assert client.get(CELLS).status_code == 200
    (event,) = AuditEvent.objects.filter(action="view", object_type="classifier.prediction")
    shown = {str(case.pk): {str(cell.pk) for cell in cells_of(case)} for case in cases[:2]}
    assert {case: set(ids) for case, ids in event.after["cases"].items()} == shown
    for case in cases[:2]:
        assert event in AuditEvent.objects.filter(about_case(case.pk))
    assert event not in AuditEvent.objects.filter(about_case(cases[2].pk))


def test_the_images_of_its_cells_write_no_events_of_their_own(client, olga, cases):
    client.force_login(olga)
    client.get(CELLS)
    before = AuditEvent.objects.count()
    for case in cases[:2]:
        record_image_view(actor=olga, image=case.images.get(), part="cells")
    assert AuditEvent.objects.count() == before
    # What the page did not show is told as ever.
    record_image_view(actor=olga, image=cases[2].images.get(), part="cells")
    assert AuditEvent.objects.count() == before + 1
