"""The worklist, the case and its fields."""

from django.urls import path

from workbench.views import case, edit_case, field, new_case, patient, preliminary_report, upload, worklist

app_name = "workbench"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("review/", worklist.worklist, {"place": "review"}, name="review"),
    path("search/", worklist.search, name="search"),
    path("cases/new/", new_case.new_case, name="new_case"),
    path("cases/<uuid:pk>/", case.case_page, name="case"),
    path("cases/<uuid:pk>/live/", case.case_live, name="case_live"),
    path("cases/<uuid:pk>/images/", upload.add_images, name="add_images"),
    path("cases/<uuid:pk>/edit/", edit_case.edit_case, name="edit_case"),
    path("cases/<uuid:pk>/submit/", case.submit_case_page, name="submit_case"),
    path("cases/<uuid:pk>/cancel/", case.cancel_case_page, name="cancel_case"),
    path("cases/<uuid:pk>/report/", preliminary_report.preliminary_report, name="preliminary_report"),
    path("cases/<uuid:pk>/report.csv", preliminary_report.preliminary_report_csv, name="preliminary_report_csv"),
    path("patients/<uuid:pk>/", patient.patient_page, name="patient"),
    path("images/<uuid:pk>/", field.field, name="field"),
]
