"""The details of a specimen can be corrected by the clinic until it is signed."""

from datetime import UTC, datetime

import pytest

from audit.models import AuditEvent
from tests.factories.cases import CaseFactory

TYPED = {"accession_number": "S26-7", "priority": "urgent", "stain": "giemsa", "clinical_question": "Left shift?"}


@pytest.fixture
def case(riverside):
    return CaseFactory(clinic=riverside, accession_number="S26-6", collected_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC))


def test_the_page_shows_what_was_said(client, amina, case):
    client.force_login(amina)
    page = client.get(f"/cases/{case.pk}/edit/").content.decode()
    assert 'value="S26-6"' in page
    assert 'data-utc="2026-03-01T08:30:00+00:00"' in page


def test_changes_are_saved_and_in_the_audit_trail(client, amina, case):
    client.force_login(amina)
    assert client.post(f"/cases/{case.pk}/edit/", TYPED).url == f"/cases/{case.pk}/"
    case.refresh_from_db()
    assert (case.accession_number, case.priority, case.stain) == ("S26-7", "urgent", "giemsa")
    event = AuditEvent.objects.get(action="update", object_id=str(case.pk))
    assert event.before["accession_number"] == "S26-6"
    assert "Left shift" not in str(vars(event))


def test_a_clock_time_is_read_in_the_persons_own_zone(client, amina, case):
    client.force_login(amina)
    typed = {**TYPED, "collected_at": "2026-07-01T10:00", "time_zone": "Europe/Istanbul"}
    client.post(f"/cases/{case.pk}/edit/", typed)
    case.refresh_from_db()
    assert case.collected_at == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)


def test_a_taken_number_is_refused_by_its_field_and_nothing_changes(client, amina, riverside, case):
    CaseFactory(clinic=riverside, accession_number="S26-7")
    client.force_login(amina)
    answer = client.post(f"/cases/{case.pk}/edit/", TYPED)
    assert answer.status_code == 409
    assert "accession_number" in answer.context["form"].errors
    assert "Left shift?" in answer.content.decode()
    case.refresh_from_db()
    assert case.priority == "routine"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"accession_number": ""}, "accession_number"),
        ({"accession_number": "../../etc"}, "accession_number"),
        ({"wbc": "7.1"}, "wbc_source"),
        ({"wbc": "-1", "wbc_source": "x"}, "wbc"),
        ({"um_per_px": "0.019"}, "um_per_px"),
        ({"um_per_px": "1.1"}, "um_per_px"),
        ({"objective": "many"}, "objective"),
        ({"stain": "ink"}, "stain"),
    ],
)
def test_impossible_values_are_said_by_their_field(client, amina, case, change, field):
    client.force_login(amina)
    answer = client.post(f"/cases/{case.pk}/edit/", {**TYPED, **change})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_signed_case_says_that_it_no_longer_changes(client, amina, riverside):
    case = CaseFactory(clinic=riverside, signed=True)
    client.force_login(amina)
    answer = client.get(f"/cases/{case.pk}/edit/")
    assert answer.status_code == 409
    assert "no longer changes" in answer.content.decode()
