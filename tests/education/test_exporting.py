"""A set leaves as a file where every licence allows it, with the credit of each picture, and comes in again elsewhere."""

import io
import zipfile
from html import unescape

import pytest
from django.urls import reverse

from audit.models import Action, AuditEvent
from education.import_folder import read_folder
from education.licences import may_leave
from education.models import Source, TeachingCell
from education.services.exporting import export_set
from hematovision.errors import Conflict
from tests.factories.teaching import teaching_cell, teaching_set

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "licence", ["CC BY 4.0", "cc by-sa 3.0", "CC0", "CC0 1.0", "MIT", "Public domain", "CC-BY-4.0"]
)
def test_free_licences_let_a_picture_leave(licence):
    assert may_leave(licence)


@pytest.mark.parametrize("licence", ["", "CC BY-NC 4.0", "CC BY-ND 4.0", "All rights reserved", "MIT-like", "CC BY"])
def test_others_do_not(licence):
    assert not may_leave(licence)


def test_a_set_leaves_under_neutral_names_with_table_and_credits(client, pavel, tmp_path):
    cells = [teaching_cell("monocyte"), teaching_cell("band", licence="MIT", credit="Somebody 2019")]
    quiz = teaching_set(*cells, title="Week 1")
    client.force_login(pavel)
    answer = client.post(reverse("education:export_set", args=[quiz.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="teaching-set.zip"'
    zipped = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert zipped.namelist() == ["cell-001.png", "cell-002.png", "material.csv", "CREDITS.txt"]
    credit = zipped.read("CREDITS.txt").decode()
    assert "Acevedo et al. 2020, CC BY 4.0: 1 pictures" in credit
    assert "Somebody 2019, MIT: 1 pictures" in credit
    zipped.extractall(tmp_path)
    entries = read_folder(tmp_path, licence="", credit="")
    assert sorted(entry.cell_class for entry in entries) == ["band", "monocyte"]
    with TeachingCell.objects.get(cell_class="band").picture.open("rb") as file:
        band = file.read()
    assert band in {zipped.read("cell-001.png"), zipped.read("cell-002.png")}
    event = AuditEvent.objects.get(action=Action.EXPORT, object_id=str(quiz.pk))
    assert event.after == {"cells": 2, "licences": ["CC BY 4.0", "MIT"]}


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"licence": "CC BY-NC 4.0"}, "licence"),
        ({"source": Source.OWN, "truth": "voted"}, "own_material"),
        ({"source": Source.SIGNED, "truth": "agreed", "licence": "", "credit": ""}, "own_material"),
    ],
)
def test_one_cell_that_may_not_leave_keeps_the_whole_set(client, pavel, central, columns, code):
    quiz = teaching_set(teaching_cell("monocyte"), teaching_cell("band", laboratory=central, **columns))
    with pytest.raises(Conflict) as refused:
        export_set(actor=pavel, teaching_set=quiz.pk)
    assert refused.value.code == code
    client.force_login(pavel)
    page = client.post(reverse("education:export_set", args=[quiz.pk]), follow=True)
    assert refused.value.sentence in unescape(page.text)
    assert not AuditEvent.objects.filter(action=Action.EXPORT).exists()


def test_an_empty_set_has_nothing_to_export(pavel):
    with pytest.raises(Conflict) as refused:
        export_set(actor=pavel, teaching_set=teaching_set().pk)
    assert refused.value.code == "empty_set"
