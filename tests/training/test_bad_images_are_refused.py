import errno
import shutil

import pytest
from PIL import Image

from tests.training.conftest import draw_folder, silent
from training import atomic
from training.__main__ import main
from training.errors import BadData, NoSpace
from training.manifest import read_manifest
from training.prepare import PrepareOptions, prepare

QUICK = PrepareOptions(near="none")


@pytest.fixture
def dataset(drawn_cells, tmp_path):
    """A copy of the drawn cells that may be spoilt."""
    return shutil.copytree(drawn_cells, tmp_path / "dataset")


def refused(dataset, tmp_path, match, **options):
    """Prepare must refuse with a sentence, and leave nothing behind."""
    with pytest.raises(BadData, match=match):
        prepare([dataset], tmp_path / "out", options=PrepareOptions(near="none", **options), say=silent)
    assert not (tmp_path / "out").exists()


def test_a_set_of_one_class_is_refused(dataset, tmp_path):
    shutil.rmtree(dataset / "lymphocyte")
    shutil.rmtree(dataset / "platelet")
    refused(dataset, tmp_path, "one class only, eosinophil")


def test_fewer_than_twenty_images_of_a_class_are_refused(dataset, tmp_path):
    for path in sorted((dataset / "platelet").iterdir())[19:]:
        path.unlink()
    refused(dataset, tmp_path, r"platelet \(19\)")


def test_an_unreadable_training_image_is_refused(dataset, tmp_path):
    (dataset / "platelet" / "cell000.png").write_bytes(b"not an image")
    refused(dataset, tmp_path, r"cell000.png cannot be read.*--skip-bad")


def test_a_cut_off_training_image_is_refused(dataset, tmp_path):
    path = dataset / "platelet" / "cell000.png"
    path.write_bytes(path.read_bytes()[:2000])
    refused(dataset, tmp_path, "cell000.png cannot be read")


def test_a_tiny_training_image_is_refused(dataset, tmp_path):
    Image.new("RGB", (8, 8)).save(dataset / "platelet" / "cell000.png")
    refused(dataset, tmp_path, "cell000.png is 8x8 px")


def test_unusable_training_images_can_be_left_out(dataset, tmp_path):
    (dataset / "platelet" / "cell000.png").write_bytes(b"not an image")
    told = []
    found = prepare([dataset], tmp_path / "out", options=PrepareOptions(near="none", skip_bad=True), say=told.append)
    assert all("platelet/cell000" not in row.path for row in found.rows)
    assert any("cell000.png" in line for line in told)


def test_training_images_of_mixed_sizes_are_refused(dataset, tmp_path):
    Image.new("RGB", (900, 900), "white").save(dataset / "platelet" / "cell000.png")
    refused(dataset, tmp_path, "from 120 to 900 px")


def test_a_folder_of_an_unknown_class_is_refused(dataset, tmp_path):
    (dataset / "platelet").rename(dataset / "plateaux")
    refused(dataset, tmp_path, "plateaux")


def test_one_image_under_two_classes_is_left_out(dataset, tmp_path):
    shutil.copyfile(dataset / "platelet" / "cell000.png", dataset / "lymphocyte" / "zz.png")
    told = []
    found = prepare([dataset], tmp_path / "out", options=QUICK, say=told.append)
    names = {row.path for row in found.rows}
    assert not names & {"platelet/cell000.png", "lymphocyte/zz.png"}
    assert any("one image under different classes" in line for line in told)


def test_the_double_of_a_training_image_is_left_out(dataset, tmp_path):
    shutil.copyfile(dataset / "platelet" / "cell000.png", dataset / "platelet" / "zz.png")
    found = prepare([dataset], tmp_path / "out", options=QUICK, say=silent)
    assert "platelet/zz.png" not in {row.path for row in found.rows}


def test_a_class_from_too_few_originals_is_refused(tmp_path):
    """Twenty images of one original cannot be on both sides of a split."""
    draw_folder(tmp_path / "dataset", ("eosinophil", "lymphocyte"), 22)
    rows = [f"dataset/lymphocyte/cell{n:03d}.png,lymphocyte,the-only-one" for n in range(22)]
    rows += [f"dataset/eosinophil/cell{n:03d}.png,eosinophil,{n}" for n in range(22)]
    (tmp_path / "cells.csv").write_text("\n".join(["path,label,group", *rows]))
    refused(tmp_path / "cells.csv", tmp_path, "lymphocyte come from too few originals")


def test_an_image_that_changed_after_prepare_is_refused(dataset, tmp_path):
    prepare([dataset], tmp_path / "out", options=QUICK, say=silent)
    with (dataset / "platelet" / "cell000.png").open("ab") as stream:
        stream.write(b"more")
    with pytest.raises(BadData, match=r"cell000.png changed since"):
        read_manifest(tmp_path / "out").verify()


def test_an_image_that_went_away_after_prepare_is_refused(dataset, tmp_path):
    prepare([dataset], tmp_path / "out", options=QUICK, say=silent)
    (dataset / "platelet" / "cell000.png").unlink()
    with pytest.raises(BadData, match=r"cell000.png .* no longer there"):
        read_manifest(tmp_path / "out").verify()


def test_a_manifest_in_which_a_group_straddles_is_refused(dataset, tmp_path):
    prepare([dataset], tmp_path / "out", options=QUICK, say=silent)
    path = tmp_path / "out" / "manifest.csv"
    lines = path.read_text().splitlines()
    first = lines[1].split(",")
    other = "test" if first[3] != "test" else "train"
    lines.append(",".join(["zz.png", first[1], first[2], other, *first[4:]]))
    path.write_text("\n".join(lines))
    with pytest.raises(BadData, match="it would leak"):
        read_manifest(path)


def test_a_full_disk_leaves_no_half_written_manifest(dataset, tmp_path, monkeypatch):
    def full(self, *args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.Path, "write_text", full)
    with pytest.raises(NoSpace, match="no space left"):
        prepare([dataset], tmp_path / "out", options=QUICK, say=silent)
    assert not list((tmp_path / "out").iterdir())


def test_crops_are_not_begun_on_a_full_disk(tmp_path):
    with pytest.raises(NoSpace, match="no space left for"):
        atomic.require_space(tmp_path / "crops", 2**62)


def test_a_refused_command_exits_with_one_and_a_sentence(dataset, tmp_path, capsys):
    (dataset / "platelet").rename(dataset / "plateaux")
    assert main(["prepare", str(dataset), "--out", str(tmp_path / "out")]) == 1
    assert "plateaux" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["70/15", "0/50/50", "a/b/c", "70/-1/31"])
def test_split_ratios_that_make_no_sense_are_refused(drawn_cells, tmp_path, capsys, text):
    assert main(["prepare", str(drawn_cells), "--out", str(tmp_path / "out"), f"--ratios={text}"]) == 1
    assert text in capsys.readouterr().err
