"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class GuideConfig(AppConfig):
    """The first steps of every role, and the pages of help."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "guide"
    verbose_name = "Guide"  # not translated
