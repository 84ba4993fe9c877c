"""A picture of something else is received, and said to be none: no cell, no scale, asked about at submission."""

from __future__ import annotations

import io

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from cases.quality import quality_verdict
from cases.services.cases import submit_case
from cases.services.images import receive_image
from classifier.models import ConfirmedSmear, Prediction
from classifier.selectors import current_analyses, poor_fields
from classifier.tasks import analyse_image
from hematovision.errors import Conflict
from review.services.confirmed_smears import confirm_smear

pytestmark = pytest.mark.django_db


def rectangles():
    """A green picture with rectangles, as somebody who tries the upload sends it."""
    picture = Image.fromarray(np.full((480, 640, 3), (40, 160, 60), np.uint8))
    draw = ImageDraw.Draw(picture)
    for at in range(20, 560, 60):
        draw.rectangle((at, at % 300, at + 40, at % 300 + 70), fill=(120 + at % 100, 40, 160))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return SimpleUploadedFile("picture.png", file.getvalue(), content_type="image/png")


@pytest.fixture
def other(amina, case, active, engine, django_capture_on_commit_callbacks):
    """It, sent to a case and analysed."""
    with django_capture_on_commit_callbacks(execute=True):
        image, _ = receive_image(actor=amina, case=case, upload=rectangles())
    analyse_image(str(image.pk))
    image.refresh_from_db()
    return image


def test_it_has_no_cells_no_predictions_and_no_scale(other):
    assert (other.state, other.cells.count(), Prediction.objects.count()) == ("analysed", 0, 0)
    (current,) = current_analyses(other.case).values()
    assert (current.um_per_px, current.scale_source) == (None, "unknown")
    told = quality_verdict(current.quality)
    assert "does not look like a stained blood smear" in told.no_smear
    assert (told.verdict, told.advice) == ("poor", told.no_smear)


def test_it_is_asked_about_before_the_case_is_submitted(other, amina):
    assert [field.image for field in poor_fields(other.case)] == [other.pk]
    with pytest.raises(Conflict) as caught:
        submit_case(actor=amina, case=other.case)
    assert caught.value.code == "poor_fields"


def test_the_api_says_so(other, amina, client):
    client.force_login(amina)
    quality = client.get(f"/api/v1/images/{other.pk}/").json()["quality"]
    assert quality["no_smear"] == quality["reasons"][0]


def test_once_confirmed_it_is_analysed_as_a_smear(other, amina, pavel, django_capture_on_commit_callbacks):
    submit_case(actor=amina, case=other.case, seen_poor_fields=[other.pk])
    other.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        confirm_smear(actor=pavel, image=other)
    analyse_image(str(other.pk))
    (current,) = current_analyses(other.case).values()
    assert current.quality["no_smear"] == ""
    assert "a pathologist says" in current.quality["readings"]["smear"]["sentence"]
    assert ConfirmedSmear.objects.get().confirmed_by == pavel
