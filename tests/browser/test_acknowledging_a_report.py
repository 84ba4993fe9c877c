"""A clinic is told of a report, reads it, and acknowledges it; what is critical is read back."""

import pytest

from inbox.models import Delivery
from notices.models import Notification
from tests.browser.conftest import PHONE
from tests.factories.cases import CaseFactory
from tests.factories.reports import NEUTROPENIC, signed_report


@pytest.fixture
def case(transactional_db, amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina, in_review=True)


def acknowledged(case):
    return Delivery.objects.filter(case=case, acknowledgement__isnull=False).count()


def test_a_critical_result_is_read_back_with_the_keyboard_alone(open_as, amina, pavel, case):
    signed_report(case, pavel, counts=NEUTROPENIC)
    page = open_as(amina)
    page.goto("/")
    page.get_by_role("link", name="Inbox 1 to acknowledge").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name=case.accession_number).focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Neutrophils, 10⁹/L")
    field.focus()
    page.keyboard.type("3.1")
    page.keyboard.press("Enter")
    page.get_by_text("This is not what the report says.").wait_for()
    assert acknowledged(case) == 0
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("0.31")
    page.keyboard.press("Enter")
    page.get_by_text("You acknowledged the report.").wait_for()
    assert acknowledged(case) == 1
    case.refresh_from_db()
    assert case.state == "delivered"
    assert not Notification.objects.unread().exists()
    reviewer = open_as(pavel)
    reviewer.goto(f"/cases/{case.pk}/")
    reviewer.locator("#report").get_by_text("by Amina Riverside").wait_for()


def test_on_a_phone_a_notification_leads_to_the_report(open_as, amina, pavel, case):
    signed_report(case, pavel)
    page = open_as(amina, size=PHONE)
    page.goto("/")
    page.get_by_role("link", name="Notifications, 1 unread").tap()
    page.get_by_role("link", name="A signed report is in your inbox.").tap()
    page.get_by_role("heading", name="Result").wait_for()
    page.get_by_role("button", name="Acknowledge").tap()
    page.get_by_text("You acknowledged the report.").wait_for()
    page.get_by_role("link", name="Notifications, none unread").wait_for()
    assert acknowledged(case) == 1


def test_a_corrected_report_takes_the_place_of_the_first(open_as, amina, pavel, case):
    signed_report(case, pavel)
    page = open_as(amina)
    page.goto("/inbox/")
    page.get_by_role("link", name=case.accession_number).click()
    signed_report(case, pavel, kind="corrected", counts=NEUTROPENIC, reason="Counted again.")
    # The page still shows the first version; acknowledging that one is refused.
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("A newer version of this report is in the inbox").wait_for()
    page.get_by_role("link", name="Open version 2").click()
    page.get_by_text("What changed since version 1").wait_for()
    page.get_by_label("Neutrophils, 10⁹/L").fill("0,31")
    page.get_by_role("button", name="Read back and acknowledge").click()
    page.get_by_text("You acknowledged the report.").wait_for()
    assert acknowledged(case) == 1


def test_the_bell_counts_without_a_reload_and_stops_when_signed_out(open_as, amina, pavel, case):
    page = open_as(amina)
    page.clock.install()
    page.goto("/")
    page.get_by_role("link", name="Notifications, none unread").wait_for()
    signed_report(case, pavel)
    page.clock.fast_forward(61_000)
    page.get_by_role("link", name="Notifications, 1 unread").wait_for()
    # The new number is asked for again only once htmx has taken it on.
    page.wait_for_function("() => document.querySelector('.bell-count')['htmx-internal-data']?.timeout")
    page.context.clear_cookies()
    page.clock.fast_forward(61_000)
    page.get_by_text("You were signed out.").wait_for()
    assert page.locator(".bell-count[hx-trigger]").count() == 0


def test_it_works_without_scripts(open_as, amina, pavel, case):
    signed_report(case, pavel)
    page = open_as(amina, scripts=False)
    page.goto("/notifications/")
    page.get_by_role("link", name="A signed report is in your inbox.").click()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("You acknowledged the report.").wait_for()
    page.goto("/notifications/")
    page.get_by_label("Tell me at").uncheck()
    page.get_by_role("form", name="By e-mail").get_by_role("button", name="Save").click()
    page.get_by_text("You are told in HematoVision only.").wait_for()
