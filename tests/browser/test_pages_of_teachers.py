"""The pages on which somebody teaches, on a desktop and a phone, in both themes."""

import pytest

from education.services.assignments import give_set
from education.services.join_codes import make_code
from education.services.student_groups import enter, make_group
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.education.test_proficiency_tests import answer, monocytes_only
from tests.factories.teaching import teaching_cell, teaching_set


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_teaching(open_as, violations, pavel, sami, size, theme):
    page = open_as(pavel, size=size, theme=theme)

    def check(address):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address

    check("/learn/teach/")
    asked = teaching_set(
        *(teaching_cell(code) for code in ("monocyte", "lymphocyte")), laboratory=pavel.organisation, title="Two cells"
    )
    group = make_group(actor=pavel, name="Spring")
    check(f"/learn/teach/classes/{group.pk}/")
    enter(group, [sami])
    make_code(actor=pavel, pk=group.pk)
    give_set(actor=pavel, teaching_set=asked.pk, group=group, people=[], due_at=None)
    check(f"/learn/teach/sets/{asked.pk}/cells/")
    answer(sami, asked, monocytes_only)
    check("/learn/teach/")
    check(f"/learn/teach/classes/{group.pk}/")
    check(f"/learn/teach/students/{sami.pk}/")
    check(f"/learn/teach/sets/{asked.pk}/")
    check(f"/learn/teach/sets/{asked.pk}/edit/")
    check("/learn/teach/sets/new/")
    check("/learn/join/")
    check(f"/learn/teach/classes/{group.pk}/list/")
    page.get_by_label("List (optional)", exact=True).fill("Zoe, zoe@x.example\nAnn")
    page.get_by_role("button", name="Show what will happen").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
