"""API addresses of microscopes."""

from django.urls import URLPattern, URLResolver, path

from microscopes.api.microscope import MicroscopeList, MicroscopeOne

urlpatterns: list[URLPattern | URLResolver] = [
    path("microscopes/", MicroscopeList.as_view(), name="microscopes"),
    path("microscopes/<uuid:pk>/", MicroscopeOne.as_view(), name="microscope"),
]
