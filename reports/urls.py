"""Pages of this app."""

from django.urls import URLPattern, path

from reports.views import amend, report, sign, templates, verify

app_name = "reports"

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:pk>/sign/", sign.sign, name="sign"),
    path("cases/<uuid:pk>/sign/preview/", sign.sign_preview, name="sign_preview"),
    path("cases/<uuid:pk>/sign/preview.pdf", sign.preview_pdf, name="preview_pdf"),
    path("cases/<uuid:pk>/amend/", amend.amend, name="amend"),
    path("cases/<uuid:pk>/amend/abandon/", sign.abandon, name="abandon"),
    path("cases/<uuid:pk>/move/", amend.move, name="move"),
    path("reports/templates/", templates.templates, name="templates"),
    path("reports/templates/<uuid:pk>/", templates.template, name="template"),
    path("reports/<uuid:pk>/", report.report, name="report"),
    path("reports/<uuid:pk>.pdf", report.report_pdf, name="report_pdf"),
    path("reports/<uuid:pk>.csv", report.report_csv, name="report_csv"),
    path("reports/<uuid:pk>.json", report.report_json, name="report_json"),
    path("verify/", verify.verify, name="verify"),
]
