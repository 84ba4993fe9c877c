"""Crops of a field decode it once; what was decoded is kept within a bound, and nothing depends on its being kept."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from cases.imaging import crop_around
from cases.models import SmearImage
from cases.pixel_folder import PixelFolder
from cases.services import display_pixels as door
from cases.services.images import make_display_copy, receive_image
from tests.factories.cases import CaseFactory, CellFactory
from tests.factories.image_files import image_bytes, upload

pytestmark = pytest.mark.django_db
SIDE = 40
BYTES = SIDE * SIDE * 3
WHOLE = BYTES + 128  # with the header of a file


@pytest.fixture
def folder(settings, tmp_path):
    """Where decoded pictures of this test lie."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "crops"


@pytest.fixture
def image(amina, folder):
    case = CaseFactory(clinic=amina.organisation, ready=True)
    image, _ = receive_image(actor=amina, case=case, upload=upload(image_bytes("JPEG", width=400, height=300)))
    return make_display_copy(image)


@pytest.fixture
def cell(image):
    return CellFactory(image=image, x=100, y=80, width=40, height=36)


@pytest.fixture
def decoded(monkeypatch):
    """The names of the files that were decoded."""
    names = []
    decode = door.decode_shown

    def count(file):
        names.append(file.name)
        return decode(file)

    monkeypatch.setattr(door, "decode_shown", count)
    return names


@pytest.fixture
def crop(client, pavel, cell):
    """Ask for the crop as Pavel; returns the response."""
    client.force_login(pavel)
    return lambda: client.get(reverse("cases:cell_crop", args=[cell.pk]) + "?size=96&span=80")


def pixels_of(answer):
    assert answer.status_code == 200
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def picture(shade):
    return np.full((SIDE, SIDE, 3), shade, dtype=np.uint8)


def test_the_second_crop_has_the_same_pixels_and_decodes_nothing(crop, image, cell, decoded):
    with Image.open(image.display.path) as display:
        whole = np.asarray(display.convert("RGB"))
    expected = crop_around(whole, cell.box, span=80, size=96)
    for _ in range(3):
        assert np.array_equal(pixels_of(crop()), expected)
    assert len(decoded) == 1


def test_what_is_kept_has_the_name_of_its_content_and_is_ours_alone(crop, image, folder):
    crop()
    digest = hashlib.sha256(Path(image.display.path).read_bytes()).hexdigest()
    (file,) = folder.iterdir()
    assert file.name == f"{digest}.npy"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_copy_without_a_recorded_hash_is_kept_under_its_content(crop, image, decoded):
    SmearImage.objects.update(display_sha256=None)
    crop()
    Path(image.display.path).write_bytes(image_bytes("JPEG", width=400, height=300, seed=9))
    crop()
    assert len(decoded) == 2


def test_a_swapped_copy_is_noticed_though_its_pixels_are_kept(crop, image):
    assert crop().status_code == 200
    Path(image.display.path).write_bytes(image_bytes("JPEG", seed=77))
    assert crop().status_code == 410


def test_many_at_once_decode_one_time(image, decoded):
    start = threading.Barrier(4)

    def ask():
        start.wait()
        return door.display_pixels(image).copy()

    with ThreadPoolExecutor(4) as pool:
        found = [asked.result() for asked in [pool.submit(ask) for _ in range(4)]]
    assert len(decoded) == 1
    assert all(np.array_equal(pixels, found[0]) for pixels in found)


def test_another_image_does_not_wait(image, amina, folder, monkeypatch):
    """While one is being decoded, another is; each would wait for ever for the other under one lock."""
    other, _ = receive_image(actor=amina, case=image.case, upload=upload(image_bytes("JPEG", seed=5), name="b.jpg"))
    make_display_copy(other)
    assert image.display_sha256[:2] != other.display_sha256[:2]
    both = threading.Barrier(2, timeout=30)
    decode = door.decode_shown

    def meet(file):
        both.wait()
        return decode(file)

    monkeypatch.setattr(door, "decode_shown", meet)
    with ThreadPoolExecutor(2) as pool:
        shapes = {pixels.shape for pixels in pool.map(door.display_pixels, [image, other])}
    assert len(shapes) == 2


@pytest.mark.parametrize("harm", ["gone", "cut", "not ours", "in the way"])
def test_a_harmed_folder_still_answers_with_the_same_pixels(crop, folder, harm):
    expected = pixels_of(crop())
    (file,) = folder.iterdir()
    if harm == "cut":
        os.truncate(file, 500)
    elif harm == "not ours":
        file.write_bytes(b"")
    else:
        file.unlink()
        folder.rmdir()
    if harm == "in the way":
        folder.write_text("a file where the folder should be")
    for _ in range(2):
        assert np.array_equal(pixels_of(crop()), expected)


def test_a_full_disk_still_answers_and_keeps_nothing(crop, folder, settings):
    settings.DISK_RESERVE_BYTES = 2**62
    assert pixels_of(crop()).shape == (96, 96, 3)
    assert list(folder.iterdir()) == []


def test_a_disk_that_fills_up_while_a_picture_is_written_leaves_nothing(crop, folder, monkeypatch):
    def fill_up(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cases.pixel_folder.os.fsync", fill_up)
    assert crop().status_code == 200
    assert list(folder.iterdir()) == []


def test_nothing_is_kept_where_the_setting_says_so(crop, folder, settings):
    settings.CROP_CACHE_MB = 0
    assert crop().status_code == 200
    assert not folder.exists()


def test_the_longest_unused_go_first(folder):
    kept = PixelFolder(folder, max_bytes=3 * WHOLE)
    for number, key in enumerate("abc"):
        assert kept.keep(key, picture(number))
        used = time.time() - 100 + number
        os.utime(folder / f"{key}.npy", (used, used))
    assert kept.find("a") is not None
    assert kept.keep("d", picture(4))
    assert {path.stem for path in folder.iterdir()} == {"a", "c", "d"}
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 3 * WHOLE


def test_a_picture_larger_than_the_bound_is_not_kept(folder):
    assert not PixelFolder(folder, max_bytes=BYTES - 1).keep("a", picture(1))
    assert not folder.exists()


def test_a_picture_that_is_open_stays_readable(folder):
    kept = PixelFolder(folder, max_bytes=WHOLE)
    kept.keep("a", picture(7))
    held = kept.find("a")
    kept.keep("b", picture(8))
    assert kept.find("a") is None
    assert (held == 7).all()


def test_what_nobody_used_for_a_day_and_what_a_killed_process_left_goes(folder):
    kept = PixelFolder(folder, max_bytes=100 * WHOLE)
    kept.keep("old", picture(1))
    (folder / "dead.part").write_bytes(b"half")
    (folder / "running.part").write_bytes(b"half")
    for name, age in (("old.npy", 25 * 3600), ("dead.part", 700)):
        used = time.time() - age
        os.utime(folder / name, (used, used))
    kept.keep("new", picture(2))
    assert {path.name for path in folder.iterdir()} == {"new.npy", "running.part"}


def test_many_writers_stay_within_the_bound(folder):
    kept = PixelFolder(folder, max_bytes=3 * WHOLE)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: kept.keep(str(number), picture(number)), range(24)))
    assert kept.keep("last", picture(1))
    files = list(folder.iterdir())
    assert sum(path.stat().st_size for path in files) <= 3 * WHOLE
    assert all(path.suffix == ".npy" for path in files)
