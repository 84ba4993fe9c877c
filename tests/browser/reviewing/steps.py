"""What a reviewer does in the workspace, in words the tests share."""

from cases.models import Cell

DIGITS = [
    "neutrophil",
    "eosinophil",
    "basophil",
    "lymphocyte",
    "monocyte",
    "immature_granulocyte",
    "erythroblast",
    "platelet",
]


def cells_of(case):
    return Cell.objects.current().filter(image__case=case)


def open_review(page, case):
    page.goto(f"/cases/{case.pk}/review/")
    page.locator("[data-gallery][aria-busy=false]").wait_for()
    return page


def start(page, case):
    """Open the workspace and claim the case, as its button does."""
    open_review(page, case)
    page.get_by_role("button", name="Start the review").click()
    page.locator("[data-do=release]:visible").wait_for()
    page.locator("[data-gallery]").focus()
    return page


def all_saved(page, timeout=60_000):
    page.locator("[data-save]", has_text="All saved").wait_for(timeout=timeout)


def cursor(page):
    """The cell the cursor is on, from the page and from the database."""
    shown = page.locator(".rv-tile.cursor").get_attribute("data-cell")
    return Cell.objects.get(pk=shown)


def pictures_shown(page):
    """Wait until the tiles in sight show their pictures: several cells at once are decided on only then."""
    page.locator(".rv-tile.cursor[data-seen]").wait_for()


def field_shown(page):
    """Wait until the field's picture is there: no box is drawn on what cannot be seen."""
    page.locator("[data-loading]").wait_for(state="hidden")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def notice(page, words):
    return page.locator(".rv-notice", has_text=words)
