"""Addresses of the REST API: version 1 of every app, its description, and 404 for the rest."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from hematovision.rest import views

version_1: list[URLPattern | URLResolver] = [
    path("", views.Index.as_view(), name="index"),
    path("", include("accounts.api.urls")),
    path("", include("microscopes.api.urls")),
    path("", include("cases.api.urls")),
    path("", include("classifier.api.urls")),
    path("", include("reports.api.urls")),
    path("", include("integrations.api.urls")),
    path("", include("sandbox.api.urls")),
    path("schema/", views.SchemaView.as_view(), name="schema"),
    path("docs/", views.docs, name="docs"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((version_1, "api"))),
    re_path(r"^(?P<address>.*)$", views.UnknownAddress.as_view(), name="unknown_address"),
]
