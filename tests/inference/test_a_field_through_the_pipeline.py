"""One image from pixels to labelled cells, with a tiny model that tells drawn cells apart."""

import json

import numpy as np
import pytest

from classifier.inference.errors import BadInput
from classifier.inference.labels import LABELS
from classifier.inference.pipeline import measure_field
from classifier.inference.synthetic import draw_field
from tests.inference.test_image_quality import OTHER_THINGS


def _hit(truth, cells):
    return {t.label: next((c for c in cells if t.box.contains(c.box.centre)), None) for t in truth}


@pytest.mark.parametrize("stain", ["wright_giemsa", "giemsa", "leishman", "may_grunwald_giemsa"])
def test_every_nucleated_cell_is_found_and_named(pipeline, stain):
    wanted = ["neutrophil", "eosinophil", "basophil", "lymphocyte", "monocyte", "erythroblast"]
    rgb, truth = draw_field(seed=11, width=800, height=600, cells=wanted, stain=stain)
    result = pipeline.analyse(rgb)
    found = _hit([t for t in truth if t.label != "platelet"], result.cells)
    assert len(result.cells) == len(wanted)
    assert None not in found.values()
    assert sum(cell.best_label == label for label, cell in found.items()) >= 5


def test_a_cell_carries_probabilities_that_add_to_one(pipeline):
    (cell,) = pipeline.analyse(draw_field(seed=2, cells=["monocyte"])[0]).cells
    assert set(cell.probabilities) == set(LABELS)
    assert sum(cell.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert cell.score == max(cell.probabilities.values())
    assert cell.identified == (cell.label != "unidentified")


def test_a_field_without_white_cells_gives_none_and_says_why(pipeline):
    result = pipeline.analyse(draw_field(seed=9, with_platelets=False)[0])
    assert result.cells == []
    assert any("nucleus" in reason for reason in result.quality.reasons)


@pytest.mark.parametrize("thing", OTHER_THINGS)
def test_an_image_of_something_else_has_no_cells(pipeline, thing):
    result = pipeline.analyse(OTHER_THINGS[thing]())
    assert result.cells == []
    assert result.quality.verdict == "poor"


def test_platelets_beside_a_white_cell_are_left_out(pipeline):
    rgb, truth = draw_field(seed=3, cells=["lymphocyte", "platelet", "platelet"], with_platelets=False)
    cells = pipeline.analyse(rgb).cells
    assert len(cells) == 1
    assert next(t for t in truth if t.label == "lymphocyte").box.contains(cells[0].box.centre)


def test_platelets_alone_are_detected(pipeline):
    cells = pipeline.analyse(draw_field(seed=3, cells=["platelet"] * 3, with_platelets=False)[0]).cells
    assert cells
    assert all(cell.best_label == "platelet" for cell in cells)


def test_the_scale_is_given_or_measured(pipeline):
    rgb, _ = draw_field(seed=4, cells=["monocyte"])
    assert pipeline.analyse(rgb, um_per_px=0.1).scale_source == "given"
    measured = pipeline.analyse(rgb)
    assert (measured.scale_source, measured.um_per_px) == ("red cells", pytest.approx(0.1, rel=0.12))


def test_the_same_field_at_another_scale_has_the_same_cells(pipeline):
    fine, coarse = (
        pipeline.analyse(draw_field(seed=8, width=w, height=h, cells=["basophil"], um_per_px=s)[0])
        for w, h, s in ((640, 480, 0.1), (400, 300, 0.16))
    )
    assert [c.best_label for c in fine.cells] == [c.best_label for c in coarse.cells] == ["basophil"]


def test_a_cell_cut_by_the_frame_is_still_classified(pipeline):
    rgb, truth = draw_field(seed=12, cells=["monocyte"])
    box = truth[0].box
    cut = np.ascontiguousarray(rgb[:, box.x + box.w // 2 :])
    assert len(pipeline.analyse(cut, um_per_px=0.1).cells) == 1


def test_timings_of_an_analysis_name_every_step(pipeline):
    timings = pipeline.analyse(draw_field(seed=2, width=200, height=200)[0]).timings
    assert set(timings) == {"smear", "scale", "detect", "quality", "crop", "classify", "total"}


def test_an_image_analysis_goes_into_json(pipeline):
    told = json.loads(json.dumps(pipeline.analyse(draw_field(seed=2, cells=["monocyte"])[0]).as_dict()))
    assert told["cells"][0]["box"] == [int(v) for v in told["cells"][0]["box"]]
    assert sum(told["counts"].values()) == len(told["cells"])


def test_the_same_image_gets_the_same_answer(pipeline):
    rgb, _ = draw_field(seed=13, cells=["neutrophil", "monocyte"])
    assert pipeline.analyse(rgb).cells == pipeline.analyse(rgb).cells


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3)),
        np.zeros((0, 5, 3), np.uint8),
    ],
)
def test_images_of_another_kind_are_refused(pipeline, image):
    with pytest.raises(BadInput, match="uint8 RGB"):
        pipeline.analyse(image)


@pytest.mark.parametrize("scale", [0, -0.1, float("nan"), float("inf")])
def test_a_scale_that_is_not_positive_is_refused(pipeline, scale):
    with pytest.raises(BadInput, match="micrometres"):
        pipeline.analyse(draw_field(seed=1, width=64, height=64)[0], um_per_px=scale)


@pytest.mark.parametrize("um_per_px", [0.06, 0.1])
def test_a_very_large_field_is_measured_too(um_per_px):
    rgb, _ = draw_field(seed=5, width=1000, height=800, um_per_px=um_per_px)
    large = np.tile(rgb, (4, 5, 1))
    ruler = measure_field(large)
    assert ruler.um_per_px == pytest.approx(um_per_px, rel=0.1)
    assert ruler.count > 20
