"""A picture is dropped on the page, answered, and another is named by keys before the model says what it sees."""

import base64

import pytest
from playwright.sync_api import expect

from classifier import analyser
from classifier.bundle_analyser import BundleAnalyser
from classifier.services import promote_model, register_model
from sandbox.models import HeatMap, TriedPicture
from sandbox.tasks import answer_picture, draw_heat_map
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories.smears import drawn_field, evaluated_bundle

DROP = """([content]) => {
  const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], "field.png", { type: "image/png" }));
  document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def model(transactional_db, tmp_path):
    """A model in use, and its engine in this process."""
    analyser.install(BundleAnalyser("onnx"))
    version, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "model"))
    yield promote_model(actor=None, version=version, reason="The tests need one.")
    analyser.install(None)


def drop(page):
    """Drop a drawn field on the open page, and tick what has to be ticked."""
    page.locator("[data-try][data-ready]").wait_for()
    page.evaluate(DROP, [base64.b64encode(drawn_field(3).read()).decode()])
    expect(page.locator("[data-chosen]")).to_have_text("1 picture chosen.")
    page.get_by_label("This picture shows no patient's name").check()


def answer():
    """Do the worker's part."""
    answer_picture(str(TriedPicture.objects.first().pk))


def test_a_picture_is_dropped_answered_and_explained(open_as, violations, sami, model):
    page = open_as(sami, size=DESKTOP, theme="light")
    page.goto("/try/")
    assert violations(page) == []
    page.get_by_role("button", name="Analyse").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a picture first.")
    drop(page)
    page.get_by_role("button", name="Analyse").click()
    expect(page.locator("#try-progress")).to_contain_text("Waiting for a worker")
    answer()
    # The page has asked by itself.
    cells = page.locator(".try-cell")
    expect(cells).to_have_count(len(TriedPicture.objects.get().cells))
    cells.first.get_by_role("button", name="What the model saw").click()
    expect(cells.first).to_contain_text("Drawing where the model saw it.")
    draw_heat_map(str(HeatMap.objects.get().pk))
    expect(cells.first.get_by_role("img", name="warm colour")).to_be_visible()
    assert violations(page) == []


def test_of_several_those_that_can_be_opened_are_listed(open_as, sami, tmp_path, transactional_db):
    page = open_as(sami, size=DESKTOP, theme="dark")
    page.goto("/try/")
    page.locator("[data-try][data-ready]").wait_for()
    for name, content in {"a.png": drawn_field(3).read(), "b.png": b"a letter", "c.png": drawn_field(4).read()}.items():
        (tmp_path / name).write_bytes(content)
    page.locator("#try-pictures").set_input_files([tmp_path / name for name in ("a.png", "b.png", "c.png")])
    page.get_by_label("This picture shows no patient's name").check()
    page.get_by_role("button", name="Analyse").click()
    expect(page.locator(".try-one")).to_have_count(2)
    expect(page.get_by_role("alert")).to_contain_text("b.png: This is a text file.")


def test_cells_are_named_by_keys_first(open_as, violations, sami, model):
    page = open_as(sami, size=PHONE, theme="dark")
    page.goto("/try/")
    drop(page)
    page.get_by_label("Let me name the cells first").check()
    page.get_by_role("button", name="Analyse").click()
    expect(page.locator("#try-progress")).to_be_visible()
    answer()
    page.locator("[data-naming][data-ready]").wait_for()
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE[0]
    for key in "nl":
        page.keyboard.press(key)
    expect(page.get_by_role("group", name="Cell 1").get_by_label("Neutrophil")).to_be_checked()
    expect(page.get_by_role("group", name="Cell 2").get_by_label("Lymphocyte")).to_be_checked()
    page.get_by_role("button", name="Show what the model says").click()
    expect(page.locator("#cells")).to_contain_text("of 2 cells you named")
    assert TriedPicture.objects.get().own_labels == {"1": "neutrophil", "2": "lymphocyte"}
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE[0]
