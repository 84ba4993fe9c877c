"""One smear through everybody's hands: sent, read, read a second time, signed, acknowledged, corrected, acknowledged."""

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from audit.models import AuditEvent
from cases.models import Case, Cell
from consult.models import SecondOpinion
from inbox.models import Acknowledgement
from reports.models import Report
from reports.verification import verify_report
from tests.factories.cases import PatientFactory
from tests.people import PASSWORD, person
from tests.reports.conftest import needs_pango

pytestmark = needs_pango


@pytest.fixture
def vera(transactional_db, central):
    """A second pathologist of central-laboratory."""
    return person("Vera", Role.PATHOLOGIST, central)


def send(page, field_file, analyse):
    """The clinic opens a case, uploads a field and submits it; the model analyses it."""
    page.goto("/cases/new/")
    page.get_by_label("Medical record number").fill("R-100")
    page.get_by_role("button", name="Find patient").click()
    page.get_by_role("textbox", name="Accession number").fill("S26-1")
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_text("Case S26-1 is open")).to_be_visible()
    case = Case.objects.get(accession_number="S26-1")
    page.locator("#upload-files").set_input_files([field_file(31)])
    page.get_by_role("link", name="Open field 1").wait_for()
    page.locator("#identity").check()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("was sent to")).to_be_visible()
    analyse(case.images.get())
    return case


def saved(page):
    page.locator("[data-save]", has_text="All saved").wait_for()


def review_all(page, case):
    """The pathologist claims the case and calls every cell a neutrophil."""
    page.goto(f"/cases/{case.pk}/")
    page.get_by_role("button", name="Start the review").click()
    page.locator("[data-gallery][aria-busy=false]").wait_for()
    page.locator("[data-do=release]:visible").wait_for()
    page.locator("[data-gallery]").focus()
    for _ in range(Cell.objects.current().filter(image__case=case).count()):
        page.keyboard.press("1")
    saved(page)
    assert not Cell.objects.unreviewed().filter(image__case=case).exists()


def second_opinion(reviewer, colleague, case):
    """A colleague sees one cell otherwise; the first reviewer's label is kept."""
    reviewer.goto(f"/cases/{case.pk}/opinions/ask/")
    reviewer.get_by_label("Colleague").select_option(label="Vera Central")
    reviewer.locator("input[name=how][value=open]").check()
    reviewer.locator("input[name=scope][value=all]").check()
    reviewer.get_by_role("button", name="Ask", exact=True).click()
    reviewer.get_by_text("Vera Central").first.wait_for()
    opinion = SecondOpinion.objects.get(case=case)
    colleague.goto(f"/opinions/{opinion.pk}/")
    colleague.locator("[data-palette] button[value=lymphocyte]").click()
    expect(colleague.locator("[data-done]")).to_have_text("1")
    colleague.get_by_role("button", name="Give the opinion").click()
    colleague.get_by_role("heading", name="Differences").wait_for()
    reviewer.goto(f"/cases/{case.pk}/sign/")
    expect(reviewer.get_by_text("1 second opinion is still open.")).to_be_visible()
    reviewer.goto(f"/opinions/{opinion.pk}/")
    reviewer.locator("[data-adjudicate] input[type=radio]").first.check()
    reviewer.get_by_role("button", name="Adjudicate what is chosen").click()
    reviewer.get_by_text("Adjudicated as").wait_for()


def sign(page, case):
    """Checks, preview, password; the answer is the signed page."""
    page.goto(f"/cases/{case.pk}/sign/")
    page.get_by_label("Medical record number").check()
    page.get_by_label("Date of birth").check()
    page.get_by_label("I accept the quality").check()
    for label in ("Why it can be signed all the same", "leukocytes are enough"):
        field = page.get_by_label(label)
        if field.count():
            field.fill("One field is all there is.")
    page.get_by_role("textbox", name="Interpretation").fill("Neutrophils only.")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("heading", name="this is what you sign")).to_be_visible()
    password = page.locator("input[type=password]")
    expect(password).to_have_value("")
    password.fill(PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Verified just now.")).to_be_visible()
    report = Report.objects.filter(case=case).latest("version")
    assert verify_report(report).intact
    return report


def acknowledge(page, version):
    page.goto("/inbox/")
    page.get_by_role("link", name="S26-1").first.click()
    expect(page.get_by_role("heading", name=f"version {version}")).to_be_attached()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("You acknowledged the report.")).to_be_visible()


def test_from_upload_to_acknowledgement(open_as, analyse, field_file, violations, amina, pavel, vera):
    PatientFactory(organisation=amina.organisation, mrn="R-100", family_name="Okafor", given_name="Ngozi")
    clinic, reviewer, colleague = open_as(amina), open_as(pavel), open_as(vera)
    case = send(clinic, field_file, analyse)
    clinic.goto(f"/cases/{case.pk}/report/")
    expect(clinic.get_by_text("Results appear after a pathologist has signed them")).to_be_visible()

    review_all(reviewer, case)
    second_opinion(reviewer, colleague, case)
    first = sign(reviewer, case)
    assert violations(reviewer) == []
    acknowledge(clinic, 1)

    reviewer.goto(f"/reports/{first.pk}/")
    reviewer.get_by_role("link", name="Correct, add to or withdraw").click()
    reviewer.get_by_label("Reason", exact=True).select_option("reclassified")
    reviewer.get_by_label("In words").fill("Seen again at 100x.")
    reviewer.get_by_role("button", name="Open the case again").click()
    reviewer.locator("[data-gallery][aria-busy=false]").wait_for()
    reviewer.locator("[data-gallery]").focus()
    reviewer.keyboard.press("4")
    saved(reviewer)
    second = sign(reviewer, case)
    expect(reviewer.get_by_text("Corrected: replaces version 1")).to_be_visible()
    reviewer.goto(f"/reports/{first.pk}/")
    expect(reviewer.get_by_text("Superseded.", exact=True)).to_be_visible()

    acknowledge(clinic, 2)
    assert second.previous == first
    assert Acknowledgement.objects.filter(delivery__case=case).count() == 2
    done = set(AuditEvent.objects.filter(patient_id=case.patient_id).values_list("action", flat=True))
    assert {"create", "submit", "reclassify", "sign", "correct", "view"} <= done
