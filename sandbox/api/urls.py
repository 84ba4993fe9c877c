"""API addresses of Try."""

from django.urls import URLPattern, URLResolver, path

from sandbox.api.tried_picture import TryList, TryOne

urlpatterns: list[URLPattern | URLResolver] = [
    path("try/", TryList.as_view(), name="try"),
    path("try/<uuid:pk>/", TryOne.as_view(), name="tried_picture"),
]
