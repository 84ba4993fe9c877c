"""Routes of the audit pages."""

from django.urls import path

from audit.views import download_checkpoint, export_events, list_events, verify

app_name = "audit"
urlpatterns = [
    path("oversight/audit/", list_events, name="events"),
    path("oversight/audit/export/<str:form>/", export_events, name="export"),
    path("oversight/audit/verify/", verify, name="verify"),
    path("oversight/audit/checkpoints/<int:sequence>/", download_checkpoint, name="checkpoint"),
]
