"""Cells of a signed case become material: the signed class, the clinical pixels, and nothing else."""

import hashlib
import io

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from audit.models import AuditEvent
from cases.models import Case, LegalHold
from cases.services.restrictions import restrict_patient
from classifier.services.demo_stories import DRAWN, credit_of
from consult.models import Comparison, SecondOpinion
from education.copy_rules import copyable_cells
from education.models import MaterialState, Source, TeachingCell, TeachingSource, Truth
from education.services.consents import record_objection, withdraw_consent
from education.services.copies import copy_cells
from education.verification import check_consents, check_sources
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from reports.models import ReportKind
from tests.factories.analysed_cases import cells_of
from tests.factories.copied import copied, signed_case
from tests.factories.reports import next_version
from tests.factories.specimens import NOON


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def test_a_person_chooses_looks_and_confirms(client, house):
    client.force_login(house.pavel)
    address = reverse("education:copy", args=[house.report.pk])
    assert "Basophils" in client.get(address).text
    chosen = [str(cell.pk) for cell in cells_of(house.case)[:2]]
    sheet = client.post(address, {"cell": chosen})
    assert "No name, number or face is in these pictures" in sheet.text
    assert not TeachingCell.objects.exists()
    unsaid = client.post(address, {"cell": chosen, "step": "copy"})
    assert (unsaid.status_code, TeachingCell.objects.count()) == (422, 0)
    done = client.post(address, {"cell": chosen, "step": "copy", "confirmed": "yes"}, follow=True)
    assert "2 cells were copied." in done.text
    assert set(TeachingCell.objects.values_list("state", "source", "approved_by")) == {
        (MaterialState.OPEN, Source.SIGNED, house.pavel.pk)
    }


def test_all_of_rare_classes_are_chosen_at_once(client, house):
    client.force_login(house.pavel)
    page = client.get(reverse("education:copy", args=[house.report.pk]) + "?choose=rare").text
    assert page.count("checked") == 2


def test_the_class_is_the_signed_one_and_never_the_models(house):
    signed = {cell.pk: cell.label for cell in cells_of(house.case)}
    assert {cell.copied_from.cell_id: cell.cell_class for cell in copied(house.report, house.pavel)} == signed


def test_a_picture_has_the_pixels_of_the_clinical_crop_and_no_chunk_beside_them(client, house):
    (taught,) = copied(house.report, house.pavel, count=1)
    cell = cells_of(house.case)[0]
    client.force_login(house.pavel)
    crop = client.get(reverse("cases:cell_crop", args=[cell.pk]), {"size": 256, "span": 220}).content
    with taught.picture.open("rb") as file:
        kept = file.read()
    assert hashlib.sha256(pixels(kept).tobytes()).hexdigest() == hashlib.sha256(pixels(crop).tobytes()).hexdigest()
    assert taught.pixel_hash == hashlib.sha256(pixels(crop).tobytes()).hexdigest()
    chunks, at = [], 8
    while at < len(kept):
        length = int.from_bytes(kept[at : at + 4], "big")
        chunks.append(kept[at + 4 : at + 8])
        at += length + 12
    assert set(chunks) == {b"IHDR", b"IDAT", b"IEND"}
    assert taught.um_per_px == pytest.approx(22 / 256)


def test_one_signer_is_one_opinion_and_a_colleague_who_agrees_makes_it_truth(house):
    first, second, third = cells_of(house.case)[:3]
    opinion = SecondOpinion.objects.create(
        case=house.case, asked_by=house.pavel, colleague=house.vera, blind=True, scope="all", state="answered",
        asked_at=NOON, answered_at=NOON,
    )  # fmt: skip
    for position, (cell, said) in enumerate([(first, "neutrophil"), (second, "lymphocyte")], start=1):
        Comparison.objects.create(
            opinion=opinion, cell=cell, position=position, first_label="neutrophil", first_excluded=False,
            first_read=True, second_label=said, second_excluded=False,
        )  # fmt: skip
    truths = {cell.copied_from.cell_id: cell.truth for cell in copied(house.report, house.pavel, count=3)}
    assert truths == {first.pk: Truth.AGREED, second.pk: Truth.SINGLE, third.pk: Truth.SINGLE}


def test_a_second_signer_makes_it_truth(house):
    later = next_version(house.case, house.vera, kind=ReportKind.APPENDED, comments="More.")
    assert {cell.truth for cell in copied(later, house.vera)} == {Truth.AGREED}


def test_a_drawn_cell_of_the_demonstration_says_so_wherever_it_is_and_gives_no_marks(client, house, settings):
    Case.objects.filter(pk=house.case.pk).update(accession_number="DEMO-W03-011")
    house.case.refresh_from_db()
    later = next_version(house.case, house.vera, kind=ReportKind.APPENDED, comments="More.")
    chosen = [str(cell.pk) for cell in cells_of(house.case)[:2]]
    client.force_login(house.pavel)
    sheet = client.post(reverse("education:copy", args=[later.pk]), {"cell": chosen})
    assert sheet.text.count(DRAWN) == 2
    (cell, _other) = copied(later, house.pavel, count=2)
    assert (cell.credit, cell.truth) == (DRAWN, Truth.SINGLE)
    client.force_login(house.sami)
    for page in (reverse("education:cell", args=[cell.pk]), f"/learn/atlas/{cell.cell_class}/"):
        assert DRAWN in client.get(page).text, page
    settings.DEMO_ACCOUNTS = False
    assert {each.credit for each in copyable_cells(later)} == {""}


def test_a_real_field_of_the_demonstration_keeps_its_credit():
    assert credit_of(accession_number="DEMO-0008", field=1) == "BCCD, MIT licence"
    assert credit_of(accession_number="DEMO-0008", field=5) == DRAWN
    assert credit_of(accession_number="2026-0008", field=1) == ""


def test_the_trail_alone_leads_back_and_a_changed_source_is_found(house):
    taught = copied(house.report, house.pavel, count=2)
    event = AuditEvent.objects.get(action="export", after__has_key="taught")
    assert event.object_id == str(house.report.pk)
    assert event.after["taught"] == {
        str(each.pk): str(cell.pk) for each, cell in zip(taught, cells_of(house.case)[:2], strict=True)
    }
    assert [*check_sources(), *check_consents()] == []
    TeachingSource.objects.filter(teaching_cell=taught[0]).delete()
    house.consent.__class__.objects.update(agreed_on="2020-01-01")
    (source,), (consent,) = check_sources(), check_consents()
    assert (source.object_id, consent.object_id) == (str(taught[0].pk), str(house.consent.pk))


def test_nothing_is_copied_twice(house):
    copied(house.report, house.pavel, count=1)
    with pytest.raises(Unprocessable):
        copied(house.report, house.pavel, count=1)


def refused(house, report=None):
    with pytest.raises(Conflict) as raised:
        copied(report or house.report, house.pavel, count=1)
    assert not TeachingCell.objects.exists()
    return raised.value.sentence


def test_without_the_clinics_consent_nothing_is_copied(client, house):
    withdraw_consent(actor=house.ines, clinic=house.riverside)
    assert "has not consented" in refused(house)
    client.force_login(house.pavel)
    page = client.get(reverse("education:copy", args=[house.report.pk]))
    assert (page.status_code, "has not consented" in page.text) == (409, True)


def test_of_a_patient_who_objects_nothing_is_copied(house):
    record_objection(actor=house.amina, patient=house.case.patient)
    assert "objects" in refused(house)


def test_of_a_restricted_patient_nothing_is_copied(house):
    restrict_patient(actor=house.ines, patient=house.case.patient, reason="They asked for erasure.")
    with pytest.raises(Conflict, match="restricted"):
        copy_cells(actor=house.ines, report=house.report, cells=[cells_of(house.case)[0].pk], confirmed=True)


def test_only_the_version_that_stands_is_copied(house):
    later = next_version(house.case, house.pavel, kind=ReportKind.APPENDED, comments="More.")
    assert "later version" in refused(house)
    assert copied(later, house.pavel, count=1)
    withdrawn = next_version(house.case, house.pavel, kind=ReportKind.WITHDRAWN)
    with pytest.raises(Conflict, match="withdrawn"):
        copied(withdrawn, house.pavel, count=1)


def test_cells_that_nobody_named_or_that_do_not_count_are_not_offered(house):
    _, report = signed_case(house.riverside, house.pavel, called={"unidentified": 2, "monocyte": 1})
    assert [cell.label for cell in copyable_cells(report)] == ["monocyte"]


def test_a_legal_hold_stands_against_nothing(house):
    LegalHold.objects.create(case=house.case, placed_by=house.ines, reason="A claim was announced.")
    assert copied(house.report, house.pavel, count=1)


def test_a_clinic_copies_nothing(house):
    with pytest.raises(PermissionRefused):
        copied(house.report, house.amina, count=1)
