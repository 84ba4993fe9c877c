"""API addresses of people and places."""

from django.urls import URLPattern, URLResolver, path

from accounts.api.me import Me

urlpatterns: list[URLPattern | URLResolver] = [path("me/", Me.as_view(), name="me")]
