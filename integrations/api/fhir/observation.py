"""Results of signed reports."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.api.fhir.diagnostic_report import VersionSearch, by_patient, visible_version
from integrations.api.fhir.history import case_of, one_of
from integrations.api.fhir.params import Param, any_of, by_id, by_moment, token
from integrations.api.fhir.search import Found, Pages
from integrations.api.fhir.view import FhirView, answer
from integrations.fhir import systems
from integrations.fhir.observation import observations
from integrations.fhir.signed_version import SignedVersion
from integrations.presenters.fhir import signed_version
from reports.models import Report

MOST_OF_A_REPORT = 20
"""No report has more results, those taken back included."""


class ReportPages(Pages):
    """Pages of whole reports: a panel is never torn, so that a page may have up to 20 resources although fewer were asked for."""

    def get_page_size(self, request: Request) -> int:
        """Return how many reports a page has."""
        return max(1, super().get_page_size(request) // MOST_OF_A_REPORT)


def in_found(rows: Any, _value: str) -> Any:
    """Leave the rows: what was asked for is looked up among the results of each."""
    return rows


class ObservationOne(FhirView):
    """One result of the version that stands."""

    resource = "Observation"

    def get(self, request: Request, pk: str) -> Response:
        """Return it; one that the last version does not have any more is entered-in-error."""
        found = one_of(signed_version(visible_version(self, case_of(pk))), pk)
        if found is None:
            raise Http404
        return answer(found)


class ObservationSearch(VersionSearch):
    """Results, those of one report together."""

    resource = "Observation"
    with_history = True
    pages = ReportPages
    params: ClassVar = {
        "_lastUpdated": Param("date", by_moment("created_at")),
        "based-on": Param("reference", by_id("case__order", "ServiceRequest")),
        "code": Param("token", in_found),
        "patient": Param("reference", by_patient),
        "status": Param("token", in_found),
    }

    def take(self, found: Found, report: Report, signed: SignedVersion, wanted: set[str]) -> None:
        """Add those of the results with the code and the status that were asked for."""
        query = self.request.query_params
        wanted_codes = [{token(one) for one in any_of(value)} for value in query.getlist("code")]
        wanted_status = [{token(one)[1] for one in any_of(value)} for value in query.getlist("status")]
        found.matches += [
            one
            for one in observations(signed)
            if all(_codes_of(one) & asked for asked in wanted_codes)
            and all(one["status"] in asked for asked in wanted_status)
        ]


def _codes_of(one: dict[str, Any]) -> set[tuple[str | None, str]]:
    code = one["code"]["coding"][0]["code"]
    return {(None, code), (systems.LOINC, code)}
