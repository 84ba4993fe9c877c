"""The scale comes from the best source there is; where none is good enough, cells are found and none is named."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier.inference.calibrate import decide
from classifier.inference.errors import BadInput
from classifier.inference.pipeline import find_cells
from classifier.inference.scale import RedCellRuler
from classifier.inference.scale_choice import choose_scale, judge_scale, pooled_scale
from classifier.inference.synthetic import draw_field
from classifier.inference.white_cells import NUCLEUS_UM2, WhiteCellRuler, white_cell_error
from training.datasets.bccd import read_boxes

TEN_FIELDS = Path(__file__).parents[1] / "fixtures" / "bccd_fields"
BCCD_UM_PER_PX = 0.081
MANY = ["neutrophil", "lymphocyte", "monocyte", "eosinophil"] * 3


def bare(cells, um_per_px=0.1, seed=4):
    """A drawn field with white cells and nothing beside them."""
    size = (round(100 / um_per_px), round(75 / um_per_px))
    drawing = {"width": size[0], "height": size[1], "um_per_px": um_per_px, "crowding": 0, "with_platelets": False}
    return draw_field(seed=seed, cells=cells, **drawing)[0]


def nuclei(count, um_per_px=0.1):
    return WhiteCellRuler((round(NUCLEUS_UM2 / um_per_px**2),) * count)


def red(um_per_px, count=12):
    return RedCellRuler(7.5 / um_per_px, count)


NO_RED = RedCellRuler(None, 0)


def test_the_best_source_there_is_gives_the_scale():
    known = {"microscope": 0.2, "white": nuclei(1, 0.4)}
    assert choose_scale(red(0.3), 0.1, **known) == (0.1, "given")
    assert choose_scale(red(0.3), **known) == (0.2, "microscope")
    assert choose_scale(red(0.3), white=nuclei(1)) == (pytest.approx(0.3), "red cells")
    assert choose_scale(NO_RED, white=nuclei(1)) == (pytest.approx(0.1, rel=0.01), "white cells")
    assert choose_scale(NO_RED, white=nuclei(0))[1] == "unknown"


@pytest.mark.parametrize("um_per_px", [0.07, 0.16, 0.25])
def test_white_cells_give_a_coarse_scale_where_red_cells_give_none(um_per_px):
    found = find_cells(bare(MANY, um_per_px))
    assert found.scale_source == "white cells"
    # Drawn nuclei are smaller than real ones, at every scale alike.
    assert found.um_per_px == pytest.approx(1.4 * um_per_px, rel=0.1)
    assert found.scale_error == white_cell_error(fields=1)


def test_a_few_white_cells_are_found_at_their_scale_and_not_named(pipeline):
    result = pipeline.analyse(bare(["neutrophil"]))
    (cell,) = result.cells
    assert (result.scale_source, cell.label, cell.identified) == ("white cells", "unidentified", False)
    assert cell.best_label in cell.probabilities
    assert result.quality.verdict == "poor"
    assert "on its white cells (give or take 27%)" in result.quality.held_back
    assert "Enter the scale" in result.quality.held_back
    assert result.quality.held_back in result.quality.reasons


def test_a_scale_that_is_given_names_what_was_held_back(pipeline):
    (cell,) = pipeline.analyse(bare(["neutrophil"]), um_per_px=0.1).cells
    assert cell.identified


def test_a_field_without_any_ruler_holds_every_cell_back(pipeline):
    rgb = bare(["monocyte"])
    dark = np.argwhere(rgb[..., 1] < 120)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    # Cut through the nucleus on every side: there is no whole one to measure.
    cut = np.ascontiguousarray(rgb[top + 12 : bottom - 12, left + 12 : right - 12])
    result = pipeline.analyse(cut)
    assert result.scale_source == "unknown"
    assert result.scale_error is None
    assert not any(cell.identified for cell in result.cells)
    if result.quality.is_smear:
        assert "not known" in result.quality.held_back


def test_a_remembered_scale_is_used_where_the_field_shows_no_other(pipeline):
    result = pipeline.analyse(bare(["neutrophil"]), microscope_um_per_px=0.1)
    assert (result.um_per_px, result.scale_source, result.quality.held_back) == (0.1, "microscope", "")
    assert [cell.identified for cell in result.cells] == [True]


@pytest.mark.parametrize("seen", [0.0801, 0.1, 0.1249])
def test_red_cells_near_the_remembered_scale_are_no_finding(seen):
    assert judge_scale(0.1, "microscope", red=red(seen)).verdict == "good"


@pytest.mark.parametrize("seen", [0.05, 0.079, 0.126, 0.3])
def test_another_objective_than_the_microscopes_holds_names_back(seen):
    judged = judge_scale(0.1, "microscope", red=red(seen))
    assert judged.verdict == "poor"
    assert "differs from this microscope's" in judged.sentence
    assert f"{seen:.3f}" in judged.sentence


def test_a_few_red_cells_do_not_speak_against_the_microscope():
    assert judge_scale(0.1, "microscope", red=red(0.2, count=5)).verdict == "good"


def test_another_objective_is_noticed_in_a_field(pipeline):
    rgb, _ = draw_field(seed=4, cells=["monocyte"], um_per_px=0.16)
    result = pipeline.analyse(rgb, microscope_um_per_px=0.1)
    assert "differs" in result.quality.held_back
    assert not any(cell.identified for cell in result.cells)


def test_a_given_scale_is_believed_and_questioned():
    judged = judge_scale(0.01, "given", red=red(0.1))
    assert (judged.verdict, "check the scale" in judged.sentence) == ("acceptable", True)


def test_what_is_no_smear_is_not_told_about_its_scale(pipeline):
    result = pipeline.analyse(np.full((200, 300, 3), 230, np.uint8))
    assert (result.scale_source, result.quality.held_back, len(result.quality.reasons)) == ("unknown", "", 1)


def test_nothing_held_back_is_named_however_sure_the_model_is():
    sure = np.array([[1.0, 0.0]], np.float32)
    assert [d.identified for d in decide(sure, ("neutrophil", "lymphocyte"), {})] == [True]
    assert [d.identified for d in decide(sure, ("neutrophil", "lymphocyte"), {}, held_back=True)] == [False]


def real_crops():
    """Squares around the boxed white cells of real fields, so tight that no whole red cell shows."""
    for path in sorted(TEN_FIELDS.glob("*.xml")):
        rgb = np.asarray(Image.open(TEN_FIELDS / f"{path.stem}.jpg").convert("RGB"))
        for body in read_boxes(path):
            box, margin = body.box, 30
            top, left, bottom, right = box.y - margin, box.x - margin, box.y + box.h + margin, box.x + box.w + margin
            if body.kind == "WBC" and min(top, left) >= 0 and bottom <= rgb.shape[0] and right <= rgb.shape[1]:
                yield np.ascontiguousarray(rgb[top:bottom, left:right])


def test_real_white_cells_without_red_cells_tell_a_coarse_scale_and_are_held_back():
    alone = [field for field in map(find_cells, real_crops()) if field.scale_source == "white cells"]
    assert len(alone) >= 5
    assert all(field.quality.held_back for field in alone)
    assert float(np.median([field.um_per_px for field in alone])) == pytest.approx(BCCD_UM_PER_PX, rel=0.35)


def test_pooling_believes_red_cells_before_white_ones():
    pooled = pooled_scale([red(0.1), NO_RED, red(0.12), red(0.11)], [nuclei(20, 0.3)])
    assert (pooled.source, pooled.fields, pooled.um_per_px) == ("red cells", 3, pytest.approx(0.11))


def test_pooling_needs_enough_white_cells():
    assert pooled_scale([NO_RED], [nuclei(20)] * 9 + [nuclei(0)]) is None
    pooled = pooled_scale([NO_RED], [nuclei(1)] * 10 + [nuclei(0)])
    assert (pooled.source, pooled.fields, pooled.error) == ("white cells", 10, white_cell_error(fields=10))
    assert pooled.um_per_px == pytest.approx(0.1, rel=0.01)


def test_one_field_full_of_platelets_does_not_sway_the_others():
    platelets = nuclei(30, 0.38)
    assert pooled_scale([], [nuclei(1)] * 12 + [platelets]).um_per_px == pytest.approx(0.1, rel=0.01)
    assert pooled_scale([], []) is None


def test_more_white_cells_tell_a_scale_more_surely():
    errors = [white_cell_error(fields=count) for count in (1, 10, 100)]
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("areas", [(2,), (4_000_000,)])
def test_what_cannot_be_a_nucleus_gives_no_scale(areas):
    assert WhiteCellRuler(areas).um_per_px is None


@pytest.mark.parametrize("scale", [0, -0.1, float("nan"), float("inf")])
def test_a_remembered_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(BadInput, match="micrometres"):
        find_cells(draw_field(seed=1, width=64, height=64)[0], microscope_um_per_px=scale)
