"""Pages of this app."""

from django.urls import URLPattern, URLResolver, include, path

from review.views import workspace

app_name = "review"

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/<uuid:pk>/review/", workspace.workspace, name="workspace"),
    path("", include("review.json_urls")),
]
