"""A nurse retakes, moves and takes out fields of a draft: on a phone, with the keyboard, without scripts."""

import pytest
from playwright.sync_api import expect

from cases.services.images import receive_image
from classifier.models import Analysis
from tests.browser.conftest import AXE, DESKTOP, PHONE, WCAG
from tests.factories.cases import CaseFactory
from tests.factories.smears import drawn_field

BLURRED = "The picture is out of focus. Focus again and retake it."


@pytest.fixture
def case(transactional_db, amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina)


@pytest.fixture
def three(case, amina, analyse):
    return [analyse(receive_image(actor=amina, case=case, upload=drawn_field(seed))[0]) for seed in (21, 22, 23)]


def order_of(case):
    return list(case.images.counting().order_by("ordinal").values_list("pk", flat=True))


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, False), (DESKTOP, True)])
def test_a_field_is_moved_retaken_and_taken_out(open_as, amina, case, three, field_file, size, scripts):
    page = open_as(amina, size=size, scripts=scripts)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_role("button", name="Move field 3 one place earlier").press("Enter")
    page.wait_for_url(f"**/#image-{three[2].pk}")
    assert order_of(case) == [three[0].pk, three[2].pk, three[1].pk]

    page.get_by_role("link", name="Retake or take out field 1").press("Enter")
    page.get_by_label("The new picture").set_input_files(field_file(24))
    page.get_by_role("button", name="Replace field 1").press("Enter")
    page.wait_for_url(f"**/cases/{case.pk}/**")
    assert order_of(case)[1:] == [three[2].pk, three[1].pk]
    assert three[0].pk not in order_of(case)

    page.get_by_role("link", name="Retake or take out field 3").press("Enter")
    page.get_by_label("It is blurred or badly lit").press(" ")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Take out field 3").press("Enter")
    expect(page.get_by_text("Field 3 was taken out. It stays in the record of the case.")).to_be_visible()
    expect(page.locator(".field-card")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_poor_fields_are_listed_and_asked_about_once(open_as, amina, case, three, size):
    readings = {"focus": {"verdict": "poor", "sentence": BLURRED}}
    Analysis.objects.filter(image=three[1]).update(
        quality={"verdict": "poor", "reasons": [BLURRED], "readings": readings}
    )
    page = open_as(amina, size=size)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_label("The slide label and the request both say").check()
    page.get_by_role("button", name="Submit for review").click()
    asked = page.get_by_role("alert").filter(has_text="these fields are of poor quality")
    expect(asked.get_by_role("link", name="Field 2")).to_be_visible()
    expect(asked).to_contain_text(BLURRED)
    expect(asked).to_be_focused()
    # Under the bar at the top, links are no targets.
    page.evaluate("() => window.scrollTo(0, 0)")
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async (rules) => (await axe.run(document, {runOnly: rules})).violations.map((one) => one.id)", WCAG
    )
    assert found == []
    page.get_by_role("button", name="Submit all the same").click()
    expect(page.get_by_text(f"Case {case.accession_number} was sent to")).to_be_visible()
