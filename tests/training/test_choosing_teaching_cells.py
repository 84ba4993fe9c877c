"""Cells for teaching come from the training part, lie alone, and stay the same ones when another is taken out."""

from pathlib import Path

import pytest
from PIL import Image

from classifier.inference.synthetic import draw_cell_image
from training.errors import BadData
from training.manifest import Manifest, ManifestRow
from training.material import cells
from training.material.writing import write_material

NAMES = {"SNE": "neutrophil", "BNE": "neutrophil", "NEUTROPHIL": "neutrophil", "MO": "monocyte"}
EACH = {"SNE": 5, "BNE": 5, "NEUTROPHIL": 2, "MO": 5}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    root = tmp_path_factory.mktemp("drawn")
    rows = []
    for prefix, label in NAMES.items():
        for number in range(EACH[prefix]):
            path = root / "pbc" / f"{prefix}_{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(draw_cell_image(label, seed=len(rows))).save(path)
            split = "validation" if number == 0 else "train"
            name = path.relative_to(root).as_posix()
            rows.append(ManifestRow(name, label, name, split, f"{len(rows):064x}", 360, 360, "pbc"))
    return Manifest(tuple(rows), root)


@pytest.fixture(autouse=True, scope="module")
def few():
    """As many as the drawn set has, of a class and of a subclass."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "_A_CLASS", 2)
        patch.setattr(cells, "_A_SUBCLASS", 1)
        patch.setattr(cells, "_ATYPICAL", 0.5)
        yield


@pytest.fixture(scope="module")
def chosen(manifest):
    return cells.choose_cells(manifest, source="pbc")


def test_only_the_training_part_is_chosen_from_and_names_tell_the_subclass(chosen):
    assert {cell.row.split for cell in chosen} == {"train"}
    assert sorted((cell.row.label, cell.subclass) for cell in chosen) == [
        *[("monocyte", "")] * 2,
        ("neutrophil", "band"),
        *[("neutrophil", "segmented")] * 2,
    ]
    assert {cell.square.shape for cell in chosen} == {(160, 160, 3)}


def test_one_that_is_unwanted_is_replaced_and_no_other_moves(manifest, chosen):
    unwanted = Path(chosen[0].row.path).name
    before = {cell.row.path for cell in chosen}
    after = {cell.row.path for cell in cells.choose_cells(manifest, source="pbc", without=[unwanted])}
    assert before - after == {chosen[0].row.path}
    assert len(after - before) == 1


def test_a_class_with_too_few_fit_cells_is_named(manifest, monkeypatch):
    monkeypatch.setattr(cells, "_A_CLASS", 5)
    with pytest.raises(BadData, match="sharp, whole cells of monocyte"):
        cells.choose_cells(manifest, source="pbc")


def test_the_same_choice_gives_the_same_bytes_under_names_that_tell_nothing(manifest, chosen, tmp_path):
    for name in ("one", "two"):
        write_material(chosen, [], manifest, out=tmp_path / name)
    one, two = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("one", "two")
    )
    assert one == two
    assert {path.name for path in one} >= {"001.webp", "material.csv", "boxes.csv", "held_out.txt"}
    assert (tmp_path / "one/held_out.txt").read_text().split() == sorted(f"{prefix}_0.png" for prefix in NAMES)
