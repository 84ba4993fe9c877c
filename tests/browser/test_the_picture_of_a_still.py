"""What becomes of a still in a real browser: cut to what is lit, made smaller, and known again."""

import base64

import cv2
import numpy as np
import pytest

from tests.coach_frames import FIELD, load_field

MAKE = """
async ({ png, umPerFramePx, frame }) => {
  const { fileOf, frameOf } = await import("/static/workbench/capture/picture.js");
  const { hashDistance, hashOf } = await import("/static/workbench/capture/measures.js");
  const { shrunk } = await import("/static/workbench/capture/pixels.js");
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const still = await createImageBitmap(image);
  const made = await fileOf(still, { umPerFramePx, frame, name: "capture.jpg" });
  const kept = await createImageBitmap(made.file);
  const { tile, whole } = frameOf(still);
  return { size: [kept.width, kept.height], type: made.file.type, framePxPerFilePx: made.framePxPerFilePx,
           tile: [tile.width, tile.height], distance: hashDistance(made.hash, hashOf(shrunk(whole, 320))) };
}
"""


@pytest.fixture
def made(open_as):
    """`made(rgb, um_per_frame_px, frame)` -> the file that the page makes of a still, described."""
    page = open_as(None)
    page.goto("/accounts/login/")

    def make(rgb, *, um_per_frame_px=0.1, frame=(640, 480)):
        png = base64.b64encode(cv2.imencode(".png", rgb[..., ::-1])[1]).decode()
        size = {"width": frame[0], "height": frame[1]}
        return page.evaluate(MAKE, {"png": png, "umPerFramePx": um_per_frame_px, "frame": size})

    return make


def test_a_lit_circle_is_cut_out_and_measured_inside(made):
    field = load_field(FIELD)
    rows, columns = np.mgrid[:480, :640]
    field[np.hypot(columns - 340, rows - 240) > 200] = 6
    found = made(field)
    assert found["size"] == pytest.approx([400, 400], abs=8)
    assert found["tile"] == pytest.approx([280, 280], abs=8)
    assert found["framePxPerFilePx"] == 1


def test_a_whole_picture_stays_whole_and_is_known_again(made):
    found = made(load_field(FIELD))
    assert (found["size"], found["tile"], found["type"]) == ([640, 480], [480, 480], "image/jpeg")
    assert found["distance"] == 0


def test_a_large_still_is_made_smaller_but_never_too_coarse(made):
    still = cv2.resize(load_field(FIELD), (5120, 3840))
    fine = made(still, um_per_frame_px=0.1, frame=(2560, 1920))
    assert (fine["size"], fine["framePxPerFilePx"]) == ([2560, 1920], 1)
    coarse = made(still, um_per_frame_px=0.2, frame=(2560, 1920))
    assert coarse["size"] == [3413, 2560]
    assert 0.2 * coarse["framePxPerFilePx"] == pytest.approx(0.15)
