"""Orders for tests, received through the service."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from cases.models import Order
from cases.services.orders import receive_order
from tests.factories.cases import PatientFactory


def waiting_order(by: User, number: str = "P-1", **details: Any) -> Order:
    """An order of a person's organisation that waits; for a new patient unless one is given."""
    patient = details.pop("patient", None) or PatientFactory(organisation=by.organisation)
    return receive_order(actor=by, patient=patient, placer_number=number, **details)
