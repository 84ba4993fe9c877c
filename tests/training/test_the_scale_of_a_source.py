"""The scale of a training source is measured or given, never taken for granted."""

import argparse

import numpy as np
import pytest
from PIL import Image

from classifier.inference.synthetic import draw_cell_image, draw_field
from tests.training.conftest import VIEW
from training.crop_set import Crops, build_crops, source_scale
from training.errors import BadData
from training.steps.crops import add_arguments, read_scales


def save(rgb, path):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(rgb).save(path, compress_level=1)
    return str(path)


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    return save(np.full((90, 90, 3), 225, np.uint8), tmp_path_factory.mktemp("blank") / "empty.png")


@pytest.fixture(scope="module")
def lone_cells(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    drawing = {"width": 400, "height": 300, "crowding": 0, "with_platelets": False}
    return [
        save(draw_field(seed=seed, cells=[label], **drawing)[0], folder / f"{seed}.png")
        for seed, label in enumerate(["neutrophil", "lymphocyte", "monocyte"] * 4)
    ]


def row(path, source="here"):
    return {"path": path, "label": "neutrophil", "group": path, "split": "train", "source": source}


def test_red_cells_give_the_scale_of_a_source(tmp_path):
    path = save(draw_field(seed=4, cells=["monocyte"])[0], tmp_path / "field.png")
    found = source_scale("here", [path])
    assert (found.source, found.fields, found.um_per_px) == ("red cells", 1, pytest.approx(0.1, rel=0.12))


def test_white_cells_give_it_where_there_are_no_red_ones(lone_cells):
    found = source_scale("here", lone_cells)
    assert found.source == "white cells"
    assert 10 <= found.fields <= len(lone_cells)
    assert found.um_per_px == pytest.approx(0.14, rel=0.15)  # drawn nuclei are smaller than real ones


def test_too_few_white_cells_are_no_scale(lone_cells):
    with pytest.raises(BadData, match=r"--scale here=0\.1"):
        source_scale("here", lone_cells[:2])


def test_crops_are_not_cut_at_an_unknown_scale(blank, tmp_path):
    with pytest.raises(BadData, match="not known"):
        build_crops([row(blank)], out=tmp_path / "crops", spec=VIEW, pick={})
    assert not (tmp_path / "crops").exists()


def test_crops_are_cut_at_the_scale_that_is_given(tmp_path):
    path = save(draw_cell_image("neutrophil", 3, 120, um_per_px=0.17), tmp_path / "cell.png")
    out = build_crops([row(path)], out=tmp_path / "crops", spec=VIEW, pick={}, scales={"here": 0.17})
    assert [made.um_per_px for made in Crops.open(out).rows] == [0.17]


def test_two_processes_cut_what_one_does(tmp_path):
    paths = [save(draw_cell_image("monocyte", seed, 120, um_per_px=0.17), tmp_path / f"{seed}.png") for seed in (1, 2)]
    rows = [row(path) for path in paths]
    one, two = (
        Crops.open(
            build_crops(
                rows, out=tmp_path / f"by {workers}", spec=VIEW, pick={}, scales={"here": 0.17}, workers=workers
            )
        )
        for workers in (1, 2)
    )
    assert one.rows == two.rows
    assert (one.patches == two.patches).all()
    assert (one.views == two.views).all()


def test_a_scale_for_a_source_that_is_not_there_is_refused(blank, tmp_path):
    with pytest.raises(BadData, match="elsewhere"):
        build_crops([row(blank)], out=tmp_path / "crops", spec=VIEW, pick={}, scales={"elsewhere": 0.1})


def test_scales_are_read_from_the_command_line():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    given = parser.parse_args(["manifest", "--out", "crops", "--scale", "pbc=0.104", "--scale", "a=b=0.2"])
    assert read_scales(given.scale) == {"pbc": 0.104, "a=b": 0.2}


@pytest.mark.parametrize("text", ["pbc", "=0.1", "pbc=", "pbc=wide", "pbc=0", "pbc=-0.1", "pbc=nan", "pbc=inf"])
def test_what_is_no_scale_is_refused_with_the_way_to_write_one(text):
    with pytest.raises(BadData, match=r"SOURCE=0\.1"):
        read_scales([text])
