"""The report: differential with n and limits, printable, as CSV, and only for those who may see it."""

import csv
import io

import pytest

from audit.models import AuditEvent
from cases.models import Cell, LabelSource
from tests.factories.cases import CaseFactory, CellFactory, PatientFactory, SmearImageFactory
from tests.pages import text


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


def test_percentages_stand_beside_n_and_exact_confidence_intervals(client, pavel, case):
    client.force_login(pavel)
    page = text(client.get(f"/cases/{case.pk}/report/"))
    assert "4.2&ndash;16.4" in page
    assert "Not yet reviewed by a pathologist" in page
    assert "Limited count" not in page
    assert "2.0 per 100 WBC" in page


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


def test_a_laboratory_that_reviews_blinded_sees_no_model_output_in_the_preliminary_report(client, pavel, case):
    case.laboratory.blind_review = True
    case.laboratory.save()
    client.force_login(pavel)
    for address in ("report/", "report.csv"):
        answer = client.get(f"/cases/{case.pk}/{address}")
        assert answer.status_code == 403
        assert "reviews blinded" in answer.content.decode()
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


def test_opening_the_report_is_in_the_audit_trail(client, pavel, case):
    client.force_login(pavel)
    client.get(f"/cases/{case.pk}/report/")
    assert AuditEvent.objects.filter(action="print", object_id=str(case.pk)).exists()


def test_a_reviewed_case_says_so_and_that_it_is_not_signed(client, pavel, case):
    client.force_login(pavel)
    cells = Cell.objects.filter(image__case=case)
    for number, said in ((0, "Not yet reviewed by a pathologist"), (40, "40 of 104 cells reviewed, not signed")):
        cells.filter(ordinal__lte=number).update(label_source=LabelSource.HUMAN)
        assert said in text(client.get(f"/cases/{case.pk}/report/"))
    cells.update(label_source=LabelSource.HUMAN)
    said = "All 104 cells reviewed, not signed"
    for address in (f"/cases/{case.pk}/report/", f"/cases/{case.pk}/", f"/images/{case.images.get().pk}/"):
        page = text(client.get(address))
        assert said in page, address
        assert "ot yet reviewed" not in page, address
    assert f"review,{said.lower()}" in client.get(f"/cases/{case.pk}/report.csv").content.decode().replace('"', "")


def test_platelets_are_listed_only_where_one_was_seen(client, pavel, case):
    client.force_login(pavel)
    assert "platelet,1" in client.get(f"/cases/{case.pk}/report.csv").content.decode()
    Cell.objects.filter(image__case=case, label="platelet").update(excluded=True)
    assert "\nplatelet," not in client.get(f"/cases/{case.pk}/report.csv").content.decode()
    assert "Platelets seen" not in text(client.get(f"/cases/{case.pk}/report/"))
