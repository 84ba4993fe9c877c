"""A first result is fingerprinted from the rows in memory: the database gives the same back."""

import pytest

from audit.models import AuditEvent
from classifier.models import Analysis
from classifier.services.requeueing import reanalyse_image
from classifier.services.runs import run_analysis
from classifier.verification import analysis_digest, check_analyses, found_digest

pytestmark = pytest.mark.django_db


def said_of(image):
    event = AuditEvent.objects.filter(object_id=str(image.pk), action="run_ai").latest("id")
    return event.after["predicted"], event.after["found"]


@pytest.mark.parametrize(
    "drawn",
    [{"cells": {"lymphocyte": 1, "neutrophil": 3}}, {"cells": {}, "platelets": False, "blur": 1.5}],
    ids=["cells", "no cells"],
)
def test_the_event_of_a_first_result_fits_what_is_stored(active, receive, engine, drawn):
    image = receive(7, **drawn)

    analysis = run_analysis(image_id=image.pk, worker="w")

    assert image.cells.exists() == bool(drawn["cells"])
    assert said_of(image) == (analysis_digest(analysis.pk), found_digest(image.pk))
    assert list(check_analyses()) == []


def test_the_event_of_a_repeated_result_fits_what_is_stored(image, active, engine):
    run_analysis(image_id=image.pk, worker="w")
    labels = dict(image.cells.values_list("pk", "label"))
    reanalyse_image(actor=None, image=image, version=active, reason="Once more.")

    analysis = run_analysis(image_id=image.pk, worker="w")

    assert Analysis.objects.get().attempt == analysis.attempt
    assert said_of(image) == (analysis_digest(analysis.pk), found_digest(image.pk))
    assert dict(image.cells.values_list("pk", "label")) == labels
    assert set(image.cells.values_list("revision", flat=True)) == {0}
    assert list(check_analyses()) == []
