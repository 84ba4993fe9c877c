"""What cannot be opened is refused in the words of clinical uploads, and what is no smear is said to be none."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageDraw

from cases.services.decoding import examine_upload
from hematovision.errors import DomainError
from sandbox.models import TriedPicture
from tests.sandbox.conftest import answered, png

pytestmark = pytest.mark.django_db


def bomb():
    """A PNG whose header promises 100 megapixels."""
    header = struct.pack(">II5B", 10_000, 10_000, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def rectangles():
    """A green picture with rectangles."""
    picture = Image.new("RGB", (640, 480), (40, 160, 60))
    draw = ImageDraw.Draw(picture)
    for at in range(20, 560, 60):
        draw.rectangle((at, at % 300, at + 40, at % 300 + 70), fill=(120 + at % 100, 40, 160))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"Dear colleague", 415), (bomb(), 413), (png(4, 4, "white"), 422)],
    ids=["text", "bomb", "tiny"],
)
def test_the_sentence_is_that_of_clinical_uploads(student, send, content, status):
    with pytest.raises(DomainError) as clinical:
        examine_upload(SimpleUploadedFile("x.png", content))
    refused = send(student, content)
    assert refused.status_code == status
    assert clinical.value.sentence in refused.context["refusals"][0]["sentence"]
    assert not TriedPicture.objects.exists()


def test_one_that_is_refused_does_not_stop_the_others(student, send, field):
    answer = send(student, b"Dear colleague", field)
    assert answer.status_code == 415
    assert TriedPicture.objects.count() == 1


def test_a_picture_of_something_else_is_no_smear_and_has_no_cells(student, send, active):
    send(student, rectangles())
    tried = answered()
    page = student.get(reverse("sandbox:result", args=[tried.pk])).content.decode()
    assert (tried.state, tried.cells) == ("done", [])
    assert "Not a blood smear." in page
    assert "if this is one, try another field of the smear." in page
    assert "pathologist" not in str(tried.result["quality"]), "nobody is there to say that it is a smear"
    assert "Cells as CSV" not in page, "there are none"
