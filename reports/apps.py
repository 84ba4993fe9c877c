"""The app as Django knows it."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The signed report: frozen content, PDF, signature, versions."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "reports"
    verbose_name = "Reports"
