"""A bad line: what a reviewer did is sent again, once, and said to be unsaved until it is saved."""

import json

from playwright.sync_api import expect

from review.models import ReviewAction
from tests.browser.conftest import cut_the_line
from tests.browser.reviewing.steps import all_saved, notice, press, start


def test_nothing_is_lost_on_a_dropped_connection(open_as, case, pavel):
    page = start(open_as(pavel), case)
    press(page, "5")
    all_saved(page)
    cut_the_line(page)
    press(page, "5", "2", "3")
    page.locator("[data-save]", has_text="3 not saved").wait_for()
    expect(notice(page, "No connection")).to_be_visible()
    expect(page.get_by_text("4 of 25")).to_be_visible()
    assert ReviewAction.objects.filter(case=case).count() == 1
    page.context.set_offline(False)
    all_saved(page)
    assert ReviewAction.objects.filter(case=case).count() == 4
    expect(notice(page, "No connection")).to_have_count(0)


def test_an_answer_lost_on_the_way_is_asked_for_again_and_done_once(open_as, case, pavel):
    page = open_as(pavel)
    lost = []

    def lose_the_answer(route):
        if not lost:
            lost.append(route.fetch().status)
        route.abort()

    page.route("**/review/actions/", lose_the_answer)
    start(page, case)
    press(page, "5")
    page.locator("[data-save]", has_text="1 not saved").wait_for()
    page.unroute("**/review/actions/")
    all_saved(page)
    assert lost == [200]
    assert ReviewAction.objects.filter(case=case).count() == 1


def test_what_was_not_saved_is_saved_by_the_next_page(open_as, case, pavel):
    page = open_as(pavel)
    page.route("**/review/actions/", lambda route: route.abort())
    start(page, case)
    press(page, "5", "2")
    page.locator("[data-save]", has_text="2 not saved").wait_for()
    kept = page.evaluate("Object.entries(localStorage).filter(([name]) => name.includes('unsaved'))")
    assert len(kept) == 1
    text = json.dumps(kept)
    for secret in (case.patient.mrn, case.patient.family_name, case.accession_number):
        assert secret not in text
    page.unroute("**/review/actions/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.locator("[data-gallery][aria-busy=false]").wait_for()
    page.get_by_text("2 of 25").wait_for()
    all_saved(page)
    assert ReviewAction.objects.filter(case=case).count() == 2
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('unsaved'))") == []


def test_leaving_with_something_unsaved_is_asked_about(open_as, case, pavel):
    page = open_as(pavel)
    page.route("**/review/actions/", lambda route: route.abort())
    start(page, case)
    press(page, "5")
    page.locator("[data-save]", has_text="1 not saved").wait_for()
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => window.location.assign('/'))")
    assert asked.value.type == "beforeunload"
    expect(page.locator("[data-save]", has_text="1 not saved")).to_be_visible()
