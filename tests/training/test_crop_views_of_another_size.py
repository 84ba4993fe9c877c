import dataclasses

import numpy as np
import pytest

from classifier.inference.crops import CropSpec
from tests.training.conftest import KERAS, VIEW
from training.crop_views import note_spec, views_at
from training.errors import BadData

pytestmark = KERAS


def test_views_taken_from_patches_are_what_a_fresh_cut_would_show(crops):
    """Halve the size at twice the scale, and compare with the views cut at full size, averaged."""
    rows = crops.where(split="train")[:12]
    small = views_at(crops, rows, CropSpec(VIEW.size_px // 2, 2 * VIEW.um_per_px)).astype(float)
    full = crops.views[rows].astype(float)
    halved = full.reshape(len(rows), VIEW.size_px // 2, 2, VIEW.size_px // 2, 2, 3).mean(axis=(2, 4))

    def apart(right, down):
        moved = np.roll(small, (down, right), axis=(1, 2))
        return float(np.abs(moved - halved)[:, 3:-3, 3:-3].mean())

    aligned = apart(0, 0)
    assert aligned < 0.5 * min(apart(1, 0), apart(-1, 0), apart(0, 1), apart(0, -1))


def test_views_cut_so_are_taken_as_they_are(crops):
    rows = crops.where(split="validation")
    assert (views_at(crops, rows, VIEW) == crops.views[rows]).all()


def test_a_set_cut_at_another_scale_is_not_taken_for_this_one(crops, tmp_path):
    np.save(tmp_path / "views.npy", np.zeros_like(crops.views))
    note_spec(tmp_path, CropSpec(VIEW.size_px, 0.3))
    other = dataclasses.replace(crops, views=np.load(tmp_path / "views.npy", mmap_mode="r"))
    assert views_at(other, crops.where(split="validation"), VIEW).any()


def test_a_view_wider_than_a_patch_is_refused(crops):
    with pytest.raises(BadData, match="cut the crops again"):
        views_at(crops, crops.where(split="validation"), CropSpec(128, 0.5))
