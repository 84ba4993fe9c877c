"""Organisations, signers and models, as the reports name them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation
from cases.services.audit_trail import record_view
from classifier.models import Analysis, ModelVersion
from integrations.api.fhir.params import Param, by_id
from integrations.api.fhir.search import FhirSearch, Found
from integrations.api.fhir.view import FhirView, answer
from integrations.fhir.people_and_places import device, practitioner
from integrations.presenters.fhir import organization_of
from reports.models import Report, Signature


def visible_places(view: FhirView) -> Any:
    """Return the caller's own organisation, the laboratory it refers to, and the clinics that refer to it."""
    place = view.caller.organisation
    rows = Organisation.objects.prefetch_related("numbers")
    if place is None:
        return rows.none()
    return rows.filter(Q(pk=place.pk) | Q(pk=place.refers_to_id) | Q(refers_to=place.pk))


class OrganizationOne(FhirView):
    """One clinic or laboratory."""

    resource = "Organization"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return it."""
        found = get_object_or_404(visible_places(self), pk=pk)
        record_view(actor=self.caller, target=found, after={"what": "fhir"})
        return answer(organization_of(found))


class OrganizationSearch(FhirSearch):
    """Clinics and laboratories."""

    resource = "Organization"
    audited_type = "accounts.organisation"
    params = {"_id": Param("token", by_id())}

    def rows(self) -> Any:
        """Return the caller's places."""
        return visible_places(self)

    def found(self, rows: list[Organisation], wanted: set[str]) -> Found:
        """Each is an Organization."""
        return Found([organization_of(row) for row in rows])


class PractitionerOne(FhirView):
    """One signer of a report that the caller may see."""

    resource = "Practitioner"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return the signer under the name of their last such signature."""
        reports = Report.objects.visible_to(self.caller)
        signatures = Signature.objects.filter(Exists(reports.filter(pk=OuterRef("report"))), signer=pk)
        last = get_object_or_404(signatures.select_related("signer").order_by("-signed_at")[:1])
        record_view(actor=self.caller, target=last.signer, after={"what": "fhir"})
        return answer(practitioner(pk=str(pk), name=last.signer_name))


class DeviceOne(FhirView):
    """One version of a model that analysed an image of a report that the caller may see."""

    resource = "Device"

    def get(self, request: Request, pk: uuid.UUID) -> Response:
        """Return it."""
        reports = Report.objects.visible_to(self.caller).order_by().values("case")
        analysed = Analysis.objects.filter(model_version=OuterRef("pk"), image__case__in=reports)
        found = get_object_or_404(ModelVersion.objects.filter(Exists(analysed)), pk=pk)
        record_view(actor=self.caller, target=found, after={"what": "fhir"})
        return answer(device(pk=str(found.pk), name=found.name, version=found.version, card_sha256=found.card_sha256))
