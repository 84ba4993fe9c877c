"""Crops of one field: decoded for each, as it was for fields of over 16 megapixels, against cut from the pixels that are kept.

    python benchmarks/crops.py [--megapixels 50] [--crops 20] [--json FILE]

One process, a JPEG with the texture of noise, a folder of its own. Prints the first crop, which decodes and keeps the field, the
median of the next ones, and how many times faster they are.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.test")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from PIL import Image  # noqa: E402

from cases.imaging import crop_around, encode_jpeg  # noqa: E402
from cases.services.decoding import decode_shown  # noqa: E402
from cases.services.display_pixels import display_pixels  # noqa: E402
from cases.storage import clinical_storage  # noqa: E402
from cases.stored_files import open_display, sha256_of  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SPAN, SIZE = 128, 128
BOX_PX = 80


def decoded_each_time(image: Any) -> NDArray[np.uint8]:
    """What a crop of a field of over 16 megapixels did before."""
    with open_display(image) as file:
        return np.asarray(Image.open(file).convert("RGB"), dtype=np.uint8)


def field(megapixels: float) -> Any:
    """A stored field of 4:3."""
    height = math.isqrt(int(megapixels * 1e6 * 3 / 4))
    width = height * 4 // 3
    noise = np.random.default_rng(1).normal(0, 12, (512, 512, 3))
    tile = np.clip(200 + noise, 0, 255).astype(np.uint8)
    pixels = np.tile(tile, (height // 512 + 1, width // 512 + 1, 1))[:height, :width]
    name = clinical_storage().save("display/benchmark.jpg", ContentFile(encode_jpeg(pixels)))
    return SimpleNamespace(
        display=SimpleNamespace(name=name), display_sha256=None, ordinal=1, width=width, height=height
    )


def seconds_of(
    pixels_of: Callable[[Any], NDArray[np.uint8]], image: Any, crops: int
) -> tuple[list[float], list[bytes]]:
    """Cut so many crops all over the field; returns the seconds of each, and their pixels."""
    took, cut = [], []
    for number in range(crops):
        x = (image.width - BOX_PX) * number // max(crops - 1, 1)
        y = (image.height - BOX_PX) * number // max(crops - 1, 1)
        started = time.perf_counter()
        square = crop_around(pixels_of(image), (x, y, BOX_PX, BOX_PX), span=SPAN, size=SIZE)
        took.append(time.perf_counter() - started)
        cut.append(square.tobytes())
    return took, cut


def main() -> None:
    """Measure both in one run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, default=50)
    parser.add_argument("--crops", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings.VAR_DIR = Path(folder)
        storage: Any = clinical_storage()
        storage.__dict__["base_location"] = storage.__dict__["location"] = folder
        image = field(options.megapixels)
        with open_display(image) as file:
            image.display_sha256 = sha256_of(file)
        decode_shown(ContentFile(encode_jpeg(np.zeros((64, 64, 3), dtype=np.uint8))))  # starts the helper
        before, old = seconds_of(decoded_each_time, image, options.crops)
        now, new = seconds_of(display_pixels, image, options.crops)
    if old != new:
        sys.exit("The crops differ.")
    figures = {
        "before_ms": statistics.median(before) * 1000,
        "first_ms": now[0] * 1000,
        "next_ms": statistics.median(now[1:]) * 1000,
        "slowest_next_ms": max(now[1:]) * 1000,
        "ratio": statistics.median(before) / statistics.median(now[1:]),
    }
    print(f"{image.width} x {image.height} px, {options.crops} crops, the same pixels")
    for name, value in figures.items():
        print(f"  {name:16} {value:10.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
