"""Decoding happens in a child that is ended where it costs too much, and nothing else ends with it."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest

from cases.decoding import AllBusyError, Budget, DecodeHelper
from cases.imaging import Limits, examine, load_rgb
from cases.models import SmearImage
from cases.services import decoding
from cases.services.images import receive_image
from hematovision.errors import Unprocessable
from tests.factories.image_files import image_bytes, upload, with_exif

LIMITS = Limits(max_pixels=64_000_000)
PLENTY = Budget(memory_bytes=400 * 1024**2, cpu_seconds=10, wall_seconds=90)
NO_TIME = Budget(memory_bytes=400 * 1024**2, cpu_seconds=10, wall_seconds=0.000_001)
NO_MEMORY = Budget(memory_bytes=1024**2, cpu_seconds=10, wall_seconds=90)
WAIT_SECONDS = 60


@pytest.fixture(scope="module")
def helper():
    made = DecodeHelper(at_once=1)
    yield made
    made.close()


def asked(helper, content=None, budget=PLENTY, wait_seconds=WAIT_SECONDS):
    return helper.examine(io.BytesIO(content or image_bytes()), limits=LIMITS, budget=budget, wait_seconds=wait_seconds)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_child_finds_what_this_process_would(helper, form):
    content = with_exif(form, orientation=6)
    assert asked(helper, content) == examine(io.BytesIO(content), limits=LIMITS)
    pixels = helper.load_rgb(io.BytesIO(content), limits=LIMITS, budget=PLENTY, wait_seconds=WAIT_SECONDS)
    assert np.array_equal(pixels, load_rgb(io.BytesIO(content), limits=LIMITS))


def test_a_file_on_disk_keeps_its_place_and_is_not_found_by_its_name(helper):
    with tempfile.NamedTemporaryFile() as file:
        file.write(image_bytes("PNG"))
        file.seek(7)
        Path(file.name).unlink()
        facts = helper.examine(file, limits=LIMITS, budget=PLENTY, wait_seconds=WAIT_SECONDS)
        assert (facts.width, file.tell()) == (80, 7)
        Path(file.name).touch()


@pytest.mark.parametrize("budget", [NO_TIME, NO_MEMORY], ids=["time", "memory"])
def test_over_its_budget_a_child_is_ended_and_the_next_file_is_served(helper, budget):
    with pytest.raises(Unprocessable) as refused:
        asked(helper, image_bytes("PNG", width=1200, height=900), budget)
    assert refused.value.code == "image_over_budget"
    assert "save it anew" in refused.value.sentence
    assert asked(helper).width == 80


def test_processor_time_is_bounded_even_where_python_is_never_asked():
    spin = (
        "from cases.decoding.budget import Budget, hold_to; hold_to(Budget(10**9, 1, 90), may_write_bytes=0); 9**9**9"
    )
    ended = subprocess.run([sys.executable, "-c", spin], check=False, cwd=Path(__file__).parents[2])
    assert ended.returncode == -signal.SIGXCPU


def test_a_child_may_write_no_file(tmp_path):
    write = (
        "from cases.decoding.budget import Budget, hold_to; hold_to(Budget(10**9, 5, 90), may_write_bytes=0);"
        f"open({str(tmp_path / 'left')!r}, 'w').write('x')"
    )
    ended = subprocess.run([sys.executable, "-c", write], check=False, cwd=Path(__file__).parents[2])
    assert ended.returncode == -signal.SIGXFSZ


def test_a_helper_that_was_killed_is_started_again(helper):
    assert asked(helper).width == 80
    os.kill(helper._process.pid, signal.SIGKILL)
    assert asked(helper).width == 80


def test_the_helper_is_given_no_secret(helper, monkeypatch):
    monkeypatch.setenv("HEMATOVISION_FIELD_KEYS", "a-key-to-keep")
    helper.close()
    asked(helper)
    assert b"a-key-to-keep" not in Path(f"/proc/{helper._process.pid}/environ").read_bytes()


def test_who_gets_no_turn_is_told_so_and_the_place_is_given_back(helper):
    with helper._place(0), pytest.raises(AllBusyError):
        asked(helper, wait_seconds=0.01)
    assert asked(helper).width == 80


def test_many_threads_share_one_helper(helper):
    found = []
    threads = [
        threading.Thread(target=lambda side=side: found.append(asked(helper, image_bytes(width=side)).width))
        for side in range(40, 60)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(40, 60))


@pytest.mark.django_db
def test_an_upload_without_a_turn_is_answered_503_and_kept_nowhere(amina, draft, clinical_files, settings):
    settings.DECODE_WAIT_SECONDS = 0.01
    full = DecodeHelper(at_once=1)
    with pytest.MonkeyPatch.context() as patch, full._place(0):
        patch.setattr(decoding, "_helper", lambda: full)
        with pytest.raises(decoding.DecodersBusy) as refused:
            receive_image(actor=amina, case=draft, upload=upload())
    assert refused.value.status == 503
    assert clinical_files() == []
    assert not SmearImage.objects.exists()


@pytest.mark.django_db
def test_an_upload_over_the_budget_is_refused_with_the_sentence(amina, draft, clinical_files, settings):
    settings.DECODE_WALL_SECONDS = 0.000_001
    with pytest.raises(Unprocessable) as refused:
        receive_image(actor=amina, case=draft, upload=upload())
    assert refused.value.code == "image_over_budget"
    assert clinical_files() == []
