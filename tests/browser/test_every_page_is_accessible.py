"""axe-core finds nothing on any page: on a desktop in the light theme, on a phone in the dark one."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Cell, SmearImage
from cases.services.cases import submit_case
from cases.services.images import receive_image
from cases.services.patient_numbers import add_number
from education.services.certificates import ask_for_certificate, revoke_certificate
from education.services.recall import recall_chosen
from inbox.models import Delivery
from microscopes.models import Microscope
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories.cases import CaseFactory
from tests.factories.certificates import issued_certificate
from tests.factories.copied import consent, copied, signed_case
from tests.factories.orders import waiting_order
from tests.factories.reports import NEUTROPENIC, signed_report
from tests.factories.smears import drawn_field
from tests.factories.standings import stands
from tests.factories.teaching import passed_attempt

# Contrast depends on the theme, layout on the width: these two see each theme and each width once.
LOOKS = [pytest.param(DESKTOP, "light", id="desktop-light"), pytest.param(PHONE, "dark", id="phone-dark")]


@pytest.fixture
def analysed(transactional_db, amina, analyse):
    """A submitted case with one analysed field, one waiting, and one draft beside it."""
    case = CaseFactory(clinic=amina.organisation, created_by=amina, wbc="7.4", wbc_source="analyser", priority="stat")
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(31))
    receive_image(actor=amina, case=case, upload=drawn_field(32))
    submit_case(actor=amina, case=case)
    return analyse(image)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_a_clinic(open_as, violations, amina, analysed, size, theme):
    draft = CaseFactory(clinic=amina.organisation, created_by=amina)
    order = waiting_order(amina, priority="stat", ordering_name="Dr. Osei", clinical_question="Blasts?")
    add_number(actor=amina, patient=order.patient, system="national", value="NAT-7")
    page = open_as(amina, size=size, theme=theme)
    for address in (
        "/",
        "/?state=signed",
        "/cases/new/",
        f"/cases/new/?order={order.pk}",
        "/orders/",
        "/orders/?state=completed",
        f"/orders/{order.pk}/",
        f"/orders/{order.pk}/cancel/",
        f"/orders/{order.pk}/edit/",
        "/orders/new/",
        f"/orders/new/?patient={order.patient_id}",
        f"/patients/{order.patient_id}/",
        f"/cases/{draft.pk}/",
        f"/cases/{draft.pk}/edit/",
        f"/cases/{draft.pk}/cancel/",
        f"/cases/{draft.pk}/capture/",
        f"/patients/{draft.patient_id}/",
        f"/patients/{draft.patient_id}/merge/",
        f"/cases/{analysed.case_id}/",
        f"/images/{analysed.pk}/",
        f"/cases/{analysed.case_id}/report/",
        "/notifications/",
        "/accounts/profile/",
        "/accounts/second-factor/",
        "/help/",
        "/help/review-by-keyboard/",
        "/no-such-page/",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


@pytest.fixture
def read_cells(analysed, pavel):
    """The cells of the analysed field as a pathologist left them: one called otherwise, one excluded."""
    cells = Cell.objects.filter(image=analysed)
    cells.update(label_source="human", decided_by=pavel, decided_at=timezone.now())
    first, second, *_ = cells.order_by("ordinal")
    Cell.objects.filter(pk=first.pk).update(label="monocyte")
    Cell.objects.filter(pk=second.pk).update(excluded=True, exclusion_reason="smudge")


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_a_pathologist(open_as, violations, pavel, analysed, read_cells, size, theme):
    page = open_as(pavel, size=size, theme=theme)
    for address in (
        "/try/",
        "/",
        "/review/",
        f"/cases/{analysed.case_id}/",
        f"/images/{analysed.pk}/",
        f"/cases/{analysed.case_id}/report/",
        "/oversight/models/",
        f"/cases/{analysed.case_id}/timeline/",
        "/review/my-agreement/?cells=reviewed",
        "/review/my-agreement/cells/?cells=reviewed",
        "/break-glass/",
        "/orders/new/",
    ):
        page.goto(address)
        if address.startswith("/images/"):
            page.locator("[aria-selected=true]").wait_for()
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_oversight(open_as, violations, ines, analysed, read_cells, size, theme):
    page = open_as(ines, size=size, theme=theme)
    for address in (
        "/oversight/predictions/",
        "/oversight/predictions/?label=basophil&since=2030-01-01",
        "/oversight/predictions/?score_from=90&score_below=10",
        "/oversight/models/",
        "/oversight/audit/",
        f"/oversight/audit/?case={analysed.case_id}",
        "/oversight/agreement/?cells=reviewed",
        "/oversight/agreement/?since=2030-01-01",
        "/oversight/agreement/cells/?cells=reviewed",
        "/oversight/break-glass/",
        "/oversight/verification/",
        "/oversight/purges/",
        "/oversight/sources/",
        "/oversight/turnaround/",
        f"/patients/{analysed.case.patient_id}/restriction/",
        f"/patients/{analysed.case.patient_id}/pseudonymisation/",
        f"/cases/{analysed.case_id}/timeline/",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_microscopes(open_as, violations, ines, amina, analysed, size, theme):
    window = Microscope.objects.create(organisation=amina.organisation, name="By the window", camera="Canon EOS 80D")
    SmearImage.objects.filter(pk=analysed.pk).update(microscope=window, microscope_source="chosen")
    analysed.refresh_from_db()
    stands(analysed)
    page = open_as(ines, size=size, theme=theme)
    for address in (
        "/?camera=unknown",
        f"/cases/{analysed.case_id}/",
        f"/images/{analysed.pk}/microscope/",
        "/microscopes/",
        "/microscopes/new/",
        "/microscopes/unknown-cameras/",
        f"/microscopes/{window.pk}/",
        f"/microscopes/{window.pk}/edit/",
        f"/microscopes/{window.pk}/use/",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_page_that_links_an_order(open_as, violations, amina, transactional_db, size, theme):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    order = waiting_order(amina, patient=case.patient)
    page = open_as(amina, size=size, theme=theme)
    page.goto(f"/orders/{order.pk}/link/")
    expect(page.get_by_text(case.accession_number)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_sign_in_page_and_the_help_sheet(open_as, violations, transactional_db, size, theme):
    page = open_as(None, size=size, theme=theme)
    page.goto("/accounts/login/")
    assert violations(page) == []
    page.get_by_role("link", name="Help and keys").click()
    expect(page.get_by_role("dialog", name="Help and keys")).to_be_visible()
    assert violations(page) == []


def test_targets_of_a_finger_are_large_enough(open_as, pavel, analysed):
    page = open_as(pavel, size=PHONE)
    for address in ("/", f"/cases/{analysed.case_id}/"):
        page.goto(address)
        small = page.evaluate(
            """() => [...document.querySelectorAll("main .button, main select, main input:not([type=hidden], [type=file])")]
                .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 44)
                .map(each => each.outerHTML.slice(0, 120))"""
        )
        assert small == [], address


def test_the_theme_can_be_chosen_and_stays(open_as, pavel, analysed):
    page = open_as(pavel, theme="light")
    page.goto("/")
    page.get_by_role("button", name="Use the dark theme").click()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.get_by_role("button", name="Use the light theme").click()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


@pytest.fixture
def delivered(transactional_db, amina, pavel):
    """The deliveries of a critical report that was corrected: the superseded one and the one that waits."""
    case = CaseFactory(clinic=amina.organisation, created_by=amina, in_review=True, priority="stat")
    signed_report(case, pavel)
    signed_report(case, pavel, kind="corrected", counts=NEUTROPENIC, reason="Counted again.")
    return Delivery.objects.order_by("report__version")


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_inbox_and_the_notifications(open_as, violations, amina, ines, delivered, size, theme):
    old, new = delivered
    places = {
        amina: ("/inbox/", "/inbox/?show=done", f"/inbox/{new.pk}/", f"/inbox/{old.pk}/", "/notifications/"),
        ines: ("/inbox/?show=all", f"/inbox/{new.pk}/", "/inbox/critical-limits/", "/notifications/"),
    }
    for person, addresses in places.items():
        page = open_as(person, size=size, theme=theme)
        for address in addresses:
            page.goto(address)
            assert violations(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_copying_to_teaching(transactional_db, open_as, violations, ines, pavel, amina, size, theme):
    case, report = signed_case(amina.organisation, pavel)
    page = open_as(ines, size=size, theme=theme)

    def is_fine(address):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address

    # First while nothing may be copied, then with cells that were, one of them recalled.
    is_fine(f"/reports/{report.pk}/teaching/")
    is_fine("/learn/material/")
    consent(amina.organisation, ines)
    recall_chosen(actor=ines, cells=[copied(report, pavel, count=2)[0].pk], reason="Writing on the glass.")
    for address in (
        f"/reports/{report.pk}/teaching/?choose=rare",
        "/learn/material/",
        "/learn/material/consents/",
        f"/patients/{case.patient_id}/teaching/",
    ):
        is_fine(address)
    page.goto(f"/reports/{report.pk}/teaching/?choose=rare")
    page.get_by_role("button", name="See the pictures").click()
    page.get_by_role("heading", name="Pictures to copy").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_certificates(transactional_db, open_as, violations, sami, pavel, size, theme):
    central = pavel.organisation
    attempt = passed_attempt(sami, central)
    revoked, valid = (issued_certificate(sami, pavel, central) for _ in range(2))
    revoke_certificate(actor=pavel, certificate=revoked.pk, reason="Another person answered.")

    def are_fine(person, *addresses):
        page = open_as(person, size=size, theme=theme)
        for address in addresses:
            page.goto(address)
            assert violations(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address

    are_fine(sami, f"/learn/attempts/{attempt.pk}/result/")
    asked = ask_for_certificate(actor=sami, attempt=attempt.pk)
    are_fine(sami, "/learn/certificates/", f"/learn/certificates/{revoked.pk}/")
    are_fine(
        pavel,
        "/learn/certificates/",
        f"/learn/certificates/requests/{asked.pk}/",
        f"/learn/certificates/{valid.pk}/",
    )
    are_fine(None, f"/check/{valid.content_hash}/", f"/check/{revoked.content_hash}/", f"/check/{'0' * 64}/")
