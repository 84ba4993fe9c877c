"""The audit page narrowed to a case holds every event about it and its parts, and nothing else."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent
from audit.services import record
from cases.services.audit_trail import record_view
from tests.factories.specimens import model_version, specimen

pytestmark = pytest.mark.django_db
PAGE = "/oversight/audit/"


@pytest.fixture
def two(amina):
    """Two cases, each with an event about itself, its image and a cell."""
    version = model_version()
    made = [specimen(by=amina, state="ready", number=number, version=version) for number in (1, 2)]
    for one in made:
        record_view(actor=amina, target=one.case)
        record_view(actor=amina, target=one.image)
        record(actor=amina, action="view", target=one.cells[0], laboratory_id=one.case.laboratory_id)
    return made


def test_a_case_with_its_image_and_cells(client, olga, two):
    client.force_login(olga)
    events = client.get(PAGE, {"case": str(two[0].case.pk)}).context["events"]
    assert {event.object_id for event in events} == {
        str(two[0].case.pk),
        str(two[0].image.pk),
        str(two[0].cells[0].pk),
    }


def test_another_laboratory_finds_nothing(client, timo, two):
    client.force_login(timo)
    assert client.get(PAGE, {"case": str(two[0].case.pk)}).context["events"] == []


def test_a_typed_number_leads_there_without_standing_in_the_address(client, olga, two):
    client.force_login(olga)
    case, patient = two[0].case, two[0].patient
    assert client.post("/oversight/find/", {"q": case.accession_number.lower()})["Location"] == f"{PAGE}?case={case.pk}"
    assert client.post("/oversight/find/", {"q": patient.mrn})["Location"] == f"{PAGE}?patient={patient.pk}"
    assert client.post("/oversight/find/", {"q": "nothing"})["Location"] == PAGE
    assert patient.mrn not in str(AuditEvent.objects.first().after)


def test_numbers_of_another_laboratory_lead_nowhere(client, timo, two):
    client.force_login(timo)
    assert client.post("/oversight/find/", {"q": two[0].case.accession_number})["Location"] == PAGE
    assert client.post("/oversight/find/", {"q": two[0].patient.mrn})["Location"] == PAGE
