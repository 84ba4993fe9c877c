"""The worklist, the case and its fields, and the microscopes they were taken with."""

from django.urls import path

from workbench.views import (
    case,
    edit_case,
    field,
    image_microscope,
    legal_holds,
    merge,
    microscopes,
    new_case,
    orders,
    patient,
    preliminary_report,
    pseudonymisation,
    restriction,
    unknown_cameras,
    upload,
    worklist,
)

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
    path("cases/<uuid:pk>/legal-holds/", legal_holds.legal_holds, name="legal_holds"),
    path("cases/<uuid:pk>/report/", preliminary_report.preliminary_report, name="preliminary_report"),
    path("cases/<uuid:pk>/report.csv", preliminary_report.preliminary_report_csv, name="preliminary_report_csv"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<uuid:pk>/", orders.order, name="order"),
    path("orders/<uuid:pk>/cancel/", orders.cancel_order_page, name="cancel_order"),
    path("orders/<uuid:pk>/reject/", orders.reject_order_page, name="reject_order"),
    path("patients/<uuid:pk>/", patient.patient_page, name="patient"),
    path("patients/<uuid:pk>/merge/", merge.merge, name="merge"),
    path("patients/<uuid:pk>/restriction/", restriction.restriction, name="restriction"),
    path("patients/<uuid:pk>/pseudonymisation/", pseudonymisation.pseudonymisation, name="pseudonymisation"),
    path("images/<uuid:pk>/", field.field, name="field"),
    path("images/<uuid:pk>/microscope/", image_microscope.image_microscope, name="image_microscope"),
    path("microscopes/", microscopes.microscopes, name="microscopes"),
    path("microscopes/new/", microscopes.new_microscope, name="new_microscope"),
    path("microscopes/unknown-cameras/", unknown_cameras.unknown_cameras, name="unknown_cameras"),
    path("microscopes/<uuid:pk>/", microscopes.microscope, name="microscope"),
    path("microscopes/<uuid:pk>/edit/", microscopes.edit_microscope, name="edit_microscope"),
    path("microscopes/<uuid:pk>/use/", microscopes.microscope_use, name="microscope_use"),
]
