"""Pages in other languages: nothing stays English, nothing is cut off or pushed out, and Arabic runs from right to left."""

from __future__ import annotations

import pytest

from accounts.models import User
from cases.models import Case, SmearImage
from cases.services.cases import submit_case
from cases.services.images import receive_image
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pseudo_language import CODE, write_catalogues
from tests.factories.cases import CaseFactory
from tests.factories.orders import waiting_order
from tests.factories.reports import signed_report
from tests.factories.smears import drawn_field

# A text that a person sees, and whether it is English: words without an accent, where the pseudo-language has several in
# every sentence. Names, numbers and codes are marked as such, or are what somebody typed.
ENGLISH = """names => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (element.closest('script, style, template, code, kbd, time, option, bdi, .mono, .sha, .notranslate, main [lang]') || !element.checkVisibility()) {
      continue;
    }
    let text = node.textContent.replace(/\\s+/g, ' ').trim();
    for (const name of names) {
      text = text.replaceAll(name, '');
    }
    /* Months are Django's own words; what a record is called in the audit trail is a code */
    text = text.replace(/[a-z]+\\.[a-z]+/, '');
    text = text.replace(/\\d\\d:\\d\\d UTC/g, '').replace(/\\d{1,2} [A-Z][a-z]+\\.? \\d{4}/g, '');
    if (/[A-Za-z]{3,}/.test(text) && !/[àçéîñôûýÀÇÉÎÑÔÛÝ]/.test(text)) {
      found.push(`${element.tagName.toLowerCase()}.${element.className}: ${text.slice(0, 80)}`);
    }
  }
  return found;
}"""


@pytest.fixture
def another_language(tmp_path, settings):
    """The pseudo-language as one of the site's languages; gives the script for the browser."""
    script = write_catalogues(tmp_path / "locale")
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.LANGUAGES = [("en", "English"), (CODE, "Pseudo")]
    return script


@pytest.fixture
def clinic(transactional_db, amina, analyse):
    """The addresses that somebody at a clinic goes to, with something on each."""
    case = CaseFactory(clinic=amina.organisation, created_by=amina, wbc="7.4", wbc_source="analyser", priority="stat")
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(31))
    submit_case(actor=amina, case=case)
    analyse(image)
    draft = CaseFactory(clinic=amina.organisation, created_by=amina)
    order = waiting_order(amina, priority="stat", ordering_name="Dr. Osei")
    return [
        "/",
        "/?state=signed",
        "/cases/new/",
        "/orders/",
        f"/orders/{order.pk}/",
        "/orders/new/",
        f"/cases/{draft.pk}/",
        f"/cases/{draft.pk}/edit/",
        f"/cases/{draft.pk}/capture/",
        f"/patients/{draft.patient_id}/",
        f"/cases/{case.pk}/",
        f"/images/{image.pk}/",
        "/accounts/profile/",
    ]


@pytest.fixture
def signed(transactional_db, amina, pavel):
    """A signed report of riverside-clinic."""
    return signed_report(CaseFactory(clinic=amina.organisation, created_by=amina, in_review=True), pavel)


@pytest.fixture
def laboratory(clinic, signed, amina, pavel):
    """The addresses of a pathologist, with a case to review and a signed one."""
    case, image = Case.objects.exclude(pk=signed.case_id).exclude(state="draft").get(), SmearImage.objects.first()
    return [
        "/",
        "/review/",
        f"/cases/{case.pk}/",
        f"/cases/{case.pk}/review/",
        f"/cases/{case.pk}/timeline/",
        f"/cases/{case.pk}/report/",
        f"/cases/{case.pk}/reject/",
        f"/images/{image.pk}/",
        f"/cases/{signed.case_id}/",
        f"/cases/{signed.case_id}/report/",
        "/review/my-agreement/?cells=reviewed",
        "/opinions/",
        "/break-glass/",
        "/notifications/",
    ]


@pytest.fixture
def oversight(clinic, signed):
    """The addresses of an administrator."""
    return [
        "/oversight/predictions/",
        "/oversight/models/",
        "/oversight/audit/",
        "/oversight/agreement/?cells=reviewed",
        "/oversight/break-glass/",
        "/oversight/verification/",
        "/oversight/purges/",
        "/oversight/sources/",
        "/oversight/rejections/",
        "/oversight/turnaround/",
        "/microscopes/",
        "/microscopes/new/",
        "/integrations/",
        "/integrations/mappings/",
        "/integrations/messages/",
        "/integrations/console/",
    ]


NAMES = [
    "HematoVision",
    "Amina Riverside",
    "amina@riverside-clinic.example",
    "Riverside Clinic",
    "Central Laboratory",
    "Okonkwo",
    "Adaeze",
    "Dr. Osei",
    "Wright-Giemsa",
    "factory",
    "(riverside-clinic)",
    "(analyser)",
    "Pavel Central",
    "Ines Central",
    "CSV",
    "PDF",
    "JSON",
    "tiny 1.0.0",
    "cnn",
    "synthetic",
    "The tests need one.",
]


@pytest.fixture
def walk(open_as, another_language):
    """`walk(user, addresses, size)` -> what stays English on these pages, and which of them are wider than the screen."""

    def walk(user, addresses, size):
        User.objects.filter(pk=user.pk).update(language=CODE)
        page = open_as(user, size=size)
        page.route(
            f"**/words/{CODE}*", lambda route: route.fulfill(body=another_language, content_type="text/javascript")
        )
        english, wide = {}, {}
        for address in addresses:
            assert page.goto(address).ok, address
            if found := page.evaluate(ENGLISH, NAMES):
                english[address] = found
            if (more := page.evaluate("document.documentElement.scrollWidth") - size[0]) > 0:
                wide[address] = more
        return english, wide

    return walk


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_of_a_clinic_stays_english(walk, amina, clinic, size):
    assert walk(amina, clinic, size) == ({}, {})


def test_no_page_of_a_pathologist_stays_english(walk, pavel, laboratory):
    assert walk(pavel, laboratory, DESKTOP) == ({}, {})


def test_no_page_of_oversight_stays_english(walk, ines, oversight):
    assert walk(ines, oversight, DESKTOP) == ({}, {})


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_of_a_clinic_run_from_right_to_left_in_arabic(open_as, violations, amina, clinic, size):
    User.objects.filter(pk=amina.pk).update(language="ar")
    page = open_as(amina, size=size)
    for address in clinic:
        page.goto(address)
        assert page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == ["rtl", "ar"], address
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address
        # What is written first stands at the right.
        sides = page.evaluate(
            "() => { const box = document.querySelector('.brand').getBoundingClientRect(); return box.left; }"
        )
        assert sides > size[0] / 2, address


@pytest.mark.parametrize("language", ["fr", "es"])
def test_the_pages_of_a_clinic_fit_a_phone(open_as, violations, amina, clinic, language):
    User.objects.filter(pk=amina.pk).update(language=language)
    page = open_as(amina, size=PHONE)
    for address in clinic:
        page.goto(address)
        assert page.evaluate("document.documentElement.lang") == language, address
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], address
