"""The report: differential with n and limits, printable, as CSV, and only for those who may see it."""

import csv
import io

import pytest

from audit.models import AuditEvent
from tests.factories.cases import CaseFactory, CellFactory, PatientFactory, SmearImageFactory


@pytest.fixture
def case(riverside):
    patient = PatientFactory(organisation=riverside, family_name="=HYPERLINK", given_name="One")
    case = CaseFactory(clinic=riverside, patient=patient, ready=True, wbc="8.0", wbc_source="analyser")
    image = SmearImageFactory(case=case, analysed=True)
    for number, label in enumerate(
        ["neutrophil"] * 9 + ["lymphocyte"] * 91 + ["erythroblast"] * 2 + ["unidentified", "platelet"]
    ):
        CellFactory(image=image, label=label, ordinal=number + 1)
    return case


def test_percentages_stand_beside_n_and_exact_limits(client, pavel, case):
    client.force_login(pavel)
    page = client.get(f"/cases/{case.pk}/report/").content.decode()
    assert "4.2&ndash;16.4" in page
    assert "Not yet reviewed by a pathologist" in page
    assert "Limited count" not in page
    assert "2.0 per 100 leukocytes" in page


def test_a_small_count_says_so(client, pavel, riverside):
    case = CaseFactory(clinic=riverside, ready=True)
    CellFactory(image=SmearImageFactory(case=case, analysed=True))
    client.force_login(pavel)
    assert "Limited count" in client.get(f"/cases/{case.pk}/report/").content.decode()


def test_before_the_signature_the_clinic_is_told_to_wait(client, amina, case):
    client.force_login(amina)
    for address in ("report/", "report.csv"):
        answer = client.get(f"/cases/{case.pk}/{address}")
        assert answer.status_code == 403
        assert "Results appear after a pathologist has signed them" in answer.content.decode()
        assert "Lymphocyte" not in answer.content.decode()


def test_a_laboratory_that_reads_blind_sees_no_machine_reading_here(client, pavel, case):
    case.laboratory.blind_review = True
    case.laboratory.save()
    client.force_login(pavel)
    for address in ("report/", "report.csv"):
        answer = client.get(f"/cases/{case.pk}/{address}")
        assert answer.status_code == 403
        assert "reads blind" in answer.content.decode()
        assert "ymphocyte" not in answer.content.decode()


def test_another_clinic_gets_404(client, bora, case):
    client.force_login(bora)
    assert client.get(f"/cases/{case.pk}/report/").status_code == 404
    assert client.get(f"/cases/{case.pk}/report.csv").status_code == 404


def test_the_csv_holds_the_same_and_computes_nothing(client, pavel, case):
    client.force_login(pavel)
    answer = client.get(f"/cases/{case.pk}/report.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert ["patient", "'=HYPERLINK, One"] in rows
    assert ["review", "not yet reviewed by a pathologist"] in rows
    assert ["neutrophil", "9", "9", "4.2", "16.4", "0.72"] in rows
    assert sum(row[:1] == ["1"] for row in rows) == 104
    assert answer["Content-Disposition"] == f'attachment; filename="report-{case.pk}.csv"'
    assert AuditEvent.objects.filter(action="export", object_id=str(case.pk), patient_id=case.patient_id).exists()


def test_opening_the_report_is_in_the_trail(client, pavel, case):
    client.force_login(pavel)
    client.get(f"/cases/{case.pk}/report/")
    assert AuditEvent.objects.filter(action="print", object_id=str(case.pk)).exists()
