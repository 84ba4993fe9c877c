"""Pages of integrations: connections, mappings, messages, reconciliation."""

from django.urls import path

from integrations.views import reconciliation

app_name = "integrations"

urlpatterns = [
    path("integrations/reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("integrations/reconciliation/versions.csv", reconciliation.reconciliation_file, name="reconciliation_file"),
]
