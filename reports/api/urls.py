"""API addresses of signed reports."""

from django.urls import URLPattern, URLResolver, path

from reports.api.report import CaseReports, ReportList, ReportOne, ReportPdf

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<uuid:pk>/reports/", CaseReports.as_view(), name="case_reports"),
    path("reports/", ReportList.as_view(), name="reports"),
    path("reports/<uuid:pk>/", ReportOne.as_view(), name="report"),
    path("reports/<uuid:pk>/pdf/", ReportPdf.as_view(), name="report_pdf"),
]
