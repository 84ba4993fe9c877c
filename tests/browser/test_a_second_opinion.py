"""A second opinion in the browser: given blinded by keyboard alone, then adjudicated by the one who signs."""

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from cases.models import Cell
from cases.services.cases import submit_case
from cases.services.images import receive_image
from consult.models import OpinionState
from consult.selectors import asked_cells, latest_labels
from consult.services import add_comment, answer_opinion, ask_opinion, save_labels
from review.services.leases import claim
from tests.browser.conftest import PHONE, cut_the_line
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.factories.cases import CaseFactory, CellFactory
from tests.factories.smears import drawn_field
from tests.people import person


@pytest.fixture
def vera(transactional_db, central):
    return person("Vera", Role.PATHOLOGIST, central)


@pytest.fixture
def read(transactional_db, amina, pavel, analyse):
    """A case that pavel has read: every cell is named by him."""
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(31))
    submit_case(actor=amina, case=case)
    analyse(image)
    case.refresh_from_db()
    claim(actor=pavel, case=case)
    Cell.objects.filter(image=image).update(label="neutrophil", label_source="human")
    return case


def image_is_shown(page):
    """Wait until the cell that the heading names can be seen."""
    expect(page.locator("[data-cell-image]")).to_have_attribute("data-state", "shown")


def test_a_blinded_opinion_is_given_by_keyboard_alone(open_as, read, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=read, colleague=vera, blind=True)
    cells = asked_cells(opinion)
    page = open_as(vera)
    page.goto(f"/opinions/{opinion.pk}/")
    expect(page.get_by_role("heading", name=f"Cell 1 of {len(cells)}")).to_be_visible()
    image_is_shown(page)
    page.keyboard.press("m")
    expect(page.get_by_role("heading", name=f"Cell 2 of {len(cells)}")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("heading", name=f"Cell 1 of {len(cells)}")).to_be_visible()
    for key in ["4"] + ["n"] * (len(cells) - 1):
        image_is_shown(page)
        page.keyboard.press(key)
    expect(page.get_by_text(f"{len(cells)} of {len(cells)} labelled")).to_be_visible()
    page.get_by_role("link", name="Hand over").press("Enter")
    page.get_by_label("What you think").fill("The first is a lymphocyte.")
    page.get_by_role("button", name="Give the opinion").press("Enter")
    expect(page.get_by_text("Your opinion was given to Pavel Central.")).to_be_visible()
    opinion.refresh_from_db()
    assert opinion.state == OpinionState.ANSWERED
    assert [latest_labels(opinion)[cell.pk].code for cell in cells] == ["lymphocyte"] + ["neutrophil"] * (
        len(cells) - 1
    )

    page = open_as(pavel)
    page.goto(f"/opinions/{opinion.pk}/")
    page.get_by_role("radio", name="Lymphocyte").check()
    page.get_by_role("button", name="Adjudicate what is chosen").click()
    expect(page.get_by_text("1 difference adjudicated.")).to_be_visible()
    assert Cell.objects.get(pk=cells[0].pk).label == "lymphocyte"
    opinion.refresh_from_db()
    assert opinion.state == OpinionState.ADJUDICATED


def test_a_label_given_without_a_connection_is_sent_when_it_is_back(open_as, read, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=read, colleague=vera, blind=True)
    cell = asked_cells(opinion)[0]
    page = open_as(vera)
    page.goto(f"/opinions/{opinion.pk}/")
    page.wait_for_load_state("networkidle")
    image_is_shown(page)
    cut_the_line(page)
    page.keyboard.press("b")
    expect(page.get_by_text("Your labels are kept on this page and sent again by themselves.")).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/labels/") and answer.ok):
        page.context.set_offline(False)
    assert latest_labels(opinion)[cell.pk].code == "basophil"


def test_no_key_labels_a_cell_whose_image_has_not_arrived(open_as, read, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=read, colleague=vera, blind=True)
    cells = asked_cells(opinion)
    page = open_as(vera)
    held = []

    def hold(route):
        held.append(route)

    page.route(f"**/cells/{cells[1].pk}/crop?size=512*", hold)
    # The page fetches this image ahead; where it asks early, the page is not loaded until the image arrives.
    page.goto(f"/opinions/{opinion.pk}/", wait_until="domcontentloaded")
    image_is_shown(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name=f"Cell 2 of {len(cells)}")).to_be_visible()
    # The heading has moved on, so what the first cell looked like must be gone.
    expect(page.locator("img[data-large]")).not_to_be_visible()
    page.keyboard.press("b")
    # A finger does not wait until a button is enabled.
    page.get_by_role("button", name="Basophil").click(force=True)
    expect(page.get_by_text("Wait for the image of cell 2, then label it.")).to_be_visible()
    expect(page.get_by_text(f"0 of {len(cells)} labelled")).to_be_visible()
    for route in held:
        route.continue_()
    image_is_shown(page)
    expect(page.locator("img[data-large]")).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/labels/") and answer.ok):
        page.keyboard.press("e")
    assert {pk: row.code for pk, row in latest_labels(opinion).items()} == {cells[1].pk: "eosinophil"}


def test_the_images_of_the_next_three_cells_are_fetched_ahead(open_as, read, pavel, vera):
    for n in range(3):
        CellFactory(image=read.images.get(), x=100 * n, y=330, label="neutrophil", label_source="human")
    opinion = ask_opinion(actor=pavel, case=read, colleague=vera, blind=True)
    cells = asked_cells(opinion)
    page = open_as(vera)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response(f"**/cells/{cells[3].pk}/crop?size=512*"):
        page.goto(f"/opinions/{opinion.pk}/")
    page.wait_for_load_state("networkidle")
    large = [url.split("/cells/")[1].split("/")[0] for url in asked if "size=512" in url]
    assert large == [str(cell.pk) for cell in cells[:4]]


def test_an_answer_waits_for_labels_that_are_on_their_way(open_as, read, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=read, colleague=vera, blind=True)
    cells = asked_cells(opinion)
    save_labels(actor=vera, opinion=opinion, labels=[(cell.pk, "neutrophil") for cell in cells[1:]])
    page = open_as(vera)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/labels/", hold)
    page.goto(f"/opinions/{opinion.pk}/")
    image_is_shown(page)
    with page.expect_request("**/labels/"):
        page.keyboard.press("b")
    page.get_by_role("button", name="Give the opinion").click()
    assert held
    held[0].continue_()
    expect(page.get_by_text("Your opinion was given to Pavel Central.")).to_be_visible()
    assert latest_labels(opinion)[cells[0].pk].code == "basophil"


def test_a_name_after_an_at_is_offered_and_taken_by_keyboard(open_as, violations, read, pavel, vera, central, nadia):
    wanda = person("Wanda", Role.PATHOLOGIST, central)
    page = open_as(pavel)
    page.goto(f"/cases/{read.pk}/discussion/")
    text = page.get_by_label("Write to the laboratory")
    text.press_sequentially("Toxic granules? @")
    names = page.get_by_role("listbox", name="Colleagues").get_by_role("option")
    # Whoever reads for another laboratory is not told of, and not named.
    expect(names).to_have_text([vera.full_name, wanda.full_name])
    assert violations(page) == []
    text.press_sequentially("wan")
    expect(names).to_have_text([wanda.full_name])
    text.press("Escape")
    expect(names).to_have_count(0)
    text.press_sequentially("d")
    text.press("Enter")
    expect(text).to_have_value(f"Toxic granules? @{wanda.full_name} ")
    text.press_sequentially("and @")
    text.press("ArrowUp")
    text.press("ArrowDown")
    text.press("Tab")
    expect(text).to_have_value(f"Toxic granules? @{wanda.full_name} and @{vera.full_name} ")
    page.get_by_role("button", name="Add to the discussion").click()
    expect(page.get_by_text(f"Told: {vera.full_name}, {wanda.full_name}")).to_be_visible()


def test_without_scripts_each_button_saves_and_goes_on(open_as, read, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=read, colleague=vera, blind=True)
    cells = asked_cells(opinion)
    page = open_as(vera, size=PHONE, scripts=False)
    page.goto(f"/opinions/{opinion.pk}/")
    page.get_by_role("button", name="Eosinophil").click()
    expect(page.get_by_role("heading", name=f"Cell 2 of {len(cells)}")).to_be_visible()
    assert latest_labels(opinion)[cells[0].pk].code == "eosinophil"


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_axe_finds_nothing(open_as, violations, read, pavel, vera, central, size, theme):
    wanda = person("Wanda", Role.PATHOLOGIST, central)
    answered = ask_opinion(actor=pavel, case=read, colleague=wanda, blind=False, question="Do you agree?")
    cells = asked_cells(answered)
    save_labels(actor=wanda, opinion=answered, labels=[(cell.pk, "monocyte") for cell in cells])
    answer_opinion(actor=wanda, opinion=answered, words="Monocytes.")
    waiting = ask_opinion(actor=pavel, case=read, colleague=vera, blind=True)
    add_comment(actor=pavel, case=read, cell=cells[0], text="@Wanda Central: really?")
    pages = {
        vera: [f"/opinions/{waiting.pk}/", f"/cases/{read.pk}/", "/opinions/"],
        pavel: [
            f"/opinions/{answered.pk}/",
            f"/opinions/{waiting.pk}/",
            f"/cases/{read.pk}/opinions/ask/",
            f"/cases/{read.pk}/discussion/",
            f"/cases/{read.pk}/discussion/?cell={cells[0].pk}",
            "/opinions/",
        ],
    }
    for user, addresses in pages.items():
        page = open_as(user, size=size, theme=theme)
        for address in addresses:
            page.goto(address)
            assert violations(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


def test_targets_of_a_finger_are_large_enough(open_as, read, pavel, vera):
    opinion = ask_opinion(actor=pavel, case=read, colleague=vera, blind=False)
    page = open_as(vera, size=PHONE)
    page.goto(f"/opinions/{opinion.pk}/")
    small = page.evaluate(
        """() => [...document.querySelectorAll("main .button, main textarea, main .co-tile")]
            .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 44)
            .map(each => each.outerHTML.slice(0, 120))"""
    )
    assert small == []
