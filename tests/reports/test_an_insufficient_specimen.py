"""A pathologist signs that the specimen was insufficient for a differential: a report without a count, for people and programs."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from cases.blinding import may_see_model_output
from cases.models import Case, Cell, SmearImage
from cases.states import CaseState
from inbox.critical_limits import critical_findings, limits_in_force
from inbox.models import Delivery
from inbox.services.deliveries import deliver_report
from integrations.hl7.outgoing import Number, Sent
from integrations.presenters.fhir import whole_report
from reports.models import InsufficientSpecimen, ReportKind
from reports.selectors.versions import previous_signed_differential
from reports.services.drafts import save_draft
from reports.services.preparing import prepare_report
from reports.verification import verify_report
from review.services.amendments import open_amendment
from review.services.leases import claim
from tests.factories.analysed_cases import analysed_case, reviewed_case
from tests.factories.reports import next_version, signed_report
from tests.integrations.hl7._messages import built, field, results
from tests.reports.conftest import needs_pango, signed

pytestmark = pytest.mark.django_db
SAID = {"insufficient": "few_cells", "insufficient_words": "Two white cells on four fields."}


@pytest.fixture
def unreviewed(riverside, pavel):
    """Three cells as the model named them, on which nobody decided; pavel holds the case."""
    case = analysed_case(riverside)
    claim(actor=pavel, case=case)
    return case


@pytest.fixture
def insufficient(unreviewed, pavel):
    """Its report, signed as insufficient."""
    report = signed(unreviewed, pavel, quality_accepted=False, interpretation="Please send a new smear.", **SAID)
    unreviewed.refresh_from_db()
    return report


def checks_of(case, pavel, **draft):
    save_draft(actor=pavel, case=case, identifiers=["name", "mrn"], **draft)
    return {check.code: check for check in prepare_report(actor=pavel, case=case).checks}


def test_neither_reviewed_cells_nor_a_number_nor_quality_are_asked_for(unreviewed, pavel):
    found = checks_of(unreviewed, pavel, insufficient="poor_stain")
    assert set(found) == {"pdf", "files", "insufficient", "opinions", "identity"}
    assert all(check.passed for check in found.values())
    assert "does not tell cell classes apart" in found["insufficient"].sentence


def test_another_reason_needs_words(unreviewed, pavel):
    found = checks_of(unreviewed, pavel, insufficient="other")
    assert (found["insufficient"].passed, found["insufficient"].field) == (False, "insufficient_words")
    assert checks_of(unreviewed, pavel, insufficient="other", insufficient_words="Lost.")["insufficient"].passed


def test_a_field_that_is_still_analysed_holds_it_up(unreviewed, pavel):
    SmearImage.objects.filter(case=unreviewed).update(state="queued")
    found = checks_of(unreviewed, pavel, insufficient="few_cells")
    assert found["cells"].sentence == "1 image is still being analysed."


def test_without_a_reason_everything_is_asked_for_as_before(unreviewed, pavel):
    found = checks_of(unreviewed, pavel)
    assert [code for code in ("cells", "count", "quality") if not found[code].passed] == ["cells", "count", "quality"]


@needs_pango
def test_it_says_why_and_gives_no_count_no_cell_and_nothing_of_a_model(insufficient):
    data = insufficient.data
    assert data["insufficient"] == {
        "code": "few_cells",
        "label": "Too few white cells",
        "words": "Two white cells on four fields.",
    }
    assert (data["differential"]["n"], data["differential"]["rows"], data["cells"]) == (0, [], [])
    assert data["differential"]["remark"] == "Insufficient for a differential."
    assert data["ai"]["models"] == []
    assert insufficient.case.state == CaseState.SIGNED
    assert verify_report(insufficient, thorough=True).intact
    assert critical_findings(data, limits_in_force(None)) == []


@needs_pango
def test_the_clinic_reads_why_and_sees_no_unsigned_cell_anywhere(client, amina, pavel, unreviewed, insufficient):
    assert not may_see_model_output(amina, unreviewed)
    assert may_see_model_output(pavel, unreviewed)
    assert not Cell.objects.visible_to(amina).exists()
    assert not Case.objects.with_model_output_for(amina).exists()
    client.force_login(amina)
    page = client.get(reverse("reports:report", args=[insufficient.pk])).content.decode()
    assert "Insufficient for a differential." in page
    assert "Two white cells on four fields." in page
    assert "95 % CI" not in page
    case = client.get(reverse("workbench:case", args=[unreviewed.pk])).content.decode()
    assert "The specimen was insufficient for a differential." in case
    assert "Neutrophils" not in case
    field_page = client.get(reverse("workbench:field", args=[unreviewed.images.counting().get().pk])).content.decode()
    assert "No result" in field_page
    rows = list(
        csv.reader(io.StringIO(client.get(reverse("reports:report_csv", args=[insufficient.pk])).content.decode()))
    )
    assert ["conclusion", "Insufficient for a differential.", "Too few white cells", SAID["insufficient_words"]] in rows


def test_the_inbox_shows_it(client, amina, pavel, riverside):
    case = reviewed_case(riverside, pavel)
    report = next_version(case, pavel, **SAID)
    Case.objects.filter(pk=case.pk).update(state=CaseState.SIGNED)
    deliver_report(report_id=report.pk)
    delivery = Delivery.objects.get(report=report)
    assert not delivery.critical
    client.force_login(amina)
    page = client.get(reverse("inbox:delivery", args=[delivery.pk])).content.decode()
    assert "Too few white cells. Two white cells on four fields." in page


def test_hl7_says_that_the_count_could_not_be_obtained(riverside, pavel):
    case = reviewed_case(riverside, pavel)
    mrn = (Number(case.patient.mrn, "RIVERSIDE"),)
    message = built(next_version(case, pavel, **SAID).data, numbers=mrn)
    assert field(message, "OBR", 25) == "F"
    assert [found for *_rest, found in results(message)][:1] == ["X"]
    assert "Insufficient for a differential. Too few white cells." in message.content.decode()


def test_hl7_takes_back_every_class_that_was_sent_and_gives_no_nought(riverside, pavel):
    case = reviewed_case(riverside, pavel)
    mrn = (Number(case.patient.mrn, "RIVERSIDE"),)
    first = Sent(next_version(case, pavel).data, mrn)
    second = next_version(case, pavel, kind=ReportKind.CORRECTED, **SAID).data
    message = built(second, numbers=mrn, earlier=(first,), pdf=b"%PDF")
    assert field(message, "OBR", 25) == "C"
    assert {found for *_rest, found in results(message)} <= {"X", "C"}
    numbers = [line for line in message.content.decode().split("\r") if line.startswith("OBX") and "|NM|" in line]
    assert len(numbers) > 3
    assert {line.split("|")[5] for line in numbers if "|X|" in line} == {""}
    third = next_version(case, pavel, kind=ReportKind.CORRECTED).data
    again = built(third, numbers=mrn, earlier=(first, Sent(second, mrn)), pdf=b"%PDF")
    assert {found for *_rest, found in results(again)} == {"C"}


def test_fhir_has_a_final_report_whose_panel_says_that_it_was_not_performed(riverside, pavel):
    case = reviewed_case(riverside, pavel)
    report = next_version(case, pavel, **SAID)
    found = {each["resourceType"]: each for each in whole_report(report)}
    assert found["DiagnosticReport"]["status"] == "final"
    assert found["DiagnosticReport"]["conclusion"].startswith("Insufficient for a differential. Too few white cells.")
    panel = found["Observation"]
    assert panel["dataAbsentReason"]["coding"][0]["code"] == "not-performed"
    assert [name for name in ("hasMember", "valueQuantity", "method") if name in panel] == []
    assert [each["reference"] for each in found["DiagnosticReport"]["result"]] == [f"Observation/{panel['id']}"]


@needs_pango
def test_a_correction_gives_the_result_and_says_what_it_was_before(insufficient, unreviewed, pavel, amina):
    open_amendment(
        actor=pavel, case=unreviewed, kind="corrected", reason_code="other", reason="More cells were found after all."
    )
    draft = prepare_report(actor=pavel, case=unreviewed).draft
    assert (draft.insufficient, draft.insufficient_words) == tuple(SAID.values())
    Cell.objects.filter(image__case=unreviewed).update(label="neutrophil", label_source="human")
    corrected = signed(unreviewed, pavel, count_reason="There are no more.")
    changed = {change["what"]: change for change in corrected.data["report"]["changes"]}
    said = changed["Why there is no differential"]
    assert (said["old"], said["new"]) == ("Too few white cells: Two white cells on four fields.", "none")
    assert changed["Leukocytes counted"]["old"] == "none"
    assert "Cells reclassified" not in changed
    unreviewed.refresh_from_db()
    assert may_see_model_output(amina, unreviewed)


def test_it_is_no_previous_differential(riverside, pavel):
    first = analysed_case(riverside)
    signed_report(first, pavel)
    second = analysed_case(riverside, patient=first.patient)
    next_version(second, pavel, **SAID)
    third = analysed_case(riverside, patient=first.patient)
    assert previous_signed_differential(first.patient, third)["case"] == str(first.pk)


@needs_pango
def test_the_mark_outside_the_seal_is_compared_with_what_was_signed(insufficient):
    with pytest.raises(DatabaseError), transaction.atomic():
        InsufficientSpecimen.objects.all().delete()
    assert verify_report(insufficient).intact


def test_a_missing_mark_is_named(riverside, pavel):
    report = next_version(reviewed_case(riverside, pavel), pavel)
    InsufficientSpecimen.objects.create(report=report, reason="few_cells")
    assert verify_report(report).faults == ("Whether it gives a result is kept otherwise than it was signed.",)


@needs_pango
def test_the_sign_page_asks_and_the_preview_says_it(client, pavel, unreviewed):
    client.force_login(pavel)
    address = reverse("reports:sign", args=[unreviewed.pk])
    assert "Too few white cells" in client.get(address).content.decode()
    given = {"insufficient": "few_cells", "identifiers": ["name", "mrn"], "then": "preview"}
    preview = client.post(address, given, follow=True)
    assert preview.status_code == 200
    assert "Insufficient for a differential." in preview.content.decode()
    assert client.post(address, {**given, "insufficient": "ugly"}).status_code == 422
