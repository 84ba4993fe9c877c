"""How many statements a worker sends for one image: each is a way to the database and back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.services import run_analysis

pytestmark = pytest.mark.django_db

#: Those that begin, keep and end a part of a transaction are left out.
STATEMENTS = 28
_BRACKETS = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


def statements_of(image):
    with CaptureQueriesContext(connection) as asked:
        run_analysis(image_id=image.pk, worker="w")
    image.refresh_from_db()
    assert image.state == "analysed"
    return [query["sql"] for query in asked.captured_queries if not query["sql"].startswith(_BRACKETS)]


def test_an_image_costs_as_many_statements_as_the_baseline_says(image, engine):
    asked = statements_of(image)

    assert len(asked) == STATEMENTS, "\n".join(asked)


def test_more_cells_cost_no_more_statements(active, receive, engine):
    few = receive(1, cells={"lymphocyte": 1})
    many = receive(2, cells={"lymphocyte": 6}, size=(960, 720))
    # The first image also makes the row of the camera.
    first = len(statements_of(few))

    second = len(statements_of(many))

    assert many.cells.count() > few.cells.count()
    assert second <= first
