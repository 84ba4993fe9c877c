"""A signed report with everything that belongs to it, read over FHIR."""

import pytest

from cases.models import Order
from cases.states import CaseState
from tests.factories.orders import waiting_order
from tests.factories.reports import NORMAL, next_version
from tests.factories.specimens import model_version, specimen


@pytest.fixture
def made(amina, pavel):
    """A signed case with an image, analysed by a model, for an order."""
    found = specimen(by=amina, state=CaseState.SIGNED, number=1, version=model_version(), owner=pavel)
    order = waiting_order(amina, "P-77", patient=found.patient, placer_namespace="2.16.840.1.1")
    Order.objects.filter(pk=order.pk).update(case=found.case, state="in_progress")
    return found


@pytest.fixture
def report(made, pavel):
    return next_version(made.case, pavel, counts=NORMAL, interpretation="As counted.")
