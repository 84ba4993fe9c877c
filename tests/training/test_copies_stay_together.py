import cv2
import numpy as np
import pytest
from PIL import Image

from classifier.inference.synthetic import draw_field
from tests.training.conftest import silent
from training.prepare import PrepareOptions, prepare

ORIGINALS, COPIES = 6, 4


def augmented(rgb, seed):
    """A copy as public sets are padded with: turned, shifted, mirrored, black fill in the corners."""
    rng = np.random.default_rng(seed)
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(0, 360)), 1.0)
    turn[:, 2] += rng.uniform(-20, 20, 2)
    bent = cv2.warpAffine(rgb, turn, (width, height))
    return np.ascontiguousarray(bent[:, ::-1]) if seed % 2 else bent


@pytest.fixture(scope="module")
def padded_set(tmp_path_factory):
    """Two classes, six drawn fields each, four augmented copies of every field, names that tell nothing."""
    root = tmp_path_factory.mktemp("padded")
    rng = np.random.default_rng(5)
    names = iter(rng.permutation(1000))
    origin = {}
    for number, label in enumerate(("EOSINOPHIL", "LYMPHOCYTE")):
        (root / label).mkdir()
        for original in range(ORIGINALS):
            seed = 100 * number + original
            rgb, _ = draw_field(seed=seed, width=320, height=240, cells=[label.lower()])
            for copy in range(COPIES):
                path = root / label / f"_{next(names)}.png"
                Image.fromarray(augmented(rgb, 10 * seed + copy)).save(path)
                origin[f"{label}/{path.name}"] = seed
    return root, origin


def test_no_original_is_on_two_sides_and_the_leak_of_a_random_split_is_told(padded_set, tmp_path):
    root, origin = padded_set
    told = []
    found = prepare([root], tmp_path / "out", options=PrepareOptions(ratios=(0.5, 0.25, 0.25)), say=told.append)
    sides = {}
    groups = {}
    for row in found.rows:
        sides.setdefault(origin[row.path], set()).add(row.split)
        groups.setdefault(row.group, set()).add(origin[row.path])
    assert all(len(side) == 1 for side in sides.values())
    assert all(len(originals) == 1 for originals in groups.values())
    assert len(groups) == 2 * ORIGINALS
    (warning,) = [line for line in told if "WARNING" in line]
    assert "would have leaked" in warning
    assert f"of the {2 * ORIGINALS} groups" in warning


def test_a_groups_file_is_believed(padded_set, tmp_path):
    root, origin = padded_set
    lines = [f"{path},original-{seed}" for path, seed in origin.items()]
    (tmp_path / "groups.csv").write_text("\n".join(["path,original", *(f"{root.name}/{line}" for line in lines)]))
    options = PrepareOptions(ratios=(0.5, 0.25, 0.25), groups=tmp_path / "groups.csv", near="none")
    found = prepare([root], tmp_path / "out", options=options, say=silent)
    assert {row.group for row in found.rows} == {f"original-{seed}" for seed in origin.values()}


def test_originals_named_as_never_to_be_trained_on_are_the_test(padded_set, tmp_path):
    root, origin = padded_set
    lines = [f"{root.name}/{path},original-{seed}" for path, seed in origin.items()]
    (tmp_path / "groups.csv").write_text("\n".join(["path,original", *lines]))
    (tmp_path / "held.txt").write_text("original-0\noriginal-103\n")
    options = PrepareOptions(groups=tmp_path / "groups.csv", near="none", never_train=tmp_path / "held.txt")
    found = prepare([root], tmp_path / "out", options=options, say=silent)
    assert {row.group for row in found.rows if row.split == "test"} == {"original-0", "original-103"}


def test_a_turned_and_recoded_copy_is_found_by_its_hash(drawn_cells, tmp_path):
    """The cheap method for large sets without augmented copies."""
    root = tmp_path / "dataset"
    for label in ("eosinophil", "lymphocyte"):
        (root / label).mkdir(parents=True)
        for path in sorted((drawn_cells / label).iterdir()):
            Image.open(path).resize((240, 240)).save(root / label / path.name)
    Image.open(root / "eosinophil" / "cell003.png").rotate(90).save(root / "eosinophil" / "zz.jpg", quality=80)
    found = prepare([root], tmp_path / "out", options=PrepareOptions(near="hash"), say=silent)
    home = {row.path: row.group for row in found.rows}
    assert home["eosinophil/zz.jpg"] == home["eosinophil/cell003.png"]
    assert len(set(home.values())) == len(home) - 1


def test_official_parts_that_share_an_original_are_told_and_mended(padded_set, tmp_path):
    root, origin = padded_set
    paths = sorted(origin)
    # One copy of two originals lies in the official test, the others in the official training part.
    tests = {next(path for path in paths if origin[path] == seed) for seed in (0, 103)}
    official = {path: "test" if path in tests else "train" for path in paths}
    lines = [f"{root}/{path},{path.split('/')[0]},original-{origin[path]},{official[path]}" for path in paths]
    (tmp_path / "cells.csv").write_text("\n".join(["path,label,group,split", *lines]))
    told = []
    rows = prepare(
        [tmp_path / "cells.csv"], tmp_path / "out", options=PrepareOptions(near="none"), say=told.append
    ).rows
    assert any("official parts share 2 originals" in line for line in told)
    assert {row.group for row in rows if row.split == "test"} == {"original-0", "original-103"}
    assert sum(row.split == "test" for row in rows) == 2 * COPIES
