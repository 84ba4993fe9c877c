"""What is on the screen stays where it is: layout shift as the browser measures it, below 0.1 (good, by Core Web Vitals)."""

import pytest

from cases.models import Case
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories.analysed_cases import analysed_case
from tests.factories.cases import CaseFactory
from tests.factories.drawn_images import drawn_images

MOST = 0.1
OBSERVE = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const shift of list.getEntries()) {
            const moved = shift.sources.map(({ node, previousRect, currentRect }) =>
                [node?.nodeName, node?.className, previousRect.y, currentRect.y, currentRect.height].join(" "));
            window.shifts.push({ value: shift.value, at: shift.startTime, moved });
        }
    }).observe({ type: "layout-shift", buffered: true });
"""
# The largest burst: shifts less than a second apart, five seconds at most, and the two frames in which the last is told.
LARGEST = """
    async () => {
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        let largest = 0;
        let burst = 0;
        let from = -Infinity;
        let last = -Infinity;
        for (const { value, at } of window.shifts) {
            if (at - last > 1000 || at - from > 5000) {
                burst = 0;
                from = at;
            }
            last = at;
            burst += value;
            largest = Math.max(largest, burst);
        }
        return [largest, JSON.stringify(window.shifts)];
    }
"""


def open_observed(page, address):
    page.add_init_script(OBSERVE)
    page.goto(address)


def stays(page):
    largest, shifts = page.evaluate(LARGEST)
    assert largest < MOST, shifts


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_opening_the_review_moves_nothing(open_as, transactional_db, riverside, amina, pavel, size):
    case = analysed_case(riverside, images=drawn_images(4), created_by=amina)
    page = open_as(pavel, size=size)
    open_observed(page, f"/cases/{case.pk}/review/")
    page.locator("[data-gallery][aria-busy=false]").wait_for()
    page.locator(".rv-notice").wait_for()
    page.locator("[data-cell-shown]").wait_for(state="attached")
    page.locator("[data-field-name]", has_text="Field").wait_for(state="attached")
    stays(page)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_uploading_many_files_moves_nothing_that_was_there(open_as, transactional_db, amina, field_file, size):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    page = open_as(amina, size=size)
    open_observed(page, f"/cases/{case.pk}/")
    page.locator("input[type=file]").first.set_input_files([field_file(seed) for seed in range(1, 13)])
    page.get_by_text("Sent: 12 of 12.").wait_for()
    page.locator("#case-live [id^=image-]").nth(11).wait_for()
    assert Case.objects.get(pk=case.pk).images.count() == 12
    stays(page)
