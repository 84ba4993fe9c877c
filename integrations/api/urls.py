"""API addresses of integrations."""

from django.urls import URLPattern, URLResolver, path

from integrations.api.event import EventFeed
from integrations.api.reconciliation import Reconciliation

urlpatterns: list[URLPattern | URLResolver] = [
    path("events/", EventFeed.as_view(), name="events"),
    path("connections/<uuid:pk>/reconciliation/", Reconciliation.as_view(), name="reconciliation"),
]
