"""axe-core finds nothing on the pages of signing, amending and verifying, in either theme and on a phone."""

import pytest

from cases.models import Case
from reports.models import ReportKind, ReportTemplate
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.factories.analysed_cases import reviewed_case
from tests.factories.reports import next_version
from tests.reports.conftest import complete_draft


@pytest.fixture
def held(transactional_db, riverside, pavel):
    """A case that pavel holds with everything written, wide and limited enough to show every field of the form."""
    case = reviewed_case(riverside, pavel, counts={"neutrophil": 40, "lymphocyte": 20})
    ReportTemplate.objects.create(laboratory=case.laboratory, part="comment", title="Smudge", text="Smudge cells.")
    complete_draft(case, pavel, count_reason="Severe leukopenia.")
    return case


@pytest.fixture
def versions(transactional_db, riverside, pavel):
    """A corrected report and the version before it."""
    case = reviewed_case(riverside, pavel)
    first = next_version(case, pavel, interpretation="Normal.")
    second = next_version(case, pavel, kind=ReportKind.CORRECTED, interpretation="Not normal.")
    Case.objects.filter(pk=case.pk).update(state="corrected")
    return first, second


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_signing(open_as, violations, pavel, held, versions, size, theme):
    first, second = versions
    page = open_as(pavel, size=size, theme=theme)
    template = ReportTemplate.objects.get()
    for address in (
        f"/cases/{held.pk}/",
        f"/cases/{held.pk}/sign/",
        f"/cases/{held.pk}/sign/preview/",
        f"/reports/{first.pk}/",
        f"/reports/{second.pk}/",
        f"/cases/{second.case_id}/amend/",
        f"/cases/{second.case_id}/move/",
        f"/cases/{second.case_id}/sign/",
        "/reports/templates/",
        f"/reports/templates/{template.pk}/",
        "/verify/",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_check_of_a_hash_needs_no_account(open_as, violations, versions, size, theme):
    first, _ = versions
    page = open_as(None, size=size, theme=theme)
    page.goto("/verify/")
    page.get_by_label("SHA-256").fill(first.content_sha256)
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Superseded.").wait_for()
    assert violations(page) == []
    assert first.data["patient"]["family_name"] not in page.content()
