"""Two people, two windows and two accounts on one case: nobody overwrites anybody."""

from datetime import timedelta
from uuid import uuid4

from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from review.models import ReviewAction, ReviewLease
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.browser.reviewing.steps import all_saved, cursor, notice, open_review, press, start


def test_a_second_reviewer_sees_who_has_the_case(open_as, case, pavel, marta):
    start(open_as(pavel), case)
    page = open_review(open_as(marta), case)
    notice(page, f"In review by {pavel.full_name}").wait_for()
    press(page, "5", "Space")
    page.locator("[data-say]", has_text="You can look, not change").wait_for()
    assert not ReviewAction.objects.filter(case=case).exists()
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_text(f"{pavel.full_name} is reviewing")).to_be_visible()


def test_the_case_is_released_and_taken_up_from_its_page(open_as, case, pavel, marta):
    page = start(open_as(pavel), case)
    press(page, "5")
    all_saved(page)
    page.get_by_role("button", name="Release").click()
    page.wait_for_url(f"**/cases/{case.pk}/")
    other = open_as(marta)
    other.goto(f"/cases/{case.pk}/")
    expect(other.get_by_text("1 of 25 cells reviewed", exact=True)).to_be_visible()
    other.get_by_role("button", name="Start the review").click()
    other.wait_for_url(f"**/cases/{case.pk}/review/")
    other.locator("[data-do=release]:visible").wait_for()
    case.refresh_from_db()
    assert case.owner == marta


def test_a_stale_change_is_refused_and_said(open_as, case, pavel):
    page = start(open_as(pavel), case)
    cell = cursor(page)
    # The same reviewer in another window that this page has not heard of
    apply_action(
        actor=pavel,
        case=case,
        action_id=uuid4(),
        kind="label",
        cells=[(cell.pk, cell.revision)],
        label="basophil",
    )
    press(page, "5")
    notice(page, "changed meanwhile").wait_for()
    cell.refresh_from_db()
    assert cell.label == "basophil"
    expect(page.locator(".rv-tile.cursor .rv-name")).to_contain_text("basophil")
    page.get_by_role("button", name="Do mine again").click()
    all_saved(page)
    cell.refresh_from_db()
    assert cell.label == "monocyte"


def test_two_windows_of_one_reviewer_tell_each_other(open_as, case, pavel):
    page = start(open_as(pavel), case)
    second = page.context.new_page()
    open_review(second, case)
    press(page, "5")
    all_saved(page)
    second.get_by_text("1 of 25").wait_for()


def test_a_case_taken_over_meanwhile(open_as, case, pavel, marta):
    page = start(open_as(pavel), case)
    ReviewLease.objects.filter(case=case).update(expires_at=timezone.now() - timedelta(minutes=1))
    claim(actor=marta, case=case)
    press(page, "5")
    notice(page, f"{marta.full_name} has this case now").wait_for()
    expect(page.locator("[data-save]", has_text="1 not saved")).to_be_visible()
    page.get_by_role("button", name="Take it back and save").click()
    notice(page, f"{marta.full_name} is reviewing this case").wait_for()
    page.get_by_role("button", name="Discard 1 change").click()
    all_saved(page)
    assert not ReviewAction.objects.filter(case=case).exists()
    expect(page.get_by_text("0 of 25")).to_be_visible()


def test_a_session_that_ends_in_mid_review(open_as, case, pavel):
    page = start(open_as(pavel), case)
    Session.objects.all().delete()
    press(page, "5", "2")
    notice(page, "You were signed out").wait_for()
    assert not ReviewAction.objects.filter(case=case).exists()
    client = Client()
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = page.evaluate("window.location.origin")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    page.get_by_role("button", name="I am signed in again").click()
    all_saved(page)
    assert ReviewAction.objects.filter(case=case).count() == 2


def test_another_person_in_the_same_browser_saves_nothing_of_mine(open_as, case, pavel, marta):
    page = start(open_as(pavel), case)
    Session.objects.all().delete()
    press(page, "5")
    notice(page, "You were signed out").wait_for()
    client = Client()
    client.force_login(marta, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = page.evaluate("window.location.origin")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    page.get_by_role("button", name="I am signed in again").click()
    page.locator("[data-say]", has_text="Somebody else is still signed in").wait_for()
    assert not ReviewAction.objects.filter(case=case).exists()
