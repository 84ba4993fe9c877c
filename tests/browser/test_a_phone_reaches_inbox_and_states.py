"""On a phone the inbox with its count and every state of the worklist are in reach without a menu."""

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.factories.cases import CaseFactory
from tests.factories.reports import signed_report


def test_the_inbox_says_how_many_reports_wait(open_as, transactional_db, amina, pavel):
    signed_report(CaseFactory(clinic=amina.organisation, in_review=True), pavel)
    page = open_as(amina, size=PHONE)
    page.goto("/")
    inbox = page.locator(".places").get_by_role("link", name="Inbox 1 to acknowledge")
    expect(inbox).to_be_in_viewport()
    inbox.click()
    page.wait_for_url("**/inbox/")
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()


def test_every_state_is_on_the_screen(open_as, transactional_db, amina):
    page = open_as(amina, size=PHONE)
    page.goto("/?state=open")
    for tab in page.locator(".state-tabs a").all():
        expect(tab).to_be_in_viewport(ratio=1)
