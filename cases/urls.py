"""Addresses of image bytes. The pages of cases are in `workbench.urls`."""

from __future__ import annotations

from django.urls import path

from cases.views import files

app_name = "cases"

urlpatterns = [
    path("images/<uuid:pk>/original", files.original, name="image_original"),
    path("images/<uuid:pk>/display", files.display, name="image_display"),
    path("images/<uuid:pk>/thumbnail", files.thumbnail, name="image_thumbnail"),
    path("cells/<uuid:pk>/crop", files.crop, name="cell_crop"),
]
