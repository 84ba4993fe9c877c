"""API addresses of signed reports."""

from django.urls import URLPattern, URLResolver, path

from reports.api.report import CaseReports, ReportOne, ReportPdf

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<uuid:pk>/reports/", CaseReports.as_view(), name="case_reports"),
    path("reports/<uuid:pk>/", ReportOne.as_view(), name="report"),
    path("reports/<uuid:pk>/pdf/", ReportPdf.as_view(), name="report_pdf"),
]
