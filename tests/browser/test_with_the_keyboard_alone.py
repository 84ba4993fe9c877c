"""A case is opened, found again and viewed without a mouse."""

from datetime import date

from playwright.sync_api import expect

from cases.models import Case
from cases.services.patients import register_patient
from tests.factories.cases import CaseFactory


def focused(page):
    return page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")


def tab_to(page, name, most=40):
    """Press Tab until the named control has the focus."""
    for _ in range(most):
        if focused(page) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by Tab; the focus is on {focused(page)}")


def test_opening_a_case(open_as, transactional_db, amina):
    register_patient(actor=amina, mrn="K-1", family_name="Key", given_name="Board", birth_date=date(1990, 1, 1))
    page = open_as(amina)
    page.goto("/")
    page.keyboard.press("Shift+N")
    # The browser gives the focus a moment after the page is there.
    expect(page.locator("[name=mrn]")).to_be_focused()
    page.keyboard.type("K-1")
    page.keyboard.press("Enter")
    page.get_by_text("Key, Board").wait_for()
    tab_to(page, "accession_number")
    # As a hand types: what comes faster is taken for a scanner.
    page.keyboard.type("K26-1", delay=80)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*-*/")
    assert Case.objects.get().accession_number == "K26-1"


def test_the_first_tab_stop_skips_to_the_content(open_as, transactional_db, amina):
    page = open_as(amina)
    page.goto("/")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_slash_searches_and_a_number_opens_its_case(open_as, transactional_db, amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    page = open_as(amina)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type(case.accession_number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case.pk}/")


def test_a_line_of_the_worklist_is_one_stop(open_as, transactional_db, amina):
    cases = [CaseFactory(clinic=amina.organisation, created_by=amina) for _ in range(2)]
    page = open_as(amina)
    page.goto("/?state=open")
    tab_to(page, cases[0].accession_number)
    page.keyboard.press("Tab")
    assert focused(page) == cases[1].accession_number
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{cases[1].pk}/")
