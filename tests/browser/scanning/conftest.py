"""A browser whose camera films what the test draws."""

from __future__ import annotations

import pytest

from tests.browser.conftest import CHROMIUM
from tests.factories.barcodes import seen_by_a_camera, video


@pytest.fixture
def film(tmp_path):
    """The file that the camera shows; a test writes into it before it opens a page."""
    return tmp_path / "camera.mjpeg"


@pytest.fixture
def chromium(chromium, film):
    """The browser of all other tests, started again with this camera, which it lets every page use."""
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    yield browser
    browser.close()


@pytest.fixture
def show(film):
    """`show(label)`: the camera films it from now on."""
    return lambda label, **how: film.write_bytes(video(seen_by_a_camera(label, **how)))
