import csv

import pytest
from PIL import Image

from training.datasets import read_source
from training.datasets.bccd import read_boxes
from training.errors import BadData


def image(path, colour="white"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 64), colour).save(path)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".PNG", ".webp", ".bmp", ".tif", ".tiff"])
def test_class_folders_of_every_image_format_are_read(tmp_path, suffix):
    image(tmp_path / "Neutrophils" / f"a{suffix}")
    image(tmp_path / "ig" / f"b{suffix}")
    assert [(p.label, p.split) for p in read_source(tmp_path)] == [("neutrophil", ""), ("immature_granulocyte", "")]


def test_the_kaggle_layout_keeps_its_official_parts(tmp_path):
    for part in ("TRAIN", "TEST", "TEST_SIMPLE"):
        image(tmp_path / part / "EOSINOPHIL" / "_0_1.jpeg")
    splits = {p.path.parent.parent.name: p.split for p in read_source(tmp_path)}
    assert splits == {"TRAIN": "train", "TEST": "test", "TEST_SIMPLE": "test"}


def test_hidden_files_and_other_files_are_passed_over(tmp_path):
    image(tmp_path / "monocyte" / "a.png")
    (tmp_path / "monocyte" / "Thumbs.db").write_bytes(b"x")
    (tmp_path / "monocyte" / "._a.png").write_bytes(b"x")
    assert len(read_source(tmp_path)) == 1


def test_a_training_source_can_be_named(tmp_path):
    image(tmp_path / "monocyte" / "a.png")
    assert read_source(f"camera-2={tmp_path}")[0].source == "camera-2"


def test_an_unknown_class_folder_is_named(tmp_path):
    image(tmp_path / "monocyte" / "a.png")
    image(tmp_path / "unicorn" / "a.png")
    with pytest.raises(BadData, match="unicorn"):
        read_source(tmp_path)


def test_a_table_gives_path_label_group_and_split(tmp_path):
    image(tmp_path / "images" / "a.png")
    (tmp_path / "cells.csv").write_text("path,label,group,split\nimages/a.png,Lymphocyte,patient-1,val\n")
    (row,) = read_source(tmp_path / "cells.csv")
    assert (row.label, row.group, row.split) == ("lymphocyte", "patient-1", "validation")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("path,label\nmissing.png,neutrophil\n", "missing.png"),
        ("path,label\na.png,unicorn\n", "line 2.*unicorn"),
        ("file,class\na.png,neutrophil\n", "path and label"),
        ("path,label,split\na.png,neutrophil,sometimes\n", "sometimes"),
        ("path,label\n", "no image"),
    ],
)
def test_a_bad_table_is_refused_with_its_line(tmp_path, text, told):
    image(tmp_path / "a.png")
    (tmp_path / "cells.csv").write_text(text)
    with pytest.raises(BadData, match=told):
        read_source(tmp_path / "cells.csv")


def bccd(root):
    for number in (1, 2, 3, 4):
        image(root / "originals" / f"BloodImage_0000{number}.jpg")
    with (root / "labels.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        rows = [
            ["", 1, "NEUTROPHIL"],
            ["", 2, "EOSINOPHIL"],
            ["", 3, "NEUTROPHIL, MONOCYTE"],
            ["", 4, ""],
            ["", 9, "BASOPHIL"],
        ]
        table.writerows([["", "Image", "Category"], *rows])
    (root / "test_originals.txt").write_text("BloodImage_00002.jpg\n")
    return root


def test_bccd_gives_fields_with_one_label_and_holds_the_official_test_out(tmp_path):
    rows = [(p.path.name, p.label, p.group, p.split) for p in read_source(bccd(tmp_path))]
    assert rows == [
        ("BloodImage_00001.jpg", "neutrophil", "BloodImage_00001.jpg", "train"),
        ("BloodImage_00002.jpg", "eosinophil", "BloodImage_00002.jpg", "test"),
    ]


def test_voc_boxes_are_read(tmp_path):
    (tmp_path / "a.xml").write_text(
        "<annotation><object><name>WBC</name><bndbox><xmin>10</xmin><ymin>20</ymin><xmax>40</xmax><ymax>70</ymax></bndbox>"
        "</object></annotation>"
    )
    (found,) = read_boxes(tmp_path / "a.xml")
    assert (found.kind, found.box.x, found.box.y, found.box.w, found.box.h) == ("WBC", 10, 20, 30, 50)


def test_a_broken_annotation_is_named(tmp_path):
    (tmp_path / "a.xml").write_text("<annotation><object>")
    with pytest.raises(BadData, match=r"a\.xml"):
        read_boxes(tmp_path / "a.xml")
