"""A table of the cells, heat maps, why a cell is not named, and a picture that is one cell."""

import csv
import io

import pytest
from django.urls import reverse
from PIL import Image

from classifier.inference.synthetic import draw_cell_image, draw_field
from classifier.models import ModelVersion
from sandbox.models import HeatMap
from sandbox.tasks import draw_heat_map
from tests.sandbox.conftest import answered

pytestmark = pytest.mark.django_db


def test_the_table_has_a_line_a_cell_with_every_probability(student, tried):
    answer = student.get(reverse("sandbox:csv", args=[tried.pk]))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["label"] for row in rows] == [cell["label"] for cell in tried.cells]
    assert sum(float(rows[0][label]) for label in tried.cells[0]["probabilities"]) == pytest.approx(1, abs=1e-3)
    assert answer["Content-Disposition"] == 'attachment; filename="tried-picture.csv"'


def test_a_heat_map_is_asked_for_followed_and_shown(student, tried):
    address = reverse("sandbox:heat", args=[tried.pk, 1])
    asked = student.post(address, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" in asked
    draw_heat_map(str(HeatMap.objects.get().pk))
    picture = reverse("sandbox:heat_picture", args=[tried.pk, 1])
    assert picture in student.get(address).content.decode()
    assert student.get(picture)["Content-Type"] == "image/png"
    assert student.post(address)["Location"].endswith("#cell-1"), "without scripts"
    assert HeatMap.objects.count() == 1


def test_a_cell_that_is_not_there_has_no_heat_map(student, tried):
    assert student.post(reverse("sandbox:heat", args=[tried.pk, 99])).status_code == 404


def test_cells_of_unknown_scale_are_not_named_and_the_page_says_why(student, send, active):
    # Nothing in it tells the scale, and it is no square that was cut out around one cell.
    sparse, _ = draw_field(seed=3, width=420, height=300, cells={"neutrophil": 2}, um_per_px=0.1, crowding=0.0)
    send(student, _encoded(sparse))
    tried = answered()
    page = student.get(reverse("sandbox:result", args=[tried.pk])).content.decode()
    assert {cell["why"] for cell in tried.cells} == {"scale"}
    assert "Not named: the scale of the picture is not known" in page


def test_a_score_that_is_high_and_not_enough_is_shown_beside_what_is_needed(student, tried):
    card = tried.model_version.card | {"thresholds": {"monocyte": 0.980178}}
    ModelVersion.objects.filter(pk=tried.model_version_id).update(card=card)
    tried.result["cells"][0] |= {"why": "score", "best_label": "monocyte", "score": 0.95049}
    tried.save()
    page = student.get(reverse("sandbox:result", args=[tried.pk])).text
    assert "Not named: Monocyte has 95.0 %, and the model names it from 98.1 % on." in page


def test_a_small_square_without_a_scale_is_one_cell(student, send, active):
    send(student, _encoded(draw_cell_image("neutrophil", 3, 96, um_per_px=22.4 / 96)))
    tried = answered()
    assert [cell["box"] for cell in tried.cells] == [[0, 0, 96, 96]]
    assert tried.cells[0]["why"] != "scale"
    page = student.get(reverse("sandbox:result", args=[tried.pk])).content.decode()
    assert "taken for one cell" in page


def _encoded(rgb):
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    return file.getvalue()
