"""The versions of a report and of its results, all of them or one, as they were signed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from audit.models import Action
from cases.selectors import visible_record
from hematovision.errors import Conflict, Gone
from integrations.api.fhir.diagnostic_report import ROWS, visible_version
from integrations.api.fhir.view import FHIR_JSON, FhirView, answer, tag_of, uuid_or_none
from integrations.fhir.bundle import history, refusal
from integrations.fhir.diagnostic_report import diagnostic_report
from integrations.fhir.observation import observations
from integrations.fhir.signed_version import SignedVersion
from integrations.presenters.fhir import signed_version
from reports.models import Report
from reports.services.handing_out import hand_out

_KNOWN = frozenset({"_format"})


class HistoryView(FhirView):
    """What lists of versions share."""

    def listed(self, case: uuid.UUID, pk: str, made_of: Callable[[SignedVersion], dict[str, Any] | None]) -> Response:
        """Return what each version of the report of a case says, the newest first; 404 where none says anything.

        Of one that is broken or destroyed the refusal stands in its place.
        """
        strange = sorted(set(self.request.query_params) - _KNOWN)
        if strange:
            raise ValidationError({name: ["A history takes no parameters: all versions come."] for name in strange})
        versions = Report.objects.filter(case=case).order_by("-version").values_list("pk", flat=True)
        entries = [entry for report in versions if (entry := self._entry(report, pk, made_of)) is not None]
        if not entries:
            raise Http404
        return Response(history(f"{self.base}{self.resource}/{pk}", entries), content_type=FHIR_JSON)

    def _entry(
        self, pk: uuid.UUID, of: str, made_of: Callable[[SignedVersion], dict[str, Any] | None]
    ) -> dict[str, Any] | None:
        report: Report = visible_record(ROWS, self.caller, pk)
        asked = {"method": "POST" if report.version == 1 else "PUT", "url": f"{self.resource}/{of}"}
        try:
            hand_out(actor=self.caller, report=report, action=Action.VIEW, what="fhir")
        except (Conflict, Gone) as refused:
            status = HTTPStatus(refused.status)
            told = refusal(status, [refused.sentence])
            return {"request": asked, "response": {"status": f"{status.value} {status.phrase}", "outcome": told}}
        resource = made_of(signed_version(report))
        if resource is None:
            return None
        status = HTTPStatus.CREATED if report.version == 1 else HTTPStatus.OK
        response = {
            "status": f"{status.value} {status.phrase}",
            "etag": tag_of(resource),
            "lastModified": resource["meta"]["lastUpdated"],
        }
        return {"resource": resource, "request": asked, "response": response}


class DiagnosticReportHistory(HistoryView):
    """Every version of a report."""

    resource = "DiagnosticReport"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return a Bundle of type history, each version verified on the way."""
        return self.listed(pk, str(pk), diagnostic_report)


class ObservationHistory(HistoryView):
    """Every version of a result."""

    resource = "Observation"

    def get(self, request: Request, pk: str) -> Response:
        """Return a Bundle of type history; versions of the report without the result have no entry."""
        return self.listed(case_of(pk), pk, lambda signed: one_of(signed, pk))


class ObservationVersion(FhirView):
    """A result as one version of its report had it."""

    resource = "Observation"

    def get(self, request: Request, pk: str, version: int) -> Response:
        """Return it."""
        found = one_of(signed_version(visible_version(self, case_of(pk), version=version)), pk)
        if found is None:
            raise Http404
        return answer(found)


def case_of(pk: str) -> uuid.UUID:
    """Return the id of the case of which an observation is; 404 for an id that is none of ours."""
    case = uuid_or_none(pk.partition(".")[0])
    if case is None:
        raise Http404
    return case


def one_of(signed: SignedVersion, pk: str) -> dict[str, Any] | None:
    """Return the observation of a version with this id, None where it has none."""
    return next((one for one in observations(signed) if one["id"] == pk), None)
