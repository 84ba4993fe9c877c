"""Each measurement judges what it is about, and advises in a sentence."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from classifier.inference.quality import assess, edge_width
from classifier.inference.synthetic import STAINS, draw_field


def _field(**options):
    return draw_field(seed=6, cells=["neutrophil", "lymphocyte"], **options)[0]


@pytest.mark.parametrize("stain", sorted(STAINS))
def test_a_sharp_well_lit_field_is_good_in_every_stain(stain):
    quality = assess(_field(stain=stain), cells_found=2)
    assert quality.verdict == "good"
    assert quality.reasons == []


@pytest.mark.parametrize(("blur", "verdict"), [(0.12, "good"), (0.55, "acceptable"), (1.2, "poor")])
def test_focus_is_judged_in_um(blur, verdict):
    assert assess(_field(blur=blur), cells_found=2).measurements["focus"].verdict == verdict


@pytest.mark.parametrize("um_per_px", [0.07, 0.1, 0.16])
def test_sharpness_does_not_depend_on_the_scale(um_per_px):
    rgb = draw_field(seed=6, width=500, height=400, um_per_px=um_per_px, blur=0.5)[0]
    assert edge_width(rgb, um_per_px) == pytest.approx(0.55, abs=0.12)


def test_sharpness_does_not_depend_on_brightness():
    rgb = _field()
    assert edge_width(rgb, 0.1) == pytest.approx(edge_width((rgb * 0.5).astype(np.uint8), 0.1), rel=0.1)


def test_an_unfocused_field_is_told_to_refocus():
    quality = assess(_field(blur=1.5), cells_found=0)
    assert quality.verdict == "poor"
    assert "refocus" in quality.reasons[0]


@pytest.mark.parametrize(("light", "verdict"), [(1.0, "good"), (0.55, "acceptable"), (0.35, "poor")])
def test_dark_images_are_marked_down_for_exposure(light, verdict):
    measurement = assess((_field(stain="leishman") * light).astype(np.uint8), cells_found=2).measurements["exposure"]
    assert measurement.verdict == verdict


def test_burnt_out_images_are_marked_down_for_exposure():
    rgb = np.clip(_field().astype(float) * 1.6, 0, 255).astype(np.uint8)
    measurement = assess(rgb, cells_found=2).measurements["exposure"]
    assert measurement.verdict != "good"
    assert "exposure" in measurement.sentence


def test_pale_nuclei_are_marked_down_for_stain():
    pale = (255 - (255 - _field(stain="leishman").astype(float)) * 0.25).astype(np.uint8)
    measurement = assess(pale, cells_found=2).measurements["stain"]
    assert measurement.verdict == "poor"
    assert "stain" in measurement.sentence


def test_without_nuclei_the_stain_is_not_judged():
    quality = assess(draw_field(seed=1, with_platelets=False)[0], cells_found=0)
    assert quality.measurements["stain"].verdict == "acceptable"
    assert "No nucleus" in quality.measurements["stain"].sentence


def _photograph():
    """Sky, foliage and skin tones in smooth patches: what a photograph of anything else is made of."""
    rng = np.random.default_rng(0)
    colours = np.array([[90, 140, 210], [60, 110, 40], [220, 170, 140], [120, 90, 60], [30, 60, 30]], float)
    patches = colours[gaussian_filter(rng.normal(0, 1, (480, 640, 5)), (25, 25, 0)).argmax(axis=2)]
    return (patches + rng.normal(0, 6, patches.shape)).clip(0, 255).astype(np.uint8)


OTHER_THINGS = {
    "a photograph": _photograph,
    "a page of grey": lambda: np.repeat(_photograph()[..., :1], 3, axis=2),
    "empty glass": lambda: np.full((480, 640, 3), 230, np.uint8),
    "darkness": lambda: np.zeros((480, 640, 3), np.uint8),
    "blinding light": lambda: np.full((480, 640, 3), 255, np.uint8),
}


@pytest.mark.parametrize("thing", OTHER_THINGS)
def test_an_image_of_no_smear_is_told_apart(thing):
    quality = assess(OTHER_THINGS[thing](), cells_found=None)
    assert not quality.is_smear
    assert quality.verdict == "poor"
    assert len(quality.reasons) == 1


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (33, 32)])
def test_tiny_images_get_a_quality_too(shape):
    assert assess(np.full((*shape, 3), 120, np.uint8), cells_found=0).verdict == "poor"


def test_a_quality_verdict_goes_into_json():
    told = assess(_field(), cells_found=2).as_dict()
    assert set(told) == {"verdict", "reasons", "held_back", "no_smear", "readings"}
    assert set(told["readings"]) == {"smear", "focus", "exposure", "stain"}
    assert all(set(measurement) == {"value", "verdict", "sentence"} for measurement in told["readings"].values())
