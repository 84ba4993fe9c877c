"""One and the same on a folder and on an S3-compatible server: files are kept, shown, signed over and verified."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from audit.services import write_checkpoint
from cases.models import Case, SmearImage
from cases.services.files import remove_unreferenced_files
from cases.services.images import receive_image
from cases.services.resumable_uploads import add_bytes, begin_upload, cancel_upload
from cases.stored_files import FileMissing, FileSwapped, faults_of, open_original
from classifier.services.stored_images import open_stored_image
from review.services.decisions import apply_action
from review.services.leases import claim
from tests.factories.cases import CaseFactory
from tests.factories.image_files import image_bytes, upload
from tests.oversight.tampering.record import write_record
from tests.reports.conftest import needs_pango, signed

# One process of the suite starts the server.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("object_store")]


@pytest.fixture
def record(settings, storage, tmp_path, amina, pavel, ines):
    """Received, analysed, reviewed, signed and delivered, all of it on the storage in use."""
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path / "checkpoints")
    made = write_record(amina=amina, pavel=pavel, ines=ines, folder=tmp_path)
    write_checkpoint(actor=None)
    return made


@pytest.fixture
def image(storage, amina, riverside):
    image, _ = receive_image(actor=amina, case=CaseFactory(clinic=riverside), upload=upload(image_bytes("PNG", seed=5)))
    return image


def read(storage, name):
    with storage.open(name, "rb") as file:
        return file.read()


class TestEitherStorage:
    """What users and operators rely on, whichever storage it is."""

    def test_what_was_received_is_shown_analysed_and_verified(self, record, client, pavel, storage):
        image = record.image
        client.force_login(pavel)
        for part in ("original", "display", "thumbnail"):
            answer = client.get(f"/images/{image.pk}/{part}")
            sent = b"".join(answer.streaming_content)
            assert sent == read(storage, getattr(image, part).name)
            assert int(answer["Content-Length"]) == len(sent)
        assert hashlib.sha256(read(storage, image.original.name)).hexdigest() == image.sha256
        assert client.get(f"/cells/{record.cell.pk}/crop").status_code == 200
        assert open_stored_image(image).shape == (image.height, image.width, 3)
        call_command("verify_all")

    def test_nobody_is_handed_an_address(self, image):
        with pytest.raises(ValueError, match="no public address"):
            _ = image.original.url

    @needs_pango
    def test_a_report_is_signed_and_given_out(self, record, client, pavel, storage):
        case = record.waiting
        claim(actor=pavel, case=case)
        for cell in record.waiting_image.cells.order_by("ordinal"):
            apply_action(
                actor=pavel,
                case=case,
                action_id=uuid.uuid4(),
                kind="label",
                cells=[(cell.pk, cell.revision)],
                label="neutrophil",
                displayed=[cell.pk],
            )
        report = signed(Case.objects.get(pk=case.pk), pavel, count_reason="Few leukocytes.")
        assert storage.size(report.pdf.name) > report.pdf_size
        client.force_login(pavel)
        assert client.get(f"/reports/{report.pk}.pdf").content == report.read_pdf()
        call_command("verify_all")
        storage.delete(report.pdf.name)
        with pytest.raises(CommandError, match=str(report.pk)):
            call_command("verify_all")

    def test_a_missing_file_is_gone(self, image, storage, client, amina):
        storage.delete(image.original.name)
        with pytest.raises(FileMissing):
            open_original(image)
        client.force_login(amina)
        assert client.get(f"/images/{image.pk}/original").status_code == 410
        assert faults_of([image]) == ["The original of field 1 is missing from the storage."]

    def test_other_bytes_under_the_name_are_noticed(self, image, storage):
        open_original(image).close()
        storage.delete(image.original.name)
        storage.save(image.original.name, ContentFile(b"other bytes"))
        with pytest.raises(FileSwapped):
            open_original(image)

    def test_a_name_is_never_written_twice(self, storage):
        first = storage.save("originals/ab/cd/abcd.jpg", ContentFile(b"first"))
        second = storage.save("originals/ab/cd/abcd.jpg", ContentFile(b"second"))
        assert first != second
        assert read(storage, first) == b"first"

    def test_large_files_come_back_as_they_were(self, storage):
        # Over the size from which an upload goes in parts.
        content = bytes(range(256)) * (80 * 1024)
        name = storage.save("originals/ab/cd/large.tif", ContentFile(content))
        with storage.open(name, "rb") as file:
            assert hashlib.file_digest(file, "sha256").digest() == hashlib.sha256(content).digest()

    def test_files_without_a_row_are_removed(self, image, storage):
        stray = storage.save("originals/ab/cd/stray.jpg", ContentFile(b"stray"))
        assert remove_unreferenced_files(older_than=timedelta(hours=-1)) == [stray]
        assert storage.exists(image.original.name)

    def test_a_file_comes_in_pieces(self, storage, amina, riverside):
        content = image_bytes("PNG", seed=7)
        sent, _ = begin_upload(actor=amina, case=CaseFactory(clinic=riverside), length=len(content))
        for start, end in ((0, 100), (100, 300), (300, len(content))):
            source = io.BytesIO(content[start:end])
            sent = add_bytes(actor=amina, upload=sent, offset=start, read=source.read, stated=end - start)
        assert read(storage, sent.image.original.name) == content
        # Nothing of the pieces is left, and what is written beside a row goes as well.
        stray = storage.save(f"uploads/{sent.pk}/stray", ContentFile(b"stray"))
        assert remove_unreferenced_files(older_than=timedelta(hours=-1)) == [stray]

    def test_pieces_go_when_an_upload_is_given_up(self, storage, amina, riverside):
        sent, _ = begin_upload(actor=amina, case=CaseFactory(clinic=riverside), length=9)
        sent = add_bytes(actor=amina, upload=sent, offset=0, read=io.BytesIO(b"abc").read, stated=3)
        assert remove_unreferenced_files(older_than=timedelta(hours=-1)) == []
        (name,) = sent.pieces
        assert read(storage, name) == b"abc"
        cancel_upload(actor=amina, upload=sent)
        assert not storage.exists(name)

    def test_nothing_is_kept_of_an_upload_that_fails(self, storage, amina, riverside, monkeypatch):
        def fail(*_args, **_kwargs):
            raise RuntimeError("the database is away")

        monkeypatch.setattr(SmearImage, "save", fail)
        with pytest.raises(RuntimeError):
            receive_image(actor=amina, case=CaseFactory(clinic=riverside), upload=upload(image_bytes("PNG", seed=6)))
        assert remove_unreferenced_files(older_than=timedelta(hours=-1)) == []
