"""Addresses of the FHIR API."""

from django.urls import URLPattern, URLResolver, path, re_path

from integrations.api.fhir import metadata
from integrations.api.fhir.audit_event import AuditEventOne, AuditEventSearch
from integrations.api.fhir.diagnostic_report import (
    DiagnosticReportBundle,
    DiagnosticReportOne,
    DiagnosticReportSearch,
    DiagnosticReportVersion,
)
from integrations.api.fhir.history import DiagnosticReportHistory, ObservationHistory, ObservationVersion
from integrations.api.fhir.media import BinaryOne, MediaOne
from integrations.api.fhir.observation import ObservationOne, ObservationSearch
from integrations.api.fhir.order import ServiceRequestOne, ServiceRequestSearch, SpecimenOne, SpecimenSearch
from integrations.api.fhir.patient import PatientOne, PatientSearch
from integrations.api.fhir.patient_merge import PatientMergeView
from integrations.api.fhir.people_and_places import DeviceOne, OrganizationOne, OrganizationSearch, PractitionerOne
from integrations.api.fhir.provenance import ProvenanceOne, ProvenanceSearch
from integrations.api.fhir.task import TaskOne, TaskSearch
from integrations.api.fhir.transaction import TransactionView

app_name = "fhir"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", TransactionView.as_view(), name="base"),
    path("metadata", metadata.Metadata.as_view(), name="metadata"),
    path("OperationDefinition/DiagnosticReport-bundle", metadata.BundleOperation.as_view(), name="bundle_operation"),
    path("OperationDefinition/Patient-merge", metadata.MergeOperation.as_view(), name="merge_operation"),
    path("DiagnosticReport", DiagnosticReportSearch.as_view(), name="diagnostic_reports"),
    path("DiagnosticReport/<uuid:pk>", DiagnosticReportOne.as_view(), name="diagnostic_report"),
    path(
        "DiagnosticReport/<uuid:pk>/_history/<int:version>",
        DiagnosticReportVersion.as_view(),
        name="diagnostic_report_version",
    ),
    path("DiagnosticReport/<uuid:pk>/_history", DiagnosticReportHistory.as_view(), name="diagnostic_report_history"),
    path("DiagnosticReport/<uuid:pk>/$bundle", DiagnosticReportBundle.as_view(), name="diagnostic_report_bundle"),
    path("Observation", ObservationSearch.as_view(), name="observations"),
    path("Observation/<str:pk>", ObservationOne.as_view(), name="observation"),
    path("Observation/<str:pk>/_history", ObservationHistory.as_view(), name="observation_history"),
    path("Observation/<str:pk>/_history/<int:version>", ObservationVersion.as_view(), name="observation_version"),
    path("Patient", PatientSearch.as_view(), name="patients"),
    path("Patient/<uuid:pk>", PatientOne.as_view(), name="patient"),
    path("Patient/<uuid:pk>/$merge", PatientMergeView.as_view(), name="patient_merge"),
    path("ServiceRequest", ServiceRequestSearch.as_view(), name="service_requests"),
    path("ServiceRequest/<uuid:pk>", ServiceRequestOne.as_view(), name="service_request"),
    path("Task", TaskSearch.as_view(), name="tasks"),
    path("Task/<uuid:pk>", TaskOne.as_view(), name="task"),
    path("Specimen", SpecimenSearch.as_view(), name="specimens"),
    path("Specimen/<uuid:pk>", SpecimenOne.as_view(), name="specimen"),
    path("Provenance", ProvenanceSearch.as_view(), name="provenances"),
    path("Provenance/<uuid:pk>", ProvenanceOne.as_view(), name="provenance"),
    path("Organization", OrganizationSearch.as_view(), name="organizations"),
    path("Organization/<uuid:pk>", OrganizationOne.as_view(), name="organization"),
    path("Practitioner/<uuid:pk>", PractitionerOne.as_view(), name="practitioner"),
    path("Device/<uuid:pk>", DeviceOne.as_view(), name="device"),
    path("Media/<uuid:pk>", MediaOne.as_view(), name="media"),
    path("Binary/<uuid:pk>", BinaryOne.as_view(), name="binary"),
    path("AuditEvent", AuditEventSearch.as_view(), name="audit_events"),
    path("AuditEvent/<int:pk>", AuditEventOne.as_view(), name="audit_event"),
    re_path(r"^(?P<address>.+)$", metadata.UnknownAddress.as_view(), name="unknown_address"),
]
