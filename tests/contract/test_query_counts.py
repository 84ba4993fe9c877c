"""The API's lists ask the database as often for many rows as for few: the numbers are a baseline."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.services.orders import reject_order
from cases.states import CaseState
from classifier.models import Prediction
from tests.factories.cases import CellFactory, SmearImageFactory
from tests.factories.orders import waiting_order
from tests.factories.specimens import Specimen, analyse, model_version, specimen

pytestmark = pytest.mark.django_db

# Queries per request by path, sign-in and audit trail included. Lower is better: lower it when
# you can, raise it with a reason in the commit.
BASELINE = {
    "/patients/": 8,
    "/cases/": 8,
    "/cases/{case}/": 12,
    "/cases/{case}/images/": 9,
    "/images/{image}/": 14,
    "/orders/": 8,
    "/orders/{order}/": 9,
    "/predictions/": 9,
    "/reports/": 8,
    "/me/": 2,
}


# The same of FHIR. A report is verified each time it is handed out, so that those grow with what is found.
FHIR_BASELINE = {
    "Patient": 9,
    "ServiceRequest": 9,
    "ServiceRequest/{order}": 9,
    "Specimen": 8,
    "Task": 10,
    "Task/{order}": 9,
    "AuditEvent": 8,
}


def queries(lis, path):
    with CaptureQueriesContext(connection) as captured:
        assert lis.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", FHIR_BASELINE)
def test_searches_over_fhir_ask_as_often_for_many_rows(lis_of, riverside, central, amina, pavel, path):
    caller = lis_of(central, "audit:read") if path == "AuditEvent" else lis_of(riverside)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert caller.http.get(f"/fhir/r4/{path.format(order=order.pk)}").status_code == 200
        return len(captured)

    made = specimen(by=amina, state=CaseState.READY, number=1, version=None)
    order = waiting_order(amina, "P-0", patient=made.patient)
    reject_order(actor=pavel, order=order, reason_code="clotted")
    asked()  # warms what is asked once per process
    few = asked()
    for number in range(2, 8):
        specimen(by=amina, state=CaseState.READY, number=number, version=None)
        reject_order(actor=pavel, order=waiting_order(amina, f"P-{number}"), reason_code="label")
    assert asked() == few == FHIR_BASELINE[path]


@pytest.mark.parametrize("path", BASELINE)
def test_the_number_of_queries_is_the_baseline_and_does_not_grow(lis, amina, path):
    version = model_version()
    first = specimen(by=amina, state=CaseState.READY, number=1, version=version)
    order = waiting_order(amina, patient=first.patient)
    path_of_first = path.format(case=first.case.pk, image=first.image.pk, order=order.pk)
    lis.get(path_of_first)  # warms what is asked once per process
    few = queries(lis, path_of_first)
    for number in range(2, 8):
        specimen(by=amina, state=CaseState.READY, number=number, version=version)
        waiting_order(amina, f"P-{number}")
        # More images in the first case, and more cells in its first image.
        analyse(Specimen(first.patient, first.case, SmearImageFactory(case=first.case, analysed=True)), version)
        told = first.predictions[0]
        Prediction.objects.create(
            analysis=told.analysis,
            cell=CellFactory(image=first.image),
            model_version=version,
            label=told.label,
            score=told.score,
            probabilities=told.probabilities,
            identified=True,
        )
    many = queries(lis, path_of_first)
    assert few == many
    assert few == BASELINE[path]
