"""API addresses of people and places."""

from django.urls import URLPattern, URLResolver, path

from accounts.api.me import Me
from accounts.api.source import SourceSelf

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", Me.as_view(), name="me"),
    path("sources/self/", SourceSelf.as_view(), name="source"),
]
