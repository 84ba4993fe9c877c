"""What the server can do, and the answer to an address that is none."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import Http404
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.api.fhir.audit_event import AuditEventSearch
from integrations.api.fhir.diagnostic_report import DiagnosticReportSearch
from integrations.api.fhir.observation import ObservationSearch
from integrations.api.fhir.order import ServiceRequestSearch, SpecimenSearch
from integrations.api.fhir.patient import PatientSearch
from integrations.api.fhir.people_and_places import OrganizationSearch
from integrations.api.fhir.provenance import ProvenanceSearch
from integrations.api.fhir.search import FhirSearch
from integrations.api.fhir.task import TaskSearch
from integrations.api.fhir.view import FhirView, answer
from integrations.fhir.capability import Served, bundle_operation, capability_statement, merge_operation

SEARCHES: tuple[type[FhirSearch], ...] = (
    AuditEventSearch,
    DiagnosticReportSearch,
    ObservationSearch,
    OrganizationSearch,
    PatientSearch,
    ProvenanceSearch,
    ServiceRequestSearch,
    SpecimenSearch,
    TaskSearch,
)
READ_ONLY = ("Binary", "Device", "Media", "Practitioner")


def served() -> list[Served]:
    """Return every resource with what its search takes."""
    found = [
        Served(
            view.resource,
            params=tuple((name, param.kind, param.documentation) for name, param in sorted(view.params.items())),
            includes=tuple(sorted(view.includes)),
            with_history=view.with_history,
            operations=view.operations,
            changes=view.changes,
        )
        for view in SEARCHES
    ]
    return sorted([*found, *(Served(name) for name in READ_ONLY)], key=lambda one: one.resource)


class OpenView(FhirView):
    """An address that tells nothing of anybody."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class Metadata(OpenView):
    """The CapabilityStatement."""

    def get(self, request: Request) -> Response:
        """Return it; open to everybody."""
        return answer(capability_statement(self.base, served()))


class BundleOperation(OpenView):
    """The definition of `$bundle`."""

    def get(self, request: Request) -> Response:
        """Return it; open to everybody."""
        return answer(bundle_operation(self.base))


class MergeOperation(OpenView):
    """The definition of `$merge`."""

    def get(self, request: Request) -> Response:
        """Return it; open to everybody."""
        return answer(merge_operation(self.base))


class UnknownAddress(OpenView):
    """Answers every other address with 404."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse before the method is examined: nothing is here for any method."""
        super().initial(request, *args, **kwargs)
        raise Http404

    def get(self, request: Request, address: str = "") -> NoReturn:
        """Answer 404 (reached for no method: `initial` refuses first)."""
        raise Http404
