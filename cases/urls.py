"""Pages of cases."""

from django.urls import include, path

from cases.views import worklist

app_name = "cases"

urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("review/", worklist.worklist, {"place": "review"}, name="review"),
    path("search/", worklist.search, name="search"),
    path("", include("cases.file_urls")),
]
