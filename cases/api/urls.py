"""API addresses of the clinical record."""

from django.urls import URLPattern, URLResolver, path

from cases.api.case import CaseCancel, CaseList, CaseOne, CaseSubmit
from cases.api.image import CaseImages, CaseImagesOrder
from cases.api.order import OrderCancel, OrderList, OrderOne
from cases.api.patient import PatientList, PatientOne
from cases.api.patient_merge import PatientMergeOne
from cases.api.send_again import CaseSendAgain
from cases.api.upload import UploadList, UploadOne

urlpatterns: list[URLPattern | URLResolver] = [
    path("patients/", PatientList.as_view(), name="patients"),
    path("patients/<uuid:pk>/", PatientOne.as_view(), name="patient"),
    path("orders/", OrderList.as_view(), name="orders"),
    path("orders/<uuid:pk>/", OrderOne.as_view(), name="order"),
    path("orders/<uuid:pk>/cancel/", OrderCancel.as_view(), name="order_cancel"),
    path("patients/<uuid:pk>/merge/", PatientMergeOne.as_view(), name="patient_merge"),
    path("cases/", CaseList.as_view(), name="cases"),
    path("cases/<uuid:pk>/", CaseOne.as_view(), name="case"),
    path("cases/<uuid:pk>/submit/", CaseSubmit.as_view(), name="case_submit"),
    path("cases/<uuid:pk>/cancel/", CaseCancel.as_view(), name="case_cancel"),
    path("cases/<uuid:pk>/send-again/", CaseSendAgain.as_view(), name="case_send_again"),
    path("cases/<uuid:pk>/images/", CaseImages.as_view(), name="case_images"),
    path("uploads/", UploadList.as_view(), name="uploads"),
    path("uploads/<uuid:pk>/", UploadOne.as_view(), name="upload"),
    path("cases/<uuid:pk>/images/order/", CaseImagesOrder.as_view(), name="case_images_order"),
]
