"""The detector on drawn smears: every drawn white cell and nothing else, however the camera sees red cells."""

import numpy as np
import pytest

from classifier.inference.colour import chromatin_level
from classifier.inference.detector import detect_cells
from classifier.inference.synthetic import STAINS, draw_field

WHITE = ["neutrophil", "eosinophil", "basophil", "lymphocyte", "monocyte", "erythroblast"]
SCALES = [0.1, 0.177]


def nucleated(rgb, um_per_px):
    return [cell for cell in detect_cells(rgb, um_per_px=um_per_px) if cell.kind == "nucleated"]


@pytest.mark.parametrize("um_per_px", SCALES)
@pytest.mark.parametrize("stain", sorted(STAINS))
def test_exactly_the_drawn_white_cells_are_found(stain, um_per_px):
    size = {"width": round(80 / um_per_px), "height": round(60 / um_per_px)}
    rgb, truth = draw_field(seed=11, cells=WHITE, stain=stain, um_per_px=um_per_px, **size)
    drawn = [cell.box for cell in truth if cell.label != "platelet"]
    found = nucleated(rgb, um_per_px)
    assert len(found) == len(drawn) == len(WHITE)
    assert all(sum(box.contains(cell.centre) for cell in found) == 1 for box in drawn)


@pytest.mark.parametrize("um_per_px", SCALES)
@pytest.mark.parametrize("stain", sorted(STAINS))
def test_red_cells_alone_are_no_white_cells(stain, um_per_px):
    size = {"width": round(80 / um_per_px), "height": round(60 / um_per_px)}
    for crowding in (0.4, 1.0):
        rgb, _ = draw_field(seed=9, stain=stain, um_per_px=um_per_px, crowding=crowding, with_platelets=False, **size)
        assert nucleated(rgb, um_per_px) == []


def test_what_hardly_stands_out_of_the_tissue_around_it_is_no_white_cell():
    """The same violet disc is a nucleus among pale discs and none among discs nearly as violet."""

    def stained(strength):
        return (240 * np.exp(-strength * np.array([0.6, 1.0, 0.25]))).round().astype(np.uint8)

    def field(others):
        rgb = np.full((400, 400, 3), 240, np.uint8)
        down, across = np.mgrid[:400, :400]
        for place in range(25):
            row, column = divmod(place, 5)
            disc = np.hypot(down - 40 - 80 * row, across - 40 - 80 * column) < 35
            rgb[disc] = stained(0.58 if place == 12 else others)
        return rgb

    assert [cell.centre for cell in nucleated(field(0.1), 0.1)] == [pytest.approx((200, 200), abs=2)]
    assert nucleated(field(0.4), 0.1) == []


def test_a_lone_nucleus_on_empty_glass_is_found():
    rgb, _ = draw_field(seed=2, width=250, height=250, cells=["lymphocyte"], crowding=0, with_platelets=False)
    assert len(nucleated(rgb, 0.1)) == 1


def test_lobes_far_apart_are_one_cell_and_two_cells_side_by_side_are_two():
    def pair(apart_um, radius_um):
        rgb = np.full((300, 400, 3), 240, np.uint8)
        down, across = np.mgrid[:300, :400]
        for side in (-1, 1):
            rgb[np.hypot(down - 150, across - 200 - side * apart_um / 0.2) < radius_um / 0.1] = (90, 40, 130)
        return nucleated(rgb, 0.1)

    (lobed,) = pair(8, 2.4)
    assert lobed.centre == pytest.approx((200, 150), abs=2)
    assert len(pair(10, 3.5)) == 2


def test_the_box_of_a_cell_with_a_long_nucleus_is_nearly_square():
    rgb = np.full((300, 300, 3), 240, np.uint8)
    rgb[130:170, 100:200] = (90, 40, 130)
    (band,) = nucleated(rgb, 0.1)
    assert band.box.h > 0.85 * band.box.w


@pytest.mark.parametrize(
    "strength",
    [
        np.zeros((40, 40), np.float32),
        np.full((40, 40), 0.9, np.float32),
        np.linspace(0.1, 2.0, 9, dtype=np.float32).reshape(3, 3),
        np.zeros((0, 0), np.float32),
        np.where(np.arange(1600).reshape(40, 40) % 2 == 0, 0.2, 0.6).astype(np.float32),
    ],
    ids=["empty glass", "one strength", "a few pixels", "no pixel", "two strengths"],
)
def test_a_field_without_three_classes_of_stain_gets_the_lowest_level(strength):
    assert chromatin_level(strength) == 0.5


def test_the_level_follows_the_stain_within_limits():
    rng = np.random.default_rng(0)

    def field(nuclei):
        shares = [rng.normal(0.15, 0.03, 8000), rng.normal(nuclei / 2, 0.05, 500), rng.normal(nuclei, 0.05, 500)]
        return np.concatenate(shares).astype(np.float32)

    pale, usual, dark = (chromatin_level(field(nuclei)) for nuclei in (0.4, 1.4, 2.9))
    assert 0.5 == pale < usual < dark <= 2.0
