"""Version n + 1: corrected, appended or withdrawn, with a reason; version n stays as it was and says it is old."""

import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest
from pypdf import PdfReader

from cases.models import Case, Cell
from cases.services.cases import update_case
from cases.services.restrictions import restrict_patient
from hematovision.errors import Conflict, Unprocessable
from reports.models import CaseMove, Report, ReportKind
from reports.presenters.changes import changes_between
from reports.selectors.lookup import Standing, look_up_file
from reports.selectors.versions import current_report, last_standing
from reports.services.case_moves import move_to_patient
from reports.services.preparing import prepare_report
from reports.services.signing import sign_report
from reports.verification import verify_report
from review.models import Amendment
from review.services.amendments import abandon_amendment, open_amendment
from review.services.decisions import apply_action
from tests.factories.cases import PatientFactory
from tests.factories.reports import next_version
from tests.reports.conftest import complete_draft, needs_pango, proof_of, signed

pytestmark = [pytest.mark.django_db, needs_pango]


def reopen(case, pavel, kind, reason_code="reclassified"):
    return open_amendment(actor=pavel, case=case, kind=kind, reason_code=reason_code, reason="Seen again at 100x.")


def relabel(case, pavel, label, number):
    cells = Cell.objects.filter(image__case=case, label="neutrophil").order_by("ordinal")[:number]
    apply_action(
        actor=pavel,
        case=case,
        action_id=uuid.uuid4(),
        kind="label",
        cells=[(cell.pk, cell.revision) for cell in cells],
        label=label,
    )


def text_of(pdf, page=None):
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join(found.extract_text() for found in (pages if page is None else [pages[page]]))


@pytest.fixture
def corrected(report, case, pavel):
    reopen(case, pavel, "corrected")
    relabel(case, pavel, "monocyte", 5)
    return signed(case, pavel)


def test_a_correction_says_on_page_one_what_changed(corrected, report, case):
    case.refresh_from_db()
    assert (case.state, corrected.version, corrected.previous) == ("corrected", 2, report)
    changes = {change["what"]: (change["old"], change["new"]) for change in corrected.data["report"]["changes"]}
    assert changes["Neutrophils"] == ("70 % (n 70)", "65 % (n 65)")
    assert changes["Monocytes"] == ("4 % (n 4)", "9 % (n 9)")
    first_page = text_of(corrected.read_pdf(), page=0)
    assert "70 % (n 70)" in first_page
    assert "Seen again at 100x." in first_page
    assert not Amendment.objects.filter(outcome="").exists()
    assert verify_report(corrected).intact
    assert verify_report(Report.objects.get(pk=report.pk)).intact


def test_the_old_version_is_handed_out_marked_and_still_known(client, printed, case, pavel, amina, olga):
    next_version(case, pavel, kind=ReportKind.CORRECTED)
    client.force_login(amina)
    assert "Superseded." in client.get(f"/reports/{printed.pk}/").content.decode()
    copy = client.get(f"/reports/{printed.pk}.pdf").content
    assert copy.startswith(printed.read_pdf())
    assert "Superseded by version 2" in text_of(copy)
    assert "SUPERSEDED" in text_of(copy)
    answer = look_up_file(copy)
    assert (answer.standing, answer.is_copy) == (Standing.SUPERSEDED, True)
    assert "SUPERSEDED" in text_of(client.get(f"/reports/{printed.pk}.pdf?as=signed").content)
    client.force_login(olga)
    assert client.get(f"/reports/{printed.pk}.pdf?as=signed").content == printed.read_pdf()


def test_a_corrected_white_cell_count_is_told_from_old_to_new(client, report, case, pavel):
    reopen(case, pavel, "corrected", "clerical")
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Change the details" in client.get(f"/cases/{case.pk}/sign/").content.decode()
    assert client.get(f"/cases/{case.pk}/edit/").status_code == 200
    update_case(actor=pavel, case=case, wbc=Decimal("8.00"), wbc_source="Counter 2")
    changes = {change["what"]: change for change in signed(case, pavel).data["report"]["changes"]}
    (count,) = (change for what, change in changes.items() if what.startswith("White cell count, "))
    assert (count["old"], count["new"]) == ("none", "8.00")
    assert changes["Source of the white cell count"]["new"] == "Counter 2"
    assert "5.60" in changes["Neutrophils"]["new"]


def test_a_preview_from_before_the_case_was_reopened_signs_nothing(client, report, case, pavel):
    """The stale tab of somebody who signed, opened the case again, and went back."""
    reopen(case, pavel, "corrected")
    relabel(case, pavel, "monocyte", 5)
    complete_draft(case, pavel)
    stale = prepare_report(actor=pavel, case=case).preview
    abandon_amendment(actor=pavel, case=case)
    with pytest.raises(Conflict) as refusal:
        sign_report(actor=pavel, case=case, preview=stale, proof=proof_of(pavel))
    assert refusal.value.code == "signed"
    reopen(case, pavel, "corrected")
    with pytest.raises(Conflict) as refusal:
        sign_report(actor=pavel, case=case, preview=stale, proof=proof_of(pavel))
    assert refusal.value.code == "preview_stale"
    assert Report.objects.filter(case=case).count() == 1


def test_a_correction_without_a_difference_is_not_signed(report, case, pavel):
    reopen(case, pavel, "corrected")
    complete_draft(case, pavel)
    assert [check.code for check in prepare_report(actor=pavel, case=case).unmet] == ["changes"]


def test_an_addition_changes_words_only(report, case, pavel):
    reopen(case, pavel, "appended", "additional")
    relabel(case, pavel, "monocyte", 1)
    complete_draft(case, pavel, comments="Flow cytometry agrees.")
    assert [check.code for check in prepare_report(actor=pavel, case=case).unmet] == ["changes"]
    relabel_back = Cell.objects.filter(image__case=case, label="monocyte").order_by("ordinal").first()
    apply_action(
        actor=pavel,
        case=case,
        action_id=uuid.uuid4(),
        kind="label",
        cells=[(relabel_back.pk, relabel_back.revision)],
        label="neutrophil",
    )
    added = signed(case, pavel, comments="Flow cytometry agrees.")
    case.refresh_from_db()
    assert (added.kind, case.state) == ("appended", "appended")
    assert [change["what"] for change in added.data["report"]["changes"]] == ["Comments"]


def test_giving_an_amendment_up_leaves_the_signed_report(client, report, case, pavel):
    reopen(case, pavel, "corrected")
    relabel(case, pavel, "monocyte", 5)
    client.force_login(pavel)
    assert client.post(f"/cases/{case.pk}/amend/abandon/").status_code == 302
    assert current_report(case) == report
    assert Cell.objects.filter(image__case=case, label="neutrophil").count() == 70


def test_a_withdrawn_report_has_no_result(report, case, pavel):
    reopen(case, pavel, "withdrawn", "wrong_patient")
    withdrawn = signed(case, pavel)
    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert withdrawn.data["differential"]["rows"] == []
    assert withdrawn.data["cells"] == []
    assert last_standing(case) is None
    assert "must not be used" in text_of(withdrawn.read_pdf(), page=0)


@pytest.fixture
def right(riverside):
    """The patient whose smear it really was."""
    return PatientFactory(organisation=riverside, birth_date=dt.date(1971, 5, 6))


def test_the_images_go_to_the_right_patient_with_a_trace(report, case, pavel, right):
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    case.refresh_from_db()
    with pytest.raises(Unprocessable):
        move_to_patient(actor=pavel, case=case, mrn=right.mrn, birth_date=dt.date(1971, 5, 7))
    new = move_to_patient(actor=pavel, case=case, mrn=right.mrn, birth_date=right.birth_date)
    assert new.patient == right
    assert [image.sha256 for image in new.images.all()] == [image.sha256 for image in case.images.all()]
    assert new.images.get().original.name != case.images.get().original.name
    assert CaseMove.objects.get().from_case == case
    assert Case.objects.get(pk=case.pk).state == "withdrawn"
    with pytest.raises(Conflict):
        move_to_patient(actor=pavel, case=case, mrn=right.mrn, birth_date=right.birth_date)


def test_the_images_do_not_go_to_a_restricted_patient(report, case, pavel, ines, right):
    Case.objects.filter(pk=case.pk).update(state="withdrawn")
    case.refresh_from_db()
    restrict_patient(actor=ines, patient=right, reason="The patient asked for erasure.")
    with pytest.raises(Unprocessable):
        move_to_patient(actor=pavel, case=case, mrn=right.mrn, birth_date=right.birth_date)
    assert not CaseMove.objects.exists()


def test_only_a_withdrawn_case_moves(report, case, pavel, right):
    with pytest.raises(Conflict):
        move_to_patient(actor=pavel, case=case, mrn=right.mrn, birth_date=right.birth_date)


def test_the_pages_of_an_amendment(client, report, case, pavel):
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/cases/{case.pk}/amend/").status_code == 200
    assert client.post(f"/cases/{case.pk}/amend/", {"kind": "corrected"}).status_code == 422
    given = {"kind": "withdrawn", "reason_code": "wrong_patient", "reason": "Slides were swapped."}
    assert client.post(f"/cases/{case.pk}/amend/", given).url == f"/cases/{case.pk}/sign/"
    assert client.get(f"/cases/{case.pk}/amend/").status_code == 409
    assert "Slides were swapped." in client.get(f"/cases/{case.pk}/sign/").content.decode()
    assert "Being changed" in client.get(f"/reports/{report.pk}/").content.decode()


def test_equal_contents_have_no_changes(report):
    assert changes_between(report.data, report.data) == []


def test_a_reclassified_cell_is_told_in_words_from_old_to_new(report, case, pavel):
    reopen(case, pavel, "corrected")
    relabel(case, pavel, "monocyte", 3)
    relabel(case, pavel, "eosinophil", 1)
    changes = prepare_report(actor=pavel, case=case).content["report"]["changes"]
    assert [change for change in changes if change["what"] == "Cells reclassified"] == [
        {"what": "Cells reclassified", "old": "Neutrophil (3 cells)", "new": "Monocyte (3 cells)"},
        {"what": "Cells reclassified", "old": "Neutrophil (1 cell)", "new": "Eosinophil (1 cell)"},
    ]


def test_the_last_platelet_taken_out_is_not_a_nought(report, case, pavel):
    reopen(case, pavel, "corrected")
    Cell.objects.filter(image__case=case, label="platelet").update(excluded=True)
    changes = prepare_report(actor=pavel, case=case).content["report"]["changes"]
    assert {"what": "Platelets seen", "old": "3", "new": "none"} in changes
