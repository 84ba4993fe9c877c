"""When receiving fails, no row and no file is left; a sweep finds what a killed process left."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError

from cases.models import ImageTransition, SmearImage
from cases.services import images, uploads
from cases.services.files import remove_unreferenced_files
from cases.services.images import receive_image
from cases.storage import clinical_storage
from cases.tasks import sweep_interrupted_uploads
from tests.factories.image_files import upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("step", ["record", "settle_case"])
def test_a_failure_after_the_file_was_written_removes_it(amina, draft, clinical_files, monkeypatch, step):
    def fail(**_):
        raise RuntimeError("a defect")

    monkeypatch.setattr(images, step, fail)
    with pytest.raises(RuntimeError, match="a defect"):
        receive_image(actor=amina, case=draft, upload=upload())
    assert clinical_files() == []
    assert not SmearImage.objects.exists()
    assert not ImageTransition.objects.exists()


def test_bytes_that_change_on_their_way_to_the_storage_are_not_kept(amina, draft, clinical_files, monkeypatch):
    original_chunks = uploads._HashingFile.chunks

    def altered(self, chunk_size=None):
        for piece in original_chunks(self, chunk_size):
            self.digest.update(b"x")
            yield piece

    monkeypatch.setattr(uploads._HashingFile, "chunks", altered)
    with pytest.raises(uploads.BytesChangedError):
        receive_image(actor=amina, case=draft, upload=upload())
    assert clinical_files() == []


def test_the_loser_of_a_race_gets_the_winners_image(amina, draft, clinical_files, monkeypatch):
    winner, _ = receive_image(actor=amina, case=draft, upload=upload())
    look = iter([draft.images.none(), draft.images.filter(pk=winner.pk)])
    insert = images._insert

    def late(**arguments):
        insert(**arguments)
        raise AssertionError("two rows with the same bytes")

    monkeypatch.setattr(images, "_insert", late)
    monkeypatch.setattr(images, "_same_bytes", lambda *_: next(look).first())
    image, created = receive_image(actor=amina, case=draft, upload=upload())
    assert (image, created) == (winner, False)
    assert clinical_files() == [winner.original.name]


def test_another_integrity_error_is_a_defect(amina, draft, monkeypatch, clinical_files):
    def fail(**_):
        raise IntegrityError("another constraint")

    monkeypatch.setattr(images, "_insert", fail)
    with pytest.raises(IntegrityError):
        receive_image(actor=amina, case=draft, upload=upload())
    assert clinical_files() == []


def test_files_no_row_names_are_swept_once_old(amina, draft, clinical_files, capsys):
    image, _ = receive_image(actor=amina, case=draft, upload=upload())
    lost = clinical_storage().save("originals/aa/bb/lost.png", ContentFile(b"half"))
    assert remove_unreferenced_files(older_than=timedelta(hours=1)) == []
    for name in (lost, image.original.name):
        os.utime(clinical_storage().path(name), (0, 0))
    call_command("remove_unreferenced_files")
    assert "Removed 1 files" in capsys.readouterr().out
    assert clinical_files() == [image.original.name]


def test_what_an_interrupted_upload_left_is_removed_and_a_running_one_is_not(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    for name, age in (("old.upload", 3601), ("running.upload", 10)):
        file = tmp_path / name
        file.write_bytes(b"half")
        os.utime(file, (time.time() - age,) * 2)
    sweep_interrupted_uploads()
    assert [file.name for file in tmp_path.iterdir()] == ["running.upload"]
