"""A stored file that is missing, swapped or out of reach is a sentence, and nothing is signed over it."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command

from cases.models import SmearImage
from cases.services.images import make_display_copy, receive_image
from cases.stored_files import faults_of
from hematovision.errors import Conflict
from reports.services.preparing import prepare_report
from reports.services.sign_checks import unmet
from reports.services.signing import sign_report
from tests.factories.analysed_cases import AnalysedImage, analysed_case, cells_of, reviewed_case
from tests.factories.cases import CaseFactory
from tests.factories.image_files import image_bytes, upload
from tests.reports.conftest import complete_draft, needs_pango, proof_of

pytestmark = pytest.mark.django_db
PAGE = {"headers": {"accept": "text/html"}}
LABELS = ["neutrophil"] * 100


@pytest.fixture
def case(riverside, pavel):
    """A reviewed case of one image whose display copy has its hash."""
    case = reviewed_case(riverside, pavel, counts={"neutrophil": 100})
    call_command("record_display_hashes")
    return case


@pytest.fixture
def image(case):
    return case.images.get()


@pytest.fixture
def as_pavel(client, pavel):
    client.force_login(pavel)
    return client


def path_of(image, part):
    return Path(getattr(image, part).path)


def swap(image, part):
    path_of(image, part).write_bytes(image_bytes("JPEG", seed=77))


def addresses(image):
    cell = cells_of(image.case)[0]
    return {
        "original": f"/images/{image.pk}/original",
        "display": f"/images/{image.pk}/display",
        "thumbnail": f"/images/{image.pk}/thumbnail",
        "crop": f"/cells/{cell.pk}/crop",
    }


@pytest.mark.parametrize(
    ("part", "asked"),
    [("original", "original"), ("display", "display"), ("thumbnail", "thumbnail"), ("display", "crop")],
)
def test_a_missing_file_is_gone(as_pavel, image, part, asked):
    path_of(image, part).unlink()
    answer = as_pavel.get(addresses(image)[asked], **PAGE)
    assert answer.status_code == 410
    assert "is missing from the storage" in answer.content.decode()
    assert part not in path_of(image, part).name
    assert path_of(image, part).name not in answer.content.decode()


@pytest.mark.parametrize(("part", "asked"), [("original", "original"), ("display", "display"), ("display", "crop")])
def test_a_swapped_file_is_not_handed_out(as_pavel, image, part, asked):
    swap(image, part)
    answer = as_pavel.get(addresses(image)[asked], **PAGE)
    assert answer.status_code == 410
    assert "its SHA-256 differs" in answer.content.decode()


@pytest.mark.parametrize("part", ["original", "display"])
def test_a_file_that_is_swapped_after_it_was_found_right_is_noticed(as_pavel, image, part):
    assert as_pavel.get(addresses(image)[part]).status_code == 200
    swap(image, part)
    assert as_pavel.get(addresses(image)[part]).status_code == 410


def test_a_display_copy_without_a_hash_that_is_no_picture(as_pavel, image):
    SmearImage.objects.update(display_sha256=None)
    path_of(image, "display").write_bytes(b"cut sh")
    assert as_pavel.get(addresses(image)["crop"], **PAGE).status_code == 410


def test_a_program_gets_a_problem(as_pavel, image):
    path_of(image, "display").unlink()
    answer = as_pavel.get(addresses(image)["display"], headers={"accept": "image/*"})
    assert (answer.status_code, answer["Content-Type"]) == (410, "application/problem+json")


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), OSError(errno.ESTALE, "Stale handle")])
def test_a_storage_that_does_not_answer_is_503(as_pavel, image, monkeypatch, error):
    def refuse(*_):
        raise error

    monkeypatch.setattr(FileSystemStorage, "_open", refuse)
    for address in addresses(image).values():
        answer = as_pavel.get(address, **PAGE)
        assert (answer.status_code, answer["Retry-After"]) == (503, "10"), address


def test_a_storage_that_is_not_mounted_is_503(as_pavel, image, monkeypatch, tmp_path):
    monkeypatch.setattr(FileSystemStorage, "path", lambda _self, name: str(tmp_path / "not-mounted" / name))
    assert as_pavel.get(addresses(image)["original"], **PAGE).status_code == 503


def test_a_display_copy_is_written_with_its_hash(amina, riverside):
    case = CaseFactory(clinic=riverside)
    image, _ = receive_image(actor=amina, case=case, upload=upload(image_bytes("PNG")))
    assert image.display_sha256 is None
    make_display_copy(image)
    image.refresh_from_db()
    assert image.display_sha256 == hashlib.sha256(path_of(image, "display").read_bytes()).hexdigest()


def test_hashes_of_older_copies_are_recorded_once(case, image, capsys):
    kept = image.display_sha256
    assert kept == hashlib.sha256(path_of(image, "display").read_bytes()).hexdigest()
    swap(image, "display")
    call_command("record_display_hashes")
    image.refresh_from_db()
    assert image.display_sha256 == kept

    SmearImage.objects.update(display_sha256=None)
    path_of(image, "display").unlink()
    call_command("record_display_hashes")
    assert f"{image.pk}: The display copy of field 1 is missing" in capsys.readouterr().err


@pytest.mark.parametrize("part", ["original", "display"])
@pytest.mark.parametrize("harm", [lambda image, part: path_of(image, part).unlink(), swap], ids=["missing", "swapped"])
def test_the_sign_page_says_which_file(case, pavel, image, part, harm):
    complete_draft(case, pavel)
    assert unmet(prepare_report(actor=pavel, case=case).checks) == []
    harm(image, part)
    (check,) = unmet(prepare_report(actor=pavel, case=case).checks)
    assert check.code == "files"
    assert check.sentence.startswith(
        {"original": "The original", "display": "The display copy"}[part] + " of field 1 is"
    )


@needs_pango
def test_signing_reads_every_file_anew(case, pavel, image):
    complete_draft(case, pavel)
    preview = prepare_report(actor=pavel, case=case).preview
    original = path_of(image, "original")
    times = original.stat()
    # Of the same length and time: only who reads it knows.
    original.write_bytes(bytes(len(original.read_bytes())))
    os.utime(original, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert faults_of([image]) == []
    with pytest.raises(Conflict, match="The original of field 1 is not the one that was kept") as refusal:
        sign_report(actor=pavel, case=case, preview=preview, proof=proof_of(pavel))
    assert (refusal.value.code, refusal.value.details) == ("not_ready", {"check": "files"})
    assert not case.reports.exists()


def test_every_faulty_file_is_named(riverside, pavel):
    picture = image_bytes("JPEG", width=640, height=480)
    case = analysed_case(
        riverside, decided_by=pavel, images=[AnalysedImage(LABELS[:50], picture), AnalysedImage(LABELS[:50], picture)]
    )
    first, second = case.images.order_by("ordinal")
    path_of(first, "display").unlink()
    path_of(second, "original").unlink()
    assert faults_of([first, second]) == [
        "The display copy of field 1 is missing from the storage.",
        "The original of field 2 is missing from the storage.",
    ]
