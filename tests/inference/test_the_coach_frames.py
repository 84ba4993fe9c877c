"""What is kept for the tests of the capture page is what the worker says today, and its limits are plain JSON."""

import gzip
import json

import numpy as np
import pytest

from classifier.inference.picture_limits import all_limits
from tests.coach_frames import KEPT, described, kept_frames

REWRITE = "python -m tests.coach_frames writes the frames anew; the port in static/workbench/capture has to follow."


@pytest.fixture(scope="module")
def kept():
    return json.loads((KEPT / "frames.json").read_text())


def test_the_kept_frames_are_of_the_field(kept):
    for name, frame in kept_frames().items():
        found = np.frombuffer(gzip.decompress((KEPT / f"{name}.rgb.gz").read_bytes()), np.uint8)
        assert np.array_equal(found, frame.ravel()), REWRITE


def test_the_worker_says_of_them_what_is_kept(kept):
    assert json.loads(json.dumps(described(kept_frames()))) == kept, REWRITE


def test_the_limits_are_plain_json():
    assert json.loads(json.dumps(all_limits())) == all_limits()
