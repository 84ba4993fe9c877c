"""Pages of cases."""

from django.urls import include, path

from cases.views import case, edit_case, field, new_case, report, upload, worklist

app_name = "cases"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("review/", worklist.worklist, {"place": "review"}, name="review"),
    path("search/", worklist.search, name="search"),
    path("cases/new/", new_case.new_case, name="new"),
    path("cases/<uuid:pk>/", case.detail, name="detail"),
    path("cases/<uuid:pk>/live/", case.live, name="live"),
    path("cases/<uuid:pk>/images/", upload.add_images, name="add_images"),
    path("cases/<uuid:pk>/edit/", edit_case.edit_case, name="edit"),
    path("cases/<uuid:pk>/submit/", case.submit, name="submit"),
    path("cases/<uuid:pk>/cancel/", case.cancel, name="cancel"),
    path("cases/<uuid:pk>/report/", report.report, name="report"),
    path("cases/<uuid:pk>/report.csv", report.report_csv, name="report_csv"),
    path("images/<uuid:pk>/", field.field, name="field"),
    path("", include("cases.file_urls")),
]
