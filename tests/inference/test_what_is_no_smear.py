"""Pictures of other things are told from smears before anything in them is called a cell; smears of every look are not.

`python benchmarks/smear_check.py` measures it on cameras and pictures that nothing was fitted to.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from classifier.inference.pipeline import find_cells
from classifier.inference.quality import judge_smear
from classifier.inference.synthetic import STAINS, draw_field
from training.smear_check.drawn import DRAWN
from training.smear_check.views import photographed_screen

FIELDS = sorted((Path(__file__).parents[1] / "fixtures" / "bccd_fields").glob("*.jpg"))
PAGES = sorted((Path(__file__).parents[2] / "docs" / "images").glob("*.png"))


def read(path):
    return np.asarray(Image.open(path).convert("RGB"))


def green_with_rectangles():
    picture = np.full((480, 640, 3), (40, 160, 60), np.uint8)
    for at, colour in zip(range(20, 600, 48), ((200, 40, 60), (90, 40, 160), (240, 220, 60)) * 8, strict=False):
        cv2.rectangle(picture, (at, at % 330), (at + 34, at % 330 + 60), colour, -1)
    return picture


def seen(rgb):
    found = find_cells(rgb)
    return found.quality.verdict, bool(found.quality.no_smear), len(found.candidates), found.scale_source


NOTHING = ("poor", True, 0, "unknown")


def test_rectangles_on_green_are_no_smear_and_get_no_cells_and_no_scale():
    assert seen(green_with_rectangles()) == NOTHING


@pytest.mark.parametrize("kind", sorted(DRAWN.keys() - {"plain"}))
def test_what_is_drawn_and_no_smear_is_held_back(kind):
    rng = np.random.default_rng(77)
    assert [seen(DRAWN[kind](rng)) for _ in range(3)] == [NOTHING] * 3


def test_one_colour_is_no_field_either():
    rng = np.random.default_rng(77)
    found = [find_cells(DRAWN["plain"](rng)) for _ in range(6)]
    assert {(one.quality.verdict, len(one.candidates), one.scale_source) for one in found} == {("poor", 0, "unknown")}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_screenshot_is_no_smear_even_of_a_page_that_shows_one(page):
    assert seen(read(page)) == NOTHING


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_phone_picture_of_a_screen_is_no_smear(page):
    assert seen(photographed_screen(read(page), np.random.default_rng(5))) == NOTHING


def test_what_to_do_is_said_in_one_sentence():
    quality = find_cells(green_with_rectangles()).quality
    assert quality.reasons == [quality.no_smear]
    assert "does not look like a stained blood smear" in quality.no_smear
    assert quality.as_dict()["no_smear"] == quality.no_smear
    assert set(quality.as_dict()["readings"]) == {"smear"}


def test_a_scale_that_was_given_stays_the_one_that_was_given():
    found = find_cells(green_with_rectangles(), um_per_px=0.2)
    assert (found.um_per_px, found.scale_source, found.candidates) == (0.2, "given", [])


def test_empty_glass_is_called_empty_and_nothing_else():
    quality = find_cells(np.full((480, 640, 3), 230, np.uint8)).quality
    assert (quality.verdict, quality.no_smear) == ("poor", "")
    assert "empty" in quality.reasons[0]


def test_what_a_pathologist_confirms_is_analysed_all_the_same():
    quality = find_cells(green_with_rectangles(), is_confirmed=True).quality
    assert (quality.is_smear, quality.no_smear) == (True, "")
    assert "a pathologist says" in quality.measurements["smear"].sentence


def test_a_smear_that_is_confirmed_is_judged_as_any_other():
    rgb = draw_field(seed=3, cells=["neutrophil"])[0]
    assert judge_smear(rgb, is_confirmed=True) == judge_smear(rgb)


LOOKS = {
    "as it is": lambda rgb: rgb,
    "pale": lambda rgb: 255 - (255 - rgb) * 0.45,
    "dark": lambda rgb: rgb * 0.45,
    "bright": lambda rgb: np.clip(rgb * 1.25, 0, 255),
    "yellow lamp": lambda rgb: rgb * (1, 0.93, 0.75),
    "blue lamp": lambda rgb: rgb * (0.85, 0.93, 1),
    "strong": lambda rgb: 255 * (rgb / 255) ** 1.6,
    "out of focus": lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 3.0),
    "small": lambda rgb: cv2.resize(rgb, (320, 240), interpolation=cv2.INTER_AREA),
}


@pytest.mark.parametrize("look", LOOKS)
def test_real_fields_of_every_look_are_smears(look):
    held = [
        path.name
        for path in FIELDS
        if judge_smear(LOOKS[look](read(path).astype(np.float32)).astype(np.uint8)).is_other
    ]
    assert held == []


@pytest.mark.parametrize("stain", sorted(STAINS))
@pytest.mark.parametrize("crowding", [0.05, 0.75])
def test_drawn_fields_of_every_stain_are_smears(stain, crowding):
    rgb = draw_field(seed=8, cells=["neutrophil", "lymphocyte"], stain=stain, crowding=crowding)[0]
    assert not judge_smear(rgb).is_other


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (33, 32)])
def test_the_smallest_pictures_get_a_verdict_too(shape):
    assert judge_smear(np.full((*shape, 3), 120, np.uint8)).measurement.verdict == "poor"
