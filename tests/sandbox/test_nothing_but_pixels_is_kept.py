"""No metadata, no name of the sender's, and no id of any record leaves or stays."""

import io
import re

import pytest
from django.urls import reverse
from PIL import Image, ImageColor

from cases.storage import clinical_storage
from classifier.overlay import COLOURS
from sandbox.models import TriedPicture
from tests.factories.specimens import specimen

pytestmark = pytest.mark.django_db


def photograph():
    """A JPEG that says where and by what it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "Secret camera", "2026:01:01 10:00:00"
    file = io.BytesIO()
    Image.new("RGB", (300, 200), (220, 180, 200)).save(file, "JPEG", exif=exif, comment=b"Jane Doe, bed 4")
    return file.getvalue()


def test_the_copy_carries_no_metadata(student, send):
    send(student, photograph())
    tried = TriedPicture.objects.get()
    for file in (tried.picture, tried.thumbnail):
        with clinical_storage().open(file.name) as stored:
            content = stored.read()
        assert b"Secret" not in content
        assert b"Jane" not in content
        assert not Image.open(io.BytesIO(content)).getexif()
        assert re.fullmatch(r"tried/../../[0-9a-f]{32}\.jpg", file.name)
    shown = student.get(reverse("sandbox:picture", args=[tried.pk])).content
    assert b"Secret" not in shown


def test_the_picture_with_boxes_has_no_text_chunk_and_a_plain_name(student, tried):
    answer = student.get(reverse("sandbox:overlay", args=[tried.pk]))
    drawn = Image.open(io.BytesIO(answer.content))
    drawn.load()
    assert drawn.width > tried.width
    assert drawn.info == {}
    assert set(re.findall(rb"tEXt|zTXt|iTXt|eXIf|tIME", answer.content)) == set()
    assert answer["Content-Disposition"] == 'attachment; filename="tried-picture.png"'


def overlay(browser, tried):
    """The picture with its boxes, as somebody downloads it."""
    return Image.open(io.BytesIO(browser.get(reverse("sandbox:overlay", args=[tried.pk])).content))


def test_a_large_picture_is_drawn_smaller_with_its_boxes_where_they_belong(student, tried, monkeypatch):
    monkeypatch.setattr("sandbox.services.downloads.LONGEST_SIDE", tried.width // 2)
    drawn = overlay(student, tried)
    assert drawn.width == tried.width // 2 + 290, "the picture and its legend"
    cell = tried.cells[-1]
    left, top, _, height = (edge / 2 for edge in cell["box"])
    assert drawn.getpixel((round(left), round(top + height / 2))) == ImageColor.getrgb(COLOURS[cell["label"]])


def test_the_legend_of_many_cells_ends_somewhere(student, tried, monkeypatch):
    monkeypatch.setattr("classifier.overlay._MOST_LISTED", 3)
    tried.result["cells"] *= 40
    tried.save(update_fields=["result"])
    assert overlay(student, tried).height < len(tried.cells) * 20


def test_pages_and_answers_name_no_record(student, tried, amina, active):
    made = specimen(by=amina, state="ready", number=1, version=active)
    records = [made.case, made.patient, made.image, *made.cells, *made.predictions, *made.image.analyses.all()]
    theirs = {str(record.pk) for record in records} | {made.case.accession_number, made.patient.mrn}
    for address in (
        reverse("sandbox:try"),
        reverse("sandbox:result", args=[tried.pk]),
        reverse("sandbox:csv", args=[tried.pk]),
        reverse("api:tried_picture", args=[tried.pk]),
    ):
        said = student.get(address).content.decode()
        assert {each for each in theirs if each in said} == set(), address
