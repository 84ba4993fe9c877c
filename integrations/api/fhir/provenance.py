"""Who answers for a version, and its signature."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import Action
from cases.selectors import visible_record
from integrations.api.fhir.diagnostic_report import ROWS, VersionSearch
from integrations.api.fhir.params import Param, by_id
from integrations.api.fhir.search import Found
from integrations.api.fhir.view import FhirView, answer
from integrations.fhir.provenance import provenance
from integrations.fhir.signed_version import SignedVersion
from integrations.presenters.fhir import signed_version
from reports.models import Report
from reports.services.handing_out import hand_out


class ProvenanceOne(FhirView):
    """The provenance of one version, whose id it has."""

    resource = "Provenance"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return it."""
        report: Report = visible_record(ROWS, self.caller, pk)
        hand_out(actor=self.caller, report=report, action=Action.VIEW, what="fhir")
        return answer(provenance(signed_version(report)))


class ProvenanceSearch(VersionSearch):
    """The provenance of every version of reports."""

    resource = "Provenance"
    params: ClassVar = {
        "_id": Param("token", by_id()),
        "target": Param("reference", by_id("case", "DiagnosticReport")),
    }

    def rows(self) -> Any:
        """Return the versions of the cases the caller may open, superseded ones too."""
        return ROWS.visible_to(self.caller)

    def take(self, found: Found, report: Report, signed: SignedVersion, wanted: set[str]) -> None:
        """Add the one of a version."""
        found.matches.append(provenance(signed))
