"""The downtime pack: what has not arrived, as files for a clinic that waits for results."""

import io
import zipfile

import pytest

from audit.models import AuditEvent
from integrations import downtime
from integrations.models import Direction, Message, MessageState
from tests.factories.cases import CaseFactory
from tests.factories.connections import a_connection
from tests.factories.reports import PDF, signed_report

PAGE = "/integrations/downtime/"


@pytest.fixture
def connection(central, ines):
    return a_connection(central, ines)


@pytest.fixture
def report(riverside, amina, pavel, connection):
    return signed_report(CaseFactory(clinic=riverside, created_by=amina, submitted=True), pavel)


def arrived(connection, report):
    Message.objects.create(
        connection=connection,
        direction=Direction.OUT,
        control_id=str(report.pk),
        sha256="0" * 64,
        size=0,
        report=report,
        case=report.case,
        state=MessageState.ACKNOWLEDGED,
    )


def pack_of(client):
    """The files of the pack, by name."""
    answer = client.post(PAGE)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_pack_has_every_report_that_has_not_arrived_and_a_list(client, ines, report):
    client.force_login(ines)
    number = report.case.accession_number
    assert number in client.get(PAGE).content.decode()
    files = pack_of(client)
    assert files[f"{number}-v1.pdf"] == PDF
    head, line = files["reports.csv"].decode().splitlines()
    assert head == "accession,version,kind,signed_at,clinic,file"
    assert line.startswith(f"{number},1,original,")
    event = AuditEvent.objects.filter(action="download").last()
    assert (event.object_id, event.patient_id) == (str(report.pk), report.case.patient_id)
    assert event.after["what"] == "downtime pack"


def test_only_the_version_that_stands_is_in_it(client, ines, report, pavel):
    signed_report(report.case, pavel, kind="corrected")
    client.force_login(ines)
    assert set(pack_of(client)) == {f"{report.case.accession_number}-v2.pdf", "reports.csv"}


def test_what_arrived_is_not_in_it(client, ines, report, connection):
    arrived(connection, report)
    client.force_login(ines)
    assert "Every report signed on these days has arrived." in client.get(PAGE).content.decode()
    assert set(pack_of(client)) == {"reports.csv"}


def test_an_odd_accession_number_makes_a_plain_file_name(client, ines, riverside, amina, pavel, connection):
    case = CaseFactory(clinic=riverside, created_by=amina, submitted=True, accession_number="../A 1/Ü")
    signed_report(case, pavel)
    client.force_login(ines)
    assert "..-A-1--v1.pdf" in pack_of(client)


def test_more_than_a_pack_takes_is_refused_with_a_sentence(client, ines, report, riverside, amina, pavel, monkeypatch):
    signed_report(CaseFactory(clinic=riverside, created_by=amina, submitted=True), pavel)
    monkeypatch.setattr(downtime, "MOST_REPORTS", 1)
    client.force_login(ines)
    answer = client.post(PAGE)
    assert answer.status_code == 422
    assert "A pack takes 1 reports: choose fewer days." in answer.content.decode()


def test_nothing_of_another_laboratory_is_in_it(client, petra, report):
    client.force_login(petra)
    assert "No connection carries results" in client.get(PAGE).content.decode()
