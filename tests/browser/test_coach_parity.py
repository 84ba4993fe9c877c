"""In a real browser the coach says of real fields, sharp, blurred, dark and burnt, what the worker says of the file.

Ten fields are kept with the tests; where HEMATOVISION_DATA names BCCD, a hundred are compared.
"""

import base64
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from classifier.inference.picture_limits import all_limits
from classifier.inference.scale import measure_red_cells
from tests.coach_frames import FIXTURES, UM_PER_PX, WORST_FIRST, load_field, said_of, spoilt

WHOLE_SET = Path(os.environ.get("HEMATOVISION_DATA", "nowhere")) / "bccd" / "originals"
SAME_VERDICT, FOCUS_WITHIN = 0.98, 0.02
MEASURE = """
async ({ pictures, limits, modules }) => {
  const measures = await import(modules.measures);
  const pixels = await import(modules.pixels);
  const found = [];
  for (const { png, umPerPx } of pictures) {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const whole = context.getImageData(0, 0, image.width, image.height);
    const tile = pixels.middleOf(whole, 480);
    const { focus, exposure, stain } = measures.measure({ tile, whole }, { umPerPx, limits });
    found.push({ edge_width: measures.edgeWidth(tile, umPerPx, limits.focus),
                 verdicts: { focus: focus.verdict, exposure: exposure.verdict, stain: stain.verdict } });
  }
  return found;
}
"""


def coach(page, frames):
    """What the coach says of frames, each with its scale."""
    pictures = [
        {"png": base64.b64encode(cv2.imencode(".png", rgb[..., ::-1])[1]).decode(), "umPerPx": um_per_px}
        for rgb, um_per_px in frames
    ]
    modules = {name: f"/static/workbench/capture/{name}.js" for name in ("measures", "pixels")}
    return page.evaluate(MEASURE, {"pictures": pictures, "limits": all_limits(), "modules": modules})


def compare(page, fields):
    """How often the verdicts are the same, and the largest relative difference of the edge widths."""
    same, furthest = [], 0.0
    for path in fields:
        field = load_field(path)
        um_per_px = measure_red_cells(field).um_per_px or UM_PER_PX
        frames = [(rgb, um_per_px) for _, rgb in spoilt(field)]
        for (rgb, _), found in zip(frames, coach(page, frames), strict=True):
            said = said_of(rgb, um_per_px=um_per_px)
            worst = next(each for each in WORST_FIRST if each in found["verdicts"].values())
            same.append(worst == said["verdict"])
            furthest = max(furthest, abs(found["edge_width"] / said["edge_width"] - 1))
    return float(np.mean(same)), furthest


@pytest.fixture
def page(open_as):
    opened = open_as(None)
    opened.goto("/accounts/login/")
    return opened


def test_ten_fields_are_judged_as_by_the_worker(page):
    same, furthest = compare(page, sorted((FIXTURES / "bccd_fields").glob("*.jpg")))
    assert furthest <= FOCUS_WITHIN
    assert same >= SAME_VERDICT


@pytest.mark.slow
def test_a_hundred_fields_are_judged_as_by_the_worker(page):
    if not WHOLE_SET.is_dir():
        pytest.skip("HEMATOVISION_DATA names no folder with bccd in it")
    fields = sorted(WHOLE_SET.glob("*.jpg"))
    same, furthest = compare(page, fields[:: len(fields) // 100][:100])
    assert furthest <= FOCUS_WITHIN
    assert same >= SAME_VERDICT
