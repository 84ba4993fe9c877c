"""Pages in other languages: nothing stays English, nothing is cut off or pushed out, and Arabic runs from right to left."""

from __future__ import annotations

import pytest

from accounts.models import User
from cases.services.cases import submit_case
from cases.services.images import receive_image
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pseudo_language import CODE, write_catalogues
from tests.factories.cases import CaseFactory
from tests.factories.orders import waiting_order
from tests.factories.smears import drawn_field

# A text that a person sees, and whether it is English: words without an accent, where the pseudo-language has several in
# every sentence. Names, numbers and codes are marked as such, or are what somebody typed.
ENGLISH = """names => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (element.closest('script, style, template, code, kbd, time, option, bdi, .mono, .notranslate') || !element.checkVisibility()) {
      continue;
    }
    let text = node.textContent.replace(/\\s+/g, ' ').trim();
    for (const name of names) {
      text = text.replaceAll(name, '');
    }
    /* Months are Django's own words */
    text = text.replace(/\\d{1,2} [A-Z][a-z]+\\.? \\d{4}/g, '');
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


def speaks(user, code):
    User.objects.filter(pk=user.pk).update(language=code)


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
]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_page_of_a_clinic_stays_english(open_as, amina, clinic, another_language, size):
    speaks(amina, CODE)
    page = open_as(amina, size=size)
    page.route(f"**/words/{CODE}*", lambda route: route.fulfill(body=another_language, content_type="text/javascript"))
    english = {}
    wide = {}
    for address in clinic:
        page.goto(address)
        english[address] = page.evaluate(ENGLISH, NAMES)
        wide[address] = page.evaluate("document.documentElement.scrollWidth") - size[0]
    print({address: found for address, found in english.items() if found}); print(wide)
    assert {address: found for address, found in english.items() if found} == {}
    assert {address: more for address, more in wide.items() if more > 0} == {}
