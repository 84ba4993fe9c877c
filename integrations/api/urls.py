"""API addresses of integrations."""

from django.urls import URLPattern, URLResolver, path

from integrations.api.event import EventFeed

urlpatterns: list[URLPattern | URLResolver] = [
    path("events/", EventFeed.as_view(), name="events"),
]
