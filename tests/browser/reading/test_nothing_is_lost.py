"""A bad line: what a reader did is sent again, once, and said to be unsaved until it is saved."""

import json

from review.models import ReviewAction
from tests.browser.reading.steps import all_saved, notice, press, start


def test_nothing_is_lost_on_a_dropped_connection(open_as, case, pavel):
    page = start(open_as(pavel), case)
    press(page, "5")
    all_saved(page)
    page.context.set_offline(True)
    press(page, "5", "2", "3")
    page.locator("[data-save]", has_text="3 not saved").wait_for()
    assert notice(page, "No connection").is_visible()
    assert page.get_by_text("4 of 25").is_visible()
    assert ReviewAction.objects.filter(case=case).count() == 1
    page.context.set_offline(False)
    all_saved(page)
    assert ReviewAction.objects.filter(case=case).count() == 4
    assert notice(page, "No connection").count() == 0


def test_an_answer_lost_on_the_way_is_asked_for_again_and_done_once(open_as, case, pavel):
    page = start(open_as(pavel), case)
    lost = []

    def lose_the_first(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    page.route("**/review/actions/", lose_the_first)
    press(page, "5")
    page.locator("[data-save]", has_text="1 not saved").wait_for()
    all_saved(page)
    assert lost == [200]
    assert ReviewAction.objects.filter(case=case).count() == 1


def test_what_was_not_saved_is_saved_by_the_next_page(open_as, case, pavel):
    page = start(open_as(pavel), case)
    page.route("**/review/actions/", lambda route: route.abort())
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
    page = start(open_as(pavel), case)
    page.route("**/review/actions/", lambda route: route.abort())
    press(page, "5")
    page.locator("[data-save]", has_text="1 not saved").wait_for()
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => window.location.assign('/'))")
    assert asked.value.type == "beforeunload"
    assert page.locator("[data-save]", has_text="1 not saved").is_visible()
