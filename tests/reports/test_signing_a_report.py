"""From a reviewed case to a frozen, signed version: what it holds, and when it is refused."""

import datetime as dt
import io
import json

import pytest
from django.db.models import ProtectedError
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Role
from audit.models import AuditEvent
from cases.models import Cell
from cases.storage import clinical_storage
from hematovision.errors import Conflict, PermissionRefused
from reports.canonical import canonical, sha256
from reports.models import Report, ReportDraft
from reports.selectors.versions import current_report, previous_signed_differential
from reports.services.drafts import save_draft
from reports.services.preparing import prepare_report
from reports.services.signing import sign_report
from reports.signals import report_signed
from reports.verification import verify_report
from review.models import ReviewLease
from review.services.leases import claim
from tests.factories.analysed_cases import reviewed_case
from tests.factories.cases import PatientFactory
from tests.factories.reports import next_version
from tests.people import person
from tests.reports.conftest import complete_draft, needs_pango, proof_of, signed

pytestmark = [pytest.mark.django_db, needs_pango]


def text_of(pdf):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_signed_version_is_frozen_and_says_who_signed(printed, case, pavel):
    assert (case.state, printed.version, printed.kind) == ("signed", 1, "original")
    assert verify_report(printed, thorough=True).intact
    text = text_of(printed.read_pdf())
    for words in (pavel.full_name, "authorises this report", "Page 1 of", case.patient.mrn, "Normal picture."):
        assert words in text
    assert printed.content_sha256 in text.replace("\n", "")
    assert current_report(case) == printed
    assert not ReportDraft.objects.filter(case=case).exists()
    event = AuditEvent.objects.get(action="sign", object_id=str(printed.pk))
    assert event.after["digest"] == printed.digest
    assert case.patient.family_name not in json.dumps(event.after)


def test_the_content_carries_counts_limits_and_cells_as_text(report):
    data = json.loads(report.content)
    rows = {row["code"]: row for row in data["differential"]["rows"]}
    assert (rows["neutrophil"]["percent"], rows["neutrophil"]["low"], rows["neutrophil"]["high"]) == (
        70,
        "60.0",
        "78.8",
    )
    assert rows["neutrophil"]["reference"] == "40\N{EN DASH}75"
    assert data["differential"]["erythroblasts_per_100"] == "2.0"
    assert len(data["cells"]) == 105
    assert canonical(data) == report.content
    assert sha256(report.content) == report.content_sha256


def test_the_pdf_is_pdf_a_with_the_content_inside(printed):
    document = PdfReader(io.BytesIO(printed.read_pdf()))
    assert document.attachments["report.json"][0].decode() == printed.content
    metadata = document.xmp_metadata.stream.get_data().decode()
    assert "pdfaid" in metadata
    assert document.trailer["/Root"]["/OutputIntents"]


def test_nobody_reads_a_name_in_the_database_or_on_disk(printed, case):
    row = Report.objects.filter(pk=printed.pk).values().get()
    assert case.patient.family_name not in str(row)
    with clinical_storage().open(printed.pdf.name) as file:
        stored = file.read()
    assert b"%PDF" not in stored
    assert case.patient.mrn not in printed.pdf.name


def test_receivers_hear_of_it_after_the_transaction(case, pavel, django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, report_id, **kwargs):
        heard.append(report_id)

    report_signed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            report = signed(case, pavel)
            assert heard == []
    finally:
        report_signed.disconnect(listen)
    assert heard == [report.pk]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"identifiers": ["name"]}, "identity"),
        ({"quality_accepted": False}, "quality"),
    ],
)
def test_what_is_missing_keeps_it_from_being_signed(case, pavel, change, check):
    complete_draft(case, pavel, **change)
    prepared = prepare_report(actor=pavel, case=case)
    assert [found.code for found in prepared.unmet] == [check]
    with pytest.raises(Conflict) as refusal:
        sign_report(actor=pavel, case=case, preview=prepared.preview, proof=proof_of(pavel))
    assert refusal.value.code == "not_ready"
    assert not Report.objects.exists()


def test_an_unreviewed_or_unidentified_cell_blocks(riverside, pavel):
    case = reviewed_case(riverside, pavel, counts={"neutrophil": 100, "unidentified": 1})
    Cell.objects.filter(image__case=case, label="neutrophil", ordinal=1).update(label_source="machine")
    complete_draft(case, pavel)
    sentences = [check.sentence for check in prepare_report(actor=pavel, case=case).unmet]
    assert sentences == ["1 cell is not reviewed.", "1 cell is unidentified."]


def test_a_small_count_and_no_cell_at_all_need_a_reason(riverside, pavel):
    for counts in ({"neutrophil": 30}, {}):
        case = reviewed_case(riverside, pavel, counts=counts)
        complete_draft(case, pavel)
        assert [check.code for check in prepare_report(actor=pavel, case=case).unmet] == ["count"]
        report = signed(case, pavel, count_reason="Severe leukopenia.")
        assert report.data["differential"]["remark"] in text_of(report.read_pdf()).replace("\n", " ")
        assert "Severe leukopenia." in text_of(report.read_pdf())


def test_poor_fields_are_accepted_with_words_only(case, pavel):
    case.images.update(state="failed", problem="It stopped.")
    complete_draft(case, pavel)
    assert [check.code for check in prepare_report(actor=pavel, case=case).unmet] == ["quality"]
    assert signed(case, pavel, quality_remark="The other fields suffice.").version == 1


def test_what_changed_after_the_preview_is_not_signed(case, pavel):
    complete_draft(case, pavel)
    preview = prepare_report(actor=pavel, case=case).preview
    Cell.objects.filter(image__case=case, ordinal=1).update(label="monocyte", revision=1)
    with pytest.raises(Conflict) as refusal:
        sign_report(actor=pavel, case=case, preview=preview, proof=proof_of(pavel))
    assert refusal.value.code == "preview_stale"
    assert not Report.objects.exists()


def test_signing_twice_signs_once(case, pavel):
    complete_draft(case, pavel)
    preview = prepare_report(actor=pavel, case=case).preview
    sign_report(actor=pavel, case=case, preview=preview, proof=proof_of(pavel))
    with pytest.raises(Conflict):
        sign_report(actor=pavel, case=case, preview=preview, proof=proof_of(pavel))
    assert Report.objects.count() == 1


def test_a_proof_is_of_one_person_and_fresh(case, pavel, nadia):
    complete_draft(case, pavel)
    preview = prepare_report(actor=pavel, case=case).preview
    for proof in (proof_of(nadia), proof_of(pavel, at=timezone.now() - dt.timedelta(minutes=3))):
        with pytest.raises(PermissionRefused):
            sign_report(actor=pavel, case=case, preview=preview, proof=proof)


def test_only_who_holds_the_case_signs(case, pavel, central, ines):
    other = person("Rosa", Role.PATHOLOGIST, central)
    with pytest.raises(Conflict) as refusal:
        save_draft(actor=other, case=case)
    assert refusal.value.code == "lease_lost"
    with pytest.raises(PermissionRefused):
        prepare_report(actor=ines, case=case)


def test_a_picture_that_is_gone_stops_the_signature_and_leaves_nothing(case, pavel):
    image = case.images.get()
    clinical_storage().delete(image.display.name)
    complete_draft(case, pavel)
    preview = prepare_report(actor=pavel, case=case).preview
    with pytest.raises(Conflict) as refusal:
        sign_report(actor=pavel, case=case, preview=preview, proof=proof_of(pavel))
    assert (refusal.value.code, refusal.value.details) == ("not_ready", {"check": "files"})
    assert "The display copy of field 1 is missing" in refusal.value.sentence
    assert not Report.objects.exists()


def test_a_renamed_signer_keeps_the_name_that_was_signed(report, pavel):
    pavel.full_name, pavel.is_active = "Somebody Else", False
    pavel.save()
    found = Report.objects.get(pk=report.pk)
    assert found.signature.signer_name == "Pavel Central"
    assert found.data["signature"]["name"] == "Pavel Central"
    assert verify_report(found).intact
    with pytest.raises(ProtectedError):
        pavel.delete()


def test_the_previous_differential_is_the_last_signed_one_of_the_patient(riverside, pavel):
    patient = PatientFactory(organisation=riverside)
    first = next_version(reviewed_case(riverside, pavel, patient=patient), pavel)
    second = reviewed_case(riverside, pavel, patient=patient, counts={"lymphocyte": 100})
    found = previous_signed_differential(patient, second)
    assert found["report"] == str(first.pk)
    report = next_version(second, pavel)
    before = {row["code"]: row["percent"] for row in report.data["previous_differential"]["rows"]}
    assert before["neutrophil"] == 70
    assert previous_signed_differential(patient, first.case) is None


def test_two_thousand_cells_make_a_report(riverside, pavel, django_assert_max_num_queries):
    case = reviewed_case(riverside, pavel, counts={"neutrophil": 1500, "lymphocyte": 500})
    complete_draft(case, pavel)
    with django_assert_max_num_queries(30):
        prepare_report(actor=pavel, case=case)
    report = signed(case, pavel)
    assert "60 of 1500" in text_of(report.read_pdf())
    assert len(report.data["cells"]) == 2000


def test_who_takes_a_case_over_ticks_for_themselves(case, pavel, central):
    complete_draft(case, pavel)
    rosa = person("Rosa", Role.PATHOLOGIST, central)
    ReviewLease.objects.filter(case=case).update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    claim(actor=rosa, case=case)
    prepared = prepare_report(actor=rosa, case=case)
    assert prepared.content["interpretation"] == "Normal picture."
    assert [check.code for check in prepared.unmet] == ["identity", "quality"]
