"""What the laboratory does for orders."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Order
from cases.selectors import visible_order
from cases.services.audit_trail import record_view
from integrations.api.fhir.order import ServiceRequestSearch
from integrations.api.fhir.params import Param, by_code, by_id
from integrations.api.fhir.search import Found
from integrations.api.fhir.view import FhirView, answer
from integrations.fhir.task import TASK_STATUS
from integrations.presenters.fhir import task_of


def states_of(status: str) -> list[str]:
    """Return the state of an order whose Task has a status."""
    return [state for state, own in TASK_STATUS.items() if own == status]


class TaskOne(FhirView):
    """What the laboratory does for one order, whose id it has."""

    resource = "Task"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return it."""
        order = visible_order(self.caller, pk)
        record_view(actor=self.caller, target=order, after={"what": "fhir"})
        return answer(task_of(order))


class TaskSearch(ServiceRequestSearch):
    """What the laboratory does for orders."""

    resource = "Task"
    changes: ClassVar[tuple[str, ...]] = ()
    params: ClassVar = {
        **{name: param for name, param in ServiceRequestSearch.params.items() if name != "authored"},
        "authored-on": ServiceRequestSearch.params["authored"],
        "based-on": Param("reference", by_id("pk", "ServiceRequest")),
        "focus": Param("reference", by_id("pk", "ServiceRequest")),
        "status": Param("token", by_code("state", states_of)),
    }

    def rows(self) -> Any:
        """Return the orders the caller may see, with their cases."""
        return super().rows().select_related("case").prefetch_related("specimen_rejections")

    def found(self, rows: list[Order], wanted: set[str]) -> Found:
        """Each is a Task."""
        return Found([task_of(row) for row in rows])
