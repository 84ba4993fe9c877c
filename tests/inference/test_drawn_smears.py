"""Drawn smears are repeatable, know the truth about themselves, and look like their classes."""

import numpy as np
import pytest

from classifier.inference.colour import chromatin, optical_density
from classifier.inference.errors import BadInput
from classifier.inference.labels import LABELS
from classifier.inference.scale import measure_red_cells
from classifier.inference.synthetic import STAINS, draw_cell_image, draw_field


def test_the_same_seed_draws_the_same_image():
    (one, truth), (other, same) = (draw_field(seed=3, width=260, height=240, cells=["monocyte"]) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert truth == same


def test_another_seed_draws_another():
    assert (draw_field(seed=1, width=200, height=160)[0] != draw_field(seed=2, width=200, height=160)[0]).any()


@pytest.mark.parametrize(("width", "height"), [(64, 64), (641, 479), (320, 900)])
def test_fields_of_any_size_can_be_drawn(width, height):
    rgb, _ = draw_field(seed=1, width=width, height=height)
    assert rgb.shape == (height, width, 3)
    assert rgb.dtype == np.uint8


def test_cells_are_asked_for_by_list_or_by_count():
    _, by_list = draw_field(seed=1, cells=["neutrophil", "neutrophil", "lymphocyte"], with_platelets=False)
    _, by_count = draw_field(seed=1, cells={"neutrophil": 2, "lymphocyte": 1}, with_platelets=False)
    assert by_list == by_count
    assert sorted(cell.label for cell in by_list) == ["lymphocyte", "neutrophil", "neutrophil"]


def test_true_boxes_lie_in_the_image_and_apart():
    _, truth = draw_field(seed=5, cells=LABELS, with_platelets=False)
    for cell in truth:
        assert cell.box.x >= 0 <= cell.box.y
        assert cell.box.x + cell.box.w <= 640
        assert cell.box.y + cell.box.h <= 480
    assert all(a is b or a.box.iou(b.box) < 0.1 for a in truth for b in truth)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("stain", sorted(STAINS))
def test_every_class_in_every_stain_has_the_most_chromatin_of_its_image(label, stain):
    strength = chromatin(optical_density(draw_cell_image(label, 2, 260, stain=stain)))
    middle = strength[95:165, 95:165].copy()
    strength[30:230, 30:230] = np.nan  # the largest cell is 172 px wide
    assert np.percentile(middle, 98) > max(0.3, 1.5 * np.nanpercentile(strength, 95))


def test_a_scale_twice_as_coarse_halves_the_cells():
    fine, coarse = (
        draw_field(seed=7, width=w, height=w, cells=["neutrophil"], um_per_px=s, with_platelets=False)[1][0].box
        for w, s in ((400, 0.1), (200, 0.2))
    )
    assert fine.w / coarse.w == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("um_per_px", [0.07, 0.1, 0.16])
def test_red_cells_are_as_large_as_they_should_be(um_per_px):
    rgb, _ = draw_field(seed=4, width=640, height=480, um_per_px=um_per_px)
    assert measure_red_cells(rgb).um_per_px == pytest.approx(um_per_px, rel=0.12)


def test_a_field_too_small_for_its_cells_is_refused():
    with pytest.raises(BadInput, match="do not fit"):
        draw_field(seed=1, width=300, height=300, cells=["monocyte"] * 30)
    with pytest.raises(BadInput, match="no room"):
        draw_field(seed=1, width=100, height=100, cells=["monocyte"])


def test_unknown_classes_and_stains_are_refused_by_name():
    with pytest.raises(BadInput, match="blast"):
        draw_field(seed=1, cells=["blast"])
    with pytest.raises(BadInput, match="ink"):
        draw_field(seed=1, stain="ink")
